"""Ids and fingerprints: UUIDv7 as RFC 9562 lays them out, and the fingerprint of a request under a key.

Nothing here reads the clock: the time that goes into an id is handed in.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Mapping
from datetime import datetime, timezone
from uuid import UUID

from attrs import define, field

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def to_micros(at: datetime) -> int:
    """Microseconds since 1970 in UTC of an aware instant, exact (no float in between)."""
    past = at - EPOCH
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds


@define
class UuidSequence:
    """Makes UUIDv7s that rise strictly within one process, even when the clock stands still or steps back.

    The 74 bits after the millisecond count hold a counter that starts at random and is raised by a random step
    (RFC 9562, section 6.2, method 2): ids stay unguessable and unique across processes.
    """

    _last_millis: int = field(default=-1, init=False)
    _counter: int = field(default=0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def new(self, at: datetime) -> UUID:
        """An id for something that comes into being at `at` (aware)."""
        millis = to_micros(at) // 1000
        with self._lock:
            if millis > self._last_millis:
                self._last_millis = millis
                self._counter = secrets.randbits(73)
            else:
                self._counter += 1 + secrets.randbits(32)
                if self._counter >> 74:
                    self._last_millis += 1
                    self._counter = secrets.randbits(73)
            return _assembled(self._last_millis, self._counter)


def _assembled(millis: int, counter: int) -> UUID:
    high, low = counter >> 62, counter & ((1 << 62) - 1)
    return UUID(int=(millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def fingerprint(request: Mapping[str, object]) -> str:
    """A digest of a request as it was given: the same request, the same text of 32 hexadecimal digits.

    Raises:
        TypeError: a value is not plain JSON; callers turn money and ids into text first.
    """
    text = json.dumps(request, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
