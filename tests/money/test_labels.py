"""Amounts as people read them: against the digits of ISO 4217, and back again."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import ROUND_UP, Context, Inexact, localcontext

import pytest
from babel import localedata
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from orderkit.currencies import EXPONENTS, WITHDRAWN
from orderkit.errors import InvalidRequest, NotRepresentable
from orderkit.labels.money import format_money, format_price, parse_money
from orderkit.money import LARGEST, SMALLEST, Money, Price

DIGITS = {currency.code: currency.exponent or 0 for currency in Currency}
CODES = sorted({*EXPONENTS, *WITHDRAWN})
LOCALES = ["en", "en_IN", "uk", "ru", "de", "de_CH", "fr", "ar", "ar_EG", "he", "fa", "sv", "pl", "bn", "my", "pt_PT"]
LOCALES += ["es", "hi", "ja", "ur", "lt", "nb", "fy", "luy", "gsw", "zh_Hant_TW", "en_US_POSIX"]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_currency_is_printed_and_read_back(locale: str) -> None:
    """`parse(format(x)) == x` in every currency, from one minor unit to the bounds, both signs."""
    for currency in CODES:
        for minor in (0, 1, -1, 5, 123456, -98765432109, LARGEST, SMALLEST):
            money = Money.of_minor(minor, currency)
            assert parse_money(format_money(money, locale), currency, locale) == money


def test_every_locale_prints_and_reads_back() -> None:
    """`parse(format(x)) == x` in every locale that Babel knows, for each number of digits."""
    for locale in localedata.locale_identifiers():
        for currency in ("JPY", "EUR", "KWD", "CLF", "XOF"):
            money = Money.of_minor(-123456789, currency)
            assert parse_money(format_money(money, locale), currency, locale) == money, locale


@given(st.integers(SMALLEST, LARGEST), st.sampled_from(CODES), st.sampled_from(LOCALES))
def test_any_amount_is_printed_and_read_back(minor: int, currency: str, locale: str) -> None:
    """`parse(format(x)) == x` over the whole range."""
    money = Money.of_minor(minor, currency)
    assert parse_money(format_money(money, locale), currency, locale) == money


@pytest.mark.parametrize("locale", LOCALES)
def test_no_digit_is_lost(locale: str) -> None:
    """All digits that ISO 4217 gives to a currency are printed, where CLDR would print fewer of thirteen of them."""
    for currency, places in DIGITS.items():
        printed = format_money(Money.of_minor(1234567, currency), locale)
        assert "".join(re.findall(r"\d", printed)) == "1234567"
        fraction = re.search(r"[.,\u066b](\d+)\D*$", printed)
        assert places == 0 or (fraction is not None and len(fraction[1]) == places)


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money("1234.50", "EUR"), "en", "€1,234.50"),
        (Money("-1234.50", "EUR"), "en", "-€1,234.50"),
        (Money("1234.50", "EUR"), "de", "1.234,50\xa0€"),
        (Money("1234.50", "EUR"), "fr", "1\u202f234,50\xa0€"),
        (Money("1234.50", "UAH"), "uk", "1\xa0234,50\xa0₴"),
        (Money("1234567.50", "INR"), "en_IN", "₹12,34,567.50"),
        (Money("1234.50", "ILS"), "he", "\u200f1,234.50\xa0\u200f₪"),
        (Money("10.50", "RSD"), "en", "RSD10.50"),
        (Money("1234", "JPY"), "en", "¥1,234"),
        (Money("1.234", "KWD"), "en", "KWD1.234"),
        (Money("1234.50", "EUR"), "en-GB", "€1,234.50"),
    ],
)
def test_amounts_look_as_the_locale_wants(money: Money, locale: str, text: str) -> None:
    """Signs, separators and spaces are those of the locale; 10.50 dinars are never shown as 10."""
    assert format_money(money, locale) == text


@pytest.mark.parametrize(
    ("text", "currency", "locale", "minor"),
    [
        ("1 234,50 €", "EUR", "fr", 123450),
        ("1234,50", "EUR", "fr", 123450),
        ("-1.234,50", "EUR", "de", -123450),
        ("\u22121.234,50", "EUR", "de", -123450),
        ("1'234.50", "CHF", "de_CH", 123450),
        ("1,234.50 ₪", "ILS", "he", 123450),
        ("  1,234.50  ", "EUR", "en", 123450),
        ("1,234", "JPY", "en", 1234),
        ("1,234", "KWD", "de", 1234),
    ],
)
def test_what_a_keyboard_cannot_type_makes_no_difference(text: str, currency: str, locale: str, minor: int) -> None:
    """Plain spaces, no marks of direction, any minus, no currency sign and no separators of thousands are fine."""
    assert parse_money(text, currency, locale) == Money.of_minor(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "locale"),
    [
        ("1,234.50", "EUR", "de"),
        ("1.234,50", "EUR", "en"),
        ("1,234", "KWD", "en"),
        ("1.234", "EUR", "de"),
        ("12,34.50", "EUR", "en"),
        ("1 2 3,45", "EUR", "fr"),
        ("5", "EUR", "en"),
        ("5.0", "EUR", "en"),
        ("5.000", "EUR", "en"),
        ("1e3", "EUR", "en"),
        ("$5.00", "CAD", "en"),
        ("€5.00", "USD", "en"),
        ("+5.00", "EUR", "en"),
        ("--5.00", "EUR", "en"),
        ("5.00-", "EUR", "en"),
        ("(5.00)", "EUR", "en"),
        ("05.00", "EUR", "en"),
        ("-0.00", "EUR", "en"),
        ("٥٫٠٠", "EUR", "ar_EG"),
        ("", "EUR", "en"),
        ("-", "EUR", "en"),
        ("9" * 5000, "EUR", "en"),
        ("9" * 60 + ".00", "EUR", "en"),
    ],
)
def test_what_the_locale_does_not_write_is_refused(text: str, currency: str, locale: str) -> None:
    """F125: a separator in the wrong place, a digit too few or another currency's sign is never guessed at."""
    with pytest.raises(NotRepresentable, match=r"^amount: "):
        parse_money(text, currency, locale)


