"""The report: each line's outcome adds up to the line, all outcomes to the file, and both can be read by people."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import orderkit.imports
from orderkit.errors import InvalidRequest, Refusal
from orderkit.imports import CancellationLine, RefusedLine, SaleLine, Tally, cancelled, refused, sentence, sold
from orderkit.imports.sentences import SENTENCES
from orderkit.money import Money, Price

NOON = datetime(2010, 12, 1, 12, tzinfo=timezone.utc)


def sale(*, quantity: int = 3, price: str = "2.555") -> SaleLine:
    """A sale line."""
    return SaleLine(
        line=2, order="1", offer="o", title="t", quantity=quantity, unit_price=Price(price, "GBP"), placed_at=NOON
    )


def cancellation(*, quantity: int = 5, price: str = "2.50") -> CancellationLine:
    """A cancellation line."""
    return CancellationLine(
        line=3, order="C1", offer="o", title="t", quantity=quantity, unit_price=Price(price, "GBP"), placed_at=NOON
    )


def test_a_sale_rounds_once_and_keeps_the_difference() -> None:
    """Three times 2.555 are 7.665 in the file and 7.67 in orderkit; the outcome says both."""
    outcome = sold(sale())
    assert (outcome.action, outcome.quantity_done, outcome.quantity_refused) == ("sale", 3, 0)
    assert (outcome.amount_done, outcome.amount_refused, outcome.rounding) == (
        Decimal("7.67"),
        Decimal(0),
        Decimal("-0.005"),
    )


def test_a_cancellation_may_be_done_in_part() -> None:
    """Of five units three found their sale; the two others are refused with their amount and their reason."""
    outcome = cancelled(cancellation(), quantity=3, refunded=Money("7.50", "GBP"))
    assert (outcome.action, outcome.quantity_done, outcome.quantity_refused) == ("cancellation", -3, -2)
    assert (outcome.amount_done, outcome.amount_refused) == (Decimal("-7.50"), Decimal("-5.00"))
    assert outcome.sentence == "For 2 of 5 units no earlier sale to this customer at this price is left."


def test_a_cancellation_done_in_whole_has_no_reason() -> None:
    """With every unit matched nothing is refused, and another reason given is not needed."""
    outcome = cancelled(cancellation(), quantity=5, refunded=Money("12.50", "GBP"), refusal=Refusal("unused"))
    assert (outcome.reason, outcome.amount_refused, outcome.rounding) == (None, Decimal(0), Decimal(0))


def test_a_cancellation_that_found_nothing_did_nothing() -> None:
    """No unit matched: the line counts as refused with its whole amount, for the reason given if there is one."""
    outcome = cancelled(cancellation(), quantity=0, refunded=Money("0.00", "GBP"), refusal=Refusal("was_refused_there"))
    assert (outcome.action, outcome.quantity_refused, outcome.amount_refused) == ("none", -5, Decimal("-12.50"))
    assert outcome.reason == Refusal("was_refused_there")


@pytest.mark.parametrize(
    ("quantity", "refunded", "field"),
    [
        (6, Money("15.00", "GBP"), "quantity"),
        (-1, Money("0.00", "GBP"), "quantity"),
        (0, Money("0.01", "GBP"), "refunded"),
        (1, Money("-2.50", "GBP"), "refunded"),
        (1, Money("2.50", "EUR"), "refunded"),
    ],
)
def test_impossible_outcomes_are_refused(quantity: int, refunded: Money, field: str) -> None:
    """More than the line's units, money for no units, negative money, another currency: none can be recorded."""
    with pytest.raises(InvalidRequest) as caught:
        cancelled(cancellation(), quantity=quantity, refunded=refunded)
    assert caught.value.field == field


def test_a_refusal_needs_a_reason() -> None:
    """A line that could have been sold is not refused without saying why."""
    with pytest.raises(InvalidRequest, match="refusal: is_given"):
        refused(sale())
    assert refused(sale(), Refusal("has_stock")).amount_refused == Decimal("7.665")


