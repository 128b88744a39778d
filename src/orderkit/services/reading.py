"""Reading: one order with everything about it, what may be done with it now, its history, and lists."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from attrs import evolve, frozen

from orderkit.actors import Actor
from orderkit.cases import Case
from orderkit.codec import from_micros
from orderkit.errors import InvalidRequest, Refusal, TransitionError
from orderkit.families.refunding import RefundItem, begin_refund, begin_sending_back
from orderkit.family import OrderFamily
from orderkit.history import HistoryEntry
from orderkit.items.records import Item
from orderkit.keys import to_micros
from orderkit.lifecycles import Verdict
from orderkit.orders.records import Address, Customer
from orderkit.personal import value_of
from orderkit.ports.storage import OrderFilter, OrderRow
from orderkit.refunds.decisions import approved
from orderkit.refunds.records import Refund
from orderkit.services.wiring import Wiring
from orderkit.standing import Standing, stand

LARGEST_PAGE = 500


@frozen(kw_only=True)
class Action:
    """Something that may be asked for, now or not: `enabled` is exactly what executing it would answer (row SX-08).

    `on` is the noun, `id` the record; `refusal` says why not (row SX-07).
    """

    name: str
    on: str
    id: UUID
    enabled: bool
    refusal: Refusal | None


@frozen(kw_only=True)
class OrderDetails:
    """One order with all that belongs to it, its people's names where they are not erased, and what may be done."""

    family: OrderFamily
    standing: Standing
    customer: Customer
    bill_to: Address | None
    ship_to: Address | None
    actions: tuple[Action, ...]


@frozen(kw_only=True)
class Listed:
    """A page of orders, newest first, and the cursor for the next one; None when this was the last."""

    rows: tuple[OrderRow, ...]
    next: str | None


@frozen(kw_only=True)
class Remembered:
    """A history row as a person reads it: with the words of the reason, where one was given and not erased."""

    entry: HistoryEntry
    reason: str | None


def details(wiring: Wiring, actor: Actor, order_id: UUID) -> OrderDetails:
    """Everything about one order, in one unit of reading (row S1-09)."""
    with wiring.storage.reading() as store:
        family = store.family(wiring.scope, order_id)

    def value(name: str) -> str | None:
        return value_of(family.personal, order_id, name)

    customer = Customer(family.order.customer_id, value("customer.name"), value("customer.email"))
    return OrderDetails(
        family=family,
        standing=stand(family),
        customer=customer,
        bill_to=_address(family, "bill_to"),
        ship_to=_address(family, "ship_to"),
        actions=actions_of(wiring, actor, family),
    )


def _address(family: OrderFamily, which: str) -> Address | None:
    parts = {
        each.name.removeprefix(f"{which}."): each.value
        for each in family.personal
        if each.name.startswith(f"{which}.") and each.owner_id == family.order.id
    }
    return Address(**parts) if parts else None


def actions_of(wiring: Wiring, actor: Actor, family: OrderFamily) -> tuple[Action, ...]:
    """What may be asked of the order, its payments, items and refunds, each enabled or with the reason why not.

    Whatever moves money on several records at once is decided on trial, by the very decision that would execute it.
    """
    case = wiring.case(family, actor, wiring.clock.now())
    accounts = wiring.accounts(family.payments)
    found = [_action("order", family.order.id, each) for each in case.allowed(family.order) if each.event != "refund"]
    found.append(_tried("refund", "order", family.order.id, lambda: _refund_of(wiring, case, _refundable(case))))
    for payment in family.payments:
        params = {"capabilities": accounts[payment.id].capabilities} if payment.id in accounts else {}
        verdicts = case.allowed(payment, **params)
        found += [_action("payment", payment.id, each) for each in verdicts if each.event != "refund"]
    for item in family.items:
        found += [_action("item", item.id, each) for each in case.allowed(item) if each.event != "refund"]
        found.append(_tried("refund", "item", item.id, partial(_refund_of, wiring, case, (RefundItem(item.id),))))
    for refund in family.refunds:
        found += [_action("refund", refund.id, each) for each in case.allowed(refund) if each.event != "approve"]
        found.append(_tried("approve", "refund", refund.id, partial(_approval_of, wiring, case, refund)))
    return tuple(found)