@pytest.mark.parametrize("locale", ["xx_YY", "", "../../etc/passwd", "de_DE\x00", "a" * 5000])
def test_an_unknown_locale_is_refused(locale: str) -> None:
    """A locale that Babel does not know is the request's fault, and is named as such."""
    with pytest.raises(InvalidRequest) as refused:
        format_money(Money("1.00", "EUR"), locale)
    assert refused.value.field == "locale"
    with pytest.raises(InvalidRequest):
        parse_money("1.00", "EUR", locale)


def test_a_price_is_shown_with_its_own_digits() -> None:
    """S4-18: a unit price keeps the digits beyond the currency's, and shows the currency's when it has no more."""
    assert format_price(Price("0.000125", "EUR"), "en") == "€0.000125"
    assert format_price(Price("2.5", "EUR"), "de") == "2,50\xa0€"
    assert format_price(Price("19.999", "KWD"), "en") == "KWD19.999"
    assert format_price(Price("1999", "JPY"), "en") == "¥1,999"


def test_the_decimal_context_of_the_host_changes_no_label() -> None:
    """I-01: Babel computes in our context, so five digits of precision in the host's cut nothing off."""
    money = Money.of_minor(LARGEST, "EUR")
    with localcontext(Context(prec=5, rounding=ROUND_UP, traps=[Inexact])):
        printed = format_money(money, "de")
        assert parse_money(printed, "EUR", "de") == money
    assert printed == "92.233.720.368.547.758,07\xa0€"


def test_money_itself_does_not_load_babel() -> None:
    """The core prints no labels: importing money and currencies loads no Babel."""
    code = "import sys, orderkit.money, orderkit.currencies; sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
