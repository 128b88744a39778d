"""What hosts and plugins declare beside the lifecycles: fields that are written with a record and can be filtered.

Only declarations and their derivation live here; `Extension`, which adds to a lifecycle, is in `lifecycles/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from attrs import evolve, field, frozen

from orderkit.errors import InvalidRequest
from orderkit.family import OrderFamily
from orderkit.orders.records import FieldValue
from orderkit.personal import Person, PersonalValue

Value = str | int | bool | None
FieldType = Literal["text", "number", "flag"]
_SMALLEST = 2**63
_TYPES: Mapping[FieldType, type] = {"text": str, "number": int, "flag": bool}


def _named(name: str) -> str:
    if "." not in name.strip("."):
        raise InvalidRequest("field.name", "is_namespaced", name=name, example="yourshop.region")
    return name


@frozen
class Field:
    """A value that rides along with every order of a host, named with its owner's namespace (``acme.region``).

    Attributes:
        type: `text`, `number` (a whole one) or `flag`.
        derive: computes it from the family with every change; without it the value is given when the order is placed.
        personal: it is kept, erased and committed to like a name, and cannot be filtered by.
    """

    name: str = field(converter=_named)
    type: FieldType = field(default="text", kw_only=True)
    derive: Callable[[OrderFamily], Value] | None = field(default=None, kw_only=True)
    personal: bool = field(default=False, kw_only=True)

    def checked(self, value: Value) -> Value:
        """The value, if it is of the declared type or None.

        Raises:
            InvalidRequest: it is of another, or a number that no store holds.
        """
        if value is not None and type(value) is not _TYPES[self.type]:
            raise InvalidRequest(f"fields[{self.name!r}]", "is_of_declared_type", type=self.type, value=str(value))
        if isinstance(value, int) and not -_SMALLEST <= value < _SMALLEST:
            raise InvalidRequest(f"fields[{self.name!r}]", "is_within_64_bits", value=str(value)[:40])
        return value


def with_given(
    family: OrderFamily, declared: Iterable[Field], given: Mapping[str, Value], new_salt: Callable[[], str]
) -> OrderFamily:
    """A new order's family with the values that were given for its declared fields.

    Raises:
        InvalidRequest: a name nobody declared, a derived one, or a value of another type.
    """
    known = {each.name: each for each in declared if each.derive is None}
    for name, value in given.items():
        if name not in known:
            raise InvalidRequest(f"fields[{name!r}]", "is_declared", known=", ".join(known) or "none")
        family = _with(family, known[name], known[name].checked(value), new_salt)
    return family


def with_derived(family: OrderFamily, declared: Iterable[Field], new_salt: Callable[[], str]) -> OrderFamily:
    """The family with every derived field as it is now; unchanged values stay the same objects."""
    for each in declared:
        if each.derive is not None:
            family = _with(family, each, each.checked(each.derive(family)), new_salt)
    return family


def _with(family: OrderFamily, declared: Field, value: Value, new_salt: Callable[[], str]) -> OrderFamily:
    order = family.order
    if declared.personal:
        if value is None or any(each.name == declared.name for each in family.personal):
            return family
        person = str(Person("customer", order.customer_id))
        return evolve(
            family, personal=(*family.personal, PersonalValue(order.id, declared.name, person, str(value), new_salt()))
        )
    now = FieldValue(owner_id=order.id, on="order", name=declared.name, value=value)
    if now in family.fields:
        return family
    return evolve(family, fields=(*(each for each in family.fields if each.name != declared.name), now))