def _refundable(case: Case) -> tuple[RefundItem, ...]:
    """Every item that its own table lets be refunded; all of them where none may, so that the reason shows."""
    able = [each for each in case.family.items if _allows(case, each, "refund")]
    return tuple(RefundItem(each.id) for each in able or case.family.items)


def _allows(case: Case, item: Item, event: str) -> bool:
    return any(each.enabled for each in case.allowed(item) if each.event == event)


def _refund_of(wiring: Wiring, case: Case, items: tuple[RefundItem, ...]) -> None:
    begin_refund(case, items, accounts=wiring.accounts(case.family.payments), new_id=wiring.new_id(case.at))


def _approval_of(wiring: Wiring, case: Case, refund: Refund) -> None:
    family = case.family.with_refund(approved(case, refund))
    accounts = wiring.accounts(family.payments)
    begin_sending_back(evolve(case, family=family), refund.id, accounts=accounts, new_id=wiring.new_id(case.at))


def _tried(name: str, on: str, id: UUID, attempt: Callable[[], None]) -> Action:
    try:
        attempt()
    except (TransitionError, InvalidRequest) as error:
        return Action(name=name, on=on, id=id, enabled=False, refusal=error.refusal)
    return Action(name=name, on=on, id=id, enabled=True, refusal=None)


def _action(on: str, id: UUID, verdict: Verdict) -> Action:
    return Action(name=verdict.event, on=on, id=id, enabled=verdict.enabled, refusal=verdict.refusal)


def history(wiring: Wiring, order_id: UUID) -> tuple[Remembered, ...]:
    """Every accepted change of the order, oldest first (row SX-16)."""
    with wiring.storage.reading() as store:
        entries = store.history(wiring.scope, order_id)
        personal = store.family(wiring.scope, order_id).personal
    return tuple(
        Remembered(entry=each, reason=value_of(personal, order_id, f"reason.{each.sequence}")) for each in entries
    )


def listed(wiring: Wiring, filter: OrderFilter, *, after: str | None, limit: int) -> Listed:
    """A page of orders, newest first, stable while others are placed (rows SX-22, SX-23, S4-08).

    Raises:
        InvalidRequest: an unknown status, kind or field, a limit outside 1 to 500, or a cursor that is none of ours.
    """
    _checked(wiring, filter)
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidRequest("limit", "is_from_1_to_500", limit=limit)
    with wiring.storage.reading() as store:
        page = store.page(wiring.scope, filter, after=_place(after), limit=limit)
    return Listed(rows=page.rows, next=None if page.next is None else _cursor(page.next))


def _checked(wiring: Wiring, filter: OrderFilter) -> None:
    table = wiring.lifecycles["order"]
    for key in filter.statuses:
        table.status(key)
    kinds = {kind.key for kind in table.kinds}
    for kind in filter.kinds:
        if kind not in kinds:
            raise InvalidRequest("kind", "is_known_kind", kind=kind, known=", ".join(sorted(kinds)))
    declared = {each.name: each for each in wiring.fields if not each.personal}
    for name, value in filter.fields.items():
        if name not in declared:
            raise InvalidRequest(f"fields[{name!r}]", "is_declared", known=", ".join(declared) or "none")
        declared[name].checked(value)


def _cursor(place: tuple[datetime, UUID]) -> str:
    at, id = place
    return base64.urlsafe_b64encode(f"{to_micros(at)}.{id.hex}".encode()).decode().rstrip("=")


def _place(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        micros, id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(".")
        return from_micros(int(micros)), UUID(hex=id)
    except (ValueError, binascii.Error, OverflowError):
        raise InvalidRequest("after", "is_a_cursor", after=cursor[:40]) from None
