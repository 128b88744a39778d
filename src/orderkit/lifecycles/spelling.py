"""What things in a lifecycle may be called, and which functions may stand in a row.

Only names live here: tests that take one and answer yes or no, and the findings that follow. What else may be wrong
with a lifecycle is found in `findings`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orderkit.lifecycles.problems import Finding, error
from orderkit.lifecycles.rows import name_of

if TYPE_CHECKING:
    from orderkit.lifecycles.table import Lifecycle

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}|[a-z]+")

TAKEN_BY_CHARTS = frozenset(
    {
        "add_event",
        "add_from_attributes",
        "add_inherited",
        "add_state",
        "allow_event_without_transition",
        "configuration",
        "enabled_events",
        "events",
        "final_states",
        "history_values",
        "initial_state",
        "listeners",
        "model",
        "prepare",
        "prepare_event",
        "send",
        "start_configuration_values",
        "state_field",
        "states",
        "states_map",
    }
)
"""Names that break a chart of python-statemachine 3.2 at run time, with unrelated errors or with none. Measured: a test
builds a chart around every public name of the engine."""

_CALLBACK_PREFIXES = ("on_", "before_", "after_")


def is_snake_case(key: str) -> bool:
    """Whether a key is lower snake case, as it is stored, filtered by and typed."""
    return _SNAKE_CASE.fullmatch(key) is not None


def is_free_for_status(key: str) -> bool:
    """Whether a chart can bear a status of this name."""
    return key not in TAKEN_BY_CHARTS


def is_free_for_event(event: str) -> bool:
    """Whether a chart can bear an event of this name: the engine would call `on_capture` as a callback of `capture`."""
    return event not in TAKEN_BY_CHARTS and not event.startswith(_CALLBACK_PREFIXES)


def is_colour(text: str) -> bool:
    """Whether a colour is written ``#rrggbb`` or as one plain word."""
    return _COLOUR.fullmatch(text) is not None


def has_a_name(function: object) -> bool:
    """Whether a function has a name of its own, by which people can be told about it; a lambda has none."""
    return name_of(function).isidentifier()


def answers_at_once(function: object) -> bool:
    """Whether calling a function gives its answer, and not a coroutine or generator that would pass for one."""
    called = getattr(function, "__call__", function)  # noqa: B004  (an object's own `__call__` may be a coroutine)
    return not any(
        waits(candidate)
        for candidate in (function, called)
        for waits in (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
    )


def _keys_are_snake_case(lifecycle: Lifecycle) -> Iterator[Finding]:
    named = [(status.key, status.owner) for status in lifecycle.statuses]
    named += [(move.event, move.owner) for move in lifecycle.moves]
    named += [(key, "core") for key in (*(kind.key for kind in lifecycle.kinds), *sorted(lifecycle.facts))]
    for key, owner in named:
        if not is_snake_case(key):
            yield error("malformed_key", key, f"{key!r} is stored and typed: use lower snake case", owner)


def _charts_can_bear_names(lifecycle: Lifecycle) -> Iterator[Finding]:
    taken = "is a name that a chart uses itself; choose another word"
    for status in lifecycle.statuses:
        if not is_free_for_status(status.key):
            yield error("reserved_name", status.key, f"the status {status.key!r} {taken}", status.owner)
    for move in lifecycle.moves:
        if not is_free_for_event(move.event):
            yield error("reserved_name", move.event, f"the event {move.event!r} {taken}", move.owner)


def _names_are_status_or_event(lifecycle: Lifecycle) -> Iterator[Finding]:
    owners = {status.key: status.owner for status in lifecycle.statuses}
    for move in lifecycle.moves:
        if move.event in owners:
            message = f"{move.event!r} is a status and an event; call the status by an adjective, the event by a verb"
            yield error("status_and_event", move.event, message, owners[move.event], move.owner)


def _colours_are_colours(lifecycle: Lifecycle) -> Iterator[Finding]:
    for status in lifecycle.statuses:
        if status.colour is not None and not is_colour(status.colour):
            message = f"colour: {status.colour!r} is neither #rrggbb nor a plain word"
            yield error("malformed_colour", status.key, message, status.owner)


def _functions_have_names_and_answers(lifecycle: Lifecycle) -> Iterator[Finding]:
    in_rows = [(move.event, one, move.owner) for move in lifecycle.moves for one in (*move.when, *move.requires)]
    everywhere = [(event, rule, "core") for event, rules in lifecycle.requires.items() for rule in rules]
    for event, function, owner in in_rows + everywhere:
        if not has_a_name(function):
            module = getattr(function, "__module__", "?")
            message = f"a rule or choice of {event!r} from {module} has no name to tell people; write a plain function"
            yield error("lambda_rule", event, message, owner)
        elif not answers_at_once(function):
            name = name_of(function)
            message = f"{name!r} of {event!r} does not answer at once; write it as a plain function"
            yield error("async_rule", name, message, owner)


NAMING_CHECKS = (
    _keys_are_snake_case,
    _charts_can_bear_names,
    _names_are_status_or_event,
    _colours_are_colours,
    _functions_have_names_and_answers,
)
"""The checks that `examine` makes first."""
