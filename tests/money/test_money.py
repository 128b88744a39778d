"""Money: reading, printing and adding exact amounts. Yardsticks are `Fraction` and plain integers."""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable
from decimal import ROUND_UP, Context, Decimal, Inexact, Rounded, localcontext
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from orderkit.currencies import EXPONENTS
from orderkit.errors import CurrencyMismatch, NotRepresentable
from orderkit.money import LARGEST, SMALLEST, Money, Price, allocate, rounded, share, split_units, total

DIGITS = {currency.code: currency.exponent or 0 for currency in Currency}
CODES = sorted(EXPONENTS)
codes = st.sampled_from(CODES)
minors = st.integers(SMALLEST, LARGEST)
halves = st.integers(SMALLEST // 2, LARGEST // 2)
EUR, USD = Money("10.00", "EUR"), Money("10.00", "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("19.99", "EUR", 1999),
        ("3.1", "EUR", 310),
        ("3.10", "EUR", 310),
        ("-3.1", "EUR", -310),
        ("-0.05", "EUR", -5),
        ("-0", "EUR", 0),
        ("007", "EUR", 700),
        ("19.990", "EUR", 1999),
        ("100", "JPY", 100),
        ("100.00", "JPY", 100),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12345),
        (20, "EUR", 2000),
        (-1, "KWD", -1000),
        (Decimal("19.99"), "EUR", 1999),
        (Decimal("1E+3"), "EUR", 100_000),
        (Decimal("0E-99"), "EUR", 0),
        (Decimal("-0"), "EUR", 0),
    ],
)
def test_an_amount_is_taken_at_its_value(amount: str | int | Decimal, currency: str, minor: int) -> None:
    """F125: the value of the text decides, never the number of its digits; yen have no hundredth (F121)."""
    assert Money(amount, currency).minor == minor


@pytest.mark.parametrize(
    "amount",
    ["3.141", "1,234.50", "1e3", "19.999", "0.001", "0." + "0" * 40 + "1", Decimal("3.141"), Decimal("1E-999999")],
)
def test_an_amount_with_too_many_digits_is_refused(amount: str | Decimal) -> None:
    """F125: nothing is rounded or guessed on the way in."""
    with pytest.raises(NotRepresentable, match=r"^amount: "):
        Money(amount, "EUR")


