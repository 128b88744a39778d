"""The steps that the storage suite's tests are made of: keeping, going on, loading, doing things at once, comparing.

Nothing here assumes that a store blocks or that it does not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from attrs import evolve, fields_dict

from orderkit.codec import to_plain, to_text
from orderkit.errors import Busy, StaleRecord
from orderkit.family import OrderFamily
from orderkit.keys import fingerprint
from orderkit.orders.records import Attention, NewLine
from orderkit.ports.storage import Change, CommandKey, Message, OrderFilter, Page, Storage
from orderkit.testing.families import (
    NOON,
    SCOPE,
    answered,
    begun_payment,
    change_of,
    ids_for,
    ids_of,
    new_family,
)

T = TypeVar("T")
TRIES = 500
PATIENCE_SECONDS = 60.0
CHANNEL = "shop"
NO_FILTER = OrderFilter()


class GivenUp(Exception):
    """Raised by a test inside a unit of work, to roll it back."""


def commit(storage: Storage, *changes: Change) -> None:
    """Write the changes in one unit of work."""
    with storage.begin() as work:
        for change in changes:
            work.write(change)


def keep(storage: Storage, family: OrderFamily) -> OrderFamily:
    """Store a family that is at version 1; the family itself, for a test to go on with."""
    commit(storage, change_of(None, family))
    return family


def keep_paid(
    storage: Storage, *lines: NewLine, number: int = 1, customer: str = "c-1", at: datetime = NOON
) -> OrderFamily:
    """Store an order of these lines that one sale has paid in full, at version 3."""
    family = keep(storage, new_family(*lines, number=number, customer=customer, at=at))
    family = go_on(storage, family, begun_payment(family))
    return go_on(storage, family, answered(family))


def go_on(storage: Storage, before: OrderFamily, after: OrderFamily) -> OrderFamily:
    """Store `after` as what follows on `before`; the family as the store has it then."""
    commit(storage, change_of(before, after))
    return load(storage, before.order.id, scope=before.order.scope)


def load(storage: Storage, order_id: UUID, *, scope: str = SCOPE) -> OrderFamily:
    with storage.reading() as reading:
        return reading.family(scope, order_id)


def loaded_twice(storage: Storage, family: OrderFamily) -> tuple[OrderFamily, OrderFamily]:
    """The family as two callers have it, who both loaded it before either writes."""
    return load(storage, family.order.id), load(storage, family.order.id)


def refused(storage: Storage, *changes: Change) -> None:
    """One unit of work with these changes is refused because the store has moved on."""
    with pytest.raises(StaleRecord):
        commit(storage, *changes)


def listed(storage: Storage, filter: OrderFilter = NO_FILTER, *, scope: str = SCOPE, limit: int = 1000) -> Page:
    """The first page of so many orders."""
    with storage.reading() as reading:
        return reading.page(scope, filter, after=None, limit=limit)


def waiting(storage: Storage, channel: str = CHANNEL) -> tuple[Message, ...]:
    """Every message of the channel that is not consumed."""
    with storage.reading() as reading:
        return reading.messages(channel, limit=1000)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Around a unit of work that the test gives up by raising `GivenUp`."""
    with pytest.raises(GivenUp):
        yield


def noted(family: OrderFamily, note: str) -> OrderFamily:
    """The family with another contract number: a change of the order that has no further meaning."""
    return family.with_order(evolve(family.order, contract=note))


def with_attention(family: OrderFamily, code: str = "overpaid") -> OrderFamily:
    """The family with one more open entry of attention."""
    entry = Attention(
        id=ids_of(family)(), order_id=family.order.id, code=code, params={}, opened_at=family.order.changed_at
    )
    return family.with_attention(entry)


def key_for(
    family: OrderFamily, *, verb: str = "place", target: str = "", key: str = "k-1", request: str = "this"
) -> CommandKey:
    """A key under which `request` made something of this family."""
    return CommandKey(
        scope=family.order.scope,
        verb=verb,
        target=target,
        key=key,
        fingerprint=fingerprint({"request": request}),
        made={"order": family.order.id.hex},
        at=family.order.changed_at,
    )


def message_for(family: OrderFamily, position: int = 0, *, channel: str = CHANNEL, body: str = "{}") -> Message:
    """A message of the change that led to this family; those of a higher position are younger."""
    return Message(
        id=ids_for(f"messages of {family.order.scope}", family.order.number, version=position).new(NOON),
        channel=channel,
        scope=family.order.scope,
        order_id=family.order.id,
        sequence=family.order.version,
        type="order.placed",
        schema=1,
        at=family.order.changed_at + timedelta(seconds=position),
        body=body,
    )


def exact(family: OrderFamily) -> str:
    """Everything in the family as text, which tells 1 from True and 0.190 from 0.19; Python's ``==`` does not."""
    records = {
        name: _plain(getattr(family, name)) for name in fields_dict(OrderFamily) if name not in ("order", "head")
    }
    return to_text({"order": to_plain(family.order), "head": family.head, **records})


def _plain(records: tuple[object, ...]) -> list[object]:
    return [to_plain(each) for each in records]


def together(*calls: Callable[[], T]) -> list[T | BaseException]:
    """What the calls return or raise, each made in a thread of its own, all let go at the same moment."""
    start = threading.Barrier(len(calls), timeout=PATIENCE_SECONDS)

    def one(call: Callable[[], T]) -> T | BaseException:
        start.wait()
        try:
            return call()
        except Exception as problem:  # noqa: BLE001  # the test judges what each call came to
            return problem

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(one, calls))


def insist(call: Callable[[], T]) -> T:
    """The result of the call, made again as long as somebody else is faster."""
    for _ in range(TRIES):
        try:
            return call()
        except (Busy, StaleRecord) as conflict:
            last = conflict
    raise AssertionError(f"still refused after {TRIES} tries") from last


def insisting(call: Callable[[], T]) -> Callable[[], T]:
    return lambda: insist(call)
