"""Hypothesis strategies for lifecycles: whole ones, valid extensions of a given one, and what is asked of them.

Only strategies live here, with the named rules and choices they draw from; plugin authors use them to try their
tables and extensions. They read the tables they are given and no answer of `permit` or `follow`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timezone

from hypothesis import strategies as st

from orderkit.actors import Actor
from orderkit.errors import Refusal
from orderkit.lifecycles import ANY, STAY, Ask, Extension, Kind, Lifecycle, Move, Status
from orderkit.lifecycles.moves import Target
from orderkit.policies import Policies

NOON = datetime(2025, 6, 1, 12, tzinfo=timezone.utc)


def is_large(ask: Ask) -> bool:
    """The amount is 100 or more."""
    return (ask.maybe("amount", int) or 0) >= 100


def is_even(ask: Ask) -> bool:
    """The amount is an even number."""
    return (ask.maybe("amount", int) or 0) % 2 == 0


def is_by_person(ask: Ask) -> bool:
    """A person asks."""
    return ask.actor.kind == "user"


def is_small_enough(ask: Ask) -> Refusal | None:
    """The amount is at most 150."""
    amount = ask.maybe("amount", int) or 0
    return None if amount <= 150 else Refusal("is_small_enough", {"amount": amount})


def has_reason(ask: Ask) -> Refusal | None:
    """The request comes with a reason."""
    return None if ask.maybe("reason", str) else Refusal("has_reason")


def is_by_staff(ask: Ask) -> Refusal | None:
    """Whoever asks has the role `staff`."""
    return None if "staff" in ask.actor.roles else Refusal("is_by_staff", {"actor": str(ask.actor)})


CHOICES = (is_large, is_even, is_by_person)
RULES = (is_small_enough, has_reason, is_by_staff)
ACTORS = (Actor.user("u-1", roles={"staff"}), Actor.user("u-2"), Actor.client("c-1"), Actor.system())

rule_tuples = st.lists(st.sampled_from(RULES), max_size=2, unique=True).map(tuple)
"""None, one or two of the rules, in any order."""


@st.composite
def asks(draw: st.DrawFn, subject: object = None) -> Ask:
    """What somebody may ask with: an amount and a reason, or not, by any of the actors."""
    params: dict[str, object] = {}
    if draw(st.booleans()):
        params["amount"] = draw(st.sampled_from((0, 1, 99, 100, 149, 150, 151, 200)))
    if draw(st.booleans()):
        params["reason"] = draw(st.sampled_from(("", "a reason")))
    actor = draw(st.sampled_from(ACTORS))
    return Ask(subject=subject, family=None, standing=None, params=params, actor=actor, policies=Policies(), at=NOON)


def events_of(lifecycle: Lifecycle) -> st.SearchStrategy[str]:
    """Any event of the lifecycle, requestable or a fact, and now and then one it does not know."""
    return st.sampled_from((*lifecycle.events, "levitate"))


# Whole lifecycles

OPEN = Kind("open", can={"payable"})
PAYING = Kind("paying", can={"payable"}, must_hear={"fail"})
DEAF = Kind("held", ignores={"fail", "settle"})
FAILED = Kind("failed", ended=True, yields_to_facts=True)
DONE = Kind("done", ended=True)
_GOING_ON = (OPEN, PAYING, DEAF)
_ENDED = (FAILED, DONE)
_REQUESTS = ("advance", "approve", "reject", "reopen")
_FACTS = ("fail", "settle")


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """A valid lifecycle of two to seven statuses, with choices, rules, facts, loops and reopening rows.

    A chain of unconditional rows leads through every status to the end, so all are reachable and can end.
    """
    going_on = [Status(f"step_{n}", kind) for n, kind in enumerate(draw(_kinds(_GOING_ON, most=4)))]
    ended = [Status(f"end_{n}", kind) for n, kind in enumerate(draw(_kinds(_ENDED, most=3)))]
    every = (*going_on, *ended)
    moves = [Move("advance", one, other) for one, other in zip(going_on, (*going_on[1:], ended[0]), strict=True)]
    moves += [Move("approve", going_on[0], one) for one in ended[1:2]]
    moves += [Move("reject", going_on[0], one) for one in ended[2:3]]
    taken = {(move.event, status.key) for move in moves for status in move.source if isinstance(status, Status)}
    for status in every:
        for event in (*_REQUESTS, *_FACTS):
            moves += draw(_rows(event, status, every, unconditional=(event, status.key) not in taken))
    return Lifecycle(
        "thing",
        initial=going_on[0],
        statuses=[_ignoring_unheard(status, moves) for status in every],
        moves=moves,
        kinds=(*_GOING_ON, *_ENDED),
        facts=_FACTS,
    )


def _kinds(kinds: tuple[Kind, ...], *, most: int) -> st.SearchStrategy[list[Kind]]:
    return st.lists(st.sampled_from(kinds), min_size=1, max_size=most)


def _ignoring_unheard(status: Status, moves: Iterable[Move]) -> Status:
    heard = {move.event for move in moves if status in move.source and move.event in _FACTS}
    return Status(status.key, status.kind, ignores=set(_FACTS) - heard)


@st.composite
def _rows(draw: st.DrawFn, event: str, status: Status, every: tuple[Status, ...], *, unconditional: bool) -> list[Move]:
    is_fact, needed = event in _FACTS, event in status.kind.must_hear
    if status.ended and is_fact and not status.kind.yields_to_facts:
        return []
    others: list[Target] = [other for other in every if other != status]
    targets = st.sampled_from(others if needed else [*others, status, STAY])
    rules = st.just(()) if is_fact else rule_tuples
    reopens = status.ended and not is_fact
    choices = draw(st.lists(st.sampled_from(CHOICES), max_size=2, unique=True))
    rows = [Move(event, status, draw(targets), when=one, requires=draw(rules), reopens=reopens) for one in choices]
    if unconditional and (needed or draw(st.booleans())):
        rows.append(Move(event, status, draw(targets), requires=draw(rules), reopens=reopens))
    return rows


# Extensions


@st.composite
def extensions(
    draw: st.DrawFn, lifecycle: Lifecycle, *, owner: str = "alpha", tightens: bool = True, chooses: bool = True
) -> Extension:
    """A valid extension of any valid lifecycle: statuses under its kinds, ways in and out of them, and more.

    Args:
        draw: given by Hypothesis.
        lifecycle: what is extended.
        owner: whose it is; also the beginning of every name it adds, so several owners never meet.
        tightens: it may add rules to the lifecycle's own events.
        chooses: it may add rows with a choice to the lifecycle's own events, before the core's.
    """
    kinds = draw(st.lists(st.sampled_from(lifecycle.kinds), max_size=3))
    added = [_added(lifecycle, f"{owner}_added_{n}", kind) for n, kind in enumerate(kinds)]
    moves = [move for status in added for move in draw(_ways(lifecycle, status, owner))]
    if chooses:
        moves += draw(_own_choice(lifecycle))
    replaces = draw(st.lists(st.sampled_from(lifecycle.statuses), max_size=1)) if tightens else []
    return Extension(
        lifecycle.name,
        owner,
        statuses=added,
        moves=moves,
        requires=draw(_tightened(lifecycle)) if tightens else {},
        replaces=[_called_otherwise(status, owner) for status in replaces],
    )


def _added(lifecycle: Lifecycle, key: str, kind: Kind) -> Status:
    return Status(key, kind, ignores=lifecycle.facts - kind.must_hear)


def _called_otherwise(status: Status, owner: str) -> Status:
    return Status(
        status.key,
        status.kind,
        label=f"{status.label} ({owner})",
        grants=status.grants,
        denies=status.denies,
        ignores=status.ignores,
        dead_end=status.dead_end,
    )


@st.composite
def _ways(draw: st.DrawFn, lifecycle: Lifecycle, status: Status, owner: str) -> list[Move]:
    going_on = [one for one in lifecycle.statuses if not one.ended]
    enter = Move(f"{owner}_enter_{status.key}", draw(st.sampled_from(going_on)), status, requires=draw(rule_tuples))
    if status.ended:
        return [enter, *draw(_reopening(status, going_on, owner))]
    targets = st.sampled_from(lifecycle.statuses)
    needed = [event for event in sorted(status.kind.must_hear) if not _is_covered(lifecycle, event, status.kind)]
    exits = [Move(event, status, draw(targets)) for event in needed]
    leave = f"{owner}_leave_{status.key}"
    choices = draw(st.lists(st.sampled_from(CHOICES), max_size=1))
    chosen = [Move(leave, status, draw(targets), when=one) for one in choices]
    return [enter, *exits, *chosen, Move(leave, status, draw(targets), requires=draw(rule_tuples))]


def _reopening(status: Status, going_on: list[Status], owner: str) -> st.SearchStrategy[list[Move]]:
    reopen = st.builds(
        lambda target: Move(f"{owner}_reopen_{status.key}", status, target, reopens=True), st.sampled_from(going_on)
    )
    return st.lists(reopen, max_size=1)


def _is_covered(lifecycle: Lifecycle, event: str, kind: Kind) -> bool:
    return any(move.event == event and (ANY in move.source or kind in move.source) for move in lifecycle.moves)


def _tightened(lifecycle: Lifecycle) -> st.SearchStrategy[dict[str, tuple[Callable[[Ask], Refusal | None], ...]]]:
    return st.dictionaries(st.sampled_from(lifecycle.requestable), rule_tuples, max_size=2)


@st.composite
def _own_choice(draw: st.DrawFn, lifecycle: Lifecycle) -> list[Move]:
    if not draw(st.booleans()):
        return []
    status = draw(st.sampled_from([one for one in lifecycle.statuses if not one.ended]))
    event = draw(st.sampled_from(lifecycle.requestable))
    targets: list[Target] = [*lifecycle.statuses, STAY]
    target = draw(st.sampled_from(targets))
    return [Move(event, status, target, when=draw(st.sampled_from(CHOICES)), before="core")]
