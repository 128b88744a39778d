"""The clock: the one place that reads the system's time, and the one door to a time zone for display.

Times in orderkit are aware and in UTC; a zone's name is kept beside them and used only to show them.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Protocol


class Clock(Protocol):
    """Tells what time it is; tests and simulators hand in their own."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc)


def in_zone(at: datetime, zone: str) -> datetime:
    """The same instant as people in `zone` (an IANA name) read it from their clocks; for display alone."""
    import pendulum

    return pendulum.instance(at).in_timezone(zone)
