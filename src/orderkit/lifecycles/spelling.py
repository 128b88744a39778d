"""What things in a lifecycle may be called, and which functions may stand in a row.

Only tests of single names and functions live here: each takes one and answers yes or no. What follows from the answer
is for `findings` to say.
"""

from __future__ import annotations

import inspect
import re

from orderkit.lifecycles.rows import name_of

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
