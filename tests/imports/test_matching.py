"""Matching: newest sale first, never more than was sold, never a sale of later, and nothing lost."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.errors import InvalidRequest
from orderkit.imports import CancellationLine, Candidate, Matched, SaleLine, has_customer, match, reverses
from orderkit.money import Price

NOON = datetime(2010, 12, 1, 12, tzinfo=timezone.utc)


def sale(name: str, *, minute: int, remaining: int) -> Candidate[str]:
    """A sale so many minutes after noon."""
    return Candidate(sale=name, placed_at=NOON + timedelta(minutes=minute), remaining=remaining)


def test_the_newest_sale_is_reversed_first() -> None:
    """Five units take the three of the newer sale and two of the older, in whatever order they are given."""
    older, newer = sale("older", minute=1, remaining=4), sale("newer", minute=2, remaining=3)
    for candidates in ([older, newer], [newer, older]):
        found = match(5, candidates, at=NOON + timedelta(hours=1))
        assert found.parts == (Matched("newer", 3), Matched("older", 2))
        assert (found.quantity, found.left) == (5, 0)


def test_what_finds_no_sale_is_left() -> None:
    """Units beyond what was sold are left over; a sale with nothing remaining is no part of the match."""
    found = match(
        5, [sale("empty", minute=2, remaining=0), sale("one", minute=1, remaining=2)], at=NOON.replace(hour=13)
    )
    assert (found.parts, found.left) == ((Matched("one", 2),), 3)
    assert match(5, [], at=NOON).left == 5


def test_a_sale_of_later_is_not_reversed() -> None:
    """A cancellation reverses sales up to its own instant, that instant included, and none after it."""
    candidates = [
        sale("before", minute=-1, remaining=1),
        sale("now", minute=0, remaining=1),
        sale("after", minute=1, remaining=9),
    ]
    assert match(3, candidates, at=NOON).parts == (Matched("now", 1), Matched("before", 1))


def test_of_one_instant_the_later_given_is_the_newer() -> None:
    """Sales of one instant are told apart by their place among the candidates."""
    candidates = [sale("first", minute=0, remaining=1), sale("second", minute=0, remaining=1)]
    assert match(1, candidates, at=NOON).parts == (Matched("second", 1),)


@pytest.mark.parametrize("quantity", [0, -1])
def test_nothing_is_matched_with_nothing(quantity: int) -> None:
    """F130: a quantity that is not above zero is refused, so that no match can add units to a sale."""
    with pytest.raises(InvalidRequest, match="quantity: is_positive_quantity"):
        match(quantity, [], at=NOON)


@given(
    st.integers(1, 40),
    st.lists(st.tuples(st.integers(-5, 5), st.integers(-2, 9)), max_size=8),
)
def test_a_match_takes_unit_by_unit_from_the_newest(quantity: int, sales: list[tuple[int, int]]) -> None:
    """A match equals taking single units off a pile sorted by time, until the pile or the quantity is used up."""
    candidates = [sale(str(position), minute=minute, remaining=left) for position, (minute, left) in enumerate(sales)]
    pile = [
        (minute, position) for position, (minute, left) in enumerate(sales) for _ in range(max(left, 0)) if minute <= 0
    ]
    taken = [str(position) for _, position in sorted(pile)][::-1][:quantity]
    found = match(quantity, candidates, at=NOON)
    assert [part.sale for part in found.parts for _ in range(part.quantity)] == taken
    assert found.quantity + found.left == quantity
    assert len({part.sale for part in found.parts}) == len(found.parts)


def line(kind: type[SaleLine | CancellationLine], **changes: object) -> SaleLine | CancellationLine:
    """A line of one customer, offer and price at noon, with changes."""
    stated: dict[str, object] = {
        "line": 2,
        "order": "1",
        "customer": "c",
        "offer": "o",
        "title": "t",
        "quantity": 1,
        "unit_price": Price("2.50", "GBP"),
        "placed_at": NOON,
    }
    return kind(**{**stated, **changes})  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"unit_price": Price("2.5", "GBP"), "quantity": 99, "title": "renamed"}, True),
        ({"placed_at": NOON - timedelta(days=300)}, True),
        ({"placed_at": NOON + timedelta(seconds=1)}, False),
        ({"customer": "d"}, False),
        ({"customer": None}, False),
        ({"offer": "p"}, False),
        ({"unit_price": Price("2.51", "GBP")}, False),
        ({"unit_price": Price("2.50", "EUR")}, False),
    ],
)
def test_a_cancellation_reverses_what_agrees_with_it(changes: dict[str, object], expected: bool) -> None:
    """Customer, offer and price with its currency agree and the sale is not later; title and quantity may differ."""
    cancellation, sold = line(CancellationLine), line(SaleLine, **changes)
    assert isinstance(cancellation, CancellationLine)
    assert isinstance(sold, SaleLine)
    assert reverses(cancellation, sold) is expected


def test_two_unknown_customers_are_not_the_same() -> None:
    """A cancellation that names no customer reverses nothing, not even a sale that names none, and says why."""
    cancellation, sold = line(CancellationLine, customer=None), line(SaleLine, customer=None)
    assert isinstance(cancellation, CancellationLine)
    assert isinstance(sold, SaleLine)
    assert not reverses(cancellation, sold)
    refusal = has_customer(cancellation)
    assert refusal is not None
    assert refusal.code == "has_customer"
