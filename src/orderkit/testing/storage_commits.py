"""The storage suite's sixth part: a unit of work is committed whole, or it never was; and what is committed stays."""

from __future__ import annotations

import pytest

from orderkit.codec import to_plain, to_text
from orderkit.errors import NotFound, StaleRecord
from orderkit.families.refunding import RefundItem
from orderkit.family import OrderFamily
from orderkit.history import replay, verify, without_personal
from orderkit.money import Money
from orderkit.orders.records import NewLine
from orderkit.payments.outcomes import Approved, Declined, Pending, RequiresAction, Unknown
from orderkit.personal import Person, PersonalValue
from orderkit.ports.storage import Change, Message, Storage
from orderkit.testing.families import (
    SCOPE,
    answered,
    begun_capture,
    begun_payment,
    begun_refund,
    change_of,
    new_family,
    sent,
)
from orderkit.testing.storage_cases import changed_family, full_family
from orderkit.testing.storage_steps import (
    GivenUp,
    commit,
    exact,
    go_on,
    keep,
    keep_paid,
    key_for,
    listed,
    load,
    message_for,
    noted,
    rolled_back,
    waiting,
)

CUSTOMER = Person("customer", "c-1")


class Commits:
    """Commit, rollback, history and erasure."""

    def reopened(self, storage: Storage) -> Storage:
        raise NotImplementedError

    def test_what_was_committed_is_there_after_a_restart(self, storage: Storage) -> None:
        """Whatever was acknowledged is there for whoever opens the store anew: each commit, up to the very last."""
        family = keep(storage, new_family())
        for version in range(2, 5):
            after = change_of(family, noted(family, str(version))).after
            change = change_of(
                family,
                noted(family, str(version)),
                key=key_for(family, key=str(version)),
                messages=(message_for(after, version),),
            )
            commit(storage, change)
            family = change.after
            again = self.reopened(storage)
            assert exact(load(again, family.order.id)) == exact(family)
            assert [message.sequence for message in waiting(again)] == list(range(2, version + 1))
            with again.reading() as reading:
                assert reading.key(SCOPE, "place", "", str(version)) == change.key
                assert reading.history(SCOPE, family.order.id)[-1] == change.entry

    def test_a_new_order_that_was_given_up_never_was(self, storage: Storage) -> None:
        """After a rollback there is no order, no relative, no number, no history, no key and no message."""
        family = full_family()
        change = change_of(None, family, key=key_for(family), messages=(message_for(family),))
        with rolled_back(), storage.begin() as work:
            work.write(change)
            raise GivenUp
        for store in (storage, self.reopened(storage)):
            assert waiting(store) == ()
            assert listed(store).rows == ()
            with store.reading() as reading:
                assert reading.key(SCOPE, "place", "", "k-1") is None
                assert reading.totals(SCOPE) == ()
                assert reading.scopes() == ()
                with pytest.raises(NotFound):
                    reading.history(SCOPE, family.order.id)
        commit(storage, change)
        assert exact(load(storage, family.order.id)) == exact(family)

    def test_a_change_that_was_given_up_leaves_the_order_alone(self, storage: Storage) -> None:
        """After a rollback every record of the order, its history and its erased values are as they were."""
        family = keep(storage, full_family())
        with rolled_back(), storage.begin() as work:
            work.write(change_of(family, changed_family(family)))
            assert work.erase(SCOPE, CUSTOMER) == 2
            raise GivenUp
        assert exact(load(storage, family.order.id)) == exact(family)
        with storage.reading() as reading:
            assert len(reading.history(SCOPE, family.order.id)) == 1

    def test_a_refused_commit_takes_everything_with_it(self, storage: Storage) -> None:
        """What else was done in a unit of work whose change is refused did not happen either."""
        family = keep(storage, new_family())
        commit(storage, change_of(family, noted(family, "meanwhile"), messages=(message_for(family),)))
        late = change_of(family, noted(family, "late"), key=key_for(family), messages=(message_for(family, 2),))
        with pytest.raises(StaleRecord):
            _do_everything(storage, late, consuming=message_for(family))
        with storage.reading() as reading:
            assert reading.key(SCOPE, "place", "", "k-1") is None
        assert [message.id for message in waiting(storage)] == [message_for(family).id]
        assert load(storage, family.order.id).personal == family.personal
        with storage.begin() as work:
            assert work.next_in_series(SCOPE, "issuer", "invoice") == 1

    def test_history_comes_back_as_it_was_written(self, storage: Storage) -> None:
        """Every column of every history row is returned unaltered: the hash is over these very texts (row SX-16)."""
        family = full_family()
        first = change_of(None, family)
        commit(storage, first)
        reason = PersonalValue(family.order.id, "reason.2", "customer:c-1", "why", "ab" * 16)
        second = change_of(family, changed_family(family), event="correct", reason=reason)
        commit(storage, second)
        with storage.reading() as reading:
            assert reading.history(SCOPE, family.order.id) == (first.entry, second.entry)

    def test_history_rebuilds_the_stored_family(self, storage: Storage) -> None:
        """Through a whole life of an order, its history is consecutive, verifies, and rebuilds what is stored."""
        for family in _life(storage):
            with storage.reading() as reading:
                entries = reading.history(SCOPE, family.order.id)
            assert [entry.sequence for entry in entries] == list(range(1, family.order.version + 1))
            assert exact(replay(entries)) == exact(without_personal(family))

    def test_history_holds_no_personal_value(self, storage: Storage) -> None:
        """Names, addresses and reasons stand nowhere in the history; only their commitments do (row SX-26)."""
        family = keep(storage, full_family())
        commit(storage, change_of(family, changed_family(family)))
        with storage.reading() as reading:
            text = to_text([to_plain(entry) for entry in reading.history(SCOPE, family.order.id)])
        for personal in family.personal:
            assert personal.commitment in text
            assert personal.salt not in text
        written = [to_text(each.value).strip('"') for each in family.personal if each.value]
        # What is stored as text within the text is quoted once more.
        assert [each for each in written if each in text or to_text(each).strip('"') in text] == []

    def test_erasing_forgets_one_person_alone(self, storage: Storage) -> None:
        """Erasure deletes every value of the person in the scope, tells how many, and leaves all others."""
        mine = [keep(storage, new_family(number=number)) for number in (1, 2)]
        theirs = keep(storage, new_family(number=3, customer="c-2"))
        elsewhere = keep(storage, new_family(number=1, scope="other"))
        with storage.begin() as work:
            assert work.erase(SCOPE, CUSTOMER) == 4
            assert work.erase(SCOPE, Person("user", "c-1")) == 0
        for family in mine:
            assert {each.person for each in load(storage, family.order.id).personal} == {"user:u-1"}
        assert load(storage, theirs.order.id).personal == theirs.personal
        assert load(storage, elsewhere.order.id, scope="other").personal == elsewhere.personal
        with self.reopened(storage).begin() as work:
            assert work.erase(SCOPE, CUSTOMER) == 0

    def test_erasing_leaves_orders_and_their_history_valid(self, storage: Storage) -> None:
        """After an erasure the records, the version and the chain are as before (row SX-26)."""
        family = keep(storage, full_family())
        with storage.begin() as work:
            work.erase(SCOPE, CUSTOMER)
        after = load(storage, family.order.id)
        assert exact(without_personal(after)) == exact(without_personal(family))
        with storage.reading() as reading:
            verify(reading.history(SCOPE, family.order.id))

    def test_a_change_does_not_bring_back_what_was_erased(self, storage: Storage) -> None:
        """A change that was decided on a family loaded before the erasure does not store the erased values again."""
        family = keep(storage, new_family())
        with storage.begin() as work:
            work.erase(SCOPE, CUSTOMER)
        after = go_on(storage, family, noted(family, "decided before"))
        assert {each.person for each in after.personal} == {"user:u-1"}


