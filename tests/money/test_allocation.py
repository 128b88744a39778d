"""Splitting an amount without losing a cent. The yardstick is the exact share as a `Fraction`."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.currencies import EXPONENTS
from orderkit.errors import InvalidRequest
from orderkit.money import Money, Price, allocate, share, split_units, total

ONE_PER_EXPONENT = ("JPY", "EUR", "KWD", "CLF")
currencies = st.sampled_from(ONE_PER_EXPONENT)
amounts = st.integers(-(10**15), 10**15)
some_weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any)


def test_the_currencies_cover_every_exponent_there_is() -> None:
    """SX-11: the laws below are tried with every number of digits that ISO 4217 gives to a currency (none has one)."""
    assert {EXPONENTS[code] for code in ONE_PER_EXPONENT} == set(EXPONENTS.values()) == {0, 2, 3, 4}


@given(amounts, some_weights, currencies)
def test_parts_add_up_and_are_fair(minor: int, weights: list[int], currency: str) -> None:
    """I-03, SX-11: exact sum, the sign of the whole, within one unit of the exact share, nothing for no weight."""
    parts = allocate(Money.of_minor(minor, currency), weights)
    assert len(parts) == len(weights)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(minor * weight, sum(weights))
        assert abs(part.minor - exact) < 1
        assert part.currency == currency
        assert part.minor * minor >= 0
        assert weight or not part


@given(amounts, some_weights)
def test_the_largest_remainders_are_served_first(minor: int, weights: list[int]) -> None:
    """I-03: nobody was rounded up past somebody with a larger remainder, nor past an equal one who stands earlier."""
    parts = allocate(Money.of_minor(minor, "EUR"), weights)
    ranked = []
    for position, (part, weight) in enumerate(zip(parts, weights, strict=True)):
        exact = Fraction(abs(minor) * weight, sum(weights))
        ranked.append((-(exact % 1), position, abs(part.minor) - exact.__floor__()))
    extras = [extra for _, _, extra in sorted(ranked)]
    assert set(extras) <= {0, 1}
    assert all(earlier >= later for earlier, later in pairwise(extras))


@given(amounts, some_weights)
def test_parts_of_the_negative_are_the_negative_parts(minor: int, weights: list[int]) -> None:
    """I-03: what was given as a discount comes back by the same cents when it is reversed."""
    money = Money.of_minor(minor, "EUR")
    assert allocate(-money, weights) == tuple(-part for part in allocate(money, weights))


def test_equal_weights_favour_the_earlier_position() -> None:
    """SX-11: the tie-break is the position, so the same order always gets the same cents."""
    parts = allocate(Money("1.00", "EUR"), [1, 1, 1])
    assert [part.minor for part in parts] == [34, 33, 33]
    assert [part.minor for part in allocate(Money("0.05", "EUR"), [0, 3, 0, 7])] == [0, 2, 0, 3]


def test_an_amount_of_nothing_is_split_into_nothing() -> None:
    """Zero has zero parts of its currency."""
    assert allocate(Money.zero("KWD"), [1, 0, 2]) == (Money.zero("KWD"),) * 3


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1], [2, -1], [0.5], [Decimal(1)], ["1"], [True]])
def test_weights_that_cannot_carry_an_amount_are_refused(weights: list[int]) -> None:
    """No weight above zero, a negative one, or one that is not whole: the field is named."""
    with pytest.raises(InvalidRequest) as refused:
        allocate(Money("1.00", "EUR"), weights)
    assert refused.value.field == "weights"


def test_one_unit_of_three_three_times() -> None:
    """I-03, F084: credit for one unit, another and the last adds up to the line's tax, all within a cent."""
    tax = share(Price("39.99", "EUR").times(3) - Money("20.00", "EUR"), Decimal("0.19"))
    first, rest = split_units(tax, 3, 1)
    second, rest = split_units(rest, 2, 1)
    third, rest = split_units(rest, 1, 1)
    assert not rest
    assert first + second + third == tax
    assert max(first, second, third) - min(first, second, third) <= Money("0.01", "EUR")


