"""What is due: the one call that a worker makes again and again; it keeps nothing in memory, so it may die anywhere."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from orderkit.ports.delivery import Channel
from orderkit.services.receiving import Inbox, apply_due
from orderkit.services.recovering import Recovered, recover
from orderkit.services.relaying import Relayed, relay


@frozen(kw_only=True)
class Ran:
    """What one round of work came to.

    Attributes:
        recovered: operations that were looked at, and what they came to.
        events: webhooks that were tried again, by what became of them.
        relayed: messages that were handed over, put off and given up.
    """

    recovered: Recovered
    events: Mapping[str, int]
    relayed: Relayed

    @property
    def anything(self) -> bool:
        """Something was due; there may be more."""
        relayed = self.relayed
        return bool(self.recovered.looked_at or self.events or relayed.delivered + relayed.postponed + relayed.given_up)


def run_due(inbox: Inbox, channels: Mapping[str, Channel], *, owner: str, limit: int) -> Ran:
    """Webhooks first, because what they say need not be asked for; then recovery; then what goes out."""
    events: dict[str, int] = {}
    for each in apply_due(inbox, limit=limit):
        events[each.status] = events.get(each.status, 0) + 1
    recovered = recover(inbox.storage, inbox.clock, inbox.wiring_of, limit=limit)
    relayed = relay(inbox.storage, inbox.clock, channels, owner=owner, limit=limit)
    return Ran(recovered=recovered, events=events, relayed=relayed)
