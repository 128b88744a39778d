"""The two questions a lifecycle answers, and the list of what it would answer.

Only `permit`, `follow` and `allowed` live here. `permit` asks whether something may be requested, and rules may
refuse; `follow` asks where a fact leads, and no rule has a say: what happened is never refused.
"""

from __future__ import annotations

from attrs import frozen

from orderkit.errors import Refusal, TransitionNotPossible, TransitionRefused
from orderkit.lifecycles.asking import Ask
from orderkit.lifecycles.moves import STAY, Move
from orderkit.lifecycles.statuses import Status
from orderkit.lifecycles.table import Lifecycle


@frozen
class Verdict:
    """What `permit` would say to one event now: enabled with a target, or not, and why not (rows SX-07, SX-08)."""

    event: str
    enabled: bool
    refusal: Refusal | None
    target: Status | None


def permit(lifecycle: Lifecycle, status: str, event: str, ask: Ask) -> Status:
    """The status that a request leads to.

    Args:
        lifecycle: the table to read.
        status: the key that the record has now.
        event: what is asked for.
        ask: what choices and rules may look at.

    Raises:
        TransitionNotPossible: no row counts here, or the event is unknown, or a fact, which nobody can request.
        TransitionRefused: a rule of the row says no; `refusal` is its reason.
        InvalidRequest: no status of the lifecycle has this key.
    """
    row = _requested(lifecycle, status, event, ask)
    if row is None:
        raise _not_possible(lifecycle, status, event)
    refusal = _refusal(row, ask)
    if refusal is not None:
        raise TransitionRefused(lifecycle.name, status, event, refusal)
    return _target(lifecycle, status, row)


def follow(lifecycle: Lifecycle, status: str, fact: str, ask: Ask) -> Status | None:
    """The status that a fact leads to; None where the table has no row for it, and the fact is stored all the same.

    Rules have no say. A fact never leads out of an ended status, unless its kind yields to facts.

    Raises:
        InvalidRequest: no status of the lifecycle has this key.
    """
    row = _counting(lifecycle.followed(status, fact), ask)
    return None if row is None else _target(lifecycle, status, row)


def allowed(lifecycle: Lifecycle, status: str, ask: Ask) -> tuple[Verdict, ...]:
    """What `permit` would say to each requestable event now, in the table's order.

    The ask's params are read by every rule, so a rule that is asked here must not insist on a parameter.

    Raises:
        InvalidRequest: no status of the lifecycle has this key.
    """
    return tuple(_verdict(lifecycle, status, event, ask) for event in lifecycle.requestable)


def _verdict(lifecycle: Lifecycle, status: str, event: str, ask: Ask) -> Verdict:
    row = _requested(lifecycle, status, event, ask)
    refusal = _not_possible(lifecycle, status, event).refusal if row is None else _refusal(row, ask)
    target = None if row is None or refusal is not None else _target(lifecycle, status, row)
    return Verdict(event, refusal is None, refusal, target)


def _requested(lifecycle: Lifecycle, status: str, event: str, ask: Ask) -> Move | None:
    rows = lifecycle.rows(status, event)
    return None if event in lifecycle.facts else _counting(rows, ask)


def _counting(rows: tuple[Move, ...], ask: Ask) -> Move | None:
    for row in rows:
        if all(choice(ask) for choice in row.when):
            return row
    return None


def _refusal(row: Move, ask: Ask) -> Refusal | None:
    for rule in row.requires:
        refusal = rule(ask)
        if refusal is not None:
            return refusal
    return None


def _not_possible(lifecycle: Lifecycle, status: str, event: str) -> TransitionNotPossible:
    others = tuple(possible for possible in lifecycle.possible(status) if possible != event)
    return TransitionNotPossible(lifecycle.name, status, event, others)


def _target(lifecycle: Lifecycle, status: str, row: Move) -> Status:
    return lifecycle.status(status) if row.target is STAY else row.target
