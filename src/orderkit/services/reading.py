"""Reading: one order with everything about it, its history, and lists; what may be done with it is `offering`."""

from __future__ import annotations

import base64
from datetime import datetime
from uuid import UUID

from attrs import frozen

from orderkit.actors import Actor
from orderkit.codec import from_micros
from orderkit.errors import InvalidRequest
from orderkit.families.billing import BilledRequest, billed
from orderkit.family import OrderFamily
from orderkit.history import HistoryEntry
from orderkit.keys import to_micros
from orderkit.orders.records import Address, Customer
from orderkit.personal import value_of
from orderkit.ports.storage import OrderFilter, OrderRow
from orderkit.services import texts
from orderkit.services.offering import Action as Action  # what a reader of details meets with them
from orderkit.services.offering import actions_of
from orderkit.services.wiring import Wiring
from orderkit.standing import Standing, stand

LARGEST_PAGE = 500
_LARGEST_NUMBER = 2**63


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


def history(wiring: Wiring, order_id: UUID) -> tuple[Remembered, ...]:
    """Every accepted change of the order, oldest first (row SX-16)."""
    with wiring.storage.reading() as store:
        entries = store.history(wiring.scope, order_id)
        personal = store.family(wiring.scope, order_id).personal
    return tuple(
        Remembered(entry=each, reason=value_of(personal, order_id, f"reason.{each.sequence}")) for each in entries
    )


def requests(wiring: Wiring, order_id: UUID) -> tuple[BilledRequest, ...]:
    """What was asked of the customer and how it was paid, the oldest first (rows S4-27 to S4-38)."""
    with wiring.storage.reading() as store:
        return billed(store.family(wiring.scope, order_id))


def listed(wiring: Wiring, filter: OrderFilter, *, after: str | None, limit: int) -> Listed:
    """A page of orders, newest first, stable while others are placed (rows SX-22, SX-23, S4-08).

    Raises:
        InvalidRequest: an unknown status, kind or field, a limit outside 1 to 500, or a cursor that is none of ours.
    """
    _checked(wiring, filter)
    if type(limit) is not int or not 1 <= limit <= LARGEST_PAGE:
        raise InvalidRequest("limit", "is_from_1_to_500", limit=limit)
    with wiring.storage.reading() as store:
        page = store.page(wiring.scope, filter, after=_place(after), limit=limit)
    return Listed(rows=page.rows, next=None if page.next is None else _cursor(page.next))


def _checked(wiring: Wiring, filter: OrderFilter) -> None:
    _check_types(filter)
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
        texts.checked(declared[name].checked(value), f"fields[{name!r}]")


_TYPES: tuple[tuple[str, type], ...] = (
    ("statuses", tuple),
    ("kinds", tuple),
    ("customer_id", str),
    ("number", int),
    ("channel", str),
    ("needs_attention", bool),
)


def _check_types(filter: OrderFilter) -> None:
    for name, kind in _TYPES:
        value = getattr(filter, name)
        if value is not None and type(value) is not kind:
            raise InvalidRequest(name, f"is_a_{kind.__name__}", type=type(value).__name__)
        texts.checked(value, name)
    if filter.number is not None and not 0 < filter.number < _LARGEST_NUMBER:
        raise InvalidRequest("number", "is_an_order_number", number=str(filter.number)[:40])


def _cursor(place: tuple[datetime, UUID]) -> str:
    at, id = place
    return base64.urlsafe_b64encode(f"{to_micros(at)}.{id.hex}".encode()).decode().rstrip("=")


def _place(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        micros, id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(".")
        return from_micros(int(micros)), UUID(hex=id)
    except (TypeError, ValueError, OverflowError):  # a binascii.Error is a ValueError
        raise InvalidRequest("after", "is_a_cursor", after=str(cursor)[:40]) from None
