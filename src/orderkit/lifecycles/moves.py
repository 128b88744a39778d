"""One row of a lifecycle's table: from these statuses, by this event, to that one.

Only `Move` lives here, with the two markers that stand for statuses. A row is data; who reads it is `steps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, Literal

from attrs import evolve, field, frozen

from orderkit.lifecycles.asking import Choice, Rule
from orderkit.lifecycles.statuses import Kind, Status


class Marker(Enum):
    """What may stand in a row where a status stands."""

    ANY = "any"
    STAY = "stay"

    def __repr__(self) -> str:
        return self.name


ANY: Final = Marker.ANY
"""As a source: every status of the lifecycle, also those that extensions add."""

STAY: Final = Marker.STAY
"""As a target: the status does not change."""

Source = Status | Kind | Literal[Marker.ANY]
Target = Status | Literal[Marker.STAY]


def _sources(value: Source | Iterable[Source]) -> tuple[Source, ...]:
    return (value,) if isinstance(value, Status | Kind | Marker) else tuple(value)


def _choices(value: Choice | Iterable[Choice]) -> tuple[Choice, ...]:
    return (value,) if callable(value) else tuple(value)


def _rules(value: Rule | Iterable[Rule]) -> tuple[Rule, ...]:
    return (value,) if callable(value) else tuple(value)


def rules_by_event(value: Mapping[str, Rule | Iterable[Rule]]) -> Mapping[str, tuple[Rule, ...]]:
    """Rules in their order by event, from one or several for each; read only."""
    return MappingProxyType({event: _rules(of_event) for event, of_event in value.items()})


@frozen
class Move:
    """A row of the table.

    Attributes:
        event: what is asked for (imperative), or the fact that is heard.
        source: the statuses it starts from; a `Kind` stands for all its statuses, `ANY` for all there are.
        target: where it leads; `STAY` where the status does not change.
        when: the row counts only while all of these hold; among rows of one event the first that counts is taken.
        requires: what must hold for a request, else it is refused; a fact is never refused.
        reopens: the row may lead out of an ended status; by a request only.
        before: the owner whose rows with a `when`, for the same event and status, come after this one.
        owner: who defined it; no part of what it is.
    """

    event: str
    source: tuple[Source, ...] = field(converter=_sources)
    target: Target
    when: tuple[Choice, ...] = field(default=(), converter=_choices, kw_only=True)
    requires: tuple[Rule, ...] = field(default=(), converter=_rules, kw_only=True)
    reopens: bool = field(default=False, kw_only=True)
    before: str | None = field(default=None, kw_only=True)
    owner: str = field(default="core", eq=False, kw_only=True)

    def leaves(self, status: str) -> bool:
        """Whether the row leads away from the status of this key."""
        return self.target is not STAY and self.target.key != status

    def says_the_same(self, other: Move) -> bool:
        """Whether two rows of one event do the same wherever both start."""
        return (self.target_key, self.when, self.requires, self.reopens) == (
            other.target_key,
            other.when,
            other.requires,
            other.reopens,
        )

    def with_statuses(self, current: Mapping[str, Status]) -> Move:
        """The same row with the statuses it names replaced by those of the same key, where there are any."""
        source = tuple(current.get(one.key, one) if isinstance(one, Status) else one for one in self.source)
        target = self.target if self.target is STAY else current.get(self.target.key, self.target)
        return evolve(self, source=source, target=target)

    @property
    def target_key(self) -> str | None:
        """The target's key; None where the status stays."""
        return None if self.target is STAY else self.target.key
