"""Unit prices and rates: where an exact figure is rounded, once. The yardstick is `Fraction`."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from orderkit.currencies import EXPONENTS
from orderkit.errors import InvalidRequest, NotRepresentable
from orderkit.money import LARGEST, Money, Price, allocate, rounded, share, total

DIGITS = {currency.code: currency.exponent or 0 for currency in Currency}
codes = st.sampled_from(sorted(EXPONENTS))
rates = st.decimals(-2, 2, allow_nan=False, places=12)


def half_up(exact: Fraction) -> int:
    """The nearest integer, halves away from zero: the yardstick, in fractions."""
    nearest = math.floor(abs(exact) + Fraction(1, 2))
    return nearest if exact >= 0 else -nearest


@pytest.mark.parametrize(
    ("unit", "currency", "quantity", "price"),
    [
        ("19.99", "EUR", 3, "59.97 EUR"),
        ("1999", "JPY", 3, "5997 JPY"),
        ("19.999", "KWD", 3, "59.997 KWD"),
        ("2.555", "GBP", 3, "7.67 GBP"),
        ("0.001", "GBP", 5, "0.01 GBP"),
        ("0.001", "GBP", 4, "0.00 GBP"),
        ("0.000000001", "EUR", 10**9, "1.00 EUR"),
        ("0.5", "JPY", 3, "2 JPY"),
        ("19.99", "EUR", 0, "0.00 EUR"),
        ("0", "EUR", 7, "0.00 EUR"),
    ],
)
def test_a_price_times_a_quantity(unit: str, currency: str, quantity: int, price: str) -> None:
    """S4-17, S4-18: price per unit times quantity in currencies of two, none and three digits, rounded once."""
    assert str(Price(unit, currency).times(quantity)) == price


@given(st.integers(0, 10**12), st.integers(0, 9), st.integers(0, 10**6), codes)
def test_the_product_is_the_exact_one_rounded_once(coefficient: int, digits: int, quantity: int, currency: str) -> None:
    """S4-17: the product is the exact fraction, half up, with no step of rounding before it."""
    price = Price.of_coefficient(coefficient, digits, currency)
    exact = Fraction(coefficient * quantity, 10**digits)
    assert price.times(quantity).minor == half_up(exact * 10 ** DIGITS[currency])


@given(st.integers(0, 10**9), st.integers(0, 9), codes)
def test_equal_prices_are_kept_alike(coefficient: int, digits: int, currency: str) -> None:
    """A price has one form whatever zeros it was written with, never fewer digits than the currency, and reads back."""
    price = Price.of_coefficient(coefficient, digits, currency)
    assert Fraction(price.coefficient, 10**price.digits) == Fraction(coefficient, 10**digits) == Fraction(price.amount)
    assert DIGITS[currency] <= price.digits <= max(digits, DIGITS[currency])
    assert price.digits == DIGITS[currency] or price.coefficient % 10
    text = str(price).split(" ")[0]
    padded = (text if "." in text else f"{text}.") + "0" * (9 - price.digits)
    assert Price(text, currency) == Price(padded, currency) == Price(price.amount, currency) == price
    assert Price.of_coefficient(price.coefficient, price.digits, currency) == price
    assert hash(Price(text, currency)) == hash(price)


def test_a_price_shows_as_many_digits_as_its_currency() -> None:
    """S4-18: 2.5, 2.50 and 2.500 EUR are one price, shown as 2.50."""
    assert {str(Price(text, "EUR")) for text in ("2.5", "2.50", "2.500000000")} == {"2.50 EUR"}
    assert [str(Price(3, code)) for code in ("JPY", "KWD", "CLF")] == ["3 JPY", "3.000 KWD", "3.0000 CLF"]
    assert repr(Price("2.555", "GBP")) == "Price('2.555', 'GBP')"


@pytest.mark.parametrize("amount", ["-0.01", -1, Decimal("-1"), "0.0000000001", "1e3", "", " 1", 0.1, True, None])
def test_what_is_no_unit_price_is_refused(amount: object) -> None:
    """I-13: a price is an exact number, not below zero, with at most nine digits after the point."""
    with pytest.raises(NotRepresentable):
        Price(amount, "EUR")  # type: ignore[arg-type]  # wrong types are part of the point


@pytest.mark.parametrize(
    ("coefficient", "digits"), [(-1, 2), (1.0, 2), (True, 2), (1, 2.0), (1, -1), (1, 10), (LARGEST + 1, 2)]
)
def test_a_stored_price_is_checked(coefficient: object, digits: object) -> None:
    """I-13: the way out of storage takes no price that the constructor would refuse."""
    with pytest.raises(NotRepresentable):
        Price.of_coefficient(coefficient, digits, "EUR")  # type: ignore[arg-type]  # wrong types are part of the point


@pytest.mark.parametrize("make", [lambda: Price(1, "EURO"), lambda: Price.of_coefficient(1, 2, "eur")])
def test_a_price_needs_a_known_currency(make: object) -> None:
    """A price in an unknown currency is refused on both ways in."""
    assert callable(make)
    with pytest.raises(NotRepresentable, match="ISO 4217"):
        make()


@pytest.mark.parametrize("quantity", [-5, -1, 1.0, Decimal(1), "1", True, None])
def test_a_quantity_is_a_count(quantity: object) -> None:
    """F130, I-13: a negative quantity lowers no total, and a fraction of a unit is no quantity."""
    with pytest.raises(InvalidRequest) as refused:
        Price("83.00", "EUR").times(quantity)  # type: ignore[arg-type]  # wrong types are part of the point
    assert refused.value.field == "quantity"


@pytest.mark.parametrize("quantity", [2**63, 2**62, 10**30])
def test_a_product_does_not_overflow(quantity: int) -> None:
    """F130, S4-17: a quantity that no 64-bit amount can hold is refused."""
    with pytest.raises(NotRepresentable, match="64-bit"):
        Price("83.00", "EUR").times(quantity)


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=7), codes)
def test_rounding_is_half_up(amount: Decimal, currency: str) -> None:
    """The one rounding place rounds halves away from zero, as fractions and as the decimal module do."""
    money = rounded(amount, currency)
    assert money.minor == half_up(Fraction(amount) * 10 ** DIGITS[currency])
    quantum = Decimal(1).scaleb(-DIGITS[currency])
    assert money.amount == amount.quantize(quantum, context=Context(prec=50, rounding=ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        ("2.665", 267),
        ("2.675", 268),
        ("-2.665", -267),
        ("0.005", 1),
        ("-0.005", -1),
        ("0.00499999", 0),
        ("1E-999999999999", 0),
    ],
)
def test_known_halves(amount: str, minor: int) -> None:
    """Halves that binary floats and half-even rounding get wrong."""
    assert rounded(Decimal(amount), "EUR").minor == minor


@given(st.integers(-(10**15), 10**15), rates, codes)
def test_a_share_is_the_exact_product_rounded_once(minor: int, rate: Decimal, currency: str) -> None:
    """A rate times an amount is the exact fraction, half up."""
    assert share(Money.of_minor(minor, currency), rate).minor == half_up(minor * Fraction(rate))


def test_a_share_of_a_large_amount_is_not_rounded_twice() -> None:
    """A rate of more digits than any fixed precision still meets the amount exactly."""
    rate = Decimal("0." + "4" + "9" * 60)
    assert share(Money.of_minor(1, "EUR"), rate).minor == 0
    assert share(Money.of_minor(10**18 + 1, "EUR"), Decimal("0.5")).minor == 5 * 10**17 + 1


@given(st.integers(-(10**18), 10**18), codes)
def test_all_and_nothing_are_exact(minor: int, currency: str) -> None:
    """I-16: a rate of one gives the amount itself and a rate of zero nothing, so 100 % off leaves exactly zero."""
    money = Money.of_minor(minor, currency)
    assert money - share(money, Decimal(1)) == share(money, Decimal(0)) == Money.zero(currency)


@pytest.mark.parametrize("rate", [0.19, 1, "0.19", None, Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999")])
def test_a_rate_is_a_finite_decimal(rate: object) -> None:
    """I-01: a float or an infinite rate is refused, by `share` and by `rounded`."""
    with pytest.raises(NotRepresentable, match=r"^rate: "):
        share(Money("1.00", "EUR"), rate)  # type: ignore[arg-type]  # the wrong type is the point
    with pytest.raises(NotRepresentable, match=r"^amount: "):
        rounded(rate, "EUR")  # type: ignore[arg-type]  # the wrong type is the point


def test_a_percentage_off_several_lines_meets_the_amount_of_the_order() -> None:
    """F126, golden: 10 % off 4143.75 and 2105.00 makes 5623.87, never 5623.88, and the lines add up to it."""
    lines = [Money("4143.75", "DKK"), Money("2105.00", "DKK")]
    discount = share(total(lines, "DKK"), Decimal("0.10"))
    assert discount.minor == 62488
    parts = allocate(discount, [line.minor for line in lines])
    payable = [line - part for line, part in zip(lines, parts, strict=True)]
    assert total(payable, "DKK").minor == 562387


def test_a_discount_of_everything_leaves_nothing() -> None:
    """F127, golden: 2.25 times 64.22, and twice 11.50 with 15 % tax, at 100 % off are exactly zero."""
    weighed = rounded(Decimal("2.25") * Decimal("64.22"), "EUR")
    assert weighed == Money("144.50", "EUR")
    assert not weighed - share(weighed, Decimal("1.00"))
    base = Price("11.50", "EUR").times(2)
    net = base - share(base, Decimal(1))
    assert not net + share(net, Decimal("0.15"))


@pytest.mark.parametrize("unit", ["1.005", "0.333", "64.225", "0.001"])
def test_a_discount_of_nothing_takes_nothing(unit: str) -> None:
    """F127: no discount on a unit price of three digits makes no discount line of -0.01 out of nothing."""
    base = Price(unit, "EUR").times(3)
    assert base - share(base, Decimal(0)) == base
