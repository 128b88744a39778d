"""A lifecycle's moves compiled to what `steps` look up: status and event to rows, in the order they are tried.

Only compiling lives here: kinds and `ANY` are expanded, targets resolved, rules that hold for a whole event added,
rows of several owners put in order. Nothing is judged: `findings` does that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from orderkit.lifecycles.asking import Rule
from orderkit.lifecycles.moves import ANY, STAY, Move, Source
from orderkit.lifecycles.statuses import Kind, Status

Rows = dict[str, dict[str, tuple[Move, ...]]]
"""Status key, then event, to the rows in the order they are tried."""


def compile_rows(
    statuses: Mapping[str, Status], moves: Iterable[Move], everywhere: Mapping[str, tuple[Rule, ...]]
) -> Rows:
    """What is tried for each event in each status: rows with a `when` first, as declared, then those without."""
    found: dict[str, dict[str, list[Move]]] = {key: {} for key in statuses}
    for move in moves:
        row = _resolved(move, statuses, everywhere.get(move.event, ()))
        if row is None:
            continue
        for key in started_from(move, statuses):
            rows = found[key].setdefault(move.event, [])
            if not any(other.owner != row.owner and other.says_the_same(row) for other in rows):
                rows.append(row)
    return {key: {event: _in_order(rows) for event, rows in by_event.items()} for key, by_event in found.items()}


def followed_rows(rows: Rows, statuses: Mapping[str, Status]) -> Rows:
    """Those rows that a fact may take: never a reopening one, and out of an ended status only where it yields."""
    return {
        key: {
            event: kept
            for event, tried in by_event.items()
            if (kept := tuple(row for row in tried if _yields(statuses[key], row)))
        }
        for key, by_event in rows.items()
    }


def started_from(move: Move, statuses: Mapping[str, Status]) -> tuple[str, ...]:
    """The keys of the statuses a move starts from, each once, in the table's order."""
    return tuple(key for key, status in statuses.items() if any(_covers(source, status) for source in move.source))


def come_before(rows: Iterable[Move], first: str, second: str) -> bool:
    """Whether the rows of one owner are said, with `before`, to precede those of another (also over a third)."""
    said = {(row.owner, row.before) for row in rows if row.before is not None}
    reached, frontier = {first}, {first}
    while frontier:
        frontier = {after for owner, after in said if owner in frontier and after is not None} - reached
        reached |= frontier
    return second in reached - {first}


def fingerprint(name: str, initial: str, facts: Iterable[str], statuses: Mapping[str, Status], *, rows: Rows) -> str:
    """Sixteen hexadecimal digits over what the lifecycle does; labels, colours and the spelling of rows are no part."""
    text = "\n".join((f"{name} {initial}", *sorted(facts), *_lines(statuses, rows)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def name_of(function: object) -> str:
    """The name of a rule or choice; empty where it has none of its own."""
    return getattr(function, "__name__", "")


def _covers(source: Source, status: Status) -> bool:
    if isinstance(source, Status):
        return source.key == status.key
    return source is ANY or (isinstance(source, Kind) and source.key == status.kind.key)


def _resolved(move: Move, statuses: Mapping[str, Status], everywhere: tuple[Rule, ...]) -> Move | None:
    requires = move.requires + tuple(rule for rule in everywhere if rule not in move.requires)
    if move.target is STAY:
        return move if requires == move.requires else evolve(move, requires=requires)
    target = statuses.get(move.target.key)
    if target is None:
        return None
    return evolve(move, target=target, requires=requires)


def _in_order(rows: list[Move]) -> tuple[Move, ...]:
    conditional = [row for row in rows if row.when]
    owners = list(dict.fromkeys(row.owner for row in conditional))
    ordered: list[str] = []
    while owners:
        free = (one for one in owners if not any(come_before(conditional, two, one) for two in owners if two != one))
        first = next(free, owners[0])
        owners.remove(first)
        ordered.append(first)
    conditional.sort(key=lambda row: ordered.index(row.owner))
    return (*conditional, *(row for row in rows if not row.when))


def _yields(status: Status, row: Move) -> bool:
    if row.reopens:
        return False
    return status.kind.yields_to_facts or not status.ended or not row.leaves(status.key)


def _lines(statuses: Mapping[str, Status], rows: Rows) -> Iterator[str]:
    for key in sorted(statuses):
        status = statuses[key]
        ignored = status.ignores | status.kind.ignores
        yields = "yields" if status.kind.yields_to_facts else ""
        yield " ".join(("status", key, status.kind.key, yields, *sorted(status.capabilities), "-", *sorted(ignored)))
        for event in sorted(rows[key]):
            for row in rows[key][event]:
                when, requires = (" ".join(map(name_of, group)) for group in (row.when, row.requires))
                yield f"row {key} {event} {row.target_key} [{when}] [{requires}] {row.reopens}"
