"""Extending a lifecycle: nothing is lost, nothing is changed behind anybody's back, order never matters."""

from __future__ import annotations

from itertools import permutations

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.lifecycles.samples import (
    DONE,
    IN_PAYMENT,
    OPEN,
    PAID,
    PAYING,
    SAMPLE,
    UNPAID,
    ask,
    has_reason,
    is_even,
    is_large,
    is_never_allowed,
    is_small_enough,
)

from orderkit.errors import LifecycleError, TransitionRefused
from orderkit.lifecycles import (
    ANY,
    STAY,
    Ask,
    Extension,
    Kind,
    Lifecycle,
    Move,
    Status,
    allowed,
    as_markdown,
    as_mermaid,
    examine,
    follow,
    merge,
    permit,
)
from orderkit.testing.lifecycle_strategies import asks, extensions, lifecycles

HELD = Status("held", OPEN, ignores={"settle", "fail"})
HOLDING = Extension(
    "purchase",
    "alpha",
    statuses=[HELD],
    moves=[Move("hold", (UNPAID, IN_PAYMENT), HELD), Move("release", HELD, UNPAID, requires=is_small_enough)],
    requires={"pay": has_reason},
)
RENAMING = Extension("purchase", "beta", replaces=[evolve(UNPAID, label="Waiting for money", denies={"editable"})])


def _by(owner: str, *moves: Move, **more: object) -> Extension:
    return Extension("purchase", owner, moves=moves, **more)  # type: ignore[arg-type]  # the rest as it comes


def _refused(*extensions: Extension, table: Lifecycle = SAMPLE) -> str:
    with pytest.raises(LifecycleError) as caught:
        merge(table, extensions)
    return "\n".join(caught.value.problems)


def test_an_extension_adds_statuses_rows_and_rules() -> None:
    """What an extension brings answers at once, and remembers whose it is."""
    merged = merge(SAMPLE, [HOLDING])
    assert permit(merged, "unpaid", "hold", ask()) == HELD
    assert permit(merged, "held", "release", ask()) == UNPAID
    with pytest.raises(TransitionRefused, match="has_reason"):
        permit(merged, "unpaid", "pay", ask(amount=1))
    assert merged.status("held").owner == "alpha"
    assert {move.owner for move in merged.moves if move.event in ("hold", "release")} == {"alpha"}
    assert {move.owner for move in merged.moves if move.event == "pay"} == {"core"}


def test_rows_by_kind_and_any_take_new_statuses_in() -> None:
    """A row from a kind, or from any status, starts from an extension's status, too."""
    merged = merge(SAMPLE, [HOLDING])
    assert permit(merged, "held", "give_up", ask(reason="late")).key == "declined"
    assert permit(merged, "held", "note", ask()) == HELD


def test_a_replaced_status_is_called_otherwise_everywhere() -> None:
    """Relabelling keeps key and kind; every row leads to the new record, the initial status included."""
    merged = merge(SAMPLE, [RENAMING])
    assert merged.initial.label == merged.status("unpaid").label == "Waiting for money"
    assert permit(merged, "paid", "reopen", ask(reason="x")).label == "Waiting for money"
    assert not merged.status("unpaid").can("editable")
    assert merged.status("unpaid").owner == "beta"
    assert all(one.label != "Unpaid" for move in merged.moves for one in move.source if isinstance(one, Status))


def test_a_rule_of_an_extension_holds_for_rows_that_are_added_later() -> None:
    """A tenant's row for an event that a plugin tightened obeys the plugin's rule, merged in one step or in two."""
    later = _by("tenant", Move("pay", HELD, PAID))
    for merged in (merge(SAMPLE, [HOLDING, later]), merge(merge(SAMPLE, [HOLDING]), [later])):
        with pytest.raises(TransitionRefused, match="has_reason"):
            permit(merged, "held", "pay", ask())


def test_merging_nothing_changes_nothing() -> None:
    """No extensions, the same lifecycle."""
    assert merge(SAMPLE, []) == SAMPLE


def test_merging_again_changes_nothing() -> None:
    """An extension that is already in adds nothing a second time."""
    once = merge(SAMPLE, [HOLDING])
    assert merge(once, [HOLDING]) == once
    assert merge(SAMPLE, [HOLDING, HOLDING]) == once


@pytest.mark.row("SX-03")
def test_an_extension_stays_in_the_lifecycle_it_was_merged_into() -> None:
    """SX-03: graph, actions, labels and chart of another lifecycle from the same table are as before."""
    other = merge(SAMPLE, [])

    def seen() -> tuple[object, ...]:
        offered = tuple(allowed(other, status.key, ask(amount=120)) for status in other.statuses)
        labels = tuple((status.label, status.colour, status.owner) for status in other.statuses)
        chart = {(t.event, t.source.id, t.target.id) for state in other.chart().states for t in state.transitions}
        return as_markdown(other), as_mermaid(other), offered, labels, other.fingerprint, other.moves, chart

    before = seen()
    dirtying = [HOLDING, RENAMING, _by("gamma", Move("note", PAID, STAY, when=is_even, requires=is_never_allowed))]
    merged = merge(SAMPLE, dirtying)
    assert merged.fingerprint != SAMPLE.fingerprint
    assert merged.chart() is not other.chart()
    assert seen() == before
    assert SAMPLE.fingerprint == other.fingerprint


