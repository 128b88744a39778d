"""The compiled chart is strict, answers as the table does, and bears every name that the table lets pass."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from statemachine import StateChart
from statemachine.factory import StateMachineMetaclass
from tests.lifecycles.samples import PAID, SAMPLE, ask, is_large, is_never_allowed

from orderkit.errors import InvalidRequest, TransitionError
from orderkit.lifecycles import Ask, Kind, Lifecycle, Move, Status, follow, merge, permit
from orderkit.lifecycles.charts import STRICT, Cursor, chart_answer, compile_chart
from orderkit.lifecycles.spelling import TAKEN_BY_CHARTS, is_free_for_event, is_free_for_status, is_snake_case
from orderkit.profiles import retail
from orderkit.testing.lifecycle_strategies import asks, events_of, extensions, lifecycles

FLAGS = {
    "allow_event_without_transition": False,
    "catch_errors_as_events": False,
    "atomic_configuration_update": True,
    "enable_self_transition_entries": False,
}


def _flags(chart: type[StateChart[object]]) -> dict[str, bool]:
    return {flag: getattr(chart, flag) for flag in FLAGS}


def _table_answer(lifecycle: Lifecycle, status: str, event: str, question: Ask) -> Status | None:
    if event in lifecycle.facts:
        return follow(lifecycle, status, event, question)
    try:
        return permit(lifecycle, status, event, question)
    except TransitionError:
        return None


@st.composite
def _extended(draw: st.DrawFn) -> Lifecycle:
    lifecycle = draw(lifecycles())
    meeting, apart = draw(extensions(lifecycle)), draw(extensions(lifecycle, owner="beta", chooses=False))
    return merge(merge(lifecycle, [meeting]), [apart])


@settings(max_examples=60)
@given(st.data(), _extended())
def test_table_and_chart_give_the_same_answers(data: st.DataObject, lifecycle: Lifecycle) -> None:
    """Along random events with random params, the chart goes where `permit` and `follow` say, or refuses with them.

    I-17: every step that is taken is a row of the table. The chart is strict, whatever was extended.
    """
    assert _flags(lifecycle.chart()) == FLAGS
    status = data.draw(st.sampled_from(lifecycle.statuses)).key
    for event in data.draw(st.lists(events_of(lifecycle), min_size=1, max_size=8)):
        question = data.draw(asks())
        answer = _table_answer(lifecycle, status, event, question)
        assert chart_answer(lifecycle, status, event, question) == answer
        if answer is not None:
            declared = {row.target_key or status for row in lifecycle.rows(status, event)}
            assert answer.key in declared
            status = answer.key


@settings(max_examples=30)
@given(st.data(), _extended())
def test_one_chart_walks_as_the_table_does(data: st.DataObject, lifecycle: Lifecycle) -> None:
    """A host that keeps one machine for a record gets the table's answers, event after event, from the start."""
    cursor = Cursor(lifecycle.initial.key)
    chart = lifecycle.chart()
    machine = chart(model=cursor)
    for event in data.draw(st.lists(events_of(lifecycle), min_size=1, max_size=8)):
        question, before = data.draw(asks()), cursor.state
        answer = _table_answer(lifecycle, before, event, question)
        if answer is None:
            with pytest.raises(chart.TransitionNotAllowed):
                machine.send(event, question)
        else:
            machine.send(event, question)
        assert cursor.state == (before if answer is None else answer.key)


def test_every_lifecycle_of_the_built_in_profile_compiles_to_a_strict_chart() -> None:
    """The four flags hold on every machine that orderkit ships, and the constant says the same."""
    assert STRICT == FLAGS
    charts = [lifecycle.chart() for lifecycle in retail.lifecycles().values()]
    assert len(charts) == 6
    for chart in (*charts, SAMPLE.chart()):
        assert _flags(chart) == FLAGS


def test_a_chart_is_compiled_once_per_lifecycle() -> None:
    """`chart()` keeps what it compiled; compiling does not use up the lifecycle."""
    assert SAMPLE.chart() is SAMPLE.chart()
    assert compile_chart(SAMPLE) is not SAMPLE.chart()


def test_a_chart_shows_labels_and_the_names_of_rules() -> None:
    """What people see in the engine's own drawings are our words."""
    chart = SAMPLE.chart()
    assert [state.name for state in chart.states] == ["Unpaid", "In payment", "Paid", "Declined"]
    drawn = format(chart, "mermaid")
    assert "is_large & is_small_enough & has_reason" in drawn
    assert "In payment" in drawn


def test_compiling_leaves_rules_as_they_were() -> None:
    """The engine marks the functions it is given; it is never given ours."""
    compile_chart(SAMPLE)
    assert vars(is_large) == {}


