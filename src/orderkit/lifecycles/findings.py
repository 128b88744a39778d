"""What is wrong, or doubtful, with a lifecycle's table: found while it is built, never while an order moves.

Only `examine` lives here, with one small function for each thing that may be wrong with statuses and rows; what is
wrong with names is found in `spelling`. An error refuses the build unless the lifecycle waives it by name (row SX-06).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from orderkit.lifecycles.moves import Move
from orderkit.lifecycles.paths import edges, reached_from, turned_round, ways_out
from orderkit.lifecycles.problems import Finding, error, warning
from orderkit.lifecycles.rows import come_before
from orderkit.lifecycles.spelling import NAMING_CHECKS
from orderkit.lifecycles.statuses import Kind, Status

if TYPE_CHECKING:
    from orderkit.lifecycles.table import Lifecycle

__all__ = ["Finding", "examine"]


def examine(lifecycle: Lifecycle) -> tuple[Finding, ...]:
    """Every finding about a lifecycle, each once, in a fixed order; waived ones are among them."""
    found = tuple(dict.fromkeys(finding for check in _CHECKS for finding in check(lifecycle)))
    return (*found, *_stale_waivers(lifecycle, {finding.name for finding in found}))


def _stale_waivers(lifecycle: Lifecycle, names: set[str]) -> Iterator[Finding]:
    for name in sorted(lifecycle.waived - names):
        # Whether a kind changes is seen while merging, and only then.
        if not name.startswith("changed_kind:"):
            yield warning("unused_waiver", name, "nothing is found by this name; drop it")


# What statuses and kinds there are


def _mentioned(lifecycle: Lifecycle) -> Iterator[tuple[Status, str]]:
    yield lifecycle.initial, "core"
    for move in lifecycle.moves:
        yield from ((one, move.owner) for one in (*move.source, move.target) if isinstance(one, Status))


def _statuses_are_known(lifecycle: Lifecycle) -> Iterator[Finding]:
    known = {status.key: status for status in lifecycle.statuses}
    for status, owner in _mentioned(lifecycle):
        if status.key not in known:
            message = f"a row, or initial, names the status {status.key!r}; add it to the statuses"
            yield error("unknown_status", status.key, message, owner)
        elif known[status.key].kind != status.kind:
            message = f"a row means {status.key!r} of kind {status.kind.key!r}, the table another; use the same record"
            yield error("differing_status", status.key, message, owner, known[status.key].owner)


def _statuses_are_single(lifecycle: Lifecycle) -> Iterator[Finding]:
    for one, other in combinations(lifecycle.statuses, 2):
        if one.key == other.key:
            message = f"the status {one.key!r} is defined twice; keep one"
            yield error("doubled_status", one.key, message, one.owner, other.owner)


def _kinds_are_known_and_single(lifecycle: Lifecycle) -> Iterator[Finding]:
    known = {kind.key: kind for kind in reversed(lifecycle.kinds)}
    used = [(status.kind, status.owner) for status in lifecycle.statuses]
    used += [(one, move.owner) for move in lifecycle.moves for one in move.source if isinstance(one, Kind)]
    used += [(kind, "core") for kind in lifecycle.kinds]
    for kind, owner in used:
        if kind.key not in known:
            closed = ", ".join(one.key for one in lifecycle.kinds)
            message = f"the kinds of a lifecycle are closed and {kind.key!r} is none of {closed}"
            yield error("unknown_kind", kind.key, message, owner)
        elif known[kind.key] != kind:
            message = f"the kind {kind.key!r} is defined in two ways; use the same record everywhere"
            yield error("differing_kind", kind.key, message, owner)


# Where one can get


def _statuses_are_reachable(lifecycle: Lifecycle) -> Iterator[Finding]:
    reached = reached_from([lifecycle.initial.key], edges(lifecycle))
    for status in lifecycle.statuses:
        if status.key not in reached:
            message = f"no moves lead from {lifecycle.initial.key!r} to {status.key!r}; add one, or drop the status"
            yield error("unreachable", status.key, message, status.owner)


def _dead_ends_are_meant(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in _unended(lifecycle):
        if not status.dead_end and not any(ways_out(lifecycle, status.key)):
            message = f"no move leads on from {status.key!r}; add one, or say dead_end=True"
            yield error("dead_end", status.key, message, status.owner)


def _everything_can_end(lifecycle: Lifecycle) -> Iterator[Finding]:
    graph = edges(lifecycle)
    ends = [status.key for status in lifecycle.statuses if status.ended or status.dead_end]
    if not ends:
        yield error("never_ends", lifecycle.name, "no status is ended; give one a kind that is")
        return
    can_end = reached_from(ends, turned_round(graph))
    for status in lifecycle.statuses:
        if status.key not in can_end and graph[status.key]:
            message = f"no moves lead from {status.key!r} to an ended status; add one"
            yield error("no_way_out", status.key, message, status.owner)


def _ended_statuses_stay(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in lifecycle.statuses:
        if not status.ended:
            continue
        for event in lifecycle.events:
            yields = event in lifecycle.facts and status.kind.yields_to_facts
            for row in lifecycle.rows(status.key, event):
                if row.leaves(status.key) and not row.reopens and not yields:
                    message = f"{event!r} leads out of {status.key!r}, which is ended; say reopens=True or drop the row"
                    yield error("leaves_ended", f"{status.key}:{event}", message, row.owner)


# What is heard


def _unended(lifecycle: Lifecycle) -> Iterator[Status]:
    return (status for status in lifecycle.statuses if not status.ended)


def _needed_exits_exist(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in _unended(lifecycle):
        for event in sorted(status.kind.must_hear):
            if not any(row.leaves(status.key) for row in lifecycle.taken(status.key, event)):
                message = f"{status.key!r} is of kind {status.kind.key!r} and needs a row for {event!r} that leads away"
                yield error("missing_exit", f"{status.key}:{event}", message, status.owner)


def _facts_are_heard(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in _unended(lifecycle):
        for fact in sorted(lifecycle.facts):
            if not lifecycle.followed(status.key, fact) and not status.hears_nothing_of(fact):
                message = f"{status.key!r} has no row for the fact {fact!r}; add one, or let it or its kind ignore it"
                yield error("unheard_fact", f"{status.key}:{fact}", message, status.owner)


def _facts_are_never_refused(lifecycle: Lifecycle) -> Iterator[Finding]:
    for fact in sorted(lifecycle.facts & lifecycle.requires.keys()):
        yield error("refused_fact", fact, f"{fact!r} has happened when it is heard; drop the rules")
    for move in lifecycle.moves:
        if move.event in lifecycle.facts and move.requires:
            yield error("refused_fact", move.event, f"{move.event!r} is a fact: use when, not requires", move.owner)
        if move.event in lifecycle.facts and move.reopens:
            message = f"{move.event!r} is a fact, and only a request may reopen; drop reopens"
            yield error("reopening_fact", move.event, message, move.owner)


def _rules_have_events(lifecycle: Lifecycle) -> Iterator[Finding]:
    for event in lifecycle.requires:
        if event not in lifecycle.events:
            message = f"requires names {event!r}, which no row has; known are: {', '.join(lifecycle.events)}"
            yield error("unknown_event", event, message)


# Which row is taken


def _rows_are_in_order(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in lifecycle.statuses:
        for event in lifecycle.events:
            rows = lifecycle.rows(status.key, event)
            for earlier, later in combinations(rows, 2):
                yield from _of_two_rows(f"{status.key}:{event}", earlier, later, rows)


def _of_two_rows(about: str, earlier: Move, later: Move, rows: tuple[Move, ...]) -> Iterator[Finding]:
    one, two = earlier.owner, later.owner
    if one == two:
        if set(earlier.when) <= set(later.when):
            message = "an earlier row always counts first, so a later one never does; drop one"
            yield error("hidden_row", about, message, one)
    elif not earlier.when:
        message = f"{one!r} and {two!r} lead differently from here; give one row a when"
        yield error("conflict", about, message, one, two)
    elif later.when and come_before(rows, one, two) == come_before(rows, two, one):
        message = f"{one!r} and {two!r} both choose here, in no order; say before={two!r} or before={one!r}, not both"
        yield error("overlap", about, message, one, two)


_CHECKS: tuple[Callable[[Lifecycle], Iterator[Finding]], ...] = (
    *NAMING_CHECKS,
    _statuses_are_known,
    _statuses_are_single,
    _kinds_are_known_and_single,
    _statuses_are_reachable,
    _dead_ends_are_meant,
    _everything_can_end,
    _ended_statuses_stay,
    _needed_exits_exist,
    _facts_are_heard,
    _facts_are_never_refused,
    _rules_have_events,
    _rows_are_in_order,
)
