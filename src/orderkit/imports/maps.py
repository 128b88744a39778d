"""Column maps: how the columns and the local habits of a CSV file are to be read, and the two maps in the box.

Only the record, its checks and the registry live here; nothing here opens a file. A map is data: a host makes its own
with `ColumnMap(...)`, or adapts one with `adapted`.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from orderkit.currencies import exponent
from orderkit.errors import InvalidRequest, NotRepresentable

FieldName: TypeAlias = Literal[
    "order", "date", "customer", "name", "offer", "title", "quantity", "unit_price", "currency"
]

NEEDED: tuple[FieldName, ...] = ("order", "date", "offer", "quantity", "unit_price")
"""The fields without which no line can be read."""

KNOWN: tuple[FieldName, ...] = (*NEEDED, "customer", "name", "title", "currency")
"""Every field that a map may name."""


@frozen(kw_only=True)
class ColumnMap:
    """Which column holds which field, and the habits of whoever wrote the file.

    Attributes:
        name: how the map is asked for; it is also the namespace of columns that are carried along.
        columns: the header of the column that holds each field.
        optional: fields whose column may be missing altogether.
        delimiter: the one character between two columns.
        decimal: the mark before the fraction of a price.
        day_first: ``1/12/2010`` is the first of December. ISO dates are read either way.
        encoding: any encoding that keeps ASCII as it is; a byte order mark of UTF-8 is dropped.
        zone: the IANA name of the zone that dates without an offset are meant in.
        currency: the currency (ISO 4217) of lines that name none; None when each must name its own.
        cancellation_prefix: what the order id of a cancellation begins with; None when the file knows no cancellations.
        payment: `offline`: the sales are paid, outside of orderkit; `none`: nothing is known about payments.

    Raises:
        InvalidRequest: a value cannot be used; `field` names it.
    """

    name: str
    columns: Mapping[FieldName, str]
    optional: frozenset[FieldName] = frozenset()
    delimiter: str = ","
    decimal: str = "."
    day_first: bool = False
    encoding: str = "utf-8-sig"
    zone: str = "UTC"
    currency: str | None = None
    cancellation_prefix: str | None = None
    payment: Literal["offline", "none"] = "none"

    def __attrs_post_init__(self) -> None:
        for check in (_names_what_is_needed, _can_split, _can_read_numbers, _can_decode, _knows_zone, _knows_currency):
            check(self)

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone's rules."""
        return ZoneInfo(self.zone)

    @property
    def codec(self) -> str:
        """The encoding's one name, without the byte order mark, which belongs to the file and not to a line."""
        name = codecs.lookup(self.encoding).name
        return "utf-8" if name == "utf-8-sig" else name


def _names_what_is_needed(column_map: ColumnMap) -> None:
    missing = [name for name in NEEDED if name not in column_map.columns]
    unknown = [name for name in column_map.columns if name not in KNOWN]
    if missing:
        raise InvalidRequest("columns", "names_what_is_needed", missing=", ".join(missing))
    if unknown:
        raise InvalidRequest("columns", "is_known_field", found=", ".join(unknown), known=", ".join(KNOWN))


def _can_split(column_map: ColumnMap) -> None:
    if len(column_map.delimiter) != 1 or column_map.delimiter in '"\r\n\0':
        raise InvalidRequest("delimiter", "is_one_character", found=column_map.delimiter)


def _can_read_numbers(column_map: ColumnMap) -> None:
    if column_map.decimal not in {".", ","}:
        raise InvalidRequest("decimal", "is_point_or_comma", found=column_map.decimal)


def _can_decode(column_map: ColumnMap) -> None:
    """Lines are found by their bytes, so that one that cannot be decoded costs only itself: ASCII must stay ASCII."""
    plain = "".join(map(chr, range(9, 127))) + r"\ud800"
    try:
        keeps_ascii = plain.encode(column_map.codec).decode("ascii") == plain.encode().decode(column_map.codec) == plain
    except (LookupError, ValueError, TypeError, AttributeError):  # unknown, no text encoding, or not ASCII
        keeps_ascii = False
    if not keeps_ascii:
        raise InvalidRequest("encoding", "is_usable_encoding", found=column_map.encoding)


def _knows_zone(column_map: ColumnMap) -> None:
    try:
        ZoneInfo(column_map.zone)
    except (KeyError, ValueError, OSError):  # a directory's name, a path that leads out, an unknown zone
        raise InvalidRequest("zone", "is_known_zone", found=column_map.zone) from None


def _knows_currency(column_map: ColumnMap) -> None:
    if column_map.currency is None:
        if "currency" not in column_map.columns:
            raise InvalidRequest("currency", "is_given", map=column_map.name)
        return
    try:
        exponent(column_map.currency)
    except NotRepresentable as problem:
        raise InvalidRequest("currency", "is_known_currency", found=column_map.currency) from problem


UK_RETAIL = ColumnMap(
    name="uk-retail",
    columns={
        "order": "InvoiceNo",
        "offer": "StockCode",
        "title": "Description",
        "quantity": "Quantity",
        "date": "InvoiceDate",
        "unit_price": "UnitPrice",
        "customer": "CustomerID",
    },
    delimiter=";",
    decimal=",",
    day_first=True,
    zone="Europe/London",
    currency="GBP",
    cancellation_prefix="C",
    payment="offline",
)

ORDERKIT = ColumnMap(
    name="orderkit",
    columns={
        "order": "order",
        "date": "date",
        "customer": "customer",
        "name": "name",
        "offer": "sku",
        "title": "title",
        "quantity": "quantity",
        "unit_price": "unit_price",
        "currency": "currency",
    },
    optional=frozenset({"customer", "name", "title"}),
)

MAPS: Mapping[str, ColumnMap] = {each.name: each for each in (ORDERKIT, UK_RETAIL)}
"""The maps in the box, by name."""


def map_named(name: str) -> ColumnMap:
    """The map in the box of that name.

    Raises:
        InvalidRequest: there is none; the known names are listed.
    """
    if name not in MAPS:
        raise InvalidRequest("map", "is_known_map", found=name, known=", ".join(sorted(MAPS)))
    return MAPS[name]


def adapted(
    column_map: ColumnMap,
    *,
    delimiter: str | None = None,
    decimal: str | None = None,
    day_first: bool | None = None,
    encoding: str | None = None,
    zone: str | None = None,
    currency: str | None = None,
) -> ColumnMap:
    """The map with what is given put in place; None leaves as it is. ``"tab"`` is a delimiter too.

    Raises:
        InvalidRequest: a value cannot be used; `field` names it.
    """
    separator = "\t" if delimiter in {"tab", "\\t"} else delimiter
    return evolve(
        column_map,
        delimiter=column_map.delimiter if separator is None else separator,
        decimal=column_map.decimal if decimal is None else decimal,
        day_first=column_map.day_first if day_first is None else day_first,
        encoding=column_map.encoding if encoding is None else encoding,
        zone=column_map.zone if zone is None else zone,
        currency=column_map.currency if currency is None else currency,
    )
