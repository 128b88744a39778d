"""The storage suite catches stores that are broken on purpose, and has nothing to say against the one that is not."""

from __future__ import annotations

from collections import Counter

import pytest

from orderkit.adapters.memory import MemoryStorage
from orderkit.testing.broken_stores import (
    DoubleApply,
    DroppedPostings,
    ForgottenDuplicate,
    KeyIgnored,
    LeaseIgnored,
    LostCommit,
    LostCredit,
    LostUpdate,
    NoRollback,
    RestartingSuite,
    ScopeLeak,
    WriteSkew,
    failures,
)
from orderkit.testing.storage_suite import StorageSuite

CAUGHT_BY = {
    LostUpdate: {
        "test_the_second_of_two_writers_is_refused",
        "test_a_cancellation_and_an_authorization_do_not_both_happen",
        "test_of_many_writers_one_wins",
        "test_accepted_changes_add_up",
    },
    WriteSkew: {
        "test_a_cancellation_and_an_authorization_do_not_both_happen",
        "test_changes_of_different_records_of_a_family_conflict",
    },
    DoubleApply: {
        "test_a_repeated_request_has_no_second_effect",
        "test_placing_twice_under_one_key_places_once",
        "test_placing_at_the_same_moment_under_one_key_places_once",
    },
    KeyIgnored: {
        "test_a_key_comes_back_with_what_it_made",
        "test_a_repeated_request_has_no_second_effect",
        "test_another_request_under_the_key_is_an_error",
        "test_placing_twice_under_one_key_places_once",
    },
    LostCommit: {"test_what_was_committed_is_there_after_a_restart"},
    NoRollback: {
        "test_two_families_are_committed_together_or_not_at_all",
        "test_a_new_order_that_was_given_up_never_was",
        "test_a_rolled_back_number_is_given_again",
        "test_a_rolled_back_delivery_comes_again",
        "test_a_refused_commit_takes_everything_with_it",
    },
    ForgottenDuplicate: {"test_a_duplicate_is_known_for_ever"},
    LeaseIgnored: {
        "test_what_is_leased_is_nobody_elses",
        "test_a_lease_that_was_given_up_was_never_taken",
        "test_two_workers_never_get_the_same_message",
        "test_overlapping_workers_never_get_the_same_message",
    },
    LostCredit: {
        "test_a_lost_update_of_an_account_is_refused",
        "test_half_of_a_refused_entry_is_never_committed",
        "test_overlapping_entries_do_not_both_count",
    },
    DroppedPostings: {
        "test_entries_come_back_as_they_were_posted",
        "test_equal_postings_of_an_entry_are_all_kept",
    },
    ScopeLeak: {"test_another_scope_is_told_the_same_as_of_unknown_ids"},
}


def test_the_reference_store_passes_every_test() -> None:
    """A store without the defects fails nothing, so what catches them is the defect and not the suite (SX-30)."""
    assert failures(RestartingSuite(), MemoryStorage) == {}


def test_no_test_of_the_suite_hides_another() -> None:
    """The parts that the suite is put together from have no two tests of one name."""
    names = Counter(name for part in StorageSuite.__mro__ for name in vars(part) if name.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("broken", CAUGHT_BY, ids=lambda store: store.__name__)
def test_a_broken_store_is_caught(broken: type[MemoryStorage]) -> None:
    """Each deliberate defect fails the tests that state the fact it breaks (SX-30)."""
    found = failures(RestartingSuite(), broken)
    assert set(found) >= CAUGHT_BY[broken]


def test_write_skew_is_caught_by_the_family_lock_alone() -> None:
    """A version per record passes whatever concerns one record; the tests of the family lock alone catch it."""
    assert set(failures(RestartingSuite(), WriteSkew)) == CAUGHT_BY[WriteSkew]
