"""Dates as files write them: numbers in the local order, or ISO 8601, in the zone of whoever wrote the file.

Only the reading of one text as an instant lives here. The system clock is not asked: a date is what the file says.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from orderkit.errors import InvalidRequest

_LONGEST: Final = 40
_LOCAL = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?)?", re.ASCII
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?)?(?:Z|[+-]\d{2}:?\d{2})?", re.ASCII)


def instant(text: str, *, zone: str, day_first: bool) -> datetime:
    """The instant that `text` means, in UTC: ``1/12/2010 08:26``, ``1.12.2010``, ``2010-12-01T08:26:00+01:00``.

    A date without an offset is local to `zone`. A local time that the clocks showed twice is the first of the two; one
    that they skipped is moved forward by what they skipped. A date without a time is the start of the day.

    Raises:
        InvalidRequest: there is no such date, or it is written in another way; `field` is ``date``.
    """
    if len(text) > _LONGEST:
        raise InvalidRequest("date", "is_a_date", found=text[:_LONGEST], order=_order(day_first))
    try:
        return _instant(text, zone, day_first)
    except (ValueError, OverflowError):
        raise InvalidRequest("date", "is_a_date", found=text, order=_order(day_first)) from None


@lru_cache(maxsize=4096)
def _instant(text: str, zone: str, day_first: bool) -> datetime:
    written = datetime.fromisoformat(text) if _ISO.fullmatch(text) else _local(text, day_first)
    if written.tzinfo is None:
        written = written.replace(tzinfo=ZoneInfo(zone), fold=0)
    return written.astimezone(timezone.utc)


def _local(text: str, day_first: bool) -> datetime:
    found = _LOCAL.fullmatch(text)
    if found is None:
        raise ValueError
    first, _, second, year, *time = found.groups(default="0")
    day, month = (first, second) if day_first else (second, first)
    hour, minute, seconds, fraction = time
    # Naive on purpose: the zone is added by the caller, who also knows it for ISO texts.
    return datetime(  # noqa: DTZ001
        int(year), int(month), int(day), int(hour), int(minute), int(seconds), int(fraction.ljust(6, "0"))
    )


def _order(day_first: bool) -> str:
    return "day first" if day_first else "month first"
