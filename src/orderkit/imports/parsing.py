"""Parsing: the texts of one row become a sale, a cancellation, or a refused line with its reason and its amount.

Only pure functions live here: no file, no clock, no store. Refusals carry the field's name; what a line would have
added to the file's sum is computed for refused lines too, wherever quantity and price can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from orderkit.currencies import exponent
from orderkit.errors import InvalidRequest, NotRepresentable, Refusal
from orderkit.imports.dates import instant
from orderkit.imports.exact import NUMBER_LIMIT, product
from orderkit.imports.maps import ColumnMap, FieldName
from orderkit.imports.reading import BadRow, RawRow
from orderkit.imports.stated import CancellationLine, ParsedLine, RefusedLine, SaleLine, StatedLine
from orderkit.money import Price

Values = Mapping[FieldName, str]

MOST_UNITS: Final = 1_000_000_000
"""The largest quantity of one line that is believed."""

MOST_CHARACTERS: Final[Mapping[FieldName, int]] = {
    "order": 200,
    "customer": 200,
    "name": 500,
    "offer": 200,
    "title": 2000,
    "currency": 10,
}

_SHOWN: Final = 60
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_WHOLE_NUMBER = re.compile(r"-?[0-9]+")


def parse_rows(rows: Iterable[RawRow | BadRow], column_map: ColumnMap) -> Iterator[ParsedLine]:
    """What every row states, one after the other."""
    return (parse(row, column_map) for row in rows)


def parse(row: RawRow | BadRow, column_map: ColumnMap) -> ParsedLine:
    """What one row states; nothing is raised for what a file may hold, a `RefusedLine` says why instead.

    A price may have more digits than its currency (up to nine): the line's amount rounds once when it is sold.
    A price of zero is a free item. A negative quantity is a cancellation where the order's id says so; elsewhere it is
    an adjustment of the stock, and refused.
    """
    if isinstance(row, BadRow):
        return _refused(row.line, row.values or {}, row.refusal, column_map=column_map)
    try:
        return _stated(row, column_map)
    except InvalidRequest as problem:
        refusal = Refusal(problem.refusal.code, {"field": problem.field, **problem.refusal.params})
        return _refused(row.line, row.values, refusal, column_map=column_map)


def _stated(row: RawRow, column_map: ColumnMap) -> StatedLine:
    values = row.values
    order, offer = _identifier(values, "order"), _identifier(values, "offer")
    is_cancellation = _is_cancellation(order, column_map)
    quantity = _units(values["quantity"], is_cancellation=is_cancellation)
    kind = CancellationLine if is_cancellation else SaleLine
    return kind(
        line=row.line,
        order=order,
        customer=_text(values, "customer"),
        name=_text(values, "name"),
        offer=offer,
        title=_text(values, "title") or offer,
        quantity=quantity,
        unit_price=_price(values, quantity, column_map),
        placed_at=instant(values["date"], zone=column_map.zone, day_first=column_map.day_first),
        extra=row.extra,
    )


def _is_cancellation(order: str, column_map: ColumnMap) -> bool:
    return column_map.cancellation_prefix is not None and order.startswith(column_map.cancellation_prefix)


def _identifier(values: Values, name: FieldName) -> str:
    text = _text(values, name)
    if text is None:
        raise InvalidRequest(name, "is_given")
    return text


def _text(values: Values, name: FieldName) -> str | None:
    text = values.get(name, "")
    if len(text) > MOST_CHARACTERS[name]:
        raise InvalidRequest(name, "is_short_enough", most=MOST_CHARACTERS[name], found=_shown(text))
    if "\n" in text and name != "title":
        raise InvalidRequest(name, "is_one_line", found=_shown(text))
    return text or None


def _units(text: str, *, is_cancellation: bool) -> int:
    if len(text) > NUMBER_LIMIT or not _WHOLE_NUMBER.fullmatch(text):
        raise InvalidRequest("quantity", "is_whole_number", found=_shown(text))
    quantity = -int(text) if is_cancellation else int(text)
    if quantity <= 0:
        rule = "is_negative_quantity" if is_cancellation else "is_positive_quantity"
        raise InvalidRequest("quantity", rule, found=text)
    if quantity > MOST_UNITS:
        raise InvalidRequest("quantity", "is_not_too_large", found=text, most=MOST_UNITS)
    return quantity


def _price(values: Values, quantity: int, column_map: ColumnMap) -> Price:
    text = values["unit_price"]
    if _number(text, column_map.decimal) is None:
        raise InvalidRequest("unit_price", "is_a_number", found=_shown(text), decimal=column_map.decimal)
    if text.startswith("-"):
        raise InvalidRequest("unit_price", "is_not_negative_price", found=text)
    currency = _currency(values, column_map)
    try:
        price = _priced(text.replace(",", "."), currency)
        price.times(quantity)
    except NotRepresentable:
        raise InvalidRequest("unit_price", "is_representable", found=text, currency=currency) from None
    return price


@lru_cache(maxsize=4096)
def _priced(number: str, currency: str) -> Price:
    return Price(number, currency)


def _currency(values: Values, column_map: ColumnMap) -> str:
    code = _text(values, "currency") or column_map.currency
    if code is None:
        raise InvalidRequest("currency", "is_given")
    if not _is_currency(code):
        raise InvalidRequest("currency", "is_known_currency", found=_shown(code))
    return code


def _is_currency(code: str) -> bool:
    try:
        exponent(code)
    except NotRepresentable:
        return False
    return True


def _number(text: str, decimal: str) -> Decimal | None:
    """The number written with the map's own mark, and no other: ``1,234.50`` and ``1e3`` are none (F125)."""
    if decimal == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    return Decimal(text) if len(text) <= NUMBER_LIMIT and _NUMBER.fullmatch(text) else None


def _refused(line: int, values: Values, refusal: Refusal, *, column_map: ColumnMap) -> RefusedLine:
    quantity = _number(values.get("quantity", ""), column_map.decimal)
    unit_price = _number(values.get("unit_price", ""), column_map.decimal)
    code = values.get("currency") or column_map.currency
    return RefusedLine(
        line=line,
        refusal=refusal,
        order=values.get("order", "")[: MOST_CHARACTERS["order"]] or None,
        quantity=int(quantity) if quantity is not None and quantity == int(quantity) else 0,
        amount=None if quantity is None or unit_price is None else product(quantity, unit_price),
        currency=code if code and _is_currency(code) else None,
    )


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
