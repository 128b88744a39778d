"""What is found in a table that contradicts itself: one row here for each thing that may be wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
from attrs import evolve
from hypothesis import given
from tests.lifecycles.samples import (
    DECLINED,
    DONE,
    IN_PAYMENT,
    KINDS,
    OPEN,
    PAID,
    PAYING,
    SAMPLE,
    UNPAID,
    has_reason,
    is_even,
    is_large,
)

from orderkit.errors import LifecycleError, Refusal
from orderkit.lifecycles import ANY, STAY, Ask, Extension, Finding, Kind, Lifecycle, Move, Status, examine, merge
from orderkit.lifecycles.moves import Target
from orderkit.testing.lifecycle_strategies import lifecycles


async def is_awaited(ask: Ask) -> Refusal | None:
    """An async rule."""
    return None


async def is_streamed(ask: Ask) -> AsyncIterator[bool]:
    """An async generator."""
    yield True


def is_generated(ask: Ask) -> Iterator[bool]:
    """A generator, which passes for true whatever it yields."""
    yield False


HELD = Status("held", OPEN, ignores={"settle", "fail"})
LOST = Status("lost", DONE)
DEAF = Kind("deaf", ignores={"settle", "fail"})


def _with(*moves: Move, **changes: object) -> dict[str, object]:
    return {"moves": (*SAMPLE.moves, *moves), **changes}


def _holding(*moves: Move, **changes: object) -> dict[str, object]:
    hold = Move("hold", UNPAID, HELD)
    return {"statuses": (*SAMPLE.statuses, HELD), "moves": (*_without("note", "give_up"), hold, *moves), **changes}


def _without(*events: str) -> tuple[Move, ...]:
    return tuple(move for move in SAMPLE.moves if move.event not in events)


def _renamed(key: str) -> dict[str, object]:
    return _holding(Move("park", UNPAID, Status(key, DONE)), Move("free", HELD, UNPAID)) | {
        "statuses": (*SAMPLE.statuses, HELD, Status(key, DONE))
    }


CASES: dict[str, dict[str, object]] = {
    "unknown_status:lost": _with(Move("lose", UNPAID, LOST)),
    "unknown_status:held": _with(Move("release", HELD, UNPAID)),
    "differing_status:paid": _with(Move("mark", UNPAID, Status("paid", OPEN))),
    "doubled_status:paid": {"statuses": (*SAMPLE.statuses, PAID)},
    "unknown_kind:open": {"kinds": (PAYING, DONE, KINDS[3])},
    "unknown_kind:deaf": _with(Move("wake", DEAF, STAY)),
    "differing_kind:open": {"kinds": (*KINDS, Kind("open"))},
    "differing_kind:done": _with(Move("check", Kind("done"), STAY)),
    "unreachable:lost": {"statuses": (*SAMPLE.statuses, LOST)},
    "dead_end:held": _holding(),
    "no_way_out:held": {
        "statuses": (*SAMPLE.statuses, HELD, evolve(HELD, key="parked")),
        "moves": (
            *_without("note", "give_up"),
            Move("hold", UNPAID, HELD),
            Move("park", HELD, evolve(HELD, key="parked")),
            Move("unpark", evolve(HELD, key="parked"), HELD),
        ),
    },
    "leaves_ended:paid:take_back": _with(Move("take_back", PAID, UNPAID)),
    "leaves_ended:paid:settle": _with(Move("settle", PAID, DECLINED)),
    "leaves_ended:declined:hold": _with(Move("hold", ANY, UNPAID)),
    "missing_exit:in_payment:fail": {"moves": (*_without("fail"), Move("fail", IN_PAYMENT, STAY))},
    "unheard_fact:in_payment:settle": {"moves": (*_without("settle"), Move("settle", (UNPAID, DECLINED), PAID))},
    "refused_fact:settle": {"requires": {"settle": (has_reason,)}},
    "refused_fact:fail": {"moves": (*_without("fail"), Move("fail", IN_PAYMENT, DECLINED, requires=has_reason))},
    "reopening_fact:settle": _with(Move("settle", PAID, UNPAID, reopens=True)),
    "unknown_event:levitate": {"requires": {"levitate": (has_reason,)}},
    "hidden_row:paid:note": _with(Move("note", PAID, STAY)),
    "hidden_row:unpaid:pay": _with(Move("pay", OPEN, STAY)),
    "hidden_row:unpaid:check": _with(
        Move("check", UNPAID, STAY, when=is_even), Move("check", UNPAID, PAID, when=(is_large, is_even))
    ),
    "conflict:unpaid:pay": _with(Move("pay", UNPAID, STAY, owner="alpha")),
    "overlap:unpaid:pay": _with(Move("pay", UNPAID, STAY, when=is_even, owner="alpha")),
    "async_rule:is_awaited": _with(Move("check", UNPAID, STAY, requires=is_awaited)),  # type: ignore[arg-type]  # wrong
    "async_rule:is_streamed": _with(Move("check", UNPAID, STAY, when=is_streamed)),  # type: ignore[arg-type]  # wrong
    "async_rule:is_generated": _with(Move("check", UNPAID, STAY, when=is_generated)),  # type: ignore[arg-type]  # wrong
    "lambda_rule:check": _with(Move("check", UNPAID, STAY, requires=lambda ask: None)),
    "lambda_rule:note": {"requires": {"note": (partial(has_reason),)}},
    "status_and_event:paid": _with(Move("paid", UNPAID, PAID)),
    "malformed_colour:paid": {"statuses": (UNPAID, IN_PAYMENT, evolve(PAID, colour="#12345"), DECLINED)},
    "malformed_key:Pay_now": _with(Move("Pay_now", UNPAID, PAID)),
    "malformed_key:pay__twice": _with(Move("pay__twice", UNPAID, PAID)),
    "malformed_key:päid": _renamed("päid"),
    "malformed_key:Odd": {"kinds": (*KINDS, Kind("Odd"))},
    "malformed_key:no fact": {"facts": {"settle", "fail", "no fact"}},
    "reserved_name:model": _renamed("model"),
    "reserved_name:send": _with(Move("send", UNPAID, STAY)),
    "reserved_name:on_pay": _with(Move("on_pay", UNPAID, STAY)),
}


@pytest.mark.parametrize("name", CASES)
def test_an_error_refuses_the_build_and_can_be_waived_by_name(name: str) -> None:
    """The refusal names the finding; with all its names waived the same table is built, and still says so."""
    changes = CASES[name]
    with pytest.raises(LifecycleError) as caught:
        evolve(SAMPLE, **changes)  # type: ignore[arg-type]  # a table of changes
    found = {problem.split(": ")[0] for problem in caught.value.problems}
    assert name in found
    waiving = evolve(SAMPLE, **changes, waived=found)  # type: ignore[arg-type]  # likewise
    assert {finding.name for finding in examine(waiving)} >= found


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith(("malformed_key", "unheard"))])
def test_nothing_else_is_found_than_what_is_wrong(name: str) -> None:
    """One mistake is reported as that one mistake, not as a crowd."""
    with pytest.raises(LifecycleError) as caught:
        evolve(SAMPLE, **CASES[name])  # type: ignore[arg-type]  # a table of changes
    kinds = {problem.split(":")[0] for problem in caught.value.problems}
    assert kinds == {name.split(":")[0]}


def test_the_sample_has_no_findings() -> None:
    """The table that the cases above change is itself without a finding, so each is found because of its change."""
    assert examine(SAMPLE) == ()


@given(lifecycles())
def test_random_lifecycles_have_no_findings(lifecycle: Lifecycle) -> None:
    """What the strategy makes is valid, which every property over it relies on."""
    assert examine(lifecycle) == ()


def test_a_lifecycle_that_never_ends_is_found() -> None:
    """A table without any ended status is reported once, as a whole."""
    one, other = Status("one", OPEN), Status("other", OPEN)
    with pytest.raises(LifecycleError, match="never_ends:loop"):
        Lifecycle("loop", initial=one, statuses=(one, other), moves=(Move("go", one, other), Move("back", other, one)))


def test_a_dead_end_that_is_meant_is_an_end() -> None:
    """`dead_end=True` answers both questions: it needs no way on, and others may end there."""
    parked = evolve(HELD, dead_end=True)
    moves = (*_without("note", "give_up"), Move("hold", UNPAID, parked))
    assert examine(evolve(SAMPLE, statuses=(*SAMPLE.statuses, parked), moves=moves)) == ()


def test_only_ways_that_can_be_taken_reach_a_status() -> None:
    """A row that no fact may take leads nowhere, so what stands behind it is unreachable."""
    moves = (*SAMPLE.moves, Move("settle", PAID, LOST, reopens=True))
    with pytest.raises(LifecycleError, match="unreachable:lost"):
        evolve(SAMPLE, statuses=(*SAMPLE.statuses, LOST), moves=moves)


@pytest.mark.parametrize("colour", ["#12abEF", "amber", None])
def test_colours_may_be_hex_or_a_plain_word(colour: str | None) -> None:
    """Both ways to write a colour are accepted."""
    statuses = (UNPAID, IN_PAYMENT, evolve(PAID, colour=colour), DECLINED)
    assert examine(evolve(SAMPLE, statuses=statuses)) == ()


def test_a_waiver_that_waives_nothing_is_a_warning() -> None:
    """A stale waiver would hide the next mistake of that name; it is told, and lets the build pass."""
    stale = evolve(SAMPLE, waived={"dead_end:held"})
    assert [(one.level, one.name) for one in examine(stale)] == [("warning", "unused_waiver:dead_end:held")]


def test_a_finding_names_its_owners() -> None:
    """Whoever defined what is wrong is on the record and in the message (row SX-04)."""
    move = Move("pay", UNPAID, STAY, owner="alpha")
    name = "conflict:unpaid:pay"
    broken = evolve(SAMPLE, moves=(*SAMPLE.moves, move), waived={name})
    (finding,) = examine(broken)
    assert finding == Finding("error", name, finding.message, ("alpha", "core"))
    assert "defined by 'alpha' and 'core'" in finding.message


def test_every_pair_that_is_wrong_is_reported() -> None:
    """Three owners in one conflict are all named, not only the first two."""
    targets: dict[str, Target] = {"alpha": STAY, "beta": PAID, "gamma": DECLINED}
    rows = [Move("pay", UNPAID, target, when=is_even, owner=owner) for owner, target in targets.items()]
    with pytest.raises(LifecycleError) as caught:
        evolve(SAMPLE, moves=(*SAMPLE.moves, *rows))
    pairs = {problem.split("defined by ")[1] for problem in caught.value.problems}
    assert len(pairs) == 6


@pytest.mark.row("SX-06")
def test_graph_findings_block_the_build_unless_waived_by_name() -> None:
    """SX-06: unreachable, dead end, unknown target, no way to an end, paying without a failure exit, changed kind."""
    tables = ("unreachable:lost", "dead_end:held", "unknown_status:lost", "no_way_out:held")
    for name in (*tables, "missing_exit:in_payment:fail"):
        with pytest.raises(LifecycleError) as caught:
            evolve(SAMPLE, **CASES[name])  # type: ignore[arg-type]  # a table of changes
        names = {problem.split(": ")[0] for problem in caught.value.problems}
        assert name in names
        evolve(SAMPLE, **CASES[name], waived=names)  # type: ignore[arg-type]  # likewise
    skips_paying = Extension("purchase", "alpha", replaces=[Status("in_payment", OPEN, ignores={"fail"})])
    with pytest.raises(LifecycleError, match="changed_kind:in_payment: 'alpha' changes the kind of 'in_payment'"):
        merge(SAMPLE, [skips_paying])
    waiving = merge(evolve(SAMPLE, waived={"changed_kind:in_payment"}), [skips_paying])
    assert waiving.status("in_payment").kind == OPEN
