"""A lifecycle compiled to a strict `StateChart` of python-statemachine: the judge and the face of the table.

Only compiling and asking one chart live here, and this is the only module that imports the engine. `permit` and
`follow` read the table, a few hundred times faster; a property test holds both to the same answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import define
from statemachine import StateChart
from statemachine.io import StateDefinition, TransitionDict, create_machine_class_from_definition

from orderkit.lifecycles.asking import Ask
from orderkit.lifecycles.moves import Move
from orderkit.lifecycles.rows import name_of
from orderkit.lifecycles.statuses import Status

if TYPE_CHECKING:
    from orderkit.lifecycles.table import Lifecycle

STRICT = {
    "allow_event_without_transition": False,
    "catch_errors_as_events": False,
    "atomic_configuration_update": True,
    "enable_self_transition_entries": False,
}
"""The engine's defaults ignore unknown events and swallow errors while the status still changes; these do not."""


@define
class Cursor:
    """Where a chart stands: the smallest model the engine can write to, since records are frozen."""

    state: str


def compile_chart(lifecycle: Lifecycle) -> type[StateChart[object]]:
    """The lifecycle as a chart class, with one transition per row and status, tried in the table's order.

    Requestable events answer as `permit` does, facts as `follow` does. Send an event with the ask as its one
    positional argument: ``chart(model=cursor).send("cancel", ask)``. Ends are statuses without a way on; what the
    kind calls ended may be left by a reopening move, and the engine stops for good in a final state.
    """
    return create_machine_class_from_definition(
        "".join(word.capitalize() for word in lifecycle.name.split("_")) + "Chart",
        {status.key: _state(lifecycle, status) for status in lifecycle.statuses},
        **STRICT,
        # Commerce has loops that no way out of them can be proved for, and findings are waived by name in the table.
        validate_final_reachability=False,
        validate_disconnected_states=not any(name.startswith("unreachable:") for name in lifecycle.waived),
    )


def chart_answer(lifecycle: Lifecycle, status: str, event: str, ask: Ask) -> Status | None:
    """What the chart makes of one event: the status it is in afterwards, or None where it refuses the event.

    Raises:
        InvalidRequest: no status of the lifecycle has this key.
    """
    chart = lifecycle.chart()
    cursor = Cursor(lifecycle.status(status).key)
    try:
        chart(model=cursor).send(event, ask)
    except chart.TransitionNotAllowed:
        return None
    return lifecycle.status(cursor.state)


def _state(lifecycle: Lifecycle, status: Status) -> StateDefinition:
    taken = {event: lifecycle.taken(status.key, event) for event in lifecycle.events}
    # The engine takes the keys out of the mapping it is given, and ignores misspelt ones: it is made here, and once.
    return {
        "name": status.label,
        "initial": status.key == lifecycle.initial.key,
        "final": not any(taken.values()),
        "on": {event: _transitions(status, rows, event in lifecycle.facts) for event, rows in taken.items() if rows},
    }


def _transitions(status: Status, rows: tuple[Move, ...], is_fact: bool) -> list[TransitionDict]:
    return [
        {"target": row.target_key or status.key, "cond": _guard(rows, position, is_fact)}
        for position, row in enumerate(rows)
    ]


def _guard(rows: tuple[Move, ...], position: int, is_fact: bool) -> Callable[[Ask], bool]:
    row = rows[position]
    rules = () if is_fact else row.requires

    # The engine goes on to the next transition where a guard says no. A refusal must not do that: only the first row
    # that counts is ever asked for its rules.
    def guard(ask: Ask) -> bool:
        counting = (other for other, tried in enumerate(rows) if all(choice(ask) for choice in tried.when))
        return next(counting, None) == position and all(rule(ask) is None for rule in rules)

    guard.__name__ = " & ".join(map(name_of, (*row.when, *rules))) or "otherwise"
    return guard
