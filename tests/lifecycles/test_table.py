"""What a lifecycle's parts say about themselves, and its fingerprint."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from tests.lifecycles.samples import (
    DECLINED,
    DONE,
    IN_PAYMENT,
    KINDS,
    OPEN,
    PAID,
    SAMPLE,
    UNPAID,
    ask,
    has_reason,
    is_even,
    is_large,
    is_never_allowed,
)

from orderkit.errors import InvalidRequest
from orderkit.lifecycles import ANY, STAY, Ask, Kind, Lifecycle, Move, Status


def test_a_status_is_labelled_by_its_key_unless_it_says_otherwise() -> None:
    """The label is the key in words by default, and lists show `shown_as` where it is given."""
    assert (IN_PAYMENT.label, IN_PAYMENT.shown) == ("In payment", "In payment")
    assert (DECLINED.label, DECLINED.shown) == ("Declined", "Refused")
    assert Status("held", OPEN, label="On hold").label == "On hold"


def test_a_status_can_what_its_kind_can_unless_it_overrides_it() -> None:
    """The kind gives the default of every capability, `ended` included; a status grants and denies."""
    assert UNPAID.capabilities == {"payable", "editable"}
    assert PAID.capabilities == {"ended", "refundable"}
    assert not Status("locked", OPEN, denies="editable").can("editable")
    assert not Status("parked", DONE, denies="ended").ended
    assert Status("shelved", OPEN, grants="ended").ended


def test_one_word_is_a_set_of_one() -> None:
    """A single word where a set of words is meant is not taken apart into letters."""
    assert Kind("open", can="payable").can == {"payable"}
    assert evolve(SAMPLE, waived="unused").waived == {"unused"}


def test_a_status_or_its_kind_may_ignore_a_fact() -> None:
    """`hears_nothing_of` takes the status's word and its kind's."""
    deaf = Kind("held", ignores={"settle"})
    held = Status("held", deaf, ignores={"fail"})
    assert held.hears_nothing_of("settle")
    assert held.hears_nothing_of("fail")
    assert not held.hears_nothing_of("pay")


def test_records_cannot_be_changed() -> None:
    """Statuses, their metadata and lifecycles are frozen, so nothing that is handed out can be dirtied."""
    metadata: dict[str, str | int | bool] = {"icon": "lock"}
    status = Status("locked", OPEN, metadata=metadata)
    metadata["icon"] = "key"
    assert status.metadata == {"icon": "lock"}
    with pytest.raises(TypeError):
        status.metadata["icon"] = "key"  # type: ignore[index]  # the refusal at run time is what is tested
    with pytest.raises(FrozenInstanceError):
        SAMPLE.name = "other"  # type: ignore[misc]  # likewise
    assert len({status, evolve(status), SAMPLE, evolve(SAMPLE)}) == 2


def test_the_owner_is_no_part_of_what_a_status_or_row_is() -> None:
    """Two owners may define the same status or row."""
    assert evolve(UNPAID, owner="alpha") == UNPAID
    assert evolve(SAMPLE.moves[0], owner="alpha") == SAMPLE.moves[0]


def test_a_lifecycle_lists_its_events_in_the_tables_order() -> None:
    """Events are listed once each; those that may be asked for are all but the facts."""
    assert SAMPLE.events == ("note", "pay", "give_up", "reopen", "settle", "fail")
    assert SAMPLE.requestable == ("note", "pay", "give_up", "reopen")
    assert SAMPLE.possible("paid") == ("note", "reopen")


def test_a_status_is_found_by_its_key_and_by_what_it_can() -> None:
    """`status` and `statuses_where` read the table."""
    assert SAMPLE.status("paid") is PAID
    assert SAMPLE.statuses_where("payable") == (UNPAID, IN_PAYMENT)
    assert SAMPLE.statuses_where("ended") == (PAID, DECLINED)


@pytest.mark.parametrize(
    "question",
    [
        lambda: SAMPLE.status("lost"),
        lambda: SAMPLE.rows("lost", "pay"),
        lambda: SAMPLE.followed("lost", "settle"),
        lambda: SAMPLE.taken("lost", "settle"),
        lambda: SAMPLE.possible("lost"),
    ],
)
def test_an_unknown_status_is_refused_by_name(question: Callable[[], object]) -> None:
    """A stored key that the table does not know is a typed refusal with the known keys, never a KeyError."""
    with pytest.raises(InvalidRequest) as caught:
        question()
    assert (caught.value.field, caught.value.refusal.code) == ("status", "is_known_status")
    assert caught.value.refusal.params["known"] == "unpaid, in_payment, paid, declined"


def test_rows_are_tried_with_choices_first_and_then_as_declared() -> None:
    """Rows with a `when` come before those without, wherever they were declared."""
    moves = (
        Move("go", UNPAID, PAID),
        Move("go", OPEN, DECLINED, when=is_even),
        Move("go", ANY, STAY, when=is_large, reopens=True),
    )
    table = evolve(SAMPLE, moves=(*SAMPLE.moves, *moves))
    assert [row.when for row in table.rows("unpaid", "go")] == [(is_even,), (is_large,), ()]
    assert [row.when for row in table.rows("paid", "go")] == [(is_large,)]
    assert table.rows("unpaid", "levitate") == ()


def test_a_rule_for_an_event_holds_for_each_of_its_rows() -> None:
    """`requires` of a lifecycle is added to every row of the event, once, behind the row's own rules."""
    table = evolve(SAMPLE, requires={"pay": (has_reason, is_never_allowed)})
    first, second = table.rows("unpaid", "pay")
    assert first.requires == (*SAMPLE.rows("unpaid", "pay")[0].requires, is_never_allowed)
    assert second.requires == (has_reason, is_never_allowed)