@given(amounts, st.lists(st.integers(0, 50), min_size=1, max_size=20).filter(any), currencies)
def test_splitting_what_remains_uses_up_the_amount(minor: int, parts: list[int], currency: str) -> None:
    """I-03, SX-11: portion by portion out of the rest, the shares add up, each within one unit of its proportion."""
    rest, left, shares = Money.of_minor(minor, currency), sum(parts), []
    for part in parts:
        if not left:
            break
        exact = Fraction(rest.minor * part, left)
        portion, remaining = split_units(rest, left, part)
        assert portion + remaining == rest
        assert abs(portion.minor - exact) < 1
        assert portion.minor * minor >= 0
        assert remaining.minor * minor >= 0
        shares.append(portion)
        rest, left = remaining, left - part
    assert not rest
    assert total(shares, currency).minor == minor


@given(amounts, st.lists(st.integers(0, 50), min_size=1, max_size=20).filter(any), currencies)
def test_splitting_the_whole_by_what_was_taken_holds_to_the_whole(minor: int, parts: list[int], currency: str) -> None:
    """I-03, SX-11: every share, and every sum of shares so far, is within one unit of its part of the whole amount."""
    whole, quantity, taken, so_far = Money.of_minor(minor, currency), sum(parts), 0, Money.zero(currency)
    for part in parts:
        portion, rest = split_units(whole, quantity, part, taken=taken)
        taken, so_far = taken + part, so_far + portion
        assert abs(portion.minor - Fraction(minor * part, quantity)) < 1
        assert abs(so_far.minor - Fraction(minor * taken, quantity)) < 1
        assert portion.minor * minor >= 0
        assert so_far + rest == whole
    assert so_far == whole


@given(amounts, st.integers(1, 60))
def test_units_given_back_one_by_one_differ_by_one_unit_at_most(minor: int, quantity: int) -> None:
    """F084: equal units get equal shares but for one minor unit, by either way of splitting."""
    whole = Money.of_minor(minor, "EUR")
    named = [split_units(whole, quantity, 1, taken=taken)[0].minor for taken in range(quantity)]
    from_rest, rest = [], whole
    for left in range(quantity, 0, -1):
        portion, rest = split_units(rest, left, 1)
        from_rest.append(portion.minor)
    for shares in (named, from_rest):
        assert sum(shares) == minor
        assert max(shares) - min(shares) <= 1


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 6)), min_size=1, max_size=5),
    st.decimals(0, 1, places=4),
    st.decimals(0, 1, places=4),
    currencies,
    st.randoms(use_true_random=False),
)
def test_refunding_every_unit_gives_back_the_order_to_the_cent(
    lines: list[tuple[int, int]], off: Decimal, tax: Decimal, currency: str, order: object
) -> None:
    """F072, F126, SX-11: with discount and tax by line, refunds unit by unit in any order leave nothing over."""
    bases = [Price.of_coefficient(unit, EXPONENTS[currency] + 1, currency).times(count) for unit, count in lines]
    if not any(bases):
        bases[0] = Money.of_minor(1, currency)
    base = total(bases, currency)
    discounts = allocate(share(base, off), [line.minor for line in bases])
    nets = [line - discount for line, discount in zip(bases, discounts, strict=True)]
    assert total(nets, currency) == base - share(base, off)
    payable = [net + share(net, tax) for net in nets]
    units = [position for position, (_, count) in enumerate(lines) for _ in range(count)]
    order.shuffle(units)  # type: ignore[attr-defined]  # Hypothesis's random has no public name
    left = [count for _, count in lines]
    rests = list(payable)
    refunds = []
    for position in units:
        refund, rests[position] = split_units(rests[position], left[position], 1)
        left[position] -= 1
        assert not refund.is_negative
        refunds.append(refund)
    assert total(refunds, currency) == total(payable, currency)


@pytest.mark.parametrize(
    ("quantity", "part", "taken", "field"),
    [
        (0, 0, 0, "quantity"),
        (-1, 0, 0, "quantity"),
        (3, 4, 0, "part"),
        (3, 1, 3, "part"),
        (3, -1, 0, "part"),
        (3, 1, -1, "taken"),
        (3, 1, 4, "part"),
        (3.0, 1, 0, "quantity"),
        (3, True, 0, "part"),
        (3, 1, "0", "taken"),
    ],
)
def test_counts_of_units_that_do_not_fit_are_refused(quantity: int, part: int, taken: int, field: str) -> None:
    """More units than are left, none at all, or a count that is not one: the field is named."""
    with pytest.raises(InvalidRequest) as refused:
        split_units(Money("1.00", "EUR"), quantity, part, taken=taken)
    assert refused.value.field == field
