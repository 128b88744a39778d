"""From what a person types to records: orders by number, payments as ORDER/1, items by their place, amounts.

Only looking up lives here, and nothing is changed. Places (payment 1, item 2) count as `orderkit show` prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar
from uuid import UUID

from attrs import frozen

from orderkit.errors import InvalidRequest, NotFound, NotRepresentable, Refusal
from orderkit.families.refunding import RefundItem
from orderkit.family import OrderFamily
from orderkit.money import Money
from orderkit.payments.records import Payment
from orderkit.refunds.records import Refund
from orderkit.services.reading import OrderDetails
from orderkit.shop import Shop

R = TypeVar("R")

_WAITING: Final = {
    "confirm": {("payment", "confirm"), ("refund", "confirm")},
    "reject": {("payment", "reject"), ("refund", "fail")},
}
_LARGEST_NUMBER: Final = 2**63 - 1


@frozen
class Waiting:
    """What a person's word can settle: a payment that waits for its money, or a refund that waits to be paid out."""

    details: OrderDetails
    record: Payment | Refund


def order_id_of(shop: Shop, text: str) -> UUID:
    """The id of the order with this number, or of this id.

    Raises:
        InvalidRequest: it is neither. NotFound: no order has this number.
    """
    text = text.strip()
    plain = text.removeprefix("#")
    if plain.isascii() and plain.isdigit():
        if int(plain) > _LARGEST_NUMBER:
            raise NotFound("order", text)
        return shop.orders.numbered(int(plain))
    return _id(text, "order", "is_number_or_id")


def details_of(shop: Shop, text: str) -> OrderDetails:
    """Everything about the order with this number or id. Raises as `order_id_of` does, and NotFound."""
    return shop.orders.details(order_id_of(shop, text))


def payment_of(shop: Shop, text: str, event: str) -> tuple[OrderDetails, Payment]:
    """The payment named by ORDER/N or its id; for an order alone, the one payment of which `event` may be asked.

    Where of none it may be asked, the only payment there is: its refusal says why not.

    Raises:
        InvalidRequest: nothing is named, or several could be meant. NotFound.
    """
    order, slash, place = text.partition("/")
    if slash:
        details = details_of(shop, order)
        return details, _at(details.family.payments, place, "payment", rule="is_payment", text=text)
    details, record = _payment_or_order(shop, text)
    return details, record or _only_payment(details, event)


def waiting_of(shop: Shop, text: str, event: str) -> Waiting:
    """What waits for a person: payment ORDER/N, refund ORDER/rN, the one of this id, or the only one of the order.

    Raises:
        InvalidRequest: nothing waits, or several things do. NotFound.
    """
    order, slash, place = text.partition("/")
    if slash and place.startswith("r"):
        details = details_of(shop, order)
        return Waiting(details, _at(details.family.refunds, place[1:], "refund", rule="is_refund", text=text))
    if slash:
        return Waiting(*payment_of(shop, text, event))
    refund = _refund_with_id(shop, text)
    if refund is not None:
        return refund
    details, payment = _payment_or_order(shop, text)
    return Waiting(details, payment or _only_waiting(details, event))


def items_of(details: OrderDetails, chosen: Sequence[str], *, whole: bool) -> tuple[RefundItem, ...]:
    """The items named by N or N:QUANTITY; with `whole`, every one that may still be refunded.

    Raises:
        InvalidRequest: nothing is named, or something that is no item.
    """
    if whole:
        able = {each.id for each in details.actions if each.on == "item" and each.name == "refund" and each.enabled}
        every = [RefundItem(each.id) for each in details.family.items if each.id in able]
        return tuple(every) or tuple(RefundItem(each.id) for each in details.family.items)
    if not chosen:
        raise InvalidRequest("item", "has_items")
    return tuple(_item(details.family, text) for text in chosen)


def item_at(family: OrderFamily, place: str) -> UUID:
    """The id of the item at this place. Raises InvalidRequest."""
    return _item(family, place).item_id


def amount_of(text: str | None, currency: str, field: str = "amount") -> Money | None:
    """The amount written ``12.50`` or ``12.50 EUR``; without a currency in the order's own; None stays None.

    Raises:
        InvalidRequest: it is no amount in that currency.
    """
    if text is None:
        return None
    number, _, named = text.strip().partition(" ")
    code = named.strip().upper() or currency
    try:
        return Money(number, code)
    except NotRepresentable:
        refusal = Refusal("is_amount", {"found": text[:40], "currency": code, "example": _example(code)})
        raise InvalidRequest(field, refusal) from None


