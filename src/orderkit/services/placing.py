"""Placing an order: numbered, priced, stored with its items and payment request in one commit."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from orderkit.actors import Actor
from orderkit.codec import to_plain, to_text
from orderkit.errors import Busy, CommitUnknown, StaleRecord, StorageError
from orderkit.extensions import Value, with_given
from orderkit.facts import Fact
from orderkit.families.placing import NewOrder, Placing, placed, writable
from orderkit.family import OrderFamily
from orderkit.orders.events import OrderPlaced
from orderkit.orders.records import Order
from orderkit.requests.events import PaymentRequestOpened
from orderkit.services import texts
from orderkit.services.commands import (
    DECIDED_AGAIN,
    Command,
    Committed,
    Decision,
    busy,
    known_under,
    write,
)
from orderkit.services.commands import checked as check_command
from orderkit.services.refusals import refusals_noted
from orderkit.services.units import unit_of_work
from orderkit.services.wiring import Wiring
from orderkit.standing import stand


def place(
    wiring: Wiring, actor: Actor, new: NewOrder, *, key: str | None, fields: Mapping[str, Value], reason: str | None
) -> Committed:
    """Place an order; under a key that was used for this very order, return that one, as `repeated`.

    Raises:
        InvalidRequest: naming the field and the reason; nothing was written.
        KeyReused: the key stands for another order. Busy: the store was locked throughout.
    """
    with refusals_noted(wiring, Command(verb="place", actor=actor)):
        command = _command(actor, new, key=key, fields=fields, reason=reason)
        for _ in range(DECIDED_AGAIN):
            try:
                return _once(wiring, command, new, fields)
            except (StaleRecord, Busy) as conflict:
                last: StorageError = conflict
            except CommitUnknown as lost:
                if key is None:
                    raise
                last = lost
        raise busy("place", last)


def known(wiring: Wiring, actor: Actor, new: NewOrder, *, key: str) -> Order | None:
    """The order that stands under the key, if it was placed already.

    Raises:
        KeyReused: the key stands for another order.
    """
    with wiring.storage.reading() as store:
        committed = known_under(store, wiring, _command(actor, new, key=key, fields={}, reason=None))
    return committed.family.order if committed else None


def checked(wiring: Wiring, actor: Actor, new: NewOrder) -> None:
    """Price and check an order as if it were placed; nothing is numbered or written.

    Raises:
        InvalidRequest, MoneyError: what placing it would raise.
    """
    writable(new)
    placed(new, _how(wiring, actor))


def _command(
    actor: Actor, new: NewOrder, *, key: str | None, fields: Mapping[str, Value], reason: str | None
) -> Command:
    writable(new)
    order, given = to_plain(new), dict(fields)
    texts.checked(order, "")
    texts.checked(given, "fields")
    request = {"order": to_text(order), "fields": to_text(given)}
    command = Command(verb="place", actor=actor, key=key, request=request, reason=reason)
    check_command(command)
    return command


def _once(wiring: Wiring, command: Command, new: NewOrder, fields: Mapping[str, Value]) -> Committed:
    if command.key is not None:
        with wiring.storage.reading() as store:
            known = known_under(store, wiring, command)
        if known is not None:
            return known
    family = with_given(_made(wiring, command.actor, new), wiring.fields, fields, wiring.ids.salt)
    with unit_of_work(wiring.storage) as work:
        known = known_under(work, wiring, command)
        if known is not None:
            return known
        case = wiring.case(family, command.actor, family.order.recorded_at)
        decision = Decision(family, "place", _what_happened(family), is_new=True)
        return write(wiring, work, command, case, decision)


def _how(wiring: Wiring, actor: Actor) -> Placing:
    at = wiring.clock.now()
    return Placing(
        scope=wiring.scope,
        actor=actor,
        at=at,
        lifecycles=wiring.lifecycles,
        fingerprint=wiring.fingerprint,
        order_types=wiring.profile.order_types,
        individual_kinds={each.key: each.individual for each in wiring.profile.item_kinds},
        new_id=wiring.new_id(at),
        new_salt=wiring.ids.salt,
    )


def _made(wiring: Wiring, actor: Actor, new: NewOrder) -> OrderFamily:
    """The family, numbered only when everything about it is known to be right, so refusals leave no holes."""
    family = placed(new, _how(wiring, actor))
    order = evolve(family.order, number=wiring.numbers.next(wiring.storage, wiring.scope, "order"))
    requests = tuple(
        evolve(each, number=wiring.numbers.next(wiring.storage, wiring.scope, "payment_request"))
        for each in family.requests
    )
    return evolve(family, order=order, requests=requests)


def _what_happened(family: OrderFamily) -> tuple[Fact, ...]:
    order = family.order
    opened = (PaymentRequestOpened(order.id, each.id, each.number, each.amount) for each in family.requests)
    return (OrderPlaced(order.id, order.number, order.customer_id, stand(family).total), *opened)
