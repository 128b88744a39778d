"""What can happen to an order, in the past tense."""

from __future__ import annotations

from attrs import field, frozen

from orderkit.facts import Fact
from orderkit.money import Money


@frozen
class OrderPlaced(Fact):
    number: int
    customer_id: str
    total: Money


@frozen
class OrderMoved(Fact):
    """The order's status changed; `event` is the command or the derived fact that led there."""

    event: str
    source: str
    target: str
    kind: str


@frozen
class OrderFunded(Fact):
    """Everything that was due has been paid."""

    paid: Money


@frozen
class OrderCancelled(Fact):
    """The order ended without being paid; hosts release stock and promotions on this one fact (row S0-32)."""

    reason_given: bool = field(default=False)


@frozen
class AttentionOpened(Fact):
    code: str
