"""The shape of host-given JSON that rides along in `extra`: checked when it comes in, frozen by convention.

Only the type and its check live here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from orderkit.errors import InvalidRequest

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
Extra: TypeAlias = Mapping[str, Json]


def checked_extra(extra: Mapping[str, object], *, field: str = "extra") -> dict[str, Json]:
    """A copy of `extra` that is certainly JSON, each top-level name carrying its owner's namespace (``"acme.gift"``).

    Raises:
        InvalidRequest: a name without a namespace, or a value that JSON cannot hold exactly (floats among them).
    """
    for name in extra:
        if "." not in name.strip("."):
            raise InvalidRequest(f"{field}[{name!r}]", "is_namespaced", example="yourshop.gift_wrap")
    return {name: checked_json(value, f"{field}[{name!r}]") for name, value in extra.items()}


def checked_json(value: object, where: str) -> Json:
    """The value, copied, if it is JSON that survives a round trip exactly.

    Raises:
        InvalidRequest: naming the place within `where` and the type that does not fit.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, list | tuple):
        return [checked_json(each, f"{where}[{index}]") for index, each in enumerate(value)]
    if isinstance(value, Mapping):
        return {str(name): checked_json(each, f"{where}[{name!r}]") for name, each in value.items()}
    raise InvalidRequest(where, "is_plain_json", type=type(value).__name__)
