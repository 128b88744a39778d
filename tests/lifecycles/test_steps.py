"""The two questions, example by example, and the law that what is offered is what is accepted."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.lifecycles.samples import (
    DECLINED,
    DONE,
    IN_PAYMENT,
    PAID,
    SAMPLE,
    UNPAID,
    ask,
    has_reason,
    is_large,
    is_never_allowed,
)

from orderkit.errors import InvalidRequest, TransitionError, TransitionNotPossible, TransitionRefused
from orderkit.lifecycles import ANY, STAY, Ask, Lifecycle, Move, Status, Verdict, allowed, follow, permit
from orderkit.testing.lifecycle_strategies import asks, lifecycles


@pytest.mark.parametrize(
    ("status", "event", "params", "target"),
    [
        ("unpaid", "pay", {"amount": 99}, IN_PAYMENT),
        ("unpaid", "pay", {"amount": 100, "reason": "big"}, PAID),
        ("in_payment", "pay", {"amount": 100}, IN_PAYMENT),
        ("unpaid", "note", {}, UNPAID),
        ("paid", "note", {}, PAID),
        ("in_payment", "give_up", {"reason": "late"}, DECLINED),
        ("paid", "reopen", {"reason": "mistake"}, UNPAID),
    ],
)
def test_permit_gives_the_target_of_the_first_row_that_counts(
    status: str, event: str, params: dict[str, object], target: Status
) -> None:
    """Choices pick the row, staying gives the status itself, and a request may reopen."""
    assert permit(SAMPLE, status, event, ask(**params)) == target


def test_permit_refuses_with_the_first_rule_that_says_no() -> None:
    """The refusal is the rule's own, and no later row is tried in its place."""
    with pytest.raises(TransitionRefused) as caught:
        permit(SAMPLE, "unpaid", "pay", ask(amount=200))
    assert str(caught.value.refusal) == "is_small_enough (amount=200)"
    with pytest.raises(TransitionRefused) as caught:
        permit(SAMPLE, "unpaid", "pay", ask(amount=120))
    assert caught.value.refusal.code == "has_reason"


@pytest.mark.parametrize(
    ("status", "event", "possible"),
    [
        ("paid", "pay", ("note", "reopen")),
        ("paid", "levitate", ("note", "reopen")),
        ("in_payment", "settle", ("note", "pay", "give_up")),
    ],
)
def test_permit_knows_what_is_not_possible(status: str, event: str, possible: tuple[str, ...]) -> None:
    """No row, an unknown event, or a fact that somebody requests: the error lists what is possible instead."""
    with pytest.raises(TransitionNotPossible) as caught:
        permit(SAMPLE, status, event, ask(amount=1, reason="x"))
    assert caught.value.possible == possible
    assert caught.value.refusal.code == "is_possible"


def test_an_event_none_of_whose_rows_counts_is_not_possible() -> None:
    """Where no choice holds there is no row, and the event is not offered in its own place."""
    rounding = evolve(SAMPLE, moves=(*SAMPLE.moves, Move("round_up", UNPAID, STAY, when=is_large)))
    with pytest.raises(TransitionNotPossible) as caught:
        permit(rounding, "unpaid", "round_up", ask(amount=1))
    assert caught.value.possible == ("note", "pay", "give_up")


@pytest.mark.parametrize(
    ("status", "fact", "params", "target"),
    [
        ("unpaid", "settle", {}, PAID),
        ("declined", "settle", {}, PAID),
        ("in_payment", "fail", {"amount": 100}, UNPAID),
        ("in_payment", "fail", {}, DECLINED),
        ("unpaid", "fail", {}, None),
        ("paid", "settle", {}, None),
        ("paid", "levitate", {}, None),
        ("paid", "reopen", {"reason": "mistake"}, None),
        ("paid", "note", {}, PAID),
    ],
)
def test_follow_says_where_a_fact_leads(
    status: str, fact: str, params: dict[str, object], target: Status | None
) -> None:
    """Choices are read; an ended status is left only where its kind yields; no row is no error."""
    assert follow(SAMPLE, status, fact, ask(**params)) == target


def test_rules_have_no_say_in_a_fact() -> None:
    """What happened is not refused, even by a rule that refuses everything."""
    strict = evolve(SAMPLE, requires={"pay": (is_never_allowed,)})
    assert follow(strict, "unpaid", "pay", ask(amount=1)) == IN_PAYMENT


def test_an_ended_status_holds_even_where_a_finding_is_waived() -> None:
    """A waived row out of an ended status answers requests, and still no fact."""
    leaking = evolve(SAMPLE, moves=(*SAMPLE.moves, Move("leak", PAID, UNPAID)), waived={"leaves_ended:paid:leak"})
    assert permit(leaking, "paid", "leak", ask()) == UNPAID
    assert follow(leaking, "paid", "leak", ask()) is None


