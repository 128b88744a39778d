"""What is wrong, or doubtful, with a lifecycle's table: found while it is built, never while an order moves.

Only findings live here, one small function for each thing that may be wrong. An error refuses the build unless the
lifecycle waives it by name (row SX-06).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

from orderkit.lifecycles import spelling
from orderkit.lifecycles.moves import Move
from orderkit.lifecycles.paths import edges, reached_from, turned_round, ways_out
from orderkit.lifecycles.rows import come_before, name_of
from orderkit.lifecycles.statuses import Kind, Status

if TYPE_CHECKING:
    from orderkit.lifecycles.table import Lifecycle


def _each_once(owners: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(owners)))


@frozen
class Finding:
    """One thing that is wrong (`error`) or doubtful (`warning`) with a lifecycle.

    Attributes:
        level: an error refuses the build.
        name: what waives it: the kind of finding and what it is about, such as ``"dead_end:held"``.
        message: what is wrong and the way out.
        owners: who defined what it is about, in alphabetical order.
    """

    level: Literal["error", "warning"]
    name: str
    message: str
    owners: tuple[str, ...] = field(default=("core",), converter=_each_once)


def examine(lifecycle: Lifecycle) -> tuple[Finding, ...]:
    """Every finding about a lifecycle, each name once, in a fixed order; waived ones are among them."""
    found = {finding.name: finding for check in reversed(_CHECKS) for finding in reversed([*check(lifecycle)])}
    ordered = [found[name] for name in reversed(found)]
    stale = sorted(lifecycle.waived - set(found))
    return (*ordered, *(_warning("unused_waiver", name, "nothing is found by this name; drop it") for name in stale))


def _error(name: str, about: str, message: str, *owners: str) -> Finding:
    others = [owner for owner in _each_once(owners) if owner != "core"]
    said_by = f" (defined by {' and '.join(map(repr, _each_once(owners)))})" if others else ""
    return Finding("error", f"{name}:{about}", message + said_by, owners or ("core",))


def _warning(name: str, about: str, message: str) -> Finding:
    return Finding("warning", f"{name}:{about}", message)


# What things are called


def _keys_are_snake_case(lifecycle: Lifecycle) -> Iterator[Finding]:
    named = [(status.key, status.owner) for status in lifecycle.statuses]
    named += [(move.event, move.owner) for move in lifecycle.moves]
    named += [(key, "core") for key in (*(kind.key for kind in lifecycle.kinds), *sorted(lifecycle.facts))]
    for key, owner in named:
        if not spelling.is_snake_case(key):
            yield _error("malformed_key", key, f"{key!r} is stored and typed: use lower snake case", owner)


def _charts_can_bear_names(lifecycle: Lifecycle) -> Iterator[Finding]:
    taken = "is a name that a chart uses itself; choose another word"
    for status in lifecycle.statuses:
        if not spelling.is_free_for_status(status.key):
            yield _error("reserved_name", status.key, f"the status {status.key!r} {taken}", status.owner)
    for move in lifecycle.moves:
        if not spelling.is_free_for_event(move.event):
            yield _error("reserved_name", move.event, f"the event {move.event!r} {taken}", move.owner)


def _names_are_status_or_event(lifecycle: Lifecycle) -> Iterator[Finding]:
    owners = {status.key: status.owner for status in lifecycle.statuses}
    for move in lifecycle.moves:
        if move.event in owners:
            message = f"{move.event!r} is a status and an event; call the status by an adjective, the event by a verb"
            yield _error("status_and_event", move.event, message, owners[move.event], move.owner)


def _colours_are_colours(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in lifecycle.statuses:
        if status.colour is not None and not spelling.is_colour(status.colour):
            message = f"colour: {status.colour!r} is neither #rrggbb nor a plain word"
            yield _error("malformed_colour", status.key, message, status.owner)


def _functions_have_names_and_answers(lifecycle: Lifecycle) -> Iterator[Finding]:
    in_rows = [(move.event, one, move.owner) for move in lifecycle.moves for one in (*move.when, *move.requires)]
    everywhere = [(event, rule, "core") for event, rules in lifecycle.requires.items() for rule in rules]
    for event, function, owner in in_rows + everywhere:
        if not spelling.has_a_name(function):
            module = getattr(function, "__module__", "?")
            message = f"a rule or choice of {event!r} from {module} has no name to tell people; write a plain function"
            yield _error("lambda_rule", event, message, owner)
        elif not spelling.answers_at_once(function):
            name = name_of(function)
            message = f"{name!r} of {event!r} does not answer at once; write it as a plain function"
            yield _error("async_rule", name, message, owner)


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
            yield _error("unknown_status", status.key, message, owner)
        elif known[status.key].kind != status.kind:
            message = f"a row means {status.key!r} of kind {status.kind.key!r}, the table another; use the same record"
            yield _error("differing_status", status.key, message, owner, known[status.key].owner)


def _statuses_are_single(lifecycle: Lifecycle) -> Iterator[Finding]:
    for one, other in combinations(lifecycle.statuses, 2):
        if one.key == other.key:
            message = f"the status {one.key!r} is defined twice; keep one"
            yield _error("doubled_status", one.key, message, one.owner, other.owner)


def _kinds_are_known_and_single(lifecycle: Lifecycle) -> Iterator[Finding]:
    known = {kind.key: kind for kind in reversed(lifecycle.kinds)}
    used = [(status.kind, status.owner) for status in lifecycle.statuses]
    used += [(one, move.owner) for move in lifecycle.moves for one in move.source if isinstance(one, Kind)]
    used += [(kind, "core") for kind in lifecycle.kinds]
    for kind, owner in used:
        if kind.key not in known:
            message = f"the kinds of a lifecycle are closed and {kind.key!r} is none of {', '.join(known)}"
            yield _error("unknown_kind", kind.key, message, owner)
        elif known[kind.key] != kind:
            message = f"the kind {kind.key!r} is defined in two ways; use the same record everywhere"
            yield _error("differing_kind", kind.key, message, owner)


# Where one can get


def _statuses_are_reachable(lifecycle: Lifecycle) -> Iterator[Finding]:
    reached = reached_from([lifecycle.initial.key], edges(lifecycle))
    for status in lifecycle.statuses:
        if status.key not in reached:
            message = f"no moves lead from {lifecycle.initial.key!r} to {status.key!r}; add one, or drop the status"
            yield _error("unreachable", status.key, message, status.owner)


def _dead_ends_are_meant(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in _unended(lifecycle):
        if not status.dead_end and not any(ways_out(lifecycle, status.key)):
            message = f"no move leads on from {status.key!r}; add one, or say dead_end=True"
            yield _error("dead_end", status.key, message, status.owner)


def _everything_can_end(lifecycle: Lifecycle) -> Iterator[Finding]:
    graph = edges(lifecycle)
    ends = [status.key for status in lifecycle.statuses if status.ended or status.dead_end]
    if not ends:
        yield _error("never_ends", lifecycle.name, "no status is ended; give one a kind that is")
        return
    can_end = reached_from(ends, turned_round(graph))
    for status in lifecycle.statuses:
        if status.key not in can_end and graph[status.key]:
            message = f"no moves lead from {status.key!r} to an ended status; add one"
            yield _error("no_way_out", status.key, message, status.owner)


def _ended_statuses_stay(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in lifecycle.statuses:
        if not status.ended:
            continue
        for event in lifecycle.events:
            yields = event in lifecycle.facts and status.kind.yields_to_facts
            for row in lifecycle.rows(status.key, event):
                if row.leaves(status.key) and not row.reopens and not yields:
                    message = f"{event!r} leads out of {status.key!r}, which is ended; say reopens=True or drop the row"
                    yield _error("leaves_ended", f"{status.key}:{event}", message, row.owner)


# What is heard


def _unended(lifecycle: Lifecycle) -> Iterator[Status]:
    return (status for status in lifecycle.statuses if not status.ended)


def _needed_exits_exist(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in _unended(lifecycle):
        for event in sorted(status.kind.must_hear):
            if not any(row.leaves(status.key) for row in lifecycle.taken(status.key, event)):
                message = f"{status.key!r} is of kind {status.kind.key!r} and needs a row for {event!r} that leads away"
                yield _error("missing_exit", f"{status.key}:{event}", message, status.owner)


def _facts_are_heard(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in _unended(lifecycle):
        for fact in sorted(lifecycle.facts):
            if not lifecycle.followed(status.key, fact) and not status.hears_nothing_of(fact):
                message = f"{status.key!r} has no row for the fact {fact!r}; add one, or let it or its kind ignore it"
                yield _error("unheard_fact", f"{status.key}:{fact}", message, status.owner)


def _facts_are_never_refused(lifecycle: Lifecycle) -> Iterator[Finding]:
    for fact in sorted(lifecycle.facts & lifecycle.requires.keys()):
        yield _error("refused_fact", fact, f"{fact!r} has happened when it is heard; drop the rules")
    for move in lifecycle.moves:
        if move.event in lifecycle.facts and move.requires:
            yield _error("refused_fact", move.event, f"{move.event!r} is a fact: use when, not requires", move.owner)
        if move.event in lifecycle.facts and move.reopens:
            message = f"{move.event!r} is a fact, and only a request may reopen; drop reopens"
            yield _error("reopening_fact", move.event, message, move.owner)


def _rules_have_events(lifecycle: Lifecycle) -> Iterator[Finding]:
    for event in lifecycle.requires:
        if event not in lifecycle.events:
            yield _error("unknown_event", event, f"requires names {event!r}, which no row has; known are: {_listed(lifecycle)}")


def _listed(lifecycle: Lifecycle) -> str:
    return ", ".join(lifecycle.events)


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
            yield _error("hidden_row", about, "an earlier row always counts first, so a later one never does; drop one", one)
    elif not earlier.when:
        yield _error("conflict", about, f"{one!r} and {two!r} lead differently from here; give one row a when", one, two)
    elif later.when and come_before(rows, one, two) == come_before(rows, two, one):
        message = f"{one!r} and {two!r} both choose here, in no order; say before={two!r} or before={one!r}, not both"
        yield _error("overlap", about, message, one, two)


_CHECKS: tuple[Callable[[Lifecycle], Iterator[Finding]], ...] = (
    _keys_are_snake_case,
    _charts_can_bear_names,
    _names_are_status_or_event,
    _colours_are_colours,
    _functions_have_names_and_answers,
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
