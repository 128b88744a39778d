"""Unit prices: they may carry more digits than their currency, and round once, when they are multiplied."""

from __future__ import annotations

from decimal import Decimal
from typing import final

from attrs import frozen

from orderkit.currencies import exponent
from orderkit.errors import NotRepresentable
from orderkit.money.amounts import Money, made
from orderkit.money.numbers import EXACT, half_up, normal, parsed, require_count, written


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
        self.__attrs_init__(*normal(*parsed(amount), exponent(currency)), currency)

    @classmethod
    def of_coefficient(cls, coefficient: int, digits: int, currency: str) -> Price:
        """The price ``coefficient / 10**digits``: the way out of storage. Raises as the constructor does."""
        if type(coefficient) is not int or type(digits) is not int or digits < 0:
            raise NotRepresentable("price: coefficient and digits are ints, and digits is not negative")
        price = object.__new__(cls)
        price.__attrs_init__(*normal(coefficient, digits, exponent(currency)), currency)
        return price

    @property
    def amount(self) -> Decimal:
        """The price in major units, with all its digits."""
        return Decimal(self.coefficient).scaleb(-self.digits, EXACT)

    def times(self, quantity: int) -> Money:
        """What so many units cost: exact, then rounded once to the currency, half up (row S4-17).

        Raises:
            InvalidRequest: the quantity is not a whole number, or negative.
            NotRepresentable: the product is beyond 64 bits.
        """
        require_count("quantity", quantity)
        scale: int = 10 ** (self.digits - exponent(self.currency))
        return made(half_up(self.coefficient * quantity, scale), self.currency)

    def __str__(self) -> str:
        return f"{written(self.coefficient, self.digits)} {self.currency}"

    def __repr__(self) -> str:
        return f"Price({written(self.coefficient, self.digits)!r}, {self.currency!r})"