@given(
    st.integers(1, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 9),
    st.data(),
)
def test_done_refused_and_rounding_make_up_the_line(
    quantity: int, coefficient: int, digits: int, data: st.DataObject
) -> None:
    """For any price and any part done, with any sum given back, the outcome adds up to the line to the last digit."""
    price = format(Decimal(coefficient).scaleb(-digits), "f")
    done = data.draw(st.integers(0, quantity))
    refunded = Money.of_minor(data.draw(st.integers(0, 10**9)) if done else 0, "GBP")
    line = cancellation(quantity=quantity, price=price)
    for stated, outcome in (
        (sale(quantity=quantity, price=price), sold(sale(quantity=quantity, price=price))),
        (line, cancelled(line, quantity=done, refunded=refunded)),
        (line, refused(line, Refusal("no"))),
    ):
        assert outcome.amount_refused is not None
        assert outcome.amount_done + outcome.amount_refused + outcome.rounding == stated.amount
        units = -stated.quantity if isinstance(stated, CancellationLine) else stated.quantity
        assert outcome.quantity_done + outcome.quantity_refused == units


def test_figures_count_every_line_once() -> None:
    """The tally counts lines by what came of them, sums by currency, and reasons by code."""
    tally = Tally()
    unreadable = RefusedLine(line=4, refusal=Refusal("has_columns"))
    unknown = RefusedLine(line=5, refusal=Refusal("is_known_currency"), amount=Decimal(7), quantity=1)
    for line in (sale(), cancellation(), unreadable, unknown):
        tally.stated(line)
    tally.settled(sold(sale()))
    assert not tally.report().is_complete
    assert not tally.report().balances
    tally.settled(cancelled(cancellation(), quantity=3, refunded=Money("7.50", "GBP")))
    tally.settled(refused(unreadable))
    tally.settled(refused(unknown))
    assert tally.report().is_complete
    assert json.loads(json.dumps(tally.report().as_json())) == {
        "lines": 4,
        "sold": 1,
        "cancelled": 1,
        "refused": 2,
        "partly_refused": 1,
        "unreadable": 1,
        "reasons": {"finds_its_sale": 1, "has_columns": 1, "is_known_currency": 1},
        "sums": [
            {"currency": None, "in_file": "7", "sold": "0", "cancelled": "0", "refused": "7", "rounding": "0"},
            {
                "currency": "GBP",
                "in_file": "-4.835",
                "sold": "7.67",
                "cancelled": "-7.50",
                "refused": "-5.00",
                "rounding": "-0.005",
            },
        ],
        "balances": True,
    }


def test_an_outcome_is_plain_json() -> None:
    """An outcome says in JSON what it says in Python, amounts as text, the reason as code and as sentence."""
    assert json.loads(json.dumps(refused(RefusedLine(line=4, refusal=Refusal("has_no_nul"))).as_json())) == {
        "line": 4,
        "order": None,
        "action": "none",
        "quantity_done": 0,
        "quantity_refused": 0,
        "amount_done": "0",
        "amount_refused": None,
        "rounding": "0",
        "currency": None,
        "reason": "has_no_nul",
        "sentence": "The line holds a NUL character, so it is no text. Export the file again.",
    }
    assert sold(sale(), note="Imported before.").as_json()["sentence"] == "Imported before."


PROGRAMMING_ERRORS = {"is_within_line", "is_for_the_units"}
"""Codes that only a caller in Python can meet."""


def test_every_refusal_of_this_room_has_a_sentence() -> None:
    """Whatever code the modules of this room refuse with stands in the table, and the table holds no other."""
    folder = Path(orderkit.imports.__file__).parent
    source = "\n".join(path.read_text() for path in folder.glob("*.py") if path.name != "sentences.py")
    calls = re.findall(r'(?:Refusal\(|InvalidRequest\([^,()]+,)\s*f?"([a-z_{}]+)"', source)
    named = {code.replace("{field}", field) for code in calls for field in ("customer", "currency")}
    named |= set(re.findall(r'"(is_(?:positive|negative)_quantity)"', source))
    assert named - PROGRAMMING_ERRORS == set(SENTENCES)


def test_a_sentence_shows_what_was_found() -> None:
    """Sentences carry the figures, name a tab a tab, and a refusal of another room is shown with its code."""
    assert sentence(Refusal("has_columns", {"expected": 8, "found": 7})) == (
        "The line has 7 columns where the header has 8."
    )
    assert "by tab, it seems" in sentence(Refusal("separates_the_columns", {"used": "\t", "better": ";"}))
    assert sentence(Refusal("is_one_line", {"field": "unit_price"})).startswith("The price runs")
    assert sentence(Refusal("nothing_in_flight", {"amount": "1.00 EUR"})) == "nothing_in_flight (amount=1.00 EUR)"
    assert sentence(Refusal("has_columns")) == "has_columns"