def _do_everything(storage: Storage, change: Change, *, consuming: Message) -> None:
    with storage.begin() as work:
        assert work.next_in_series(SCOPE, "issuer", "invoice") == 1
        work.erase(SCOPE, CUSTOMER)
        work.consume([consuming.id], consuming.channel)
        work.write(change)


def _life(storage: Storage) -> list[OrderFamily]:
    """The stored families of orders that went through every kind of change."""
    refunded = keep_paid(storage, NewLine("A", "A", unit_price=Money("9.99", "EUR"), quantity=3), _free(), number=1)
    refunded = go_on(storage, refunded, begun_refund(refunded, RefundItem(refunded.items[0].id, 1), reference="r"))
    refunded = go_on(storage, refunded, answered(refunded))
    refunded = go_on(storage, refunded, begun_refund(refunded, RefundItem(refunded.items[0].id)))
    refunded = go_on(storage, refunded, answered(refunded, Declined("no", "möglich")))
    captured = keep(storage, new_family(number=2))
    captured = go_on(storage, captured, begun_payment(captured, capture=False))
    for outcome in (RequiresAction("a-1", "https://bank.example"), Pending("a-1", "soon"), Approved("a-1")):
        captured = go_on(storage, captured, answered(captured, outcome))
    captured = go_on(storage, captured, begun_capture(captured, Money("10.00", "EUR")))
    captured = go_on(storage, captured, sent(captured))
    captured = go_on(storage, captured, answered(captured, Unknown("time-out")))
    full = keep(storage, full_family(number=3))
    return [refunded, captured, go_on(storage, full, changed_family(full))]


def _free() -> NewLine:
    return NewLine("GIFT", "A gift", unit_price=Money(0, "EUR"))
