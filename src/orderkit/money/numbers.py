"""Plain numbers underneath money: how they are read, rounded, bounded and written. Nothing here knows a currency.

There is one place that rounds (`half_up`), on integers; no decimal context has a say in a sum.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Final

from orderkit.errors import InvalidRequest, NotRepresentable

LARGEST: Final = 2**63 - 1
SMALLEST: Final = -(2**63)
MOST_DIGITS: Final = 9

PLAIN_NUMBER = re.compile(r"(-?[0-9]+)(?:\.([0-9]+))?")
LONGEST_TEXT = 64
EXACT = Context(prec=38, rounding=ROUND_HALF_UP, traps=[InvalidOperation])


def half_up(numerator: int, denominator: int) -> int:
    nearest = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -nearest if numerator < 0 else nearest


def ratio(field: str, value: Decimal) -> tuple[int, int]:
    if not isinstance(value, Decimal):
        raise NotRepresentable(f"{field}: a Decimal is needed, not {type_of(value)}")
    # The bounds keep 1E+999999999 from becoming a number of that many digits; below them nothing is left to round.
    if not value.is_finite() or value.adjusted() > LONGEST_TEXT:
        raise NotRepresentable(f"{field}: {str(value)[:32]!r} is not a finite number that money can hold")
    return value.as_integer_ratio() if value.adjusted() > -LONGEST_TEXT else (0, 1)


def parsed(amount: str | int | Decimal) -> tuple[int, int]:
    """The amount as coefficient and digits after the point."""
    if type(amount) is int:
        return amount, 0
    if not isinstance(amount, str | Decimal):
        raise NotRepresentable(f"amount: give text, an int or a Decimal, not {type_of(amount)}")
    text = amount if isinstance(amount, str) else _plain(amount)
    if len(text) > LONGEST_TEXT:
        raise NotRepresentable(f"amount: {text[:16]!r}... has {len(text)} characters; no amount is that long")
    match = PLAIN_NUMBER.fullmatch(text)
    if match is None:
        raise NotRepresentable(f"amount: {text!r} is not a plain number; write it like '1234.50' or '-1234.50'")
    whole, fraction = match.groups("")
    return int(whole + fraction), len(fraction)


def _plain(amount: Decimal) -> str:
    if not amount:
        return "0"
    far = amount.is_finite() and abs(amount.adjusted()) > LONGEST_TEXT
    return str(amount) if far else format(amount, "f")


def normal(coefficient: int, digits: int, places: int) -> tuple[int, int]:
    """A price with no more digits than it needs and no fewer than `places`."""
    while digits > places and coefficient % 10 == 0:
        coefficient, digits = coefficient // 10, digits - 1
    if digits < places:
        coefficient, digits = coefficient * 10 ** (places - digits), places
    if digits > MOST_DIGITS:
        raise NotRepresentable(f"price: {digits} digits after the point are more than the {MOST_DIGITS} that are kept")
    if coefficient < 0:
        raise NotRepresentable("price: a unit price is not negative; take money off with a discount or a refund")
    return storable(coefficient), digits


def storable(minor: int) -> int:
    if SMALLEST <= minor <= LARGEST:
        return minor
    # The figure itself is left out: it may have more digits than Python agrees to print.
    raise NotRepresentable("amount: beyond what a signed 64-bit count of minor units can hold; use smaller amounts")


def require_count(field: str, value: int) -> None:
    if type(value) is not int:
        raise InvalidRequest(field, "is_whole_number", given=type_of(value))
    if value < 0:
        raise InvalidRequest(field, "is_not_negative", given=value)


def written(coefficient: int, digits: int) -> str:
    if not digits:
        return str(coefficient)
    text = str(abs(coefficient)).rjust(digits + 1, "0")
    return f"{'-' if coefficient < 0 else ''}{text[:-digits]}.{text[-digits:]}"


def type_of(value: object) -> str:
    return f"a value of type {type(value).__name__}"
