"""Money, unit prices, and the few ways in which one amount becomes another.

Only exact arithmetic lives here: amounts are integers of minor units, there is one place that rounds (`_half_up`) and
one way to split (largest remainder). Nothing is computed with `Decimal`, so no decimal context has a say in a sum.
How an amount looks to people belongs to `labels`, what a gateway counts in to its adapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Final, Protocol, final

from attrs import frozen

from orderkit.currencies import exponent
from orderkit.errors import CurrencyMismatch, InvalidRequest, NotRepresentable

LARGEST: Final = 2**63 - 1
SMALLEST: Final = -(2**63)
MOST_DIGITS: Final = 9

_PLAIN_NUMBER = re.compile(r"(-?[0-9]+)(?:\.([0-9]+))?")
_LONGEST_TEXT = 64
_EXACT = Context(prec=38, rounding=ROUND_HALF_UP, traps=[InvalidOperation])


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


class MoneyLike(Protocol):
    """An amount of another library, such as py-moneyed's `Money`."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> _Coded: ...


@final
@frozen(init=False, repr=False)
class Money:
    """An exact amount of one currency: `minor` counts its minor units, `currency` is its ISO 4217 code.

    ``Money("19.99", "EUR")`` and ``Money.of_minor(1999, "EUR")`` are the same. Amounts fit a signed 64-bit integer.
    Amounts of two currencies are never equal, and have neither a sum nor an order (invariant I-01, row SX-12).
    """

    minor: int
    currency: str

    def __init__(self, amount: str | int | Decimal, currency: str) -> None:
        """An amount in major units, taken exactly: ``"19.99"``, ``20`` or ``Decimal("19.99")``, never rounded.

        Raises:
            NotRepresentable: the text is not a plain number (ASCII digits, one point, at most a leading minus), it
                has more digits than the currency, it is a float, or the currency is unknown.
        """
        coefficient, digits = _parsed(amount)
        places = exponent(currency)
        minor, lost = divmod(coefficient * 10**places, 10**digits)
        if lost:
            raise NotRepresentable(
                f"amount: {amount} has more digits than {currency} ({places}); round it first with money.rounded"
            )
        _set_minor(self, _storable(minor))
        _set_currency(self, currency)

    @classmethod
    def of_minor(cls, minor: int, currency: str) -> Money:
        """The amount of so many minor units (cents, yen, fils): the way out of storage.

        Raises:
            NotRepresentable: `minor` is not an int or beyond 64 bits, or the currency is unknown.
        """
        if type(minor) is not int:
            raise NotRepresentable(f"minor: an int of minor units is needed, not {_type_of(minor)}")
        exponent(currency)
        return _made(minor, currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, of this currency."""
        return cls.of_minor(0, currency)

    @classmethod
    def from_any(cls, value: Money | MoneyLike) -> Money:
        """The same amount, of ours or of any class with `.amount` and `.currency.code`, taken exactly.

        Raises:
            NotRepresentable: the value has no such attributes, or its amount is not exact in its currency.
        """
        if isinstance(value, Money):
            return value
        amount, code = getattr(value, "amount", None), getattr(getattr(value, "currency", None), "code", None)
        if amount is None or code is None:
            raise NotRepresentable(f"money: {_type_of(value)} has no .amount and .currency.code; give a Money")
        return cls(amount, code)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with as many digits as the currency has."""
        return Decimal(self.minor).scaleb(-exponent(self.currency), _EXACT)

    @property
    def is_negative(self) -> bool:
        """Less than nothing."""
        return self.minor < 0

    def __add__(self, other: Money) -> Money:
        if type(other) is not Money:
            return NotImplemented
        return _made(self.minor + self._comparable(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        if type(other) is not Money:
            return NotImplemented
        return _made(self.minor - self._comparable(other), self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            return NotImplemented
        return _made(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return _made(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return _made(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self.minor < self._comparable(other)

    def __le__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self.minor <= self._comparable(other)

    def __gt__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self.minor > self._comparable(other)

    def __ge__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self.minor >= self._comparable(other)

    def __str__(self) -> str:
        return f"{_written(self.minor, exponent(self.currency))} {self.currency}"

    def __repr__(self) -> str:
        return f"Money({_written(self.minor, exponent(self.currency))!r}, {self.currency!r})"

    def _comparable(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor


# A frozen class is filled through its slots: `object.__setattr__` looks each of them up by name, at twice the price.
_set_minor = Money.__dict__["minor"].__set__
_set_currency = Money.__dict__["currency"].__set__


def _made(minor: int, currency: str) -> Money:
    made = object.__new__(Money)
    _set_minor(made, minor if SMALLEST <= minor <= LARGEST else _storable(minor))
    _set_currency(made, currency)
    return made


@final
@frozen(init=False, repr=False)
class Price:
    """What one unit costs: ``coefficient / 10**digits`` of the currency, never negative (invariant I-13).

    A price may carry more digits than its currency, up to nine, as prices per kilowatt-hour or per request do.
    It is kept with no more digits than it needs and no fewer than the currency has, so 2.5 and 2.50 EUR are equal.
    """

    coefficient: int
    digits: int
    currency: str

    def __init__(self, amount: str | int | Decimal, currency: str) -> None:
        """A price in major units, read by the same rules as an amount of `Money`.

        Raises:
            NotRepresentable: not a plain number, negative, more than nine digits after the point or beyond 64 bits,
                or the currency is unknown.
        """
        self.__attrs_init__(*_normal(*_parsed(amount), exponent(currency)), currency)

    @classmethod
    def of_coefficient(cls, coefficient: int, digits: int, currency: str) -> Price:
        """The price ``coefficient / 10**digits``: the way out of storage. Raises as the constructor does."""
        if type(coefficient) is not int or type(digits) is not int or digits < 0:
            raise NotRepresentable("price: coefficient and digits are ints, and digits is not negative")
        price = object.__new__(cls)
        price.__attrs_init__(*_normal(coefficient, digits, exponent(currency)), currency)
        return price

    @property
    def amount(self) -> Decimal:
        """The price in major units, with all its digits."""
        return Decimal(self.coefficient).scaleb(-self.digits, _EXACT)

    def times(self, quantity: int) -> Money:
        """What so many units cost: exact, then rounded once to the currency, half up (row S4-17).

        Raises:
            InvalidRequest: the quantity is not a whole number, or negative.
            NotRepresentable: the product is beyond 64 bits.
        """
        _require_count("quantity", quantity)
        scale: int = 10 ** (self.digits - exponent(self.currency))
        return _made(_half_up(self.coefficient * quantity, scale), self.currency)

    def __str__(self) -> str:
        return f"{_written(self.coefficient, self.digits)} {self.currency}"

    def __repr__(self) -> str:
        return f"Price({_written(self.coefficient, self.digits)!r}, {self.currency!r})"


def rounded(amount: Decimal, currency: str) -> Money:
    """The amount in major units, rounded half up (away from zero) to the digits of the currency.

    Raises:
        NotRepresentable: not a finite `Decimal`, beyond 64 bits, or an unknown currency.
    """
    numerator, denominator = _ratio("amount", amount)
    scale: int = 10 ** exponent(currency)
    return _made(_half_up(numerator * scale, denominator), currency)


def share(money: Money, rate: Decimal) -> Money:
    """The rate times the money, as a tax of 0.19 or a discount of 0.125 is; exact, then rounded once, half up.

    Raises:
        NotRepresentable: the rate is not a finite `Decimal`, or the product is beyond 64 bits.
    """
    numerator, denominator = _ratio("rate", rate)
    return _made(_half_up(money.minor * numerator, denominator), money.currency)


def total(monies: Iterable[Money], currency: str) -> Money:
    """The sum, which is zero of the currency when there is nothing to add.

    Raises:
        CurrencyMismatch: one of them is of another currency.
    """
    zero = Money.zero(currency)
    return _made(sum(zero._comparable(money) for money in monies), currency)


def allocate(amount: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """The amount in parts that stand to one another as the weights, by largest remainder (I-03, row SX-11).

    The parts add up to the amount, have its sign, and each is within one minor unit of its exact share. Of equal
    remainders the earlier position gets the unit; a weight of zero gets nothing.

    Raises:
        InvalidRequest: there is no weight above zero, or one that is negative or not a whole number.
    """
    for weight in weights:
        _require_count("weights", weight)
    whole = sum(weights)
    if not whole:
        raise InvalidRequest("weights", "has_weight_above_zero")
    sign = -1 if amount.minor < 0 else 1
    shares = [divmod(abs(amount.minor) * weight, whole) for weight in weights]
    left = abs(amount.minor) - sum(floor for floor, _ in shares)
    first_served = sorted(range(len(shares)), key=lambda position: -shares[position][1])
    favoured = frozenset(first_served[:left])
    return tuple(
        _made(sign * (floor + (position in favoured)), amount.currency) for position, (floor, _) in enumerate(shares)
    )


def split_units(amount: Money, quantity: int, part: int, *, taken: int = 0) -> tuple[Money, Money]:
    """What `part` of the `quantity` units that share the amount get, and what then remains (I-03, failure F084).

    Either keep calling with what remained (`amount` the rest, `quantity` the units left), or, where the units go in
    many portions, name the whole amount and quantity each time with how many units were `taken` before. Both add up
    to the amount exactly. A share is within one minor unit of its proportion of the amount that was named, so the
    second way holds every share to the whole, however many there are.

    Raises:
        InvalidRequest: a count is negative or not whole, the quantity is zero, or fewer units are left than `part`.
    """
    for field, count in (("quantity", quantity), ("part", part), ("taken", taken)):
        _require_count(field, count)
    if not quantity:
        raise InvalidRequest("quantity", "is_above_zero")
    if taken + part > quantity:
        raise InvalidRequest("part", "is_left", part=part, left=quantity - taken)
    before, after = (_half_up(amount.minor * units, quantity) for units in (taken, taken + part))
    return _made(after - before, amount.currency), _made(amount.minor - after, amount.currency)


def _half_up(numerator: int, denominator: int) -> int:
    nearest = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -nearest if numerator < 0 else nearest


def _ratio(field: str, value: Decimal) -> tuple[int, int]:
    if not isinstance(value, Decimal):
        raise NotRepresentable(f"{field}: a Decimal is needed, not {_type_of(value)}")
    # The bounds keep 1E+999999999 from becoming a number of that many digits; below them nothing is left to round.
    if not value.is_finite() or value.adjusted() > _LONGEST_TEXT:
        raise NotRepresentable(f"{field}: {str(value)[:32]!r} is not a finite number that money can hold")
    return value.as_integer_ratio() if value.adjusted() > -_LONGEST_TEXT else (0, 1)


def _parsed(amount: str | int | Decimal) -> tuple[int, int]:
    """The amount as coefficient and digits after the point."""
    if type(amount) is int:
        return amount, 0
    if not isinstance(amount, str | Decimal):
        raise NotRepresentable(f"amount: give text, an int or a Decimal, not {_type_of(amount)}")
    text = amount if isinstance(amount, str) else _plain(amount)
    if len(text) > _LONGEST_TEXT:
        raise NotRepresentable(f"amount: {text[:16]!r}... has {len(text)} characters; no amount is that long")
    match = _PLAIN_NUMBER.fullmatch(text)
    if match is None:
        raise NotRepresentable(f"amount: {text!r} is not a plain number; write it like '1234.50' or '-1234.50'")
    whole, fraction = match.groups("")
    return int(whole + fraction), len(fraction)


def _plain(amount: Decimal) -> str:
    if not amount:
        return "0"
    far = amount.is_finite() and abs(amount.adjusted()) > _LONGEST_TEXT
    return str(amount) if far else format(amount, "f")


def _normal(coefficient: int, digits: int, places: int) -> tuple[int, int]:
    """A price with no more digits than it needs and no fewer than `places`."""
    while digits > places and coefficient % 10 == 0:
        coefficient, digits = coefficient // 10, digits - 1
    if digits < places:
        coefficient, digits = coefficient * 10 ** (places - digits), places
    if digits > MOST_DIGITS:
        raise NotRepresentable(f"price: {digits} digits after the point are more than the {MOST_DIGITS} that are kept")
    if coefficient < 0:
        raise NotRepresentable("price: a unit price is not negative; take money off with a discount or a refund")
    return _storable(coefficient), digits


def _storable(minor: int) -> int:
    if SMALLEST <= minor <= LARGEST:
        return minor
    # The figure itself is left out: it may have more digits than Python agrees to print.
    raise NotRepresentable("amount: beyond what a signed 64-bit count of minor units can hold; use smaller amounts")


def _require_count(field: str, value: int) -> None:
    if type(value) is not int:
        raise InvalidRequest(field, "is_whole_number", given=_type_of(value))
    if value < 0:
        raise InvalidRequest(field, "is_not_negative", given=value)


def _written(coefficient: int, digits: int) -> str:
    if not digits:
        return str(coefficient)
    text = str(abs(coefficient)).rjust(digits + 1, "0")
    return f"{'-' if coefficient < 0 else ''}{text[:-digits]}.{text[-digits:]}"


def _type_of(value: object) -> str:
    return f"a value of type {type(value).__name__}"
