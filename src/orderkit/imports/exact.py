"""Exact sums and products of amounts as a file states them, more digits than any currency included.

Only arithmetic on plain decimals lives here. Nothing rounds: the context raises before it would, and the host's own
decimal context has no influence.
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation

ZERO = Decimal(0)
NUMBER_LIMIT = 30
"""How many characters a number may have in a file; two such numbers multiply, and a billion of those sum, exactly."""

_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])


def product(quantity: int | Decimal, unit_price: Decimal) -> Decimal:
    """Quantity times unit price, not rounded."""
    return _EXACT.multiply(Decimal(quantity), unit_price)


def plus(left: Decimal, right: Decimal) -> Decimal:
    """The sum, not rounded."""
    return _EXACT.add(left, right)


def minus(left: Decimal, right: Decimal) -> Decimal:
    """The difference, not rounded."""
    return _EXACT.subtract(left, right)


def negative(amount: Decimal) -> Decimal:
    """The amount with its sign turned, not rounded."""
    return _EXACT.minus(amount)


def written(amount: Decimal) -> str:
    """The amount as plain text: no exponent, and no sign before nothing."""
    return format(amount, "f") if amount else "0"
