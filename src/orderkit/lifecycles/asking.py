"""What is asked of a lifecycle: the `Ask`, and the functions that judge it.

Only the question lives here. A rule sees everything it needs through the ask and nothing else; the answers are given
in `steps`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from orderkit.actors import Actor
    from orderkit.errors import Refusal
    from orderkit.family import OrderFamily
    from orderkit.policies import Policies
    from orderkit.standing import Standing

T = TypeVar("T")


@frozen
class Ask:
    """Everything that rules and choices may look at when somebody asks, or something happened.

    Attributes:
        subject: the record whose status is in question; rules read it with `of`.
        family: the order with its relatives, where there is one; rules read it with `relatives`.
        standing: how the order stands in money, where that is known; rules read it with `stands`.
        params: what came with the request (amount, reason ...); rules read them with `param` and `maybe`.
        actor: who asks, or who reported the fact.
        policies: what the shop decided once.
        at: the instant of asking, aware and in UTC; the same for everything within one commit.
    """

    subject: object
    family: OrderFamily | None
    standing: Standing | None
    params: Mapping[str, object]
    actor: Actor
    policies: Policies
    at: datetime

    def of(self, noun: type[T]) -> T:
        """The subject, as the record that the rule was written for.

        Raises:
            TypeError: the subject is something else, so the rule stands in the wrong lifecycle.
        """
        if isinstance(self.subject, noun):
            return self.subject
        raise TypeError(f"subject: a {noun.__name__} is needed here, not a {type(self.subject).__name__}")

    @property
    def relatives(self) -> OrderFamily:
        """The order with its relatives.

        Raises:
            TypeError: the ask was made without a family.
        """
        if self.family is None:
            raise TypeError("family: this rule looks at the order's relatives; make the ask with a family")
        return self.family

    @property
    def stands(self) -> Standing:
        """How the order stands in money.

        Raises:
            TypeError: the ask was made without a standing.
        """
        if self.standing is None:
            raise TypeError("standing: this rule looks at the order's money; make the ask with a standing")
        return self.standing

    def param(self, name: str, kind: type[T]) -> T:
        """A parameter that the request must have.

        Raises:
            KeyError: the request has no such parameter, or it is None.
            TypeError: it is of another type.
        """
        value = self.maybe(name, kind)
        if value is None:
            raise KeyError(f"params: {name!r} is needed here; given are: {', '.join(sorted(self.params)) or 'none'}")
        return value

    def maybe(self, name: str, kind: type[T]) -> T | None:
        """A parameter that the request may have; None where it has none.

        Raises:
            TypeError: it is of another type.
        """
        value = self.params.get(name)
        if value is None or isinstance(value, kind):
            return value
        raise TypeError(f"params: {name!r} must be a {kind.__name__}, not a {type(value).__name__}")


Rule = Callable[[Ask], "Refusal | None"]
"""Refuses a request, with a reason, or has nothing against it (None). A plain function, named after the fact that must
hold; by convention the refusal's code is that name."""

Choice = Callable[[Ask], bool]
"""Chooses between rows of one event: a plain function, named after the situation it recognises."""
