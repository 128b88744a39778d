"""Strict reading of what Stripe sends: a field of another kind, or one that is missing, is an error, never a guess.

Only the readers of single fields live here, and the error they raise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Body: TypeAlias = Mapping[str, object]


class Unreadable(ValueError):
    """What Stripe sent is incomplete, contradicts itself, or says something nobody has heard of (F061)."""


def text(body: Body, name: str) -> str:
    """A text that must be there and is not empty."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Unreadable(f"{name}: a text is needed, not {_shown(value)}")
    return value


def optional_text(body: Body, name: str) -> str | None:
    """A text, or None where it is missing or null."""
    return None if body.get(name) is None else text(body, name)


def whole(body: Body, name: str) -> int:
    """A whole number that must be there."""
    value = body.get(name)
    if type(value) is not int:
        raise Unreadable(f"{name}: a whole number is needed, not {_shown(value)}")
    return value


def optional_whole(body: Body, name: str) -> int | None:
    """A whole number, or None where it is missing or null."""
    return None if body.get(name) is None else whole(body, name)


def flag(body: Body, name: str) -> bool:
    """Yes or no."""
    value = body.get(name)
    if type(value) is not bool:
        raise Unreadable(f"{name}: true or false is needed, not {_shown(value)}")
    return value


def part(body: Body, name: str) -> Body | None:
    """An object within the object, or None where it is missing or null."""
    value = body.get(name)
    return None if value is None else checked(value, name)


def parts(body: Body, name: str) -> tuple[Body, ...]:
    """A list of objects; nothing where it is missing or null."""
    value = body.get(name)
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise Unreadable(f"{name}: a list is needed, not {_shown(value)}")
    return tuple(checked(each, name) for each in value)


def checked(value: object, name: str) -> Body:
    """The value, if it is an object."""
    if not isinstance(value, Mapping):
        raise Unreadable(f"{name}: an object is needed, not {_shown(value)}")
    return value


def id_of(body: Body, name: str) -> str | None:
    """The id of another object, which is there by its id alone or in full."""
    value = body.get(name)
    return text(value, "id") if isinstance(value, Mapping) else optional_text(body, name)


def texts(body: Body, name: str) -> dict[str, str]:
    """Names and texts, as metadata are; empty where there are none."""
    found = part(body, name) or {}
    return {key: value for key, value in found.items() if isinstance(value, str)}


def _shown(value: object) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {str(value)[:40]!r}"
