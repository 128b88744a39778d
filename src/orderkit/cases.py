"""A case: an order's family together with everything a decision about it may depend on, all of it fixed.

Only the case and its two questions live here. Services make one per unit of work; decisions take it and return a new
family. It reads no clock and asks nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from orderkit.actors import Actor
from orderkit.family import OrderFamily
from orderkit.lifecycles import Ask, Lifecycle, Status, Verdict, allowed, follow, permit
from orderkit.policies import Policies

if TYPE_CHECKING:
    from orderkit.standing import Standing


class Living(Protocol):
    """A record whose status moves along a lifecycle."""

    @property
    def lifecycle(self) -> str: ...
    @property
    def status(self) -> str: ...


@frozen
class Case:
    """What is known when something is decided.

    Attributes:
        family: the order and its relatives, as stored.
        standing: how that order stands, derived from `family`.
        lifecycles: the tables in force for the scope, by noun.
        at: the one instant the decision is made at, UTC; never before the order's last change.
    """

    family: OrderFamily
    standing: Standing
    lifecycles: Mapping[str, Lifecycle]
    actor: Actor
    policies: Policies
    at: datetime

    @property
    def order_status(self) -> Status:
        """The order's status as the table in force knows it, with its capabilities."""
        return self.lifecycles["order"].status(self.family.order.status)

    def ask(self, subject: object, params: Mapping[str, object]) -> Ask:
        """What a rule sees; every rule may also look at `order_status`."""
        return Ask(
            subject=subject,
            family=self.family,
            standing=self.standing,
            params={"order_status": self.order_status, **params},
            actor=self.actor,
            policies=self.policies,
            at=self.at,
        )

    def permit(self, record: Living, event: str, **params: object) -> Status:
        """The status the record goes to when somebody asks for `event`.

        Raises:
            TransitionNotPossible: the table has no row for it.
            TransitionRefused: a rule says no, and why.
        """
        return permit(self.lifecycles[record.lifecycle], record.status, event, self.ask(record, params))

    def follow(self, record: Living, fact: str, **params: object) -> Status | None:
        """Where a fact leads the record; None where its table says nothing of it. Nothing is refused."""
        return follow(self.lifecycles[record.lifecycle], record.status, fact, self.ask(record, params))

    def allowed(self, record: Living, **params: object) -> tuple[Verdict, ...]:
        """Every event that may be asked for, enabled or with the reason why not."""
        return allowed(self.lifecycles[record.lifecycle], record.status, self.ask(record, params))
