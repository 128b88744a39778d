"""Amounts as people of a locale read them, and back.

Only printing and reading of money lives here. Babel knows the locale's pattern, signs and separators; the number of
digits is always ours, since CLDR gives thirteen live currencies fewer than ISO 4217 does and would print 10.50 RSD
as 10. Digits are the Latin ones in every locale, as is Babel's own default.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import NumberPattern, format_currency, parse_pattern

from orderkit.currencies import exponent
from orderkit.errors import InvalidRequest, NotRepresentable
from orderkit.money import Money, Price

_EXACT = Context(prec=38, rounding=ROUND_HALF_UP, traps=[InvalidOperation])
_LONGEST_TEXT = 100

_SPACES = "\u00a0\u202f\u2009"
_MARKS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_AS_TYPED = str.maketrans(
    dict.fromkeys(_SPACES, " ") | dict.fromkeys(_MARKS, "") | {"\u2212": "-", "\u2019": "'"},
)


def format_money(money: Money, locale: str = "en") -> str:
    """The amount with its currency sign, in the manner of the locale: ``"€19.99"``, or ``"19,99\\xa0€"`` in German.

    Every digit of the currency is printed, and none is rounded away.

    Raises:
        InvalidRequest: the locale is unknown.
    """
    return _printed(money.amount, money.currency, _pattern(locale, exponent(money.currency)), locale=locale)


def format_price(price: Price, locale: str = "en") -> str:
    """The unit price as `format_money` prints amounts, with all the digits that the price carries (row S4-18).

    Raises:
        InvalidRequest: the locale is unknown.
    """
    return _printed(price.amount, price.currency, _pattern(locale, price.digits), locale=locale)


def parse_money(text: str, currency: str, locale: str = "en") -> Money:
    """The amount that `format_money` prints as this text in the locale; nothing is guessed.

    What cannot be seen or typed makes no difference: kinds of spaces, marks of direction, kinds of minus. The
    currency's sign may be left out, and so may the separators of thousands; digits after the point may not.

    Raises:
        NotRepresentable: the text is no such amount, or the currency is unknown.
        InvalidRequest: the locale is unknown.
    """
    typed = _typed(text) if len(text) <= _LONGEST_TEXT else ""
    # All digits of the currency are always printed, so the digits in a row are the count of minor units; whether the
    # separators between them stand where the locale puts them is seen by printing that amount again.
    digits = "".join(re.findall("[0-9]", typed))
    if digits:
        money = Money.of_minor(int("-" + digits if "-" in typed else digits), currency)
        if typed in _spellings(money, locale):
            return money
    example = format_money(Money.of_minor(123456, currency), locale)
    raise NotRepresentable(
        f"amount: {text[:_LONGEST_TEXT]!r} is not how {currency} is written in the locale {locale!r}; "
        f"write it like {example!r}"
    )


def _spellings(money: Money, locale: str) -> frozenset[str]:
    places = exponent(money.currency)
    patterns = (_pattern(locale, places), _pattern(locale, places, signed=False))
    return frozenset(
        _typed(_printed(money.amount, money.currency, pattern, locale=locale, grouped=grouped))
        for pattern in patterns
        for grouped in (True, False)
    )


def _typed(text: str) -> str:
    return text.translate(_AS_TYPED).strip()


def _printed(amount: Decimal, currency: str, pattern: NumberPattern, *, locale: str, grouped: bool = True) -> str:
    # Babel computes in the context it finds; a host's own may have too little room for the amount.
    with localcontext(_EXACT):
        return format_currency(
            amount,
            currency,
            pattern,
            _locale(locale),
            currency_digits=False,
            group_separator=grouped,
        )


@lru_cache(maxsize=256)
def _pattern(locale: str, digits: int, *, signed: bool = True) -> NumberPattern:
    """The locale's pattern for amounts with exactly so many digits, and with the currency's sign or without."""
    text = _locale(locale).currency_formats["standard"].pattern
    text = re.sub(r"0\.0+", "0." + "0" * digits if digits else "0", text)
    return parse_pattern(text if signed else re.sub(rf"[{_SPACES}{_MARKS}]*¤[{_SPACES}{_MARKS}]*", "", text))


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        raise InvalidRequest("locale", "is_known_locale", given=name[:32]) from None