def test_facts_take_only_rows_that_leave_ended_statuses_alone() -> None:
    """A fact takes no reopening row, and leads out of an ended status only where its kind yields."""
    assert [row.target_key for row in SAMPLE.followed("declined", "settle")] == ["paid"]
    assert SAMPLE.followed("paid", "reopen") == SAMPLE.followed("declined", "reopen") == ()
    assert [row.target_key for row in SAMPLE.followed("paid", "note")] == [None]


def test_an_ask_gives_rules_what_they_were_written_for() -> None:
    """`of`, `param` and `maybe` return values of the type that is asked for."""
    question = ask(amount=5, nothing=None)
    assert question.of(str) == "a purchase"
    assert question.param("amount", int) == 5
    assert question.maybe("amount", int) == 5
    assert question.maybe("nothing", int) is question.maybe("missing", int) is None


@pytest.mark.parametrize(
    ("read", "error", "message"),
    [
        (lambda one: one.of(int), TypeError, "subject: a int is needed here, not a str"),
        (lambda one: one.param("reason", str), KeyError, "'reason' is needed here; given are: amount"),
        (lambda one: one.param("amount", str), TypeError, "'amount' must be a str, not a int"),
        (lambda one: one.maybe("amount", str), TypeError, "'amount' must be a str, not a int"),
        (lambda one: one.relatives, TypeError, "make the ask with a family"),
        (lambda one: one.stands, TypeError, "make the ask with a standing"),
    ],
)
def test_an_ask_refuses_what_it_was_not_made_with(
    read: Callable[[Ask], object], error: type[Exception], message: str
) -> None:
    """A rule in the wrong lifecycle, or a service that forgot something, is told what is missing."""
    with pytest.raises(error) as caught:
        read(ask(amount=5))
    assert message in str(caught.value)


def _relabelled(lifecycle: Lifecycle) -> Lifecycle:
    statuses = [
        evolve(status, label="?", shown_as="?", colour="red", description="?", metadata={"icon": "x"}, owner="alpha")
        for status in lifecycle.statuses
    ]
    return evolve(lifecycle, statuses=statuses)


def _spelt_out(lifecycle: Lifecycle) -> Lifecycle:
    every = {key: tuple(one for one in lifecycle.statuses if one.kind.key == key) for key in ("open", "paying")}
    moves = [
        evolve(move, source=(*every["open"], *every["paying"])) if move.event == "give_up" else move
        for move in reversed(lifecycle.moves)
    ]
    pay_rows_in_order = sorted(moves, key=lambda move: move.event)
    return evolve(lifecycle, moves=pay_rows_in_order)


@pytest.mark.parametrize("changed", [_relabelled, _spelt_out])
def test_the_fingerprint_is_deaf_to_how_things_look(changed: Callable[[Lifecycle], Lifecycle]) -> None:
    """Labels, colours and the spelling of rows change nothing that a stored row would have to know."""
    other = changed(SAMPLE)
    assert other != SAMPLE or other.moves != SAMPLE.moves
    assert other.fingerprint == SAMPLE.fingerprint


def _without(event: str) -> tuple[Move, ...]:
    return tuple(move for move in SAMPLE.moves if move.event != event)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "sale"},
        {"initial": IN_PAYMENT},
        {"moves": _without("note")},
        {"moves": (*_without("note"), Move("note", ANY, STAY, requires=has_reason))},
        {"moves": (*_without("note"), Move("note", ANY, STAY, when=is_even))},
        {"moves": (*_without("note"), Move("note", (UNPAID, IN_PAYMENT), STAY))},
        {"moves": (*_without("note"), Move("note", ANY, STAY, reopens=True))},
        {"moves": (*_without("note"), Move("note", (OPEN, KINDS[1]), UNPAID), Move("note", (PAID, DECLINED), STAY))},
        {"requires": {"note": (has_reason,)}},
        {"statuses": (evolve(UNPAID, grants={"refundable"}), *SAMPLE.statuses[1:])},
        {"statuses": (evolve(UNPAID, ignores={"fail", "settle"}), *SAMPLE.statuses[1:])},
    ],
)
def test_the_fingerprint_tells_what_a_lifecycle_does(change: dict[str, object]) -> None:
    """Whatever changes an answer changes the fingerprint (row SX-05)."""
    assert evolve(SAMPLE, **change).fingerprint != SAMPLE.fingerprint  # type: ignore[arg-type]  # a table of changes


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_fingerprint_is_the_same_in_every_process(seed: str) -> None:
    """Rows keep the fingerprint for years, so it must not depend on how a process hashes text."""
    program = "from tests.lifecycles.samples import SAMPLE; print(SAMPLE.fingerprint)"
    environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.strip() == SAMPLE.fingerprint
    assert len(SAMPLE.fingerprint) == 16
    assert int(SAMPLE.fingerprint, 16) >= 0


def test_reading_a_table_does_not_load_the_engine() -> None:
    """`import orderkit.lifecycles`, building and asking a table leave python-statemachine alone."""
    program = "import sys; from tests.lifecycles.samples import SAMPLE; print('statemachine' in sys.modules)"
    environment = {"PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.strip() == "False"
