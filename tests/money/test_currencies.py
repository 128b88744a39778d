"""The table of currencies against the `iso4217` package, which is the yardstick and is no dependency of orderkit."""

from __future__ import annotations

import pytest
from iso4217 import Currency

from orderkit.currencies import EXPONENTS, WITHDRAWN, WITHOUT_MINOR_UNIT, exponent
from orderkit.errors import NotRepresentable


def test_the_table_has_the_codes_and_digits_of_iso_4217() -> None:
    """Every current code is there with the digits that the standard gives, and no other code is."""
    assert dict(EXPONENTS) == {currency.code: currency.exponent or 0 for currency in Currency}


def test_codes_without_a_minor_unit_are_counted_whole() -> None:
    """Where the standard says "N.A.", one unit is the smallest amount; no other code is treated so."""
    assert {currency.code for currency in Currency if currency.exponent is None} == WITHOUT_MINOR_UNIT
    assert {exponent(code) for code in WITHOUT_MINOR_UNIT} == {0}


def test_withdrawn_codes_are_still_read() -> None:
    """An order placed in a currency that has since been withdrawn keeps its digits."""
    assert not WITHDRAWN.keys() & EXPONENTS.keys()
    assert {exponent(code) for code in WITHDRAWN} == {2}


@pytest.mark.parametrize("code", ["eur", "EURO", "", " EUR", "EUR ", "€", "ABC", "E" * 10_000])
def test_an_unknown_code_is_refused(code: str) -> None:
    """A code that is not of ISO 4217 is refused with a message that names it."""
    with pytest.raises(NotRepresentable, match="ISO 4217") as refused:
        exponent(code)
    assert repr(code[:32]) in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(("code", "meant"), [("eur", "EUR"), ("EURO", "EUR"), ("GPB", "GBP"), (" usd", "USD")])
def test_a_mistyped_code_is_answered_with_the_one_that_was_meant(code: str, meant: str) -> None:
    """The refusal offers codes that look alike."""
    with pytest.raises(NotRepresentable, match=rf"did you mean .*\b{meant}\b"):
        exponent(code)


@pytest.mark.parametrize("code", [None, 978, ["EUR"], b"EUR"])
def test_a_code_that_is_not_text_is_refused(code: object) -> None:
    """What is not text is refused by the same error, hashable or not."""
    with pytest.raises(NotRepresentable, match="ISO 4217 code"):
        exponent(code)  # type: ignore[arg-type]  # the wrong type is the point


def test_the_tables_cannot_be_changed() -> None:
    """No host can alter the digits of a currency for everybody else in the process."""
    with pytest.raises(TypeError):
        EXPONENTS["EUR"] = 3  # type: ignore[index]  # the refusal is the point
