"""The history of an order: one row per accepted change, chained by hash, from which the records can be rebuilt.

A row holds what changed, record by record and field by field, as canonical JSON; personal values stand as their
commitments. The hash covers every column of the row and the hash before it, over the very text that is stored
(row SX-16; `docs/decisions/0004-history.md`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from attrs import evolve, frozen

from orderkit.actors import Actor
from orderkit.codec import from_plain, to_plain, to_text
from orderkit.errors import StorageError
from orderkit.family import OrderFamily, in_order
from orderkit.items.records import Item
from orderkit.jsons import Json
from orderkit.keys import to_micros
from orderkit.orders.records import Attention, FieldValue, Line, Order
from orderkit.payments.records import Operation, Payment
from orderkit.personal import PersonalValue
from orderkit.refunds.records import Refund
from orderkit.requests.records import PaymentRequest

FORMAT = 1

_NOUNS = ("lines", "items", "requests", "payments", "operations", "refunds", "attention")

T = TypeVar("T")


@frozen(kw_only=True)
class HistoryEntry:
    """One accepted change of one order.

    Attributes:
        sequence: 1, 2, 3 …: the order's version after the change.
        event: the command or fact that was accepted; actor: who, as ``kind:id``.
        reason: the commitment of the reason given, if any; the words are with the personal values.
        cause: what brought it about: the verb and key of a command, or the operation that was answered.
        changes: canonical JSON, by noun, id and field.
        previous, hash: 64 hexadecimal digits each; the first row's `previous` is empty.
    """

    order_id: UUID
    sequence: int
    at: datetime
    event: str
    actor: str
    reason: str | None
    cause: str
    lifecycles: str
    changes: str
    previous: str
    hash: str
    format: int = FORMAT


def entry_for(
    before: OrderFamily | None,
    after: OrderFamily,
    *,
    event: str,
    actor: Actor,
    cause: str,
    reason: PersonalValue | None,
) -> HistoryEntry:
    """The row that records how `before` became `after`; the chain goes on from `before.head`."""
    entry = HistoryEntry(
        order_id=after.order.id,
        sequence=after.order.version,
        at=after.order.changed_at,
        event=event,
        actor=str(actor),
        reason=reason.commitment if reason else None,
        cause=cause,
        lifecycles=after.order.lifecycles,
        changes=to_text(changes_between(before, after)),
        previous=before.head if before else "",
        hash="",
    )
    return evolve(entry, hash=hash_of(entry))


def hash_of(entry: HistoryEntry) -> str:
    """SHA-256 over every column of the row but the hash itself, as one JSON array of what is stored."""
    columns = [
        entry.format,
        entry.order_id.hex,
        entry.sequence,
        to_micros(entry.at),
        entry.event,
        entry.actor,
        entry.reason,
        entry.cause,
        entry.lifecycles,
        entry.changes,
        entry.previous,
    ]
    return hashlib.sha256(to_text(columns).encode()).hexdigest()


def changes_between(before: OrderFamily | None, after: OrderFamily) -> dict[str, Json]:
    """What is new or different, by noun, id and field; records that are the same objects are not looked at."""
    changes: dict[str, Json] = {"order": _difference(before.order if before else None, after.order)}
    for name in _NOUNS:
        then = {each.id: each for each in getattr(before, name)} if before else {}
        changed: dict[str, Json] = {
            each.id.hex: _difference(then.get(each.id), each) for each in _changed(then, getattr(after, name))
        }
        if changed:
            changes[name] = changed
    for name in ("personal", "fields"):
        known = set(getattr(before, name)) if before else set()
        new = [each for each in getattr(after, name) if each not in known]
        if new:
            changes[name] = {f"{each.owner_id.hex}.{each.name}": _frozen(each) for each in new}
    return changes


def _changed(then: dict[UUID, object], now: Iterable[Item]) -> list[Item]:
    return [each for each in now if then.get(each.id) is not each]


def _difference(then: object | None, now: object) -> dict[str, Json]:
    if then is None:
        return to_plain(now)
    old, new = to_plain(then), to_plain(now)
    return {name: value for name, value in new.items() if not _same(old.get(name), value)}


def _same(then: Json, now: Json) -> bool:
    """Python takes 1 for True; the stored text tells them apart, and so does this."""
    return (
        then == now and type(then) is type(now) and (not isinstance(now, dict | list) or to_text(then) == to_text(now))
    )


def _frozen(value: PersonalValue | FieldValue) -> Json:
    return value.commitment if isinstance(value, PersonalValue) else value.value


def verify(entries: Sequence[HistoryEntry]) -> None:
    """Check a whole history: consecutive, in time, unbroken (I-18).

    Raises:
        StorageError: naming the first row that does not fit.
    """
    previous, last = "", None
    for sequence, entry in enumerate(entries, start=1):
        wrong = (
            (entry.sequence != sequence, f"row {sequence} is missing"),
            (entry.previous != previous, f"row {sequence} does not follow the row before it"),
            (entry.hash != hash_of(entry), f"row {sequence} was edited"),
            (last is not None and entry.at < last, f"row {sequence} is earlier than the row before it"),
        )
        for is_wrong, sentence in wrong:
            if is_wrong:
                raise StorageError(f"the history of {entry.order_id} is broken: {sentence}")
        previous, last = entry.hash, entry.at


def replay(entries: Sequence[HistoryEntry]) -> OrderFamily:
    """The family as its history alone tells it; personal values are not in there, only their commitments.

    Raises:
        StorageError: the history is empty or broken.
    """
    verify(entries)
    if not entries:
        raise StorageError("there is no history to replay")
    order: dict[str, object] = {}
    records: dict[str, dict[str, dict[str, object]]] = {name: {} for name in _NOUNS}
    for entry in entries:
        changes = json.loads(entry.changes)
        order.update(changes["order"])
        for name in records:
            for id, changed in changes.get(name, {}).items():
                records[name].setdefault(id, {}).update(changed)
    return in_order(
        OrderFamily(
            order=from_plain(order, Order),
            lines=_rebuilt(records["lines"], Line),
            items=_rebuilt(records["items"], Item),
            requests=_rebuilt(records["requests"], PaymentRequest),
            payments=_rebuilt(records["payments"], Payment),
            operations=_rebuilt(records["operations"], Operation),
            refunds=_rebuilt(records["refunds"], Refund),
            attention=_rebuilt(records["attention"], Attention),
            head=entries[-1].hash,
        )
    )


def _rebuilt(plain: Mapping[str, Mapping[str, object]], kind: type[T]) -> tuple[T, ...]:
    return tuple(from_plain(each, kind) for each in plain.values())


def without_personal(family: OrderFamily) -> OrderFamily:
    """The family with nothing in it that history does not hold; for comparing with `replay`."""
    return evolve(family, personal=(), fields=())
