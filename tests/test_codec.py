"""Records become JSON and come back as they were, and nothing is read as something that it is not."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from attrs import fields, frozen
from cattrs import BaseValidationError
from hypothesis import given
from hypothesis import strategies as st

from orderkit.codec import from_micros, from_plain, to_plain, to_text
from orderkit.currencies import exponent
from orderkit.history import HistoryEntry
from orderkit.items.records import Item
from orderkit.keys import to_micros
from orderkit.money import LARGEST, SMALLEST, Money, Price
from orderkit.orders.records import Attention, FieldValue, Line, Order
from orderkit.payments.records import Operation, Payment
from orderkit.refunds.records import Refund
from orderkit.requests.records import PaymentRequest
from orderkit.testing.families import change_of
from orderkit.testing.storage_cases import changed_family, full_family

FAMILY = full_family()
LATER = changed_family(FAMILY)
NOUNS = ("lines", "items", "requests", "payments", "operations", "refunds", "attention", "fields")
RECORDS = [
    each
    for family in (FAMILY, LATER)
    for each in (family.order, *(record for noun in NOUNS for record in getattr(family, noun)))
]
SAMPLES = [*RECORDS, change_of(FAMILY, LATER, reason=FAMILY.personal[0]).entry]
KINDS = (Order, Line, Item, PaymentRequest, Payment, Operation, Refund, Attention, FieldValue, HistoryEntry)


def named(record: object) -> str:
    return type(record).__name__


@frozen
class Everything:
    """One field of every plain type that records are made of."""

    text: str
    number: int
    flag: bool
    maybe: int | None
    exact: Decimal
    day: date
    instant: datetime
    id: UUID
    money: Money
    price: Price


CODES = ("JPY", "EUR", "KWD", "CLF")
monies = st.builds(Money.of_minor, st.integers(SMALLEST, LARGEST), st.sampled_from(CODES))
prices = st.sampled_from(CODES).flatmap(
    lambda code: st.builds(Price.of_coefficient, st.integers(0, LARGEST), st.integers(exponent(code), 9), st.just(code))
)
everythings = st.builds(
    Everything,
    text=st.text(),
    number=st.integers(),
    flag=st.booleans(),
    maybe=st.none() | st.integers(),
    exact=st.decimals(allow_nan=False, allow_infinity=False),
    day=st.dates(),
    instant=st.datetimes(timezones=st.just(timezone.utc)),
    id=st.uuids(),
    money=monies,
    price=prices,
)


@given(record=everythings)
def test_every_value_comes_back_exactly(record: Everything) -> None:
    """Whatever a record holds, its JSON text leads back to the same values of the same types."""
    again = from_plain(json.loads(to_text(to_plain(record))), Everything)
    assert again == record
    assert [type(getattr(again, each.name)) for each in fields(Everything)] == [
        type(getattr(record, each.name)) for each in fields(Everything)
    ]
    assert str(again.exact) == str(record.exact)


def test_the_samples_hold_every_kind_of_record() -> None:
    """The records that the tests below go through are all that history holds, with every field set at least once."""
    assert {type(each) for each in SAMPLES} == set(KINDS)
    for kind in KINDS:
        for each in fields(kind):
            values = [getattr(record, each.name) for record in SAMPLES if type(record) is kind]
            assert any(value not in (None, (), {}, False) or value is True for value in values), (kind, each.name)


@pytest.mark.parametrize("record", SAMPLES, ids=named)
def test_every_record_comes_back(record: object) -> None:
    """Every kind of record survives being text, to the last digit and the last type."""
    text = to_text(to_plain(record))
    again = from_plain(json.loads(text), type(record))
    assert again == record
    assert to_text(to_plain(again)) == text


@given(record=everythings)
def test_text_is_canonical(record: Everything) -> None:
    """The same values give the same text, whatever the order in which their names came."""
    plain = to_plain(record)
    assert to_text(dict(reversed(plain.items()))) == to_text(plain)


OTHERS: tuple[Any, ...] = ("x", "1", 1, 1.0, 1.5, 0, "", True, None, [], {}, [1], {"a": 1}, ["1", "EUR"], [1.0, "EUR"])


@pytest.mark.parametrize("name", [each.name for each in fields(Everything)])
def test_no_type_is_taken_for_another(name: str) -> None:
    """A value of another type is refused: no text becomes a number, no number a flag, no float an int."""
    record = Everything(
        "x",
        1,
        True,
        1,
        Decimal("1.50"),
        date(2026, 1, 1),
        datetime(2026, 1, 1, tzinfo=timezone.utc),
        UUID(int=1),
        Money("1.00", "EUR"),
        Price("1.00", "EUR"),
    )
    plain = to_plain(record)
    allowed = {"text": {str}, "number": {int}, "flag": {bool}, "maybe": {int, type(None)}, "instant": {int}}
    for other in OTHERS:
        if type(other) in allowed.get(name, set()) or (name == "exact" and other == "1"):
            again = from_plain({**plain, name: other}, Everything)
            assert to_text(to_plain(again)[name]) == to_text(other)
        else:
            with pytest.raises(BaseValidationError):
                from_plain({**plain, name: other}, Everything)


@pytest.mark.parametrize("record", RECORDS, ids=named)
def test_a_missing_field_is_refused(record: object) -> None:
    """A record without one of the fields it must have is not read, and the error names the field."""
    plain = to_plain(record)
    for each in fields(type(record)):
        if each.default is not None and repr(each.default) == "NOTHING":
            less = {name: value for name, value in plain.items() if name != each.name}
            with pytest.raises(BaseValidationError) as refused:
                from_plain(less, type(record))
            assert each.name in repr(refused.value.exceptions)


@pytest.mark.parametrize("record", RECORDS, ids=named)
def test_unknown_fields_are_skipped(record: object) -> None:
    """A reader of an older version skips what a later version has added."""
    plain = {**to_plain(record), "added_later": {"deep": [1]}}
    assert from_plain(plain, type(record)) == record


@given(micros=st.integers(to_micros(datetime.min.replace(tzinfo=timezone.utc)), 253_402_300_799_999_999))
def test_micros_are_exact(micros: int) -> None:
    """An instant and its count of microseconds are the same to the last one, from year 1 to year 9999."""
    assert to_micros(from_micros(micros)) == micros


def test_instants_of_other_zones_are_the_same_instants() -> None:
    """An aware instant in another zone is stored as the same moment in UTC."""
    kyiv = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=3)))
    assert from_micros(to_micros(kyiv)) == kyiv
    assert from_micros(to_micros(kyiv)).utcoffset() == timedelta(0)
