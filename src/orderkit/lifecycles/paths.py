"""Where one can get to in a lifecycle's graph.

Only questions about the graph live here: which statuses are next to, after or before others. Whether that is well is
for `findings` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderkit.lifecycles.moves import Move
    from orderkit.lifecycles.table import Lifecycle

Edges = Mapping[str, frozenset[str]]
"""From each status's key to the keys of those that one move leads to."""


def edges(lifecycle: Lifecycle) -> Edges:
    """Where one move leads from each status, by request or by fact; staying is no edge."""
    return {
        status.key: frozenset(row.target_key for row in ways_out(lifecycle, status.key) if row.target_key is not None)
        for status in lifecycle.statuses
    }


def ways_out(lifecycle: Lifecycle, status: str) -> Iterator[Move]:
    """The rows that lead away from a status and can be taken."""
    for event in lifecycle.events:
        yield from (row for row in lifecycle.taken(status, event) if row.leaves(status))


def reached_from(starts: Iterable[str], along: Edges) -> frozenset[str]:
    """Everything that can be reached from any of the starts, which are part of it."""
    reached: set[str] = set()
    frontier = set(starts)
    while frontier:
        reached |= frontier
        frontier = {following for key in frontier for following in along.get(key, ())} - reached
    return frozenset(reached)


def turned_round(along: Edges) -> Edges:
    """The same graph with every edge the other way round."""
    return {key: frozenset(other for other, following in along.items() if key in following) for key in along}
