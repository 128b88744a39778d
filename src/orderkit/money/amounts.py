"""Money itself: an exact count of minor units of one currency, and what makes one amount of another.

How an amount looks to people belongs to `labels`, what a gateway counts in to its adapter.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Generic, Protocol, cast, final, overload

from attrs import frozen

from orderkit.currencies import exponent
from orderkit.errors import CurrencyMismatch, NotRepresentable
from orderkit.money.known import Code, Compatible, Currency
from orderkit.money.numbers import EXACT, LARGEST, SMALLEST, half_up, parsed, ratio, storable, type_of, written


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


class MoneyLike(Protocol):
    """An amount of another library, such as py-moneyed's `Money`."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> _Coded: ...


# attrs writes no order here, but mypy believes it does, and looks at that one instead of ours, unless it is told.
@final
@frozen(init=False, repr=False, order=False)
class Money(Generic[Currency]):
    """An exact amount of one currency: `minor` counts its minor units, `currency` is its ISO 4217 code.

    ``Money("19.99", "EUR")`` and ``Money.of_minor(1999, "EUR")`` are the same. Amounts fit a signed 64-bit integer.
    Amounts of two currencies are never equal, and have neither a sum nor an order (invariant I-01, row SX-12).

    A type checker that knows the currency says so beforehand: ``Money[Literal["EUR"]]`` is an amount in euro, and
    nothing in dollars is added to it. Plain ``Money`` is of any currency, and meets every amount.
    """

    minor: int
    currency: Currency  # type: ignore[misc]  # only the `__attrs_init__` that nobody calls takes it as a parameter

    def __init__(self, amount: str | int | Decimal, currency: Currency) -> None:
        """An amount in major units, taken exactly: ``"19.99"``, ``20`` or ``Decimal("19.99")``, never rounded.

        Raises:
            NotRepresentable: the text is not a plain number (ASCII digits, one point, at most a leading minus), it
                has more digits than the currency, it is a float, or the currency is unknown.
        """
        coefficient, digits = parsed(amount)
        places = exponent(currency)
        minor, lost = divmod(coefficient * 10**places, 10**digits)
        if lost:
            raise NotRepresentable(
                f"amount: {amount} has more digits than {currency} ({places}); round it first with money.rounded"
            )
        _set_minor(self, storable(minor))
        _set_currency(self, currency)

    @classmethod
    def of_minor(cls, minor: int, currency: Code) -> Money[Code]:
        """The amount of so many minor units (cents, yen, fils): the way out of storage.

        Raises:
            NotRepresentable: `minor` is not an int or beyond 64 bits, or the currency is unknown.
        """
        if type(minor) is not int:
            raise NotRepresentable(f"minor: an int of minor units is needed, not {type_of(minor)}")
        exponent(currency)
        return made(minor, currency)

    @classmethod
    def zero(cls, currency: Code) -> Money[Code]:
        """Nothing, of this currency."""
        return cls.of_minor(0, currency)

    @overload
    @classmethod
    def from_any(cls, value: Money[Code]) -> Money[Code]: ...
    @overload
    @classmethod
    def from_any(cls, value: MoneyLike) -> Money: ...
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
            raise NotRepresentable(f"money: {type_of(value)} has no .amount and .currency.code; give a Money")
        return cls(amount, code)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with as many digits as the currency has."""
        return Decimal(self.minor).scaleb(-exponent(self.currency), EXACT)

    @property
    def is_negative(self) -> bool:
        """Less than nothing."""
        return self.minor < 0

    def __add__(self, other: Compatible[Currency]) -> Money[Currency]:
        if type(other) is not Money:
            return NotImplemented
        return made(self.minor + self._comparable(other), self.currency)

    def __sub__(self, other: Compatible[Currency]) -> Money[Currency]:
        if type(other) is not Money:
            return NotImplemented
        return made(self.minor - self._comparable(other), self.currency)

    def __mul__(self, times: int) -> Money[Currency]:
        if type(times) is not int:
            return NotImplemented
        return made(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money[Currency]:
        return made(-self.minor, self.currency)

    def __abs__(self) -> Money[Currency]:
        return made(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Compatible[Currency]) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self.minor < self._comparable(other)

    def __le__(self, other: Compatible[Currency]) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self.minor <= self._comparable(other)

    def __gt__(self, other: Compatible[Currency]) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self.minor > self._comparable(other)

    def __ge__(self, other: Compatible[Currency]) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self.minor >= self._comparable(other)

    def __str__(self) -> str:
        return f"{written(self.minor, exponent(self.currency))} {self.currency}"

    def __repr__(self) -> str:
        return f"Money({written(self.minor, exponent(self.currency))!r}, {self.currency!r})"

    def _comparable(self, other: Money[Currency]) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor


# A frozen class is filled through its slots: `object.__setattr__` looks each of them up by name, at twice the price.
_set_minor = Money.__dict__["minor"].__set__
_set_currency = Money.__dict__["currency"].__set__


def made(minor: int, currency: Code) -> Money[Code]:
    made: Money[Code] = object.__new__(Money)
    _set_minor(made, minor if SMALLEST <= minor <= LARGEST else storable(minor))
    _set_currency(made, currency)
    return made


def rounded(amount: Decimal, currency: Code) -> Money[Code]:
    """The amount in major units, rounded half up (away from zero) to the digits of the currency.

    Raises:
        NotRepresentable: not a finite `Decimal`, beyond 64 bits, or an unknown currency.
    """
    numerator, denominator = ratio("amount", amount)
    scale: int = 10 ** exponent(currency)
    return made(half_up(numerator * scale, denominator), currency)


def share(money: Money[Code], rate: Decimal) -> Money[Code]:
    """The rate times the money, as a tax of 0.19 or a discount of 0.125 is; exact, then rounded once, half up.

    Raises:
        NotRepresentable: the rate is not a finite `Decimal`, or the product is beyond 64 bits.
    """
    numerator, denominator = ratio("rate", rate)
    return made(half_up(money.minor * numerator, denominator), money.currency)


def total(monies: Iterable[Compatible[Code]], currency: Code) -> Money[Code]:
    """The sum, which is zero of the currency when there is nothing to add.

    Raises:
        CurrencyMismatch: one of them is of another currency.
    """
    zero = Money.zero(currency)
    amounts = cast("Iterable[Money[Code]]", monies)
    return made(sum(zero._comparable(money) for money in amounts), currency)