def test_the_answer_is_the_tables_own_status() -> None:
    """A row that names an older record of a status leads to the one in the table."""
    renamed = evolve(PAID, label="All paid")
    table = evolve(SAMPLE, statuses=[renamed if status == PAID else status for status in SAMPLE.statuses])
    target = follow(table, "unpaid", "settle", ask())
    assert target is not None
    assert target.label == "All paid"


def test_an_unknown_stored_status_is_refused_by_name() -> None:
    """All three questions answer a key that the table does not know with the same typed refusal."""
    for question in (
        lambda: permit(SAMPLE, "lost", "pay", ask()),
        lambda: permit(SAMPLE, "lost", "settle", ask()),
        lambda: follow(SAMPLE, "lost", "settle", ask()),
        lambda: allowed(SAMPLE, "lost", ask()),
    ):
        with pytest.raises(InvalidRequest, match="is_known_status"):
            question()


def test_allowed_lists_every_requestable_event_with_a_reason_where_it_is_not_enabled() -> None:
    """SX-07 for one table: in the table's order, each event is enabled with a target or refused with a code."""
    verdicts = allowed(SAMPLE, "unpaid", ask(amount=120))
    assert [(one.event, one.enabled, one.refusal and one.refusal.code) for one in verdicts] == [
        ("note", True, None),
        ("pay", False, "has_reason"),
        ("give_up", False, "has_reason"),
        ("reopen", False, "is_possible"),
    ]
    assert verdicts[0].target == UNPAID
    assert verdicts[1].target is None


def _breaks(ask: Ask) -> None:
    raise TransitionRefused("purchase", "unpaid", "note", has_reason(ask))  # type: ignore[arg-type]  # never read


def test_a_rule_that_raises_is_a_defect_and_not_a_refusal() -> None:
    """Whatever a rule raises comes through, even an error that looks like a refusal."""
    broken = evolve(SAMPLE, requires={"note": (_breaks,)})
    with pytest.raises(TransitionRefused):
        allowed(broken, "unpaid", ask())


def _answer(lifecycle: Lifecycle, status: str, event: str, question: Ask) -> Verdict:
    try:
        return Verdict(event, True, None, permit(lifecycle, status, event, question))
    except TransitionError as error:
        return Verdict(event, False, error.refusal, None)


@given(st.data(), lifecycles(), asks())
def test_what_is_offered_is_what_is_accepted(data: st.DataObject, lifecycle: Lifecycle, question: Ask) -> None:
    """SX-07, SX-08 for any table: a verdict says exactly what `permit` would, target or reason, for every event."""
    status = data.draw(st.sampled_from(lifecycle.statuses)).key
    verdicts = allowed(lifecycle, status, question)
    assert verdicts == tuple(_answer(lifecycle, status, event, question) for event in lifecycle.requestable)
    assert all(verdict.enabled or (verdict.refusal and verdict.refusal.code) for verdict in verdicts)


def _naive_rows(lifecycle: Lifecycle, status: Status, event: str) -> list[Move]:
    rows = [
        move
        for move in lifecycle.moves
        if move.event == event
        and any(one is ANY or getattr(one, "key", None) in (status.key, status.kind.key) for one in move.source)
    ]
    return [move for move in rows if move.when] + [move for move in rows if not move.when]


@given(st.data(), lifecycles(), asks())
def test_answers_agree_with_the_table_read_by_hand(data: st.DataObject, lifecycle: Lifecycle, question: Ask) -> None:
    """I-17: from each status each event leads only along a declared row, and along the first whose choices hold."""
    status = data.draw(st.sampled_from(lifecycle.statuses))
    for event in lifecycle.events:
        rows = _naive_rows(lifecycle, status, event)
        row = next((row for row in rows if all(choice(question) for choice in row.when)), None)
        target = None if row is None else status.key if row.target is STAY else row.target.key
        if event in lifecycle.facts:
            found = follow(lifecycle, status.key, event, question)
            assert (found and found.key) == target
        elif row is None or any(rule(question) for rule in row.requires):
            with pytest.raises(TransitionError):
                permit(lifecycle, status.key, event, question)
        else:
            assert permit(lifecycle, status.key, event, question).key == target


@given(st.data(), lifecycles(), asks())
def test_no_fact_leads_out_of_an_ended_status_that_does_not_yield(
    data: st.DataObject, lifecycle: Lifecycle, question: Ask
) -> None:
    """Whatever is said of a finished record by anybody's money, it stays where it is (I-21)."""
    ended = [status for status in lifecycle.statuses if status.kind == DONE]
    for status in ended:
        fact = data.draw(st.sampled_from(lifecycle.events))
        assert follow(lifecycle, status.key, fact, question) in (None, status)