@pytest.mark.parametrize(
    "amount",
    [
        *["", " ", " 1", "1 ", "1\n", "+5", "--5", ".5", "5.", "1.2.3", "1_000", "1 000", "1E3", "0x10", "NaN"],
        *["Infinity", "١٢", "１２", "²", "−5", "€5", "5 EUR", "1\x00", "9" * 5000],
        *[Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+999999")],
    ],
)
def test_what_is_not_a_plain_number_is_refused(amount: str | Decimal) -> None:
    """F125: only ASCII digits, one point and a leading minus make an amount; the message names what was given."""
    with pytest.raises(NotRepresentable, match=r"^amount: ") as refused:
        Money(amount, "EUR")
    assert str(amount)[:16] in str(refused.value) or repr(amount)[:8] in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("amount", [19.99, 1.0, float("nan"), True, None, b"1", 1j, Fraction(1, 2), EUR])
def test_a_type_that_is_not_exact_is_refused(amount: object) -> None:
    """I-01: a float, a bool and everything else but text, int and Decimal is refused, with its type named."""
    with pytest.raises(NotRepresentable, match=f"not a value of type {type(amount).__name__}"):
        Money(amount, "EUR")  # type: ignore[arg-type]  # the wrong type is the point


@pytest.mark.parametrize("minor", [1.0, True, "1", Decimal(1), None])
def test_minor_units_are_whole(minor: object) -> None:
    """I-01: the way out of storage takes nothing but an int."""
    with pytest.raises(NotRepresentable, match=r"^minor: "):
        Money.of_minor(minor, "EUR")  # type: ignore[arg-type]  # the wrong type is the point


@pytest.mark.parametrize(
    "make",
    [
        lambda: Money.of_minor(LARGEST + 1, "EUR"),
        lambda: Money.of_minor(SMALLEST - 1, "EUR"),
        lambda: Money("92233720368547758.08", "EUR"),
        lambda: Money(10**5000, "EUR"),
        lambda: Money.of_minor(LARGEST, "EUR") + Money.of_minor(1, "EUR"),
        lambda: Money.of_minor(SMALLEST, "EUR") - Money.of_minor(1, "EUR"),
        lambda: Money.of_minor(LARGEST, "EUR") * 2,
        lambda: -Money.of_minor(SMALLEST, "EUR"),
        lambda: abs(Money.of_minor(SMALLEST, "EUR")),
        lambda: total([Money.of_minor(LARGEST, "EUR")] * 2, "EUR"),
        lambda: rounded(Decimal("1E+19"), "EUR"),
        lambda: share(Money.of_minor(LARGEST, "EUR"), Decimal(2)),
    ],
)
def test_amounts_stay_within_64_bits(make: Callable[[], Money]) -> None:
    """What a BIGINT column cannot hold is refused where it arises, never cut off."""
    with pytest.raises(NotRepresentable, match="64-bit"):
        make()


def test_the_bounds_themselves_are_amounts() -> None:
    """The largest and the smallest count of 64 bits are read and printed."""
    assert str(Money("92233720368547758.07", "EUR")) == "92233720368547758.07 EUR"
    assert str(Money.of_minor(SMALLEST, "KWD")) == "-9223372036854775.808 KWD"


@pytest.mark.parametrize("currency", CODES)
def test_text_of_an_amount_leads_back_to_it(currency: str) -> None:
    """Printing and reading are inverse in every currency, for text and for Decimal alike."""
    for minor in (0, 1, -1, 99, 12345, -67890, LARGEST, SMALLEST):
        money = Money.of_minor(minor, currency)
        text, _, code = str(money).rpartition(" ")
        assert Money(text, code) == money == Money(money.amount, currency)
        assert money.amount == Fraction(minor, 10 ** DIGITS[currency])
        assert money.amount.as_tuple().exponent == -DIGITS[currency]
        assert eval(repr(money)) == money  # noqa: S307  # our own text


@given(minors, codes)
def test_any_amount_is_printed_and_read_back(minor: int, currency: str) -> None:
    """Round trip through text, over the whole range."""
    text = str(Money.of_minor(minor, currency)).split(" ")[0]
    assert Money(text, currency).minor == minor
    assert Fraction(text) == Fraction(minor, 10 ** DIGITS[currency])


@given(st.text(max_size=12) | st.from_regex(r"[-+]?[0-9]{1,6}[.,][0-9]{0,4}", fullmatch=True), codes)
def test_text_is_read_at_its_value_or_refused(text: str, currency: str) -> None:
    """Whatever text is accepted has exactly the value that `Fraction` reads in it."""
    try:
        money = Money(text, currency)
    except NotRepresentable:
        return
    assert Fraction(money.minor, 10 ** DIGITS[currency]) == Fraction(text)


@given(halves, halves, st.integers(-1000, 1000))
def test_sums_and_multiples_are_those_of_the_integers(left: int, right: int, times: int) -> None:
    """Adding, subtracting, negating, comparing and multiplying agree with exact fractions of the major unit."""
    a, b = Money.of_minor(left, "KWD"), Money.of_minor(right, "KWD")
    x, y = Fraction(left, 1000), Fraction(right, 1000)
    assert Fraction((a + b).amount) == x + y
    assert Fraction((a - b).amount) == x - y
    assert Fraction((-a).amount) == -x
    assert Fraction(abs(a).amount) == abs(x)
    assert ((a < b), (a <= b), (a > b), (a >= b), (a == b)) == ((x < y), (x <= y), (x > y), (x >= y), (x == y))
    assert (bool(a), a.is_negative) == (bool(x), x < 0)
    small = Money.of_minor(left % 10**9, "KWD")
    assert small * times == times * small == Money.of_minor(left % 10**9 * times, "KWD")


@given(st.lists(st.integers(-(10**15), 10**15), max_size=20), codes)
def test_the_total_is_the_sum(minors: list[int], currency: str) -> None:
    """`total` adds any number of amounts, none included."""
    assert total((Money.of_minor(minor, currency) for minor in minors), currency).minor == sum(minors)


@pytest.mark.parametrize(
    "mix",
    [
        lambda: EUR + USD,
        lambda: EUR - USD,
        lambda: EUR < USD,
        lambda: EUR <= USD,
        lambda: EUR > USD,
        lambda: EUR >= USD,
        lambda: total([EUR, USD], "EUR"),
        lambda: total([USD], "EUR"),
        lambda: max(EUR, USD),
        lambda: Money.zero("EUR") + Money.zero("USD"),
    ],
)
def test_two_currencies_have_no_sum_and_no_order(mix: Callable[[], object]) -> None:
    """I-01, SX-12: adding or comparing across currencies is refused at run time, zero included."""
    with pytest.raises(CurrencyMismatch) as refused:
        mix()
    assert {refused.value.left, refused.value.right} == {"EUR", "USD"}


def test_amounts_of_two_currencies_are_never_equal() -> None:
    """Equality answers instead of refusing, so that amounts can be keys; nothing in EUR equals anything in USD."""
    assert EUR != USD
    assert Money.zero("EUR") != Money.zero("USD")
    assert len({EUR, USD, Money(10, "EUR")}) == 2


@pytest.mark.parametrize("other", [1, 0, 1.0, Decimal(1), "1.00", None, Price(1, "EUR"), True])
@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge])
def test_money_has_no_sum_and_no_order_with_anything_else(operation: Callable[[Any, Any], Any], other: object) -> None:
    """I-01: a bare number is not money, on either side."""
    with pytest.raises(TypeError):
        operation(EUR, other)
    with pytest.raises(TypeError):
        operation(other, EUR)
    assert other != EUR


