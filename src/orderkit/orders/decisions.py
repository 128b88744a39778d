"""How lines are priced and an order comes into being, moves, and is cancelled; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from attrs import evolve

from orderkit.cases import Case
from orderkit.errors import InvalidRequest, NotRepresentable, Plain
from orderkit.family import OrderFamily
from orderkit.jsons import checked_extra
from orderkit.lifecycles import Status
from orderkit.money import Money, Price, rounded, share
from orderkit.orders.records import Adjustment, Attention, Discount, Line, NewLine, Order, Tax, Terms


def priced(new: NewLine, *, id: UUID, order_id: UUID, position: int, currency: str) -> Line:
    """A line as it is sold: discounts in the order given, each on what the former left; taxes on what is left then.

    Every amount is rounded once, where it arises. An included tax is taken out of the amount, not put on top.

    Raises:
        InvalidRequest: naming ``lines[position].field``: a quantity below one or above the terms, another currency,
            a discount above its base, a rate outside 0 to 1.
    """
    where = f"lines[{position}]"
    _checked(new, where, currency)
    price = new.unit_price if isinstance(new.unit_price, Price) else Price(new.unit_price.amount, currency)
    try:
        adjustments = _adjustments(new, price, where)
    except NotRepresentable as error:
        raise InvalidRequest(f"{where}.unit_price", "is_representable", why=str(error)) from error
    return Line(
        id=id,
        order_id=order_id,
        position=position,
        offer=new.offer,
        title=new.title,
        category=new.category,
        item_kind=new.item_kind,
        quantity=new.quantity,
        unit_price=price,
        adjustments=adjustments,
        terms=new.terms,
        extra=checked_extra(new.extra, field=f"{where}.extra"),
    )


def _adjustments(new: NewLine, price: Price, where: str) -> tuple[Adjustment, ...]:
    base = price.times(new.quantity)
    adjustments: list[Adjustment] = []
    for discount in new.discounts:
        adjustments.append(_discounted(discount, base, where))
        base = base - adjustments[-1].amount
    return (*adjustments, *(_taxed(tax, base, where) for tax in new.taxes))


def _checked(new: NewLine, where: str, currency: str) -> None:
    if not new.offer.strip():
        raise InvalidRequest(f"{where}.offer", "is_given")
    if isinstance(new.quantity, bool) or not isinstance(new.quantity, int) or not 1 <= new.quantity <= 10**9:
        raise InvalidRequest(f"{where}.quantity", "is_positive", quantity=str(new.quantity), largest=10**9)
    _check_terms(new.terms, new.quantity, where)
    if new.unit_price.currency != currency:
        raise InvalidRequest(f"{where}.unit_price", "is_same_currency", price=str(new.unit_price), currency=currency)
    if isinstance(new.unit_price, Money) and new.unit_price.is_negative:
        raise InvalidRequest(f"{where}.unit_price", "is_not_negative", price=str(new.unit_price))


def _check_terms(terms: Terms, quantity: int, where: str) -> None:
    if terms.most_units is not None and quantity > terms.most_units:
        raise InvalidRequest(f"{where}.quantity", "is_within_terms", quantity=quantity, most_units=terms.most_units)
    if terms.minimum_share is not None:
        _rate(terms.minimum_share, f"{where}.terms.minimum_share")


def _discounted(discount: Discount, base: Money, where: str) -> Adjustment:
    if (discount.rate is None) == (discount.amount is None):
        raise InvalidRequest(f"{where}.discounts", "has_rate_or_amount", code=discount.code)
    amount = discount.amount if discount.amount is not None else share(base, _rate(discount.rate, f"{where}.rate"))
    if amount.currency != base.currency or amount.is_negative or amount > base:
        raise InvalidRequest(f"{where}.discounts", "is_within_base", amount=str(amount), base=str(base))
    return Adjustment("discount", discount.code, discount.label, discount.rate, base, amount)


def _taxed(tax: Tax, base: Money, where: str) -> Adjustment:
    rate = _rate(tax.rate, f"{where}.rate")
    if tax.included:
        amount = base - rounded(base.amount / (1 + rate), base.currency)
    else:
        amount = share(base, rate)
    return Adjustment("tax", tax.code, tax.label, rate, base, amount, tax.included)


def _rate(rate: Decimal | None, field: str) -> Decimal:
    if not isinstance(rate, Decimal) or not rate.is_finite() or not 0 <= rate <= 1:
        raise InvalidRequest(field, "is_a_rate", rate=str(rate), range="Decimal from 0 to 1")
    return rate


def one_currency(lines: Sequence[NewLine]) -> str:
    """The currency that all lines share.

    Raises:
        InvalidRequest: no lines, or two currencies (row SX-12).
    """
    if not lines:
        raise InvalidRequest("lines", "is_not_empty")
    first = lines[0].unit_price.currency
    for position, line in enumerate(lines):
        if line.unit_price.currency != first:
            raise InvalidRequest(
                f"lines[{position}].unit_price", "is_same_currency", price=str(line.unit_price), currency=first
            )
    return first


def moved(order: Order, status: Status) -> Order:
    """The order in the given status."""
    return evolve(order, status=status.key, kind=status.kind.key)


def apply(case: Case, event: str) -> Order:
    """The order after an event that is a move and nothing else, such as a plugin's."""
    return moved(case.family.order, case.permit(case.family.order, event))


def noticed(family: OrderFamily, code: str, params: Mapping[str, Plain], *, id: UUID, at: datetime) -> Attention | None:
    """An attention entry for a person; None where the very same one is open already."""
    for each in family.attention:
        if each.closed_at is None and each.code == code and dict(each.params) == dict(params):
            return None
    return Attention(id=id, order_id=family.order.id, code=code, params=dict(params), opened_at=at)
