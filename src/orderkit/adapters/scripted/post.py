"""The events on their way to us: kept until they are acknowledged; a test may lose, repeat, delay and mix them.

Nothing is signed or understood here, and no clock is read.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from attrs import define, evolve, field, frozen


class SignedEvent(NamedTuple):
    """What a host's web server gets to see."""

    body: bytes
    headers: Mapping[str, str]


@frozen(kw_only=True)
class Letter:
    """One delivery of one event, not before `due`."""

    id: str
    body: bytes
    due: datetime


@define
class Postbox:
    """Letters that wait, and all that were ever written. Every method takes the gateway's id of an event."""

    waiting: list[Letter] = field(factory=list, init=False)
    written: list[Letter] = field(factory=list, init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False, repr=False)

    def post(self, id: str, body: bytes, due: datetime) -> None:
        letter = Letter(id=id, body=body, due=due)
        with self._lock:
            self.written.append(letter)
            self.waiting.append(letter)

    def due(self, at: datetime) -> tuple[Letter, ...]:
        """The letters that can be delivered now, in the order in which they lie there."""
        return tuple(each for each in self.waiting if each.due <= at)

    def acknowledge(self, body: bytes) -> None:
        """One delivery of this body was taken; its other copies still come."""
        with self._lock:
            taken = next((each for each in self.waiting if each.body == body), None)
            if taken is not None:
                self.waiting.remove(taken)

    def drop(self, id: str) -> None:
        """This event is never delivered (F057)."""
        with self._lock:
            self.waiting = [each for each in self.waiting if each.id != id]

    def duplicate(self, id: str) -> None:
        """Deliver this event once more, whether it was taken already or not (F043)."""
        letter = next((each for each in self.written if each.id == id), None)
        if letter is None:
            raise LookupError(f"no event {id!r} was ever written")
        with self._lock:
            self.waiting.append(letter)

    def delay(self, id: str, by: timedelta) -> None:
        """Whatever waits of this event comes so much later (F039)."""
        with self._lock:
            self.waiting = [evolve(each, due=each.due + by) if each.id == id else each for each in self.waiting]

    def shuffle(self, seed: int) -> None:
        """Another order; the same for the same letters and seed (F042)."""
        with self._lock:
            drawn = [hashlib.sha256(f"{seed}:{index}".encode()).digest() for index in range(len(self.waiting))]
            order = sorted(range(len(self.waiting)), key=lambda index: drawn[index])
            self.waiting = [self.waiting[index] for index in order]
