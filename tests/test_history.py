"""History alone rebuilds an order, and whatever is edited in it shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from orderkit.actors import Actor
from orderkit.codec import from_plain, to_plain, to_text
from orderkit.errors import InvalidRequest, StorageError, TransitionError
from orderkit.families.refunding import RefundItem
from orderkit.family import OrderFamily
from orderkit.history import HistoryEntry, changes_between, entry_for, hash_of, replay, verify, without_personal
from orderkit.money import Money
from orderkit.orders.records import FieldValue, NewLine, Terms
from orderkit.payments.outcomes import Approved, Declined, Pending, RequiresAction, Unknown
from orderkit.personal import PersonalValue
from orderkit.ports.storage import Change
from orderkit.testing.families import (
    answered,
    begun_capture,
    begun_payment,
    begun_refund,
    cancelled,
    change_of,
    new_family,
    paid_family,
    sent,
)
from orderkit.testing.storage_cases import changed_family, full_family
from orderkit.testing.storage_steps import exact, noted, with_attention

LINES = (
    NewLine("MUG", "A mug", unit_price=Money("9.99", "EUR"), quantity=3, terms=Terms(partial_payment=True)),
    NewLine("CARE", "Care", unit_price=Money("5.00", "EUR"), quantity=2, item_kind="service", terms=Terms(True)),
)
OUTCOMES = (Approved("ok"), Declined("no"), Pending("p"), RequiresAction("a", "https://bank.example"), Unknown("lost"))
Step = Callable[[OrderFamily], OrderFamily]


def with_field(family: OrderFamily) -> OrderFamily:
    value = FieldValue(owner_id=family.order.id, on="order", name="acme.n", value=family.order.version)
    return evolve(family, fields=(*(each for each in family.fields if each.name != value.name), value))


def with_extra(family: OrderFamily) -> OrderFamily:
    return family.with_order(evolve(family.order, extra={"acme.deep": {"n": [family.order.version, {"é": None}]}}))


steps: st.SearchStrategy[Step] = st.one_of(
    st.booleans().map(lambda capture: lambda family: begun_payment(family, capture=capture)),
    # Half of the answers are approvals, or few orders would ever be paid and refunded.
    st.sampled_from((*OUTCOMES, *OUTCOMES[:1] * 3)).map(lambda outcome: lambda family: answered(family, outcome)),
    st.sampled_from(("1.00", "12.34")).map(lambda part: lambda family: begun_capture(family, Money(part, "EUR"))),
    st.integers(0, 3).map(
        lambda which: lambda family: begun_refund(family, RefundItem(family.items[which % len(family.items)].id, 1))
    ),
    st.sampled_from((cancelled, sent, with_attention, with_field, with_extra)),
)


PAID: tuple[Step, ...] = (begun_payment, answered)
lives = st.tuples(st.sampled_from(((), PAID)), st.lists(steps, max_size=12)).map(lambda two: [*two[0], *two[1]])


PAID: tuple[Step, ...] = (begun_payment, answered)
lives = st.tuples(st.sampled_from(((), PAID)), st.lists(steps, max_size=12)).map(lambda two: [*two[0], *two[1]])


def life(chosen: list[Step]) -> list[Change]:
    """The changes of an order through these steps; those that are not possible are left out."""
    changes = [change_of(None, new_family(*LINES))]
    for step in chosen:
        before = changes[-1].after
        try:
            after = step(before)
        except (TransitionError, InvalidRequest, IndexError):
            continue
        changes.append(change_of(before, after, event=f"step {len(changes)}"))
    return changes


def entries_of(changes: list[Change]) -> list[HistoryEntry]:
    """The rows as they come back from text."""
    return [from_plain(json.loads(to_text(to_plain(each.entry))), HistoryEntry) for each in changes]


@pytest.mark.row("SX-16")
@given(chosen=lives)
def test_replay_gives_the_family_at_every_version(chosen: list[Step]) -> None:
    """SX-16, I-18: after any sequence of changes, history up to each version rebuilds the family as it was then."""
    changes = life(chosen)
    entries = entries_of(changes)
    for count, change in enumerate(changes, start=1):
        assert exact(replay(entries[:count])) == exact(without_personal(change.after))
    for entry, change in zip(entries, changes, strict=True):
        assert (entry.actor, entry.event, entry.cause) == ("user:u-1", change.entry.event, change.entry.cause)
        assert entry.at == change.after.order.changed_at
        assert entry.sequence == change.after.order.version


def test_every_field_is_rebuilt() -> None:
    """A family in which every field says something is rebuilt whole, and so is a change of all that can change."""
    first = full_family()
    second = changed_family(first)
    entries = entries_of([change_of(None, first), change_of(first, second)])
    assert exact(replay(entries[:1])) == exact(without_personal(first))
    assert exact(replay(entries)) == exact(without_personal(second))


def test_a_row_holds_what_changed_and_no_more() -> None:
    """A row names the records and fields that changed, with their new values; the row before it holds the old ones."""
    before = new_family()
    after = change_of(before, noted(before, "second")).after
    assert set(changes_between(before, after)) == {"order"}
    assert set(changes_between(before, after)["order"]) == {"version", "changed_at", "contract"}


@pytest.mark.parametrize("kind", ["user", "client", "system", "gateway", "plugin"])
def test_every_kind_of_actor_is_recorded(kind: str) -> None:
    """SX-16: users, clients, system jobs, gateways and plugins stand in the row as their kind and id."""
    family = new_family()
    entry = entry_for(None, family, event="place", actor=Actor(kind, "x-1"), cause="place:k", reason=None)
    assert entry.actor == f"{kind}:x-1"


def test_a_reason_stands_as_its_commitment() -> None:
    """SX-16, SX-26: the row binds the reason that was given without holding its words or its salt."""
    before = new_family()
    reason = PersonalValue(before.order.id, "reason.2", "customer:c-1", "moved to Lviv", "ab" * 16)
    entry = change_of(before, evolve(before, personal=(*before.personal, reason)), reason=reason).entry
    assert entry.reason == reason.commitment
    assert reason.commitment != evolve(reason, value="moved to Odesa").commitment
    text = to_text(to_plain(entry))
    assert "Lviv" not in text
    assert reason.salt not in text


def test_personal_values_stand_as_commitments() -> None:
    """SX-26: of names and addresses history holds the commitments alone, so erasing them leaves the chain as it is."""
    family = new_family()
    text = change_of(None, family).entry.changes
    assert family.personal
    for value in family.personal:
        assert value.commitment in text
        assert value.value not in text
        assert value.salt not in text


def history() -> list[HistoryEntry]:
    """Four rows with a reason among them, short enough to edit every byte of."""
    family = paid_family(NewLine("A", "A", unit_price=Money("1.00", "EUR")))
    placed = new_family(NewLine("A", "A", unit_price=Money("1.00", "EUR")))
    begun = change_of(placed, begun_payment(placed))
    paid = change_of(begun.after, answered(begun.after))
    reason = PersonalValue(placed.order.id, "reason.4", "customer:c-1", "why", "ab" * 16)
    last = change_of(family, evolve(with_attention(family), personal=(*family.personal, reason)), reason=reason)
    return [change_of(None, placed).entry, begun.entry, paid.entry, last.entry]


def refused(entries: list[HistoryEntry]) -> bool:
    try:
        verify(entries)
    except StorageError:
        return True
    return False


def test_an_untouched_history_verifies() -> None:
    """I-18: what was written verifies; the checks below are not fooled by a history that never did."""
    verify(history())


@pytest.mark.parametrize("column", [each.name for each in fields(HistoryEntry)])
def test_every_edit_of_a_stored_byte_is_detected(column: str) -> None:
    """SX-16: in every column of every row, any one byte that is changed, dropped or added is detected."""
    entries = history()
    for position, entry in enumerate(entries):
        edits = 0
        for edited in edited_values(getattr(entry, column)):
            edits += 1
            broken = [*entries]
            broken[position] = evolve(entry, **{column: edited})
            assert refused(broken), (position, column, edited)
        assert edits > 0 or (column in ("reason", "previous") and not getattr(entry, column))


def edited_values(value: object) -> Iterator[object]:
    """The value as it would be read with one byte of what is stored changed, dropped or added."""
    if isinstance(value, str):
        for position, character in enumerate(value):
            yield value[:position] + chr(ord(character) ^ 1) + value[position + 1 :]
            yield value[:position] + value[position + 1 :]
        yield value + " "
        yield " " + value
    elif isinstance(value, UUID):
        yield from (UUID(int=value.int ^ (1 << bit)) for bit in range(128))
    elif isinstance(value, int):
        yield from (value ^ (1 << bit) for bit in range(63))
    elif value is None:
        yield ""
    else:
        yield from (value + timedelta(microseconds=step) for step in (-1, 1, 1000, 86_400_000_000))


def test_rows_that_are_missing_moved_or_doubled_are_detected() -> None:
    """I-18: no row can be taken out, exchanged with another, repeated or put in from another order."""
    entries = history()
    for position in range(len(entries) - 1):
        assert refused(entries[:position] + entries[position + 1 :])
        swapped = [*entries]
        swapped[position : position + 2] = reversed(entries[position : position + 2])
        assert refused(swapped)
        assert refused([*entries[: position + 1], *entries[position:]])
    other = change_of(None, new_family(number=2)).entry
    assert refused([other, *entries[1:]])


def test_a_row_that_was_hashed_again_breaks_the_next_one() -> None:
    """SX-16: whoever edits a row and computes its hash anew is given away by the row behind it."""
    entries = history()
    forged = evolve(entries[1], actor="user:u-2")
    forged = evolve(forged, hash=hash_of(forged))
    assert refused([entries[0], forged, *entries[2:]])


def test_rows_cut_off_the_end_show_against_the_head() -> None:
    """SX-16: a history without its latest rows is a valid one of less, and ends in another head than the order's."""
    entries = history()
    heads = [replay(entries[:count]).head for count in range(1, len(entries) + 1)]
    assert len(set(heads)) == len(entries)
    assert heads[-1] == entries[-1].hash


def test_time_never_steps_back() -> None:
    """I-18: a row that says it is earlier than the one before it is refused, even when its hash fits."""
    first, second, *_ = history()
    early = evolve(second, at=first.at - timedelta(seconds=1))
    assert refused([first, evolve(early, hash=hash_of(early))])


def test_an_empty_history_cannot_be_replayed() -> None:
    """There is no order without a history."""
    with pytest.raises(StorageError):
        replay([])


def test_a_flag_that_becomes_a_number_is_a_change() -> None:
    """True and 1 are equal to Python and different in JSON: the change is recorded, so replay has what is stored."""
    before = new_family()
    after = evolve(before, order=evolve(before.order, extra={"acme.gift": True}))
    later = evolve(after, order=evolve(after.order, extra={"acme.gift": 1}))
    assert changes_between(after, later)["order"] == {"extra": {"acme.gift": 1}}
