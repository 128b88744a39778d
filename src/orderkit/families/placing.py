"""How an order with its lines, items and payment request comes into being; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from attrs import field, frozen

from orderkit.actors import Actor
from orderkit.errors import InvalidRequest, NotRepresentable
from orderkit.family import OrderFamily
from orderkit.items.decisions import items_for
from orderkit.items.records import Item
from orderkit.jsons import Json, checked_extra
from orderkit.lifecycles import Lifecycle
from orderkit.money import Money, Price, total
from orderkit.orders.decisions import one_currency, priced
from orderkit.orders.records import Address, Customer, Line, NewLine, Order, Source
from orderkit.personal import Person, PersonalValue
from orderkit.requests.decisions import open_request
from orderkit.requests.records import PaymentRequest


@frozen(kw_only=True)
class NewOrder:
    """An order as it is asked for. `placed_at` is when the customer ordered, where that is not now (an import)."""

    customer: Customer
    lines: tuple[NewLine, ...]
    type: str | None = None
    placed_at: datetime | None = None
    bill_to: Address | None = None
    ship_to: Address | None = None
    ip: str | None = None
    note: str | None = None
    locale: str | None = None
    source: Source | None = None
    ordering_account: str | None = None
    contract: str | None = None
    promotion: str | None = None
    affiliate: str | None = None
    parent_id: UUID | None = None
    copied_from_id: UUID | None = None
    extra: Mapping[str, Json] = field(factory=dict)


@frozen(kw_only=True)
class Placing:
    """What the service fixes before an order is made: the instant, the tables and the makers of ids."""

    scope: str
    actor: Actor
    at: datetime
    lifecycles: Mapping[str, Lifecycle]
    fingerprint: str
    order_types: tuple[str, ...]
    individual_kinds: Mapping[str, bool]
    new_id: Callable[[], UUID]
    new_salt: Callable[[], str]


def writable(new: NewOrder) -> None:
    """Check what has to be right before an order can even be written down as it was asked for.

    Raises:
        InvalidRequest: a price that is no money, or an instant without a time zone; the field is named.
    """
    _zoned("placed_at", new.placed_at)
    for position, line in enumerate(new.lines):
        where = f"lines[{position}]"
        if not isinstance(line.unit_price, Money | Price):
            raise InvalidRequest(f"{where}.unit_price", "is_money", type=type(line.unit_price).__name__)
        _zoned(f"{where}.terms.refundable_until", line.terms.refundable_until)
        for discount in line.discounts:
            if not isinstance(discount.amount, Money | None):
                raise InvalidRequest(f"{where}.discounts", "is_money", type=type(discount.amount).__name__)


def _zoned(field: str, at: datetime | None) -> None:
    if at is not None and at.tzinfo is None:
        raise InvalidRequest(field, "has_time_zone", given=str(at))


def placed(new: NewOrder, how: Placing) -> OrderFamily:
    """The family of a new order: lines priced, items made, one payment request over the total (none when it is free).

    Numbers are zero until the service gives them, so that what is refused takes none.

    Raises:
        InvalidRequest: naming the field and the reason.
    """
    currency = one_currency(new.lines)
    order = _order(new, how, currency)
    lines = tuple(
        priced(line, id=how.new_id(), order_id=order.id, position=position, currency=currency)
        for position, line in enumerate(new.lines)
    )
    owed = _total(lines, currency)
    requests = () if owed.minor == 0 else (_request(how, order, owed),)
    return OrderFamily(
        order=order,
        lines=lines,
        items=tuple(item for line in lines for item in _items(how, line)),
        requests=requests,
        personal=_personal(new, how, order.id),
    )


def _total(lines: tuple[Line, ...], currency: str) -> Money:
    try:
        return total((line.total for line in lines), currency)
    except NotRepresentable as error:
        raise InvalidRequest("lines", "is_representable", why=str(error)) from error


def _order(new: NewOrder, how: Placing, currency: str) -> Order:
    if not isinstance(new.customer.id, str) or not new.customer.id.strip():
        raise InvalidRequest("customer.id", "is_given")
    type = new.type or how.order_types[0]
    if type not in how.order_types:
        raise InvalidRequest("type", "is_known_type", type=type, known=", ".join(how.order_types))
    first = how.lifecycles["order"].initial
    return Order(
        id=how.new_id(),
        scope=how.scope,
        number=0,
        type=type,
        status=first.key,
        kind=first.kind.key,
        lifecycles=how.fingerprint,
        version=0,
        currency=currency,
        customer_id=new.customer.id,
        placed_at=new.placed_at or how.at,
        recorded_at=how.at,
        changed_at=how.at,
        author=str(how.actor),
        locale=new.locale,
        source=new.source,
        ordering_account=new.ordering_account,
        contract=new.contract,
        promotion=new.promotion,
        affiliate=new.affiliate,
        parent_id=new.parent_id,
        copied_from_id=new.copied_from_id,
        extra=checked_extra(new.extra),
    )


def _items(how: Placing, line: Line) -> tuple[Item, ...]:
    if line.item_kind not in how.individual_kinds:
        known = ", ".join(how.individual_kinds)
        raise InvalidRequest(
            f"lines[{line.position}].item_kind", "is_known_item_kind", item_kind=line.item_kind, known=known
        )
    return items_for(
        how.lifecycles["item"],
        order_id=line.order_id,
        line_id=line.id,
        quantity=line.quantity,
        total=line.total,
        individual=how.individual_kinds[line.item_kind],
        new_id=how.new_id,
    )


def _request(how: Placing, order: Order, owed: Money) -> PaymentRequest:
    return open_request(
        how.lifecycles["payment_request"],
        owed,
        id=how.new_id(),
        order_id=order.id,
        number=0,
        at=how.at,
    )


def _personal(new: NewOrder, how: Placing, order_id: UUID) -> tuple[PersonalValue, ...]:
    customer = str(Person("customer", new.customer.id))
    values = {"customer.name": new.customer.name, "customer.email": new.customer.email, "ip": new.ip, "note": new.note}
    for name, address in (("bill_to", new.bill_to), ("ship_to", new.ship_to)):
        parts = address.parts() if address else {}
        values.update({f"{name}.{part}": value for part, value in parts.items()})
    made = [PersonalValue(order_id, name, customer, value, how.new_salt()) for name, value in values.items() if value]
    if how.actor.name:
        author = str(Person(how.actor.kind, how.actor.id))
        made.append(PersonalValue(order_id, "author.name", author, how.actor.name, how.new_salt()))
    return tuple(made)
