"""The two ports that no call is counted at: a clock that stands still until it is moved, and ids that count up."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from uuid import UUID

from attrs import define, field

from orderkit.keys import to_micros


@define
class VirtualClock:
    """Tells the time of the simulated world."""

    at: datetime = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


@define
class CountedIds:
    """Ids that rise with time and with every one that is given out; the same run gives the same ones."""

    _given: int = field(default=0, init=False)

    def new(self, at: datetime) -> UUID:
        self._given += 1
        return UUID(int=(to_micros(at) // 1000) << 80 | 0x7 << 76 | 0b10 << 62 | self._given)

    def salt(self) -> str:
        self._given += 1
        return f"{self._given:032x}"
