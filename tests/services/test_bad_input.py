"""What cannot be accepted is refused by a typed error that names the field and the reason, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve
from tests.services.stalls import BUYER, NewStall, Stall, eur, line

from orderkit import (
    Address,
    Customer,
    Discount,
    Field,
    InvalidRequest,
    Money,
    NewLine,
    NewOrder,
    NotFound,
    NotRepresentable,
    OrderFilter,
    OrderkitError,
    RefundItem,
    Tax,
    Terms,
    TransitionError,
    TransitionRefused,
)

HUGE = 10**30
NUL, HALF = "a\x00b", "a\ud800b"


def bad(value: object) -> Any:
    """A value that a type checker would have refused."""
    return value


def sold(**changes: Any) -> NewLine:
    return evolve(NewLine("A", "A thing", unit_price=eur("10.00")), **changes)


def order(**changes: Any) -> NewOrder:
    return evolve(NewOrder(customer=BUYER, lines=(line(),)), **changes)


PLACINGS: dict[str, tuple[NewOrder, str, str]] = {
    "no lines": (order(lines=()), "lines", "is_not_empty"),
    "quantity of nothing": (order(lines=(sold(quantity=0),)), "lines[0].quantity", "is_positive"),
    "negative quantity": (order(lines=(line(), sold(quantity=-5))), "lines[1].quantity", "is_positive"),
    "huge quantity": (order(lines=(sold(quantity=2**63),)), "lines[0].quantity", "is_positive"),
    "quantity as text": (order(lines=(sold(quantity=bad("1e9")),)), "lines[0].quantity", "is_positive"),
    "negative price": (order(lines=(sold(unit_price=eur("-1.00")),)), "lines[0].unit_price", "is_not_negative"),
    "price as a float": (order(lines=(sold(unit_price=bad(9.99)),)), "lines[0].unit_price", "is_money"),
    "price as text": (order(lines=(sold(unit_price=bad("9.99")),)), "lines[0].unit_price", "is_money"),
    "two currencies": (
        order(lines=(line(), sold(unit_price=Money("1", "JPY")))),
        "lines[1].unit_price",
        "is_same_currency",
    ),
    "a line beyond 64 bits": (
        order(lines=(sold(unit_price=eur("90000000000000000"), quantity=10**9),)),
        "lines[0].unit_price",
        "is_representable",
    ),
    "a total beyond 64 bits": (order(lines=(line("90000000000000000"),) * 2), "lines", "is_representable"),
    "no offer": (order(lines=(sold(offer=" "),)), "lines[0].offer", "is_given"),
    "unknown item kind": (order(lines=(sold(item_kind="rocket"),)), "lines[0].item_kind", "is_known_item_kind"),
    "unknown type": (order(type="gift"), "type", "is_known_type"),
    "no customer": (order(customer=Customer(" ")), "customer.id", "is_given"),
    "customer as a number": (order(customer=Customer(bad(7))), "customer.id", "is_given"),
    "instant without a zone": (order(placed_at=datetime(2026, 1, 1)), "placed_at", "has_time_zone"),
    "terms without a zone": (
        order(lines=(sold(terms=Terms(refundable_until=datetime(2026, 1, 1))),)),
        "lines[0].terms.refundable_until",
        "has_time_zone",
    ),
    "a minimum above everything": (
        order(lines=(sold(terms=Terms(minimum_share=Decimal(2))),)),
        "lines[0].terms.minimum_share",
        "is_a_rate",
    ),
    "more than the terms allow": (
        order(lines=(sold(quantity=3, terms=Terms(most_units=2)),)),
        "lines[0].quantity",
        "is_within_terms",
    ),
    "a discount of more than there is": (
        order(lines=(sold(discounts=(Discount("D", "D", amount=eur("10.01")),)),)),
        "lines[0].discounts",
        "is_within_base",
    ),
    "a discount in another currency": (
        order(lines=(sold(discounts=(Discount("D", "D", amount=Money("1", "JPY")),)),)),
        "lines[0].discounts",
        "is_within_base",
    ),
    "a discount that is no money": (
        order(lines=(sold(discounts=(Discount("D", "D", amount=bad(5)),)),)),
        "lines[0].discounts",
        "is_money",
    ),
    "a discount of nothing": (
        order(lines=(sold(discounts=(Discount("D", "D"),)),)),
        "lines[0].discounts",
        "has_rate_or_amount",
    ),
    "a discount of 110 %": (
        order(lines=(sold(discounts=(Discount("D", "D", rate=Decimal("1.1")),)),)),
        "lines[0].rate",
        "is_a_rate",
    ),
    "a tax as a float": (
        order(lines=(sold(taxes=(Tax("T", "T", bad(0.19)),)),)),
        "lines[0].rate",
        "is_a_rate",
    ),
    "extra without a namespace": (order(extra={"gift": True}), "extra['gift']", "is_namespaced"),
    "extra that is not plain": (order(extra={"shop.gift": bad(object())}), "extra['shop.gift']", "is_plain_value"),
    "a float in extra": (
        order(lines=(sold(extra={"shop.grams": bad([1, 1.5])}),)),
        "lines[0].extra['shop.grams'][1]",
        "is_plain_value",
    ),
    "a NUL in a title": (order(lines=(sold(title=NUL),)), "lines[0].title", "is_storable_text"),
    "a NUL in extra": (order(extra={"shop.note": NUL}), "extra['shop.note']", "is_storable_text"),
    "half a character": (order(bill_to=Address(city=HALF)), "bill_to.city", "is_storable_text"),
    "half a character in a note": (order(note=HALF), "note", "is_storable_text"),
}


@pytest.mark.parametrize("name", PLACINGS)
def test_a_placing_that_cannot_be_accepted(stall: Stall, name: str) -> None:
    """The field and the reason are named, the refusal is in the log under the error's reference, no number is taken,
    and there is no order; the same key is free (I-13, I-66, F125, F130)."""
    asked, field, code = PLACINGS[name]
    first = stall.place()
    with pytest.raises(InvalidRequest) as refused:
        stall.shop.orders.place_order(asked, key="k")

    assert (refused.value.field, refused.value.refusal.code) == (field, code)
    (noted,) = stall.storage.refusals(stall.shop.wiring.scope, limit=5)
    assert (noted.id, noted.code, noted.verb) == (refused.value.reference, code, "place")
    assert [each.id for each in stall.shop.orders.list().rows] == [first.id]
    assert stall.place(key="k").number == first.number + 1


@pytest.mark.parametrize(
    ("amount", "currency", "reason"),
    [
        ("10.001", "EUR", "more digits than EUR"),
        ("0.5", "JPY", "more digits than JPY"),
        ("1.00", "XXZ", "XXZ"),
        ("1,234.50", "EUR", "not a plain number"),
        ("1e3", "EUR", "not a plain number"),
        (bad(9.99), "EUR", "float"),
        (str(HUGE), "EUR", "64-bit"),
    ],
)
def test_what_is_no_money_is_refused_before_it_comes_here(amount: str, currency: str, reason: str) -> None:
    """Too many digits, an unknown currency, another way of writing, a float: there is no such money (I-01, F125)."""
    with pytest.raises(NotRepresentable, match=reason):
        Money(amount, currency)


FIELDS = (Field("shop.region"), Field("shop.boxes", type="number"))
DERIVED = Field("shop.items", type="number", derive=lambda family: len(family.items))


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"shop.colour": "red"}, "fields['shop.colour']", "is_declared"),
        ({"shop.items": 3}, "fields['shop.items']", "is_declared"),
        ({"shop.boxes": "3"}, "fields['shop.boxes']", "is_of_declared_type"),
        ({"shop.boxes": True}, "fields['shop.boxes']", "is_of_declared_type"),
        ({"shop.boxes": 2**63}, "fields['shop.boxes']", "is_within_64_bits"),
        ({"shop.boxes": Decimal(3)}, "fields['shop.boxes']", "is_plain_value"),
        ({"shop.region": NUL}, "fields['shop.region']", "is_storable_text"),
    ],
)
def test_fields_that_cannot_be_accepted(new: NewStall, given: dict[str, Any], field: str, code: str) -> None:
    """A field nobody declared, one that is derived, or a value of another type is refused by name."""
    stall = new(fields=(*FIELDS, DERIVED))
    with pytest.raises(InvalidRequest) as refused:
        stall.shop.orders.place(customer=BUYER, lines=[line()], fields=given)
    assert (refused.value.field, refused.value.refusal.code) == (field, code)
    assert stall.shop.orders.list().rows == ()


Call = Callable[[Stall, UUID], object]


def on_payment(verb: str, *args: Any) -> Call:
    def call(stall: Stall, order_id: UUID) -> object:
        return getattr(stall.shop.payments, verb)(stall.family(order_id).payments[0].id, *args)

    return call


def refund(*selection: Any, **asked: Any) -> Call:
    def call(stall: Stall, order_id: UUID) -> object:
        own = stall.family(order_id).items[0].id
        chosen = [RefundItem(own, *each[1:]) if isinstance(each, tuple) else each for each in selection]
        return stall.shop.refund(order_id, chosen, **asked)

    return call


# what is asked of an order with 60.00 of 100.00 captured and 40.00 held: the error's class, and what it names
CALLS: dict[str, tuple[Call, type[OrderkitError], str]] = {
    "pay nothing": (
        lambda stall, id: stall.shop.pay(id, via="card", amount=eur("0.00")),
        TransitionRefused,
        "one_payment_at_a_time",
    ),
    "capture nothing": (on_payment("capture", eur("0.00")), TransitionRefused, "is_positive"),
    "capture less than nothing": (on_payment("capture", eur("-1.00")), TransitionRefused, "is_positive"),
    "capture yen": (on_payment("capture", Money("1", "JPY")), TransitionRefused, "is_same_currency"),
    "capture too much": (on_payment("capture", eur("40.01")), TransitionRefused, "is_covered"),
    "capture a number": (on_payment("capture", 40), InvalidRequest, "amount"),
    "confirm a number": (on_payment("confirm", 40), InvalidRequest, "amount"),
    "pay a number": (
        lambda stall, id: stall.shop.pay(id, via="card", amount=bad(40)),
        InvalidRequest,
        "amount",
    ),
    "pay by an unknown way": (lambda stall, id: stall.shop.pay(id, via="gold"), InvalidRequest, "via"),
    "refund nothing": (refund(), InvalidRequest, "items"),
    "refund no units": (refund(("own", 0)), InvalidRequest, "items[0].quantity"),
    "refund a negative": (refund(("own", -1)), InvalidRequest, "items[0].quantity"),
    "refund half a unit": (refund(("own", 0.5)), InvalidRequest, "items[0].quantity"),
    "refund too many": (refund(("own", 3)), InvalidRequest, "items[0].quantity"),
    "refund twice": (refund(("own", 1), ("own", 1)), InvalidRequest, "items[1]"),
    "refund a stranger": (refund(UUID(int=3)), InvalidRequest, "items[0]"),
    "refund text": (refund("the mug"), InvalidRequest, "items[0]"),
    "refund with a fee in yen": (refund(("own", 1, Money("1", "JPY"))), InvalidRequest, "items[0].fee"),
    "a reference with a NUL": (refund(("own", 1), reference=NUL), InvalidRequest, "reference"),
    "a reason with a NUL": (
        lambda stall, id: stall.shop.orders.move(id, "complete", reason=NUL),
        InvalidRequest,
        "reason",
    ),
    "a reason that is no text": (
        lambda stall, id: stall.shop.orders.move(id, "complete", reason=bad(7)),
        InvalidRequest,
        "reason",
    ),
    "an unknown move": (lambda stall, id: stall.shop.orders.move(id, "explode"), TransitionError, "explode"),
    "an item's unknown move": (
        lambda stall, id: stall.shop.items.move(stall.family(id).items[0].id, "explode"),
        TransitionError,
        "explode",
    ),
    "an unknown order": (lambda stall, id: stall.shop.pay(UUID(int=9), via="card"), NotFound, str(UUID(int=9))),
    "an unknown payment": (lambda stall, id: stall.shop.payments.capture(id), NotFound, "payment"),
    "an unknown refund": (lambda stall, id: stall.shop.refunds.approve(id), NotFound, "refund"),
    "an id as text": (lambda stall, id: stall.shop.pay(bad(str(id)), via="card"), InvalidRequest, "id"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_command_that_cannot_be_accepted(stall: Stall, name: str) -> None:
    """The error is typed and names the field or the rule; records, history and messages are as before, and nobody was
    called (I-13, F073)."""
    call, kind, named = CALLS[name]
    order_id = stall.authorized(line("50.00", 2)).order_id
    stall.shop.payments.capture(stall.family(order_id).payments[0].id, eur("60.00"))
    before = (stall.family(order_id), stall.entries(order_id), stall.facts(order_id), list(stall.card.calls))
    with pytest.raises(kind) as refused:
        call(stall, order_id)

    assert named in str(refused.value)
    if isinstance(refused.value, InvalidRequest):
        assert refused.value.field == named
    assert (stall.family(order_id), stall.entries(order_id), stall.facts(order_id), stall.card.calls) == before


@pytest.mark.parametrize("named", ["", "  ", "s" * 65, bad(None), bad(7)])
def test_a_scope_that_cannot_be_accepted(stall: Stall, named: str) -> None:
    """No scope is an error and never means all of them (S0-01)."""
    with pytest.raises(InvalidRequest) as refused:
        stall.desk.scope(named, actor=stall.shop.actor)
    assert refused.value.field == "scope"


@pytest.mark.row("SX-23")
@pytest.mark.parametrize(
    ("filter", "field"),
    [
        (OrderFilter(statuses=("paid", "lost")), "status"),
        (OrderFilter(statuses=bad("paid")), "statuses"),
        (OrderFilter(statuses=bad((7,))), "status"),
        (OrderFilter(kinds=("nice",)), "kind"),
        (OrderFilter(customer_id=bad(7)), "customer_id"),
        (OrderFilter(customer_id=NUL), "customer_id"),
        (OrderFilter(number=bad("7")), "number"),
        (OrderFilter(number=HUGE), "number"),
        (OrderFilter(number=bad(True)), "number"),
        (OrderFilter(channel=bad(b"web")), "channel"),
        (OrderFilter(needs_attention=bad("yes")), "needs_attention"),
        (OrderFilter(fields={"shop.colour": "red"}), "fields['shop.colour']"),
        (OrderFilter(fields={"shop.boxes": "3"}), "fields['shop.boxes']"),
        (OrderFilter(fields={"shop.region": HALF}), "fields['shop.region']"),
    ],
)
def test_a_filter_that_cannot_be_accepted(new: NewStall, filter: OrderFilter, field: str) -> None:
    """A status, kind or field that is not known, and a value of another type, are refused by name; a condition that is
    not known cannot even be written."""
    stall = new(fields=FIELDS)
    with pytest.raises(InvalidRequest) as refused:
        stall.shop.orders.list(filter)
    assert refused.value.field == field
    with pytest.raises(TypeError):
        OrderFilter(placed_before=1)  # type: ignore[call-arg]  # there is no such condition


def test_a_page_that_cannot_be_accepted(stall: Stall) -> None:
    """A page has 1 to 500 rows and begins behind a cursor of ours."""
    for limit in (0, -1, 501, bad("10"), bad(None), bad(1.0), True):
        with pytest.raises(InvalidRequest, match="limit: is_from_1_to_500"):
            stall.shop.orders.list(limit=limit)
    for after in ("nonsense", "", "é", "AAAA", bad(7)):
        with pytest.raises(InvalidRequest, match="after: is_a_cursor"):
            stall.shop.orders.list(after=after)


@pytest.mark.parametrize("number", [0, -1, HUGE, 2**63])
def test_a_number_that_no_order_has(stall: Stall, number: int) -> None:
    """A number that cannot be is not found, like any other that is not there."""
    with pytest.raises(NotFound):
        stall.shop.orders.numbered(number)