def test_charts_of_two_lifecycles_do_not_share_their_states() -> None:
    """SX-03: a chart compiled before an extension still refuses what only the extended one knows."""
    before, after = SAMPLE.chart(), merge(SAMPLE, [HOLDING]).chart()
    events = [{str(way.event) for state in chart.states for way in state.transitions} for chart in (before, after)]
    assert events[1] - events[0] == {"hold", "release"}
    assert {state.id for state in after.states} - {state.id for state in before.states} == {"held"}


@pytest.mark.row("SX-04")
def test_two_owners_of_one_key_agree_or_are_both_named() -> None:
    """SX-04: the same definition is accepted once, another is a conflict that names both, in either order."""
    same = evolve(HOLDING, owner="beta")
    for order in permutations((HOLDING, same)):
        merged = merge(SAMPLE, order)
        assert [status.key for status in merged.statuses].count("held") == 1
        assert [move.event for move in merged.moves].count("hold") == 1
        assert merged == merge(SAMPLE, [HOLDING])
    other = Extension("purchase", "beta", statuses=[evolve(HELD, label="On hold")])
    assert _refused(HOLDING, other) == _refused(other, HOLDING)
    assert "conflict:held: the status 'held' is defined differently by 'alpha' and 'beta'" in _refused(HOLDING, other)


def test_an_owner_may_not_redefine_a_status_of_the_core() -> None:
    """A status that is already there is replaced by saying so, never by chance."""
    assert "defined differently by 'core' and 'alpha'" in _refused(
        Extension("purchase", "alpha", statuses=[Status("paid", DONE, label="All paid")])
    )
    assert merge(SAMPLE, [Extension("purchase", "alpha", statuses=[PAID])]).status("paid").owner == "core"


def test_two_owners_may_not_replace_a_status_differently() -> None:
    """Two names for one status are a conflict that names both; the same name twice is none."""
    other = Extension("purchase", "gamma", replaces=[evolve(UNPAID, label="New")])
    assert "by 'beta' and 'gamma'" in _refused(RENAMING, other)
    assert merge(SAMPLE, [RENAMING, evolve(RENAMING, owner="gamma")]).status("unpaid").owner == "beta"


ROWS_THAT_MEET = {
    "two unconditional rows of plugins": (
        _by("alpha", Move("ship", UNPAID, PAID)),
        _by("beta", Move("ship", UNPAID, STAY)),
        ("conflict:unpaid:ship", "'alpha' and 'beta'"),
    ),
    "the same target and other rules": (
        _by("alpha", Move("ship", UNPAID, PAID)),
        _by("beta", Move("ship", UNPAID, PAID, requires=has_reason)),
        ("conflict:unpaid:ship", "'alpha' and 'beta'"),
    ),
    "rows that meet in one of their statuses": (
        _by("alpha", Move("ship", (UNPAID, IN_PAYMENT), PAID)),
        _by("beta", Move("ship", OPEN, STAY)),
        ("conflict:unpaid:ship", "'alpha' and 'beta'"),
    ),
    "choices in no order": (
        _by("alpha", Move("ship", UNPAID, PAID, when=is_even)),
        _by("beta", Move("ship", UNPAID, STAY, when=is_large)),
        ("overlap:unpaid:ship", "'alpha' and 'beta'"),
    ),
    "choices that are each before the other": (
        _by("alpha", Move("ship", UNPAID, PAID, when=is_even, before="beta")),
        _by("beta", Move("ship", UNPAID, STAY, when=is_large, before="alpha")),
        ("overlap:unpaid:ship", "'alpha' and 'beta'"),
    ),
    "a choice beside one of the core": (
        _by("alpha", Move("pay", UNPAID, STAY, when=is_even)),
        _by("beta"),
        ("overlap:unpaid:pay", "'alpha' and 'core'"),
    ),
}


@pytest.mark.parametrize(("one", "other", "said"), ROWS_THAT_MEET.values(), ids=ROWS_THAT_MEET)
def test_rows_of_two_owners_that_meet_are_a_conflict(one: Extension, other: Extension, said: tuple[str, str]) -> None:
    """SX-04 for rows: who wins is never a matter of who was registered first; both owners are named."""
    assert _refused(one, other) == _refused(other, one)
    for words in said:
        assert words in _refused(one, other)


def test_the_same_row_of_two_owners_is_accepted_once() -> None:
    """Two owners who say the same in part are of one mind there, and each has the rest of the row."""
    one = _by("alpha", Move("ship", (UNPAID, IN_PAYMENT), PAID, requires=has_reason))
    other = _by("beta", Move("ship", PAYING, PAID, requires=has_reason))
    merged = merge(SAMPLE, [one, other])
    assert len(merged.rows("in_payment", "ship")) == 1
    assert len(merged.rows("unpaid", "ship")) == 1


