"""What a shop decides once: a frozen record of enumerations that rules and decisions read.

Only choices live here, each a closed set of words; no `if` in the core knows which shop made them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from attrs import frozen


@frozen
class Policies:
    """A profile's choices.

    Attributes:
        approve_refunds: `at_once` when staff ask for a refund it is approved in the same commit; `by_person` leaves
            it requested until somebody approves it.
        send_within: how long after the intent was written a call to a gateway may still begin (`send_before`).
        look_up_after: how long recovery waits before it asks the gateway about an operation that has no answer.
    """

    approve_refunds: Literal["at_once", "by_person"] = "at_once"
    send_within: timedelta = timedelta(minutes=2)
    look_up_after: timedelta = timedelta(minutes=5)
