"""A lifecycle: a frozen table of statuses and moves that checks itself when it is built.

Only `Lifecycle` lives here; its parts are in `statuses`, `moves` and `asking`, and importable from here as well. It
answers what the table says; whether something may happen is asked in `steps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import Factory, field, frozen

from orderkit.errors import InvalidRequest, LifecycleError
from orderkit.lifecycles.asking import Ask, Choice, Rule
from orderkit.lifecycles.findings import examine
from orderkit.lifecycles.moves import ANY, STAY, Move, rules_by_event
from orderkit.lifecycles.rows import Rows, compile_rows, fingerprint, followed_rows
from orderkit.lifecycles.statuses import Kind, Status, words

if TYPE_CHECKING:
    from statemachine import StateChart

__all__ = ["ANY", "STAY", "Ask", "Choice", "Kind", "Lifecycle", "Move", "Rule", "Status"]


def _statuses(value: Iterable[Status]) -> tuple[Status, ...]:
    return tuple(value)


def _moves(value: Iterable[Move]) -> tuple[Move, ...]:
    return tuple(value)


def _kinds(value: Iterable[Kind]) -> tuple[Kind, ...]:
    return tuple(value)


def _kinds_of_statuses(lifecycle: Lifecycle) -> tuple[Kind, ...]:
    return tuple(dict.fromkeys(status.kind for status in lifecycle.statuses))


@frozen
class Lifecycle:
    """The statuses a record may have, and every way from one to another.

    Attributes:
        name: the noun it belongs to.
        initial: the status that records are born with.
        statuses: all of them, in the order people see them.
        moves: the rows; of one event those with a `when` are tried first, as declared, then those without.
        kinds: the closed set of kinds; by default those the statuses have. Extensions cannot add to it.
        facts: events that are heard and never requested.
        waived: names of findings that the author accepts (``"dead_end:held"``).
        requires: rules that hold for every row of an event, also for rows that are added later.

    Raises:
        LifecycleError: the table contradicts itself; the problems name every finding of level error.
    """

    name: str
    initial: Status = field(kw_only=True)
    statuses: tuple[Status, ...] = field(converter=_statuses, kw_only=True)
    moves: tuple[Move, ...] = field(converter=_moves, kw_only=True)
    kinds: tuple[Kind, ...] = field(
        default=Factory(_kinds_of_statuses, takes_self=True), converter=_kinds, kw_only=True
    )
    facts: frozenset[str] = field(default=frozenset(), converter=words, kw_only=True)
    waived: frozenset[str] = field(default=frozenset(), converter=words, kw_only=True)
    requires: Mapping[str, tuple[Rule, ...]] = field(factory=dict, converter=rules_by_event, hash=False, kw_only=True)
    _by_key: dict[str, Status] = field(init=False, eq=False, repr=False)
    _rows: Rows = field(init=False, eq=False, repr=False)
    _followed: Rows = field(init=False, eq=False, repr=False)
    _possible: dict[str, tuple[str, ...]] = field(init=False, eq=False, repr=False)
    _events: tuple[str, ...] = field(init=False, eq=False, repr=False)
    _requestable: tuple[str, ...] = field(init=False, eq=False, repr=False)
    _fingerprint: str = field(init=False, eq=False, repr=False)
    _chart: type[StateChart[object]] | None = field(default=None, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        by_key = {status.key: status for status in reversed(self.statuses)}
        by_key = {status.key: by_key[status.key] for status in self.statuses}
        rows = compile_rows(by_key, self.moves, self.requires)
        events = tuple(dict.fromkeys(move.event for move in self.moves))
        requestable = tuple(event for event in events if event not in self.facts)
        self._keep("_by_key", by_key)
        self._keep("_rows", rows)
        self._keep("_followed", followed_rows(rows, by_key))
        self._keep("_possible", {key: tuple(e for e in requestable if e in rows[key]) for key in by_key})
        self._keep("_events", events)
        self._keep("_requestable", requestable)
        self._keep("_fingerprint", fingerprint(self.name, self.initial.key, self.facts, by_key, rows=rows))
        self._refuse_errors()

    def _keep(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _refuse_errors(self) -> None:
        findings = (finding for finding in examine(self) if finding.level == "error")
        problems = tuple(f"{one.name}: {one.message}" for one in findings if one.name not in self.waived)
        if problems:
            raise LifecycleError(self.name, problems)

    @property
    def events(self) -> tuple[str, ...]:
        """Every event of the table, requested or heard, in the table's order."""
        return self._events

    @property
    def requestable(self) -> tuple[str, ...]:
        """The events that may be asked for, in the table's order."""
        return self._requestable

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits over everything the lifecycle does; the same in every process (row SX-05)."""
        return self._fingerprint

    def status(self, key: str) -> Status:
        """The status of a key.

        Raises:
            InvalidRequest: no status has this key (`is_known_status`, field `status`).
        """
        found = self._by_key.get(key)
        if found is None:
            raise self._unknown(key)
        return found

    def _unknown(self, key: str) -> InvalidRequest:
        known = ", ".join(self._by_key)
        return InvalidRequest("status", "is_known_status", status=key, lifecycle=self.name, known=known)

    def statuses_where(self, capability: str) -> tuple[Status, ...]:
        """The statuses that have a capability, in the table's order."""
        return tuple(status for status in self._by_key.values() if status.can(capability))

    def rows(self, status_key: str, event: str) -> tuple[Move, ...]:
        """The rows of an event in a status, in the order they are tried, with every rule that holds for them.

        Raises:
            InvalidRequest: no status has this key.
        """
        by_event = self._rows.get(status_key)
        if by_event is None:
            raise self._unknown(status_key)
        return by_event.get(event, ())

    def followed(self, status_key: str, fact: str) -> tuple[Move, ...]:
        """Those rows that a fact may take: never a reopening one, nor one out of an ended status that holds its own.

        Raises:
            InvalidRequest: no status has this key.
        """
        by_event = self._followed.get(status_key)
        if by_event is None:
            raise self._unknown(status_key)
        return by_event.get(fact, ())

    def taken(self, status_key: str, event: str) -> tuple[Move, ...]:
        """The rows that lead on from a status by an event as it comes about: followed by a fact, else asked for.

        Raises:
            InvalidRequest: no status has this key.
        """
        return self.followed(status_key, event) if event in self.facts else self.rows(status_key, event)

    def possible(self, status_key: str) -> tuple[str, ...]:
        """The requestable events that have a row in a status, whatever its rules will say.

        Raises:
            InvalidRequest: no status has this key.
        """
        return self._possible[self.status(status_key).key]

    def chart(self) -> type[StateChart[object]]:
        """The lifecycle as a strict python-statemachine chart: compiled on first use, for hosts that want an engine."""
        from orderkit.lifecycles.charts import compile_chart

        chart = self._chart or compile_chart(self)
        self._keep("_chart", chart)
        return chart