def test_before_puts_choices_of_owners_in_order() -> None:
    """`before` decides whose choice is read first, also over a third owner, whatever the names."""
    alpha = _by("alpha", Move("pay", UNPAID, STAY, when=is_even, before="core"))
    zeta = _by("zeta", Move("pay", UNPAID, PAID, when=is_even, before="alpha"))
    for order in permutations((alpha, zeta)):
        merged = merge(SAMPLE, order)
        assert [row.owner for row in merged.rows("unpaid", "pay")] == ["zeta", "alpha", "core", "core"]
        assert permit(merged, "unpaid", "pay", ask(amount=2)) == PAID


def test_before_an_owner_who_is_not_there_means_nothing() -> None:
    """A plugin may name one that a host did not install."""
    merged = merge(SAMPLE, [_by("alpha", Move("ship", UNPAID, PAID, when=is_even, before="nobody"))])
    assert [row.owner for row in merged.rows("unpaid", "ship")] == ["alpha"]


@pytest.mark.parametrize(
    ("extension", "problem"),
    [
        (Extension("sale", "alpha"), "misdirected:alpha: 'alpha' extends the lifecycle 'sale'"),
        (
            Extension("purchase", "alpha", replaces=[HELD]),
            "unknown_status:held: 'alpha' replaces 'held', which nobody defines",
        ),
        (
            Extension("purchase", "alpha", replaces=[Status("unpaid", DONE)]),
            "changed_kind:unpaid: 'alpha' changes the kind of 'unpaid' from 'open' to 'done'",
        ),
        (
            Extension("purchase", "alpha", requires={"levitate": has_reason}),
            "unknown_event:levitate: 'alpha' has rules for 'levitate', which no row has",
        ),
        (
            _by("alpha", Move("hold", UNPAID, Status("held", Kind("held"))), statuses=[Status("held", Kind("held"))]),
            "unknown_kind:held: the kinds of a lifecycle are closed and 'held' is none of open, paying, done, failed",
        ),
        (_by("alpha", Move("hold", ANY, HELD), statuses=[HELD]), "leaves_ended:paid:hold"),
    ],
)
def test_what_cannot_be_merged_is_refused_by_name(extension: Extension, problem: str) -> None:
    """A typing mistake, a changed kind or a new kind is told when the lifecycle is built."""
    assert problem in _refused(extension)


def test_an_owner_brings_one_extension() -> None:
    """Two different extensions of one owner have no order between them, so there may be only one."""
    assert "two_extensions:alpha" in _refused(HOLDING, _by("alpha", Move("ship", UNPAID, PAID)))


@given(st.data(), lifecycles())
def test_the_order_of_extensions_never_matters(data: st.DataObject, lifecycle: Lifecycle) -> None:
    """SX-04: three owners merged in any order give equal lifecycles, with rows and fingerprints alike."""
    added = [data.draw(extensions(lifecycle, owner=owner, chooses=False)) for owner in ("alpha", "beta", "gamma")]
    added = [evolve(one, replaces=one.replaces if number == 0 else ()) for number, one in enumerate(added)]
    merged = merge(lifecycle, added)
    shuffled = merge(lifecycle, data.draw(st.permutations(added)))
    assert shuffled == merged
    assert shuffled.fingerprint == merged.fingerprint
    assert [status.owner for status in shuffled.statuses] == [status.owner for status in merged.statuses]
    for status in merged.statuses:
        for event in merged.events:
            rows, others = merged.rows(status.key, event), shuffled.rows(status.key, event)
            assert [(row, row.owner) for row in rows] == [(row, row.owner) for row in others]


@given(st.data(), lifecycles())
def test_an_extension_leaves_the_lifecycle_as_it_was(data: st.DataObject, lifecycle: Lifecycle) -> None:
    """SX-03 for any table and extension: what was merged from is untouched, and the result has no findings."""
    before = (as_markdown(lifecycle), as_mermaid(lifecycle), lifecycle.fingerprint)
    merged = merge(lifecycle, [data.draw(extensions(lifecycle))])
    assert examine(merged) == ()
    assert (as_markdown(lifecycle), as_mermaid(lifecycle), lifecycle.fingerprint) == before


@given(st.data(), lifecycles(), asks())
def test_outside_its_own_statuses_a_mild_extension_changes_no_answer(
    data: st.DataObject, lifecycle: Lifecycle, question: Ask
) -> None:
    """SX-02 for any table: an extension that only adds statuses leaves every answer in the old ones as it was."""
    merged = merge(lifecycle, [data.draw(extensions(lifecycle, tightens=False, chooses=False))])
    assume(merged != lifecycle)
    status = data.draw(st.sampled_from(lifecycle.statuses)).key
    offered = {verdict.event: verdict for verdict in allowed(merged, status, question)}
    for verdict in allowed(lifecycle, status, question):
        after = offered[verdict.event]
        assert (after.enabled, after.target) == (verdict.enabled, verdict.target)
        assert (after.refusal and after.refusal.code) == (verdict.refusal and verdict.refusal.code)
    for fact in lifecycle.facts:
        assert follow(merged, status, fact, question) == follow(lifecycle, status, fact, question)