def _raises(ask: Ask) -> bool:
    raise ZeroDivisionError("a defect")


def test_a_defect_in_a_rule_comes_through_and_nothing_moves() -> None:
    """The engine's defaults swallow errors and move on; the strict chart does neither."""
    broken = Lifecycle(
        "thing",
        initial=SAMPLE.initial,
        statuses=(SAMPLE.initial, SAMPLE.status("paid")),
        moves=(
            Move("pay", SAMPLE.initial, SAMPLE.status("paid"), when=_raises),
            Move("settle", SAMPLE.initial, SAMPLE.status("paid")),
        ),
    )
    cursor = Cursor("unpaid")
    with pytest.raises(ZeroDivisionError):
        broken.chart()(model=cursor).send("pay", ask())
    assert cursor.state == "unpaid"


def test_a_chart_does_not_refuse_a_fact_either() -> None:
    """Where rules on a fact are waived, table and chart both pay no attention to them."""
    strict = evolve(SAMPLE, requires={"settle": (is_never_allowed,)}, waived={"refused_fact:settle"})
    assert follow(strict, "unpaid", "settle", ask()) == chart_answer(strict, "unpaid", "settle", ask()) == PAID


def test_an_unknown_status_is_refused_before_the_engine_sees_it() -> None:
    """The engine accepts an unknown stored value and fails later; the chart's answer refuses it by name."""
    with pytest.raises(InvalidRequest, match="is_known_status"):
        chart_answer(SAMPLE, "lost", "pay", ask())


# Names


def _works_with(status: str, event: str) -> bool:
    here, there = Status(status, Kind("open")), Status("elsewhere", Kind("done", ended=True))
    moves = (
        Move(event, here, there, when=is_large),
        Move(event, there, here, when=is_large, reopens=True),
        Move("hold", here, here),
    )
    waived = {f"reserved_name:{status}", f"reserved_name:{event}"}
    lifecycle = Lifecycle("thing", initial=here, statuses=(here, there), moves=moves, waived=waived)
    try:
        return _moves_and_draws(compile_chart(lifecycle), status, event)
    except (Exception, pytest.fail.Exception):  # noqa: BLE001  (a name may break the engine in any way there is)
        return False


def _moves_and_draws(chart: type[StateChart[object]], status: str, event: str) -> bool:
    small, large, back = Cursor(status), Cursor(status), Cursor("elsewhere")
    with pytest.raises(chart.TransitionNotAllowed):
        chart(model=small).send(event, ask(amount=1))
    chart(model=large).send(event, ask(amount=100))
    machine = chart(model=back)
    offered = machine.enabled_events(ask(amount=100))
    getattr(machine, event)(ask(amount=100))
    drawn = format(chart, "mermaid") + format(chart, "md")
    moved = (small.state, large.state, back.state) == (status, "elsewhere", status)
    return moved and [one.id for one in offered] == [event] and status in drawn


def _names_of_the_engine() -> list[str]:
    instance = vars(SAMPLE.chart()(model=Cursor("unpaid")))
    callbacks = ["on_hold", "before_hold", "after_hold", "on_transition", "on_enter_elsewhere", "on_exit_elsewhere"]
    words = [
        "event",
        "state",
        "source",
        "target",
        "machine",
        "delay",
        "internal",
        "send_id",
        "return",
        "class",
        "error",
    ]
    names = {*dir(StateChart), *dir(StateMachineMetaclass), *instance, *callbacks, *words}
    ours = {"elsewhere", *(status.key for status in SAMPLE.statuses)}
    return sorted(name for name in names - ours if is_snake_case(name))


@pytest.mark.parametrize("name", _names_of_the_engine())
def test_a_chart_bears_every_name_that_is_free(name: str) -> None:
    """Each public name of the engine either works as a status and as an event, or the table refuses it."""
    assert not is_free_for_status(name) or _works_with(name, "go")
    assert not is_free_for_event(name) or _works_with("somewhere", name)


@pytest.mark.parametrize("name", sorted(TAKEN_BY_CHARTS))
def test_no_name_is_taken_without_need(name: str) -> None:
    """Each reserved name breaks a chart as a status or as an event."""
    assert not (_works_with(name, "go") and _works_with("somewhere", name))


def test_an_event_like_a_callback_would_be_called_as_one() -> None:
    """Why `on_`, `before_` and `after_` are refused for events: the engine runs such an event inside another."""
    assert not is_free_for_event("on_hold")
    assert is_free_for_status("on_hold")
    assert _works_with("on_hold", "hold_back")
