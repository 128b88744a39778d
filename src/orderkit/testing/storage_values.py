"""Values that are hard to keep: text of many scripts, nested JSON, the ends of time and of 64 bits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from uuid import UUID

from orderkit.jsons import Json
from orderkit.money import Money
from orderkit.testing.families import NOON

Local = Callable[[int], UUID]
"""Makes the id of a record of the family out of a small number."""

Minor = Callable[[int], Money]
"""Makes so many minor units of the order's currency."""

TEXT = '„Größe“ №5: чашка ☕️ 磁器 עברית\n\t\'; DROP TABLE orders; --\\ "quoted" %s {} ✂️'
EXTRA: dict[str, Json] = {
    "acme.gift": {"wrap": True, "times": 1, "text": TEXT, "nothing": None, "deep": [[], {}, [1, [False, "1"]]]},
    "acme.large": 2**63 - 1,
    "acme.empty": "",
}
LATE = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone.utc)
EARLY = datetime(1969, 7, 20, 20, 17, 40, 1, tzinfo=timezone.utc)
ODD = NOON + timedelta(microseconds=123_457)
