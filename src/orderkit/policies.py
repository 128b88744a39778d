"""What a shop decides once: a frozen record of enumerations that rules and decisions read.

Only choices live here, each a closed set of words; no `if` in the core knows which shop made them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from attrs import frozen


@frozen
class Policies:
    """A profile's choices.

    Attributes:
        approve_refunds: `at_once` when staff ask for a refund it is approved in the same commit; `by_person` leaves
            it requested until somebody approves it.
        send_within: how long after the intent was written a call to a gateway may still begin (`send_before`).
        look_ups: how long after an operation was asked for recovery asks the gateway about it while it has no
            answer; from then on again and again after as long as the last of them (design §4, Recovery).
        attempts_last: how long an attempt may wait for the customer (a redirect that nobody followed) before it is
            given up, and the order can be paid anew.
        give_up_after: how long after it was asked for a person is told that nobody knows what became of it.
    """

    approve_refunds: Literal["at_once", "by_person"] = "at_once"
    send_within: timedelta = timedelta(minutes=2)
    look_ups: tuple[timedelta, ...] = (timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
    attempts_last: timedelta = timedelta(days=1)
    give_up_after: timedelta = timedelta(days=3)

    def next_look_up(self, asked_at: datetime, now: datetime) -> datetime:
        """When an operation that was asked for at `asked_at` and still has no answer at `now` is looked up next."""
        return next((asked_at + after for after in self.look_ups if asked_at + after > now), now + self.look_ups[-1])
