"""What a request may hold so that every store keeps it exactly: plain values, and text without holes.

Only the check lives here; it is made before anything is fingerprinted or written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from orderkit.errors import InvalidRequest

# PostgreSQL keeps no U+0000 in text, and half a surrogate pair has no UTF-8.
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
_PLAIN_NAME = re.compile("[a-z_][a-z0-9_]*")


def checked(value: object, where: str) -> None:
    """Refuse what cannot be stored, naming its place within `where` (``lines[0].title``).

    Raises:
        InvalidRequest: text with a NUL or half a surrogate pair, or a value that is neither text, a whole number, a
            flag, nothing, a list nor a mapping of these.
    """
    match value:
        case str():
            if _NOT_STORABLE.search(value):
                raise InvalidRequest(where, "is_storable_text", text=ascii(value[:40]))
        case None | int():
            pass
        case list() | tuple():
            for index, each in enumerate(value):
                checked(each, f"{where}[{index}]")
        case Mapping():
            for name, each in value.items():
                checked(name, where)
                checked(each, _within(where, str(name)))
        case _:
            raise InvalidRequest(where, "is_plain_value", type=type(value).__name__)


def _within(where: str, name: str) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        return f"{where}[{name!r}]"
    return f"{where}.{name}" if where else name