def _example(currency: str) -> str:
    """How an amount of the currency is written; of what is no currency, how any amount is."""
    try:
        return str(Money.of_minor(12345, currency).amount)
    except NotRepresentable:
        return "123.45 EUR, with an ISO 4217 code"


def names_in(family: OrderFamily) -> dict[str, str]:
    """How ids of this order are called on the terminal: payment 1, refund 2."""
    payments = {str(each.id): f"payment {place}" for place, each in enumerate(family.payments, start=1)}
    refunds = {str(each.id): f"refund {place}" for place, each in enumerate(family.refunds, start=1)}
    items = {str(each.id): f"item {place}" for place, each in enumerate(family.items, start=1)}
    return {**payments, **refunds, **items, str(family.order.id): "the order"}


def _payment_or_order(shop: Shop, text: str) -> tuple[OrderDetails, Payment | None]:
    try:
        return details_of(shop, text), None
    except NotFound:
        if len(text) < 32:
            raise
    payment_id = UUID(text)
    with shop.wiring.storage.reading() as store:
        order_id = store.order_of(shop.wiring.scope, "payment", payment_id)
    details = shop.orders.details(order_id)
    return details, details.family.payment(payment_id)


def _refund_with_id(shop: Shop, text: str) -> Waiting | None:
    try:
        refund_id = UUID(text) if len(text) >= 32 else None
        if refund_id is None:
            return None
        with shop.wiring.storage.reading() as store:
            order_id = store.order_of(shop.wiring.scope, "refund", refund_id)
    except (ValueError, NotFound):
        return None
    details = shop.orders.details(order_id)
    return Waiting(details, details.family.refund(refund_id))


def _only_payment(details: OrderDetails, event: str) -> Payment:
    able = {each.id for each in details.actions if each.on == "payment" and each.name == event and each.enabled}
    payments = details.family.payments
    possible = [each for each in payments if each.id in able] or list(payments[-1:])
    if not possible:
        raise InvalidRequest("payment", "has_payment")
    if len(possible) > 1:
        raise InvalidRequest("payment", "has_one_choice", possible=_places(details, possible))
    return possible[0]


def _only_waiting(details: OrderDetails, event: str) -> Payment | Refund:
    family = details.family
    able = {each.id for each in details.actions if (each.on, each.name) in _WAITING[event] and each.enabled}
    # A payment may hear of a refund that goes back over it, too; what waits then is the refund.
    bringing = {each.payment_id for each in family.operations if each.kind == "in_flight" and each.refund_id is None}
    payments = [each for each in family.payments if each.id in able & bringing]
    refunds = [each for each in family.refunds if each.id in able]
    possible: list[Payment | Refund] = [*payments, *refunds]
    if not possible:
        raise InvalidRequest("order", "something_waits")
    if len(possible) > 1:
        raise InvalidRequest("order", "has_one_choice", possible=_places(details, possible))
    return possible[0]


def _places(details: OrderDetails, records: Sequence[Payment | Refund]) -> str:
    return ", ".join(place_of(details.family, each.id) for each in records)


def place_of(family: OrderFamily, id: UUID) -> str:
    """How a payment or refund is named on the command line: ``12/1``, ``12/r1``."""
    payments = {each.id: str(place) for place, each in enumerate(family.payments, start=1)}
    refunds = {each.id: f"r{place}" for place, each in enumerate(family.refunds, start=1)}
    return f"{family.order.number}/{(payments | refunds)[id]}"


def _item(family: OrderFamily, text: str) -> RefundItem:
    place, colon, quantity = text.partition(":")
    item = _at(family.items, place, "item", rule="is_item_number", text=text)
    if not colon:
        return RefundItem(item.id)
    if not (quantity.isascii() and quantity.isdigit()):
        raise InvalidRequest("item", "is_item_number", found=text, most=len(family.items))
    return RefundItem(item.id, int(quantity))


def _at(records: Sequence[R], place: str, field: str, *, rule: str, text: str) -> R:
    if place.isascii() and place.isdigit() and 1 <= int(place) <= len(records):
        return records[int(place) - 1]
    raise InvalidRequest(field, rule, found=text, most=len(records))


def _id(text: str, field: str, rule: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequest(field, rule, found=text[:60]) from None
