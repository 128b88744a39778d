"""How records become JSON and come back: one strict converter, loaded when first used.

Money is ``[minor, currency]``, a price ``[coefficient, digits, currency]``, an instant microseconds in UTC, an id and
a decimal their text. Readers skip fields they do not know and never coerce one plain type into another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, TypeVar, get_args
from uuid import UUID

from orderkit.jsons import Json, checked_json
from orderkit.keys import EPOCH, to_micros
from orderkit.money import Money, Price
from orderkit.payments.outcomes import Redirect, Wait

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")


def to_text(value: object) -> str:
    """Canonical JSON: sorted names, no spaces; the same value always the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def to_plain(record: object) -> dict[str, Json]:
    """A record as plain JSON values, field by field."""
    plain = _converter().unstructure(record)
    if not isinstance(plain, dict):
        raise TypeError(f"{type(record).__name__} is not a record")
    return plain


def from_plain(plain: Mapping[str, object], wanted: type[T]) -> T:
    """The record that `to_plain` made the values from.

    Raises:
        cattrs.BaseValidationError: a field is missing or holds another type than it should, naming its path.
    """
    return _converter().structure(plain, wanted)


def from_micros(micros: int) -> datetime:
    """The aware UTC instant so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=micros)


def _exactly(value: object, kind: type[T]) -> T:
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected, {type(value).__name__} found")
    return value


def _is_plain_union(kind: object) -> bool:
    """The types of values that are plain JSON already: any union that holds all of text, number, flag and nothing."""
    return {str, int, bool, type(None)} <= set(get_args(kind))


@cache
def _converter() -> Converter:
    from cattrs import Converter
    from cattrs.strategies import configure_tagged_union

    made = Converter()
    for kind in (int, str, bool):
        made.register_structure_hook(kind, _exactly)
    made.register_unstructure_hook(Money, lambda money: [money.minor, money.currency])
    made.register_structure_hook(Money, lambda value, _: Money.of_minor(value[0], value[1]))
    made.register_unstructure_hook(Price, lambda price: [price.coefficient, price.digits, price.currency])
    made.register_structure_hook(Price, lambda value, _: Price.of_coefficient(value[0], value[1], value[2]))
    made.register_unstructure_hook(Decimal, str)
    made.register_structure_hook(Decimal, lambda value, _: Decimal(_exactly(value, str)))
    made.register_unstructure_hook(UUID, lambda value: value.hex)
    made.register_structure_hook(UUID, lambda value, _: UUID(hex=_exactly(value, str)))
    made.register_unstructure_hook(date, lambda value: value.isoformat())
    made.register_structure_hook(date, lambda value, _: date.fromisoformat(_exactly(value, str)))
    made.register_unstructure_hook(datetime, to_micros)
    made.register_structure_hook(datetime, lambda value, _: from_micros(_exactly(value, int)))
    made.register_structure_hook_func(_is_plain_union, lambda value, _: checked_json(value, "stored value"))
    configure_tagged_union(Redirect | Wait, made, tag_name="type", tag_generator=lambda each: each.__name__.lower())
    return made
