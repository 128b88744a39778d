"""Where ids and salts come from."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import field, frozen

from orderkit.keys import UuidSequence


class Ids(Protocol):
    """Makes ids that nobody can guess and that sort by time."""

    def new(self, at: datetime) -> UUID:
        """A fresh id for something that comes into being at `at`."""

    def salt(self) -> str:
        """32 fresh hexadecimal digits for a personal value's commitment."""


@frozen
class TimeOrderedIds:
    """UUIDv7 (RFC 9562), rising within this process."""

    _sequence: UuidSequence = field(factory=UuidSequence)

    def new(self, at: datetime) -> UUID:
        return self._sequence.new(at)

    def salt(self) -> str:
        return secrets.token_hex(16)
