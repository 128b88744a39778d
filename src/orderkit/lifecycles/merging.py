"""Extensions: what a plugin, a profile or a tenant adds to a lifecycle, as data.

Only `Extension` and `merge` live here. Merging is pure and its order never matters; nothing is inherited from, or
written into, another lifecycle (rows SX-03, SX-04).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from attrs import evolve, field, frozen

from orderkit.errors import LifecycleError
from orderkit.lifecycles.asking import Rule
from orderkit.lifecycles.moves import Move, rules_by_event
from orderkit.lifecycles.statuses import Status
from orderkit.lifecycles.table import Lifecycle


def _in_a_tuple(value: Iterable[Status]) -> tuple[Status, ...]:
    return tuple(value)


def _rows(value: Iterable[Move]) -> tuple[Move, ...]:
    return tuple(value)


@frozen
class Extension:
    """What one owner adds to one lifecycle.

    Attributes:
        lifecycle: the name of the lifecycle it is for.
        owner: whose it is: a plugin's name, a profile's, a tenant's; stays on every status and row it brings.
        statuses: new statuses, each of one of the lifecycle's kinds.
        moves: new rows, also between statuses of others.
        requires: rules that from now on hold for every row of an event, whoever brings the row.
        replaces: statuses in place of those with the same key and kind, to call them otherwise or change capabilities.
    """

    lifecycle: str
    owner: str
    statuses: tuple[Status, ...] = field(default=(), converter=_in_a_tuple, kw_only=True)
    moves: tuple[Move, ...] = field(default=(), converter=_rows, kw_only=True)
    requires: Mapping[str, tuple[Rule, ...]] = field(factory=dict, converter=rules_by_event, hash=False, kw_only=True)
    replaces: tuple[Status, ...] = field(default=(), converter=_in_a_tuple, kw_only=True)


def merge(lifecycle: Lifecycle, extensions: Iterable[Extension]) -> Lifecycle:
    """The lifecycle with everything the extensions add; the given one stays as it is.

    What two owners say in the same words is accepted once.

    Raises:
        LifecycleError: an extension is for another lifecycle, two owners say one thing differently (both are named),
            a replaced status is unknown or of another kind, or the merged table has findings of level error.
    """
    ordered = _in_order(extensions)
    checks = (_misdirected, _contradictions, _misplaced, _unknown_events)
    problems = tuple(problem for check in checks for problem in check(lifecycle, ordered))
    if problems:
        raise LifecycleError(lifecycle.name, problems)
    statuses = _statuses(lifecycle, ordered)
    return evolve(
        lifecycle,
        initial=statuses[lifecycle.initial.key],
        statuses=statuses.values(),
        moves=_moves(lifecycle, ordered, statuses),
        requires=_requires(lifecycle, ordered),
    )


def _in_order(extensions: Iterable[Extension]) -> tuple[Extension, ...]:
    once = dict.fromkeys(extensions)
    return tuple(sorted(once, key=lambda extension: extension.owner))


def _misdirected(lifecycle: Lifecycle, ordered: tuple[Extension, ...]) -> Iterator[str]:
    for extension in ordered:
        if extension.lifecycle != lifecycle.name:
            yield f"misdirected:{extension.owner}: {extension.owner!r} extends the lifecycle {extension.lifecycle!r}"
    for one, other in combinations(ordered, 2):
        if one.owner == other.owner:
            yield f"two_extensions:{one.owner}: {one.owner!r} brings two extensions; put them into one"


def _contradictions(lifecycle: Lifecycle, ordered: tuple[Extension, ...]) -> Iterator[str]:
    own = [(status, status.owner) for status in lifecycle.statuses]
    added = [(status, extension.owner) for extension in ordered for status in extension.statuses]
    replacing = [(status, extension.owner) for extension in ordered for status in extension.replaces]
    for said in (own + added, replacing):
        for (one, its_owner), (other, others_owner) in combinations(said, 2):
            if one.key == other.key and one != other:
                yield _conflict(f"the status {one.key!r} is defined differently", one.key, its_owner, others_owner)


def _conflict(what: str, about: str, *owners: str) -> str:
    return f"conflict:{about}: {what} by {' and '.join(map(repr, owners))}; one of them has to give way"


def _unknown_events(lifecycle: Lifecycle, ordered: tuple[Extension, ...]) -> Iterator[str]:
    known = {*lifecycle.events, *(move.event for extension in ordered for move in extension.moves)}
    for extension in ordered:
        for event in extension.requires:
            if event not in known:
                yield f"unknown_event:{event}: {extension.owner!r} has rules for {event!r}, which no row has"


def _misplaced(lifecycle: Lifecycle, ordered: tuple[Extension, ...]) -> Iterator[str]:
    known = {status.key: status for extension in ordered for status in extension.statuses}
    known |= {status.key: status for status in lifecycle.statuses}
    for extension in ordered:
        for status in extension.replaces:
            if status.key not in known:
                yield f"unknown_status:{status.key}: {extension.owner!r} replaces {status.key!r}, which nobody defines"
            elif _changes_kind(known[status.key], status) and f"changed_kind:{status.key}" not in lifecycle.waived:
                kinds = f"from {known[status.key].kind.key!r} to {status.kind.key!r}"
                yield (
                    f"changed_kind:{status.key}: {extension.owner!r} changes the kind of {status.key!r} {kinds};"
                    " that skips what the kind stands for and needs a migration; add a status instead"
                )


def _changes_kind(known: Status, replacing: Status) -> bool:
    return known.kind != replacing.kind


def _statuses(lifecycle: Lifecycle, ordered: tuple[Extension, ...]) -> dict[str, Status]:
    statuses = {status.key: status for status in lifecycle.statuses}
    for extension in ordered:
        for status in extension.statuses:
            statuses.setdefault(status.key, evolve(status, owner=extension.owner))
    for extension in ordered:
        for status in extension.replaces:
            if statuses[status.key] != status:
                statuses[status.key] = evolve(status, owner=extension.owner)
    return statuses


def _moves(lifecycle: Lifecycle, ordered: tuple[Extension, ...], statuses: Mapping[str, Status]) -> tuple[Move, ...]:
    added = (evolve(move, owner=extension.owner) for extension in ordered for move in extension.moves)
    replaced = {status.key: status for extension in ordered for status in extension.replaces}
    current = {key: statuses[key] for key in replaced}
    return tuple(dict.fromkeys(move.with_statuses(current) for move in (*lifecycle.moves, *added)))


def _requires(lifecycle: Lifecycle, ordered: tuple[Extension, ...]) -> dict[str, tuple[Rule, ...]]:
    merged = dict(lifecycle.requires)
    for extension in ordered:
        for event, rules in extension.requires.items():
            merged[event] = tuple(dict.fromkeys((*merged.get(event, ()), *rules)))
    return merged
