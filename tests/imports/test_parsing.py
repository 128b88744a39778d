"""Parsing: what one row states, what is refused and by which field, and that no refused line loses its amount."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal, localcontext

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from orderkit.errors import Refusal
from orderkit.imports import (
    BadRow,
    CancellationLine,
    RawRow,
    RefusedLine,
    SaleLine,
    adapted,
    map_named,
    parse,
    sentence,
)
from orderkit.money import Money, Price

RETAIL = map_named("uk-retail")
ANY_CURRENCY = map_named("orderkit")
VALUES = {
    "order": "536365",
    "offer": "85123A",
    "title": "HEART",
    "quantity": "6",
    "date": "1/12/2010 08:26",
    "unit_price": "2,55",
    "customer": "17850",
}


def row(**changes: str) -> RawRow:
    """A good row of the retail map, with changes."""
    return RawRow(7, {**VALUES, **changes}, {"uk-retail.Country": "EIRE"})  # type: ignore[dict-item]  # keys are fields


def parsed(**changes: str) -> SaleLine | CancellationLine | RefusedLine:
    """What the retail map reads in a good row with changes."""
    return parse(row(**changes), RETAIL)


def refused(**changes: str) -> RefusedLine:
    """The same where it must be a refusal."""
    line = parsed(**changes)
    assert isinstance(line, RefusedLine)
    return line


def test_a_sale_says_everything_the_row_says() -> None:
    """A good row is a sale with its price exact, its time in UTC and its other columns kept."""
    assert parsed() == SaleLine(
        line=7,
        order="536365",
        customer="17850",
        offer="85123A",
        title="HEART",
        quantity=6,
        unit_price=Price("2.55", "GBP"),
        placed_at=datetime(2010, 12, 1, 8, 26, tzinfo=timezone.utc),
        extra={"uk-retail.Country": "EIRE"},
    )


def test_a_cancellation_takes_back() -> None:
    """A negative quantity under a cancellation's id is so many units taken back, of a negative amount."""
    line = parsed(order="C536379", quantity="-6")
    assert isinstance(line, CancellationLine)
    assert (line.quantity, line.amount) == (6, Decimal("-15.30"))


def test_what_may_be_missing() -> None:
    """Without a customer there is none; without a title the offer's code serves as one."""
    line = parsed(customer="", title="")
    assert isinstance(line, SaleLine)
    assert (line.customer, line.title) == (None, "85123A")


def test_a_free_item_is_a_sale() -> None:
    """A price of zero with a positive quantity is something given away, not an error."""
    line = parsed(unit_price="0")
    assert isinstance(line, SaleLine)
    assert line.amount == 0


@pytest.mark.parametrize(
    ("changes", "field", "code", "amount"),
    [
        ({"quantity": "-5", "unit_price": "83"}, "quantity", "is_positive_quantity", "-415"),
        ({"quantity": "0", "unit_price": "83"}, "quantity", "is_positive_quantity", "0"),
        ({"quantity": str(2**63), "unit_price": "1"}, "quantity", "is_not_too_large", str(2**63)),
        ({"quantity": "1e9"}, "quantity", "is_whole_number", None),
        ({"quantity": "1,5"}, "quantity", "is_whole_number", "3.825"),
        ({"quantity": "6,0"}, "quantity", "is_whole_number", "15.30"),
        ({"quantity": ""}, "quantity", "is_whole_number", None),
        ({"quantity": "+6"}, "quantity", "is_whole_number", None),
        ({"quantity": "٦"}, "quantity", "is_whole_number", None),
        ({"quantity": "9" * 5000}, "quantity", "is_whole_number", None),
        ({"order": "C536379"}, "quantity", "is_negative_quantity", "15.30"),
        ({"order": "C536379", "quantity": "0"}, "quantity", "is_negative_quantity", "0"),
        ({"unit_price": "-11062,06", "quantity": "1"}, "unit_price", "is_not_negative_price", "-11062.06"),
        ({"unit_price": "2.55"}, "unit_price", "is_a_number", None),
        ({"unit_price": "1.234,50"}, "unit_price", "is_a_number", None),
        ({"unit_price": "1,234,50"}, "unit_price", "is_a_number", None),
        ({"unit_price": "1e3"}, "unit_price", "is_a_number", None),
        ({"unit_price": "£2,55"}, "unit_price", "is_a_number", None),
        ({"unit_price": "NaN"}, "unit_price", "is_a_number", None),
        ({"unit_price": ""}, "unit_price", "is_a_number", None),
        ({"unit_price": "0,0000000001"}, "unit_price", "is_representable", "6E-10"),
        ({"unit_price": "9" * 19}, "unit_price", "is_representable", str(6 * int("9" * 19))),
        ({"unit_price": "9" * 16, "quantity": "1000"}, "unit_price", "is_representable", "9" * 16 + "000"),
        ({"date": "31/2/2010"}, "date", "is_a_date", "15.30"),
        ({"order": ""}, "order", "is_given", "15.30"),
        ({"offer": ""}, "offer", "is_given", "15.30"),
        ({"order": "5" * 201}, "order", "is_short_enough", "15.30"),
        ({"title": "x" * 2001}, "title", "is_short_enough", "15.30"),
        ({"customer": "17\n850"}, "customer", "is_one_line", "15.30"),
    ],
)
def test_what_cannot_be_sold_is_refused_by_field_with_its_amount(
    changes: dict[str, str], field: str, code: str, amount: str | None
) -> None:
    """F130, F125: each bad value is refused by its field with a sentence, and counts for what it says it is worth."""
    line = refused(**changes)
    assert (line.refusal.params["field"], line.refusal.code) == (field, code)
    assert line.amount == (None if amount is None else Decimal(amount))
    assert len(sentence(line.refusal)) < 250
    assert not sentence(line.refusal).startswith(code)