@pytest.mark.parametrize("factor", [0.5, Decimal("0.5"), True, "2", EUR, None])
def test_money_is_multiplied_by_whole_numbers_only(factor: object) -> None:
    """A rate goes through `share`, where the rounding is."""
    with pytest.raises(TypeError):
        operator.mul(EUR, factor)


@pytest.mark.parametrize("convert", [float, int, round, complex, operator.index])
def test_money_does_not_turn_into_a_bare_number(convert: Callable[[Any], object]) -> None:
    """I-01: there is no way by which an amount becomes a float unnoticed."""
    with pytest.raises(TypeError):
        convert(EUR)


@pytest.mark.parametrize("value", [EUR, Price("2.555", "GBP")])
def test_values_are_frozen_hashable_and_survive_copies(value: Money | Price) -> None:
    """An amount cannot be changed, hashes by value, and is the same after pickling and copying."""
    for name in ("minor", "coefficient", "currency", "anything"):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 1)
    with pytest.raises(FrozenInstanceError):
        del value.currency
    twins = [pickle.loads(pickle.dumps(value, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]  # noqa: S301
    for twin in (*twins, copy.copy(value), copy.deepcopy(value)):
        assert (twin, hash(twin), str(twin)) == (value, hash(value), str(value))
    assert not hasattr(value, "__dict__")


def test_a_type_with_a_currency_is_money_all_the_same() -> None:
    """The currency in brackets is for type checkers: what such a type makes is Money itself, and takes any code."""
    euro = Money[Literal["EUR"]]
    assert euro("10.00", "EUR") == EUR == euro.of_minor(1000, "EUR")
    assert type(euro("10.00", "USD")) is Money
    assert pickle.loads(pickle.dumps(euro("10.00", "USD"))) == USD  # noqa: S301
    with pytest.raises(TypeError, match="not subscriptable"):
        operator.getitem(EUR, 0)  # type: ignore[call-overload]  # an amount has no items


def test_money_of_another_library_is_taken_by_its_shape() -> None:
    """Anything with `.amount` and `.currency.code` is read, exactly; our own is returned as it is."""
    foreign = SimpleNamespace(amount=Decimal("19.99"), currency=SimpleNamespace(code="EUR"))
    assert Money.from_any(foreign) == Money("19.99", "EUR")
    assert Money.from_any(EUR) is EUR


@pytest.mark.parametrize(
    "value",
    [
        SimpleNamespace(amount=Decimal("19.999"), currency=SimpleNamespace(code="EUR")),
        SimpleNamespace(amount=19.99, currency=SimpleNamespace(code="EUR")),
        SimpleNamespace(amount=Decimal("19.99"), currency="EUR"),
        SimpleNamespace(amount=Decimal("19.99"), currency=SimpleNamespace(code="EURO")),
        Decimal("19.99"),
        Price("19.99", "EUR"),
        None,
    ],
)
def test_what_is_not_exact_money_of_another_library_is_refused(value: Any) -> None:
    """A float, too many digits, an unknown code or no currency at all are refused on this way in too."""
    with pytest.raises(NotRepresentable):
        Money.from_any(value)


def _everything() -> list[object]:
    money = Money("1234567.89", "EUR")
    return [
        money + Money("0.01", "EUR"),
        money.amount,
        str(money),
        Money(Decimal("1234567.89"), "EUR"),
        Price("1234567.123456789", "EUR").amount,
        Price(Decimal("1234567.123456789"), "EUR").times(3),
        rounded(Decimal("1234567.885"), "EUR"),
        share(money, Decimal("0.123456789")),
        allocate(money, [1, 2, 3]),
        split_units(money, 7, 3),
    ]


def test_the_decimal_context_of_the_host_has_no_influence() -> None:
    """I-01: five digits of precision, rounding up and traps in the host's context change no figure."""
    expected = _everything()
    with localcontext(Context(prec=5, rounding=ROUND_UP, Emax=5, Emin=-5, traps=[Inexact, Rounded])):
        found = _everything()
    assert found == expected
    assert found[0] == Money.of_minor(123456790, "EUR")
