"""The storage suite's second part: of changes that were decided on the same version, exactly one is committed.

Both sides load before either writes, so the order of events is the same on stores that block and on those that do not.
"""

from __future__ import annotations

import pytest
from attrs import evolve

from orderkit.errors import StaleRecord
from orderkit.ports.storage import Storage
from orderkit.testing.families import SCOPE, begun_payment, cancelled, change_of, new_family
from orderkit.testing.storage_steps import (
    commit,
    exact,
    keep,
    load,
    loaded_twice,
    message_for,
    noted,
    refused,
    waiting,
    with_attention,
)


class Conflicts:
    """The order's version is the lock of its whole family (row SX-15, I-19)."""

    def test_the_second_of_two_writers_is_refused(self, storage: Storage) -> None:
        """Of two changes decided on one version, the first is committed; the second hears both versions."""
        family = keep(storage, new_family())
        first, second = loaded_twice(storage, family)
        commit(storage, change_of(first, noted(first, "first")))
        with pytest.raises(StaleRecord) as conflict:
            commit(storage, change_of(second, noted(second, "second")))
        assert (conflict.value.root, conflict.value.expected, conflict.value.found) == (family.order.id, 1, 2)

    def test_the_refused_change_leaves_nothing(self, storage: Storage) -> None:
        """Of the change that was too late there is no row, no history and no message."""
        family = keep(storage, new_family())
        first, second = loaded_twice(storage, family)
        commit(storage, change_of(first, noted(first, "first")))
        kept = exact(load(storage, family.order.id))
        refused(storage, change_of(second, begun_payment(second), messages=(message_for(second),)))
        assert exact(load(storage, family.order.id)) == kept
        assert waiting(storage) == ()
        with storage.reading() as reading:
            assert [entry.sequence for entry in reading.history(SCOPE, family.order.id)] == [1, 2]

    def test_a_cancellation_and_an_authorization_do_not_both_happen(self, storage: Storage) -> None:
        """A cancel that saw no payment and an authorization that saw an open order touch no common record but the lock.

        That is write skew: with a version per record both would be committed (row S0-34).
        """
        for number, cancel_first in ((1, True), (2, False)):
            family = keep(storage, new_family(number=number))
            first, second = loaded_twice(storage, family)
            cancel = change_of(first, cancelled(first))
            authorize = change_of(second, begun_payment(second, capture=False, concluded=False))
            winner, loser = (cancel, authorize) if cancel_first else (authorize, cancel)
            commit(storage, winner)
            refused(storage, loser)
            after = load(storage, family.order.id)
            assert (after.order.status == "cancelled") is cancel_first
            assert len(after.payments) == (0 if cancel_first else 1)

    def test_changes_of_different_records_of_a_family_conflict(self, storage: Storage) -> None:
        """One change delivers an item, the other opens attention: the second one has to be decided again."""
        family = keep(storage, new_family())
        first, second = loaded_twice(storage, family)
        commit(storage, change_of(first, first.with_item(evolve(first.items[0], status="delivered", kind="active"))))
        refused(storage, change_of(second, with_attention(second)))
        assert load(storage, family.order.id).attention == ()

    def test_families_do_not_disturb_each_other(self, storage: Storage) -> None:
        """Changes of two orders that were loaded at the same moment are both committed."""
        one, other = keep(storage, new_family(number=1)), keep(storage, new_family(number=2))
        commit(storage, change_of(one, noted(one, "one")))
        commit(storage, change_of(other, noted(other, "other")))
        assert [load(storage, each.order.id).order.contract for each in (one, other)] == ["one", "other"]

    def test_a_version_that_is_not_there_yet_is_refused(self, storage: Storage) -> None:
        """A change of a version that nobody stored is refused like one of a version that is gone."""
        family = keep(storage, new_family())
        ahead = change_of(family, noted(family, "never stored")).after
        refused(storage, change_of(ahead, noted(ahead, "built on it")))

    def test_an_unknown_order_cannot_be_changed(self, storage: Storage) -> None:
        """A change of an order that was never placed, or was placed in another scope, is refused, changing nothing."""
        family = keep(storage, new_family())
        never = new_family(number=2)
        refused(storage, change_of(never, noted(never, "x")))
        elsewhere = evolve(change_of(family, noted(family, "x")), scope="other")
        refused(storage, elsewhere)
        assert exact(load(storage, family.order.id)) == exact(family)

    def test_two_families_are_committed_together_or_not_at_all(self, storage: Storage) -> None:
        """When one of two orders in a unit of work was changed meanwhile, the other one stays as it was as well."""
        fresh, stale = keep(storage, new_family(number=1)), keep(storage, new_family(number=2))
        commit(storage, change_of(stale, noted(stale, "meanwhile")))
        for first, second in ((fresh, stale), (stale, fresh)):
            refused(storage, change_of(first, noted(first, "x")), change_of(second, noted(second, "x")))
        assert exact(load(storage, fresh.order.id)) == exact(fresh)