def test_the_quantity_of_a_refused_line_keeps_its_sign() -> None:
    """A refused line reports the units that the file says, and none where that is no whole number."""
    assert refused(quantity="-5").quantity == -5
    assert refused(quantity=str(2**63)).quantity == 2**63
    assert refused(quantity="1,5").quantity == 0


def test_a_point_is_the_decimal_mark_where_the_map_says_so() -> None:
    """A map with a decimal point takes 2.55 and refuses 2,55, and the other way round."""
    pointed = adapted(RETAIL, decimal=".")
    line = parse(row(unit_price="2.55"), pointed)
    assert isinstance(line, SaleLine)
    assert line.unit_price == Price("2.55", "GBP")
    assert isinstance(parse(row(unit_price="2,55"), pointed), RefusedLine)


def test_an_over_precise_price_is_kept_and_rounds_once() -> None:
    """0.001 is a price: a thousand units make a pound, one makes nothing, and the line knows its exact amount."""
    thousand, one = parsed(unit_price="0,001", quantity="1000"), parsed(unit_price="0,001", quantity="1")
    assert isinstance(thousand, SaleLine)
    assert isinstance(one, SaleLine)
    assert (thousand.unit_price.times(1000), one.unit_price.times(1)) == (Money("1.00", "GBP"), Money("0.00", "GBP"))
    assert (thousand.amount, one.amount) == (Decimal("1.000"), Decimal("0.001"))


def test_currencies_are_codes_of_the_standard() -> None:
    """A line's own currency goes before the map's; an unknown one is refused, keeping its amount."""
    values = {**VALUES, "unit_price": "2.55", "currency": "EUR"}
    euro = parse(RawRow(2, values, {}), adapted(ANY_CURRENCY, currency="GBP", day_first=True))  # type: ignore[arg-type]  # keys are fields
    assert isinstance(euro, SaleLine)
    assert euro.currency == "EUR"
    for code, rule in (("EURO", "is_known_currency"), ("eur", "is_known_currency"), ("", "is_given")):
        line = parse(RawRow(2, {**values, "currency": code}, {}), evolve(ANY_CURRENCY, day_first=True))  # type: ignore[dict-item]  # keys are fields
        assert isinstance(line, RefusedLine)
        assert (line.refusal.code, line.refusal.params["field"]) == (rule, "currency")
        assert (line.currency, line.amount) == (None, Decimal("15.30"))


def test_a_bad_row_stays_refused_with_what_could_be_read() -> None:
    """A bad row keeps its reason; its amount counts where its values could be read, and is unknown where not."""
    reason = Refusal("has_closed_quotes", {"field": "line"})
    with_values = parse(BadRow(3, reason, VALUES), RETAIL)  # type: ignore[arg-type]  # keys are fields
    without = parse(BadRow(3, reason), RETAIL)
    assert isinstance(with_values, RefusedLine)
    assert isinstance(without, RefusedLine)
    assert (with_values.refusal, with_values.amount, with_values.order) == (reason, Decimal("15.30"), "536365")
    assert (without.refusal, without.amount, without.order) == (reason, None, None)


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), st.integers(0, 12))
def test_every_readable_line_is_worth_quantity_times_price(quantity: int, coefficient: int, digits: int) -> None:
    """Sold, cancelled or refused, the amount is the exact product, whatever the host's decimal context."""
    price = Decimal(coefficient).scaleb(-digits)
    with localcontext() as context:
        context.prec = 5
        line = parsed(quantity=str(quantity), unit_price=format(price, "f").replace(".", ","))
        amount = line.amount
    assert amount is not None
    with localcontext() as context:
        context.prec = 60
        assert amount == quantity * price


@given(st.dictionaries(st.sampled_from(sorted(VALUES)), st.text(max_size=30)))
def test_no_text_whatever_breaks_the_parsing(changes: dict[str, str]) -> None:
    """Any texts in any fields give a sale, a cancellation or a refusal with a sentence, and raise nothing."""
    line = parsed(**{name: text.strip() for name, text in changes.items()})
    if isinstance(line, RefusedLine):
        assert sentence(line.refusal)
    else:
        assert line.quantity > 0
