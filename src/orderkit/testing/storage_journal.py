"""The storage suite's part on the journal: it is written with the change, comes back exactly, and only grows."""

from __future__ import annotations

from uuid import UUID

import pytest
from attrs import evolve

from orderkit.errors import StaleRecord, StorageError
from orderkit.family import OrderFamily
from orderkit.journal import JournalEntry, Posting
from orderkit.money import Money
from orderkit.ports.storage import Storage
from orderkit.testing.families import NOON, SCOPE, change_of, new_family
from orderkit.testing.storage_steps import GivenUp, commit, keep, load, noted, rolled_back
from orderkit.testing.storage_values import EARLY, LATE, TEXT

Cursor = tuple[UUID, int, int]


class Journals:
    """Balanced entries for every movement, committed with what moved (I-04)."""

    def reopened(self, storage: Storage) -> Storage:
        raise NotImplementedError

    def test_entries_come_back_as_they_were_posted(self, storage: Storage) -> None:
        """Every posting in its order, every account, amount and instant is returned unaltered, after a restart too."""
        family = new_family()
        entries = (
            evolve(_entry(family, 0, Money.of_minor(2**63 - 1, "EUR")), at=EARLY, movement=TEXT),
            evolve(_entry(family, 1), at=LATE, postings=_postings(Money("0.001", "KWD"), Money("7", "JPY"))),
            evolve(_entry(family, 2), postings=(Posting(TEXT, Money("0.00", "EUR")),)),
        )
        commit(storage, change_of(None, family, journal=entries))
        assert _journal(self.reopened(storage)) == entries

    def test_equal_postings_of_an_entry_are_all_kept(self, storage: Storage) -> None:
        """An entry may debit one account twice by the same amount: no posting stands for another."""
        family, half = new_family(), Posting("Assets:Clearing", Money("5.00", "EUR"))
        entry = evolve(_entry(family, 0), postings=(half, half, Posting("Income:Sales", Money("-10.00", "EUR"))))
        commit(storage, change_of(None, family, journal=(entry,)))
        assert _journal(storage) == (entry,)

    def test_a_change_adds_to_the_journal(self, storage: Storage) -> None:
        """Entries of later changes join those that are there, which stay as they are; a change may have none."""
        family = new_family()
        first = (_entry(family, 0), _entry(family, 1))
        placed = change_of(None, family, journal=first)
        commit(storage, placed)
        silent = change_of(placed.after, noted(family, "nothing moved"))
        commit(storage, silent)
        assert _journal(storage) == first
        later = _entry(change_of(silent.after, family).after, 0)
        commit(storage, change_of(silent.after, noted(silent.after, "moved"), journal=(later,)))
        assert _journal(storage) == (*first, later)

    def test_nothing_is_posted_in_the_place_of_another_entry(self, storage: Storage) -> None:
        """A change whose entry has the place of one that is there is refused whole: the journal only grows."""
        family = new_family()
        entry = _entry(family, 0)
        placed = change_of(None, family, journal=(entry,))
        commit(storage, placed)
        again = evolve(entry, postings=_postings(Money("1.00", "EUR")))
        with pytest.raises(StaleRecord):
            commit(storage, change_of(placed.after, noted(family, "again"), journal=(again,)))
        assert _journal(storage) == (entry,)
        assert load(storage, family.order.id) == placed.after

    def test_an_entry_without_postings_is_refused(self, storage: Storage) -> None:
        """It would move nothing; rather than lose it silently the store refuses the change."""
        family = new_family()
        empty = evolve(_entry(family, 0), postings=())
        with pytest.raises(StorageError, match="postings"):
            commit(storage, change_of(None, family, journal=(empty,)))
        assert _journal(storage) == ()
        keep(storage, family)

    def test_what_was_given_up_was_never_posted(self, storage: Storage) -> None:
        """After a rollback, and after a refused commit, the journal is as it was."""
        family = new_family()
        with rolled_back(), storage.begin() as work:
            work.write(change_of(None, family, journal=(_entry(family, 0),)))
            assert work.journal(SCOPE, after=None, limit=9) == (_entry(family, 0),)
            raise GivenUp
        assert _journal(storage) == ()
        keep(storage, family)
        late = change_of(family, noted(family, "meanwhile"))
        commit(storage, late)
        with pytest.raises(StaleRecord):
            commit(storage, change_of(family, noted(family, "late"), journal=(_entry(late.after, 0),)))
        assert _journal(storage) == ()

    def test_the_journal_comes_in_pages(self, storage: Storage) -> None:
        """Entries come by order, sequence and position, whole, so many at a time, and none twice or left out."""
        written = [entry for number in (3, 1, 2) for entry in _life(storage, number)]
        in_order = sorted(written, key=_place_of)
        assert list(_journal(storage)) == in_order
        for limit in (1, 2, 5, len(in_order)):
            pages = _pages(storage, limit)
            assert [entry for page in pages for entry in page] == in_order
            assert {len(page) for page in pages[:-1]} <= {limit}

    def test_the_journal_of_a_scope_is_its_own(self, storage: Storage) -> None:
        """Entries of another scope are in another journal (row S0-01)."""
        mine, theirs = _life(storage, 1), _life(storage, 1, scope="other")
        assert _journal(storage) == tuple(mine)
        assert _journal(storage, scope="other") == tuple(theirs)
        assert _journal(storage, scope="nobody") == ()


def _postings(*amounts: Money) -> tuple[Posting, ...]:
    """Each amount on one account and off another."""
    return tuple(
        posting
        for amount in amounts
        for posting in (Posting("Assets:Receivable", amount), Posting(f"Income:Sales:{amount.currency}", -amount))
    )


def _entry(family: OrderFamily, position: int, amount: Money | None = None) -> JournalEntry:
    """An entry of the change that led to this family."""
    return JournalEntry(
        order_id=family.order.id,
        sequence=family.order.version,
        position=position,
        at=NOON,
        movement=f"request:{position}",
        postings=_postings(amount or Money("30.00", "EUR")),
    )


def _life(storage: Storage, number: int, *, scope: str = SCOPE) -> list[JournalEntry]:
    """The entries of an order that was placed and changed twice."""
    family = new_family(number=number, scope=scope)
    change = change_of(None, family, journal=(_entry(family, 0), _entry(family, 1)))
    written = [*change.journal]
    commit(storage, change)
    for count in (1, 3):
        before, after = change.after, noted(change.after, str(count))
        moved = change_of(before, after).after
        change = change_of(before, after, journal=tuple(_entry(moved, position) for position in range(count)))
        commit(storage, change)
        written.extend(change.journal)
    return written


def _journal(storage: Storage, *, scope: str = SCOPE) -> tuple[JournalEntry, ...]:
    with storage.reading() as reading:
        return reading.journal(scope, after=None, limit=100)


def _place_of(entry: JournalEntry) -> Cursor:
    return entry.order_id, entry.sequence, entry.position


def _pages(storage: Storage, limit: int) -> list[tuple[JournalEntry, ...]]:
    """Every page until one is empty."""
    pages: list[tuple[JournalEntry, ...]] = []
    after: Cursor | None = None
    with storage.reading() as reading:
        while page := reading.journal(SCOPE, after=after, limit=limit):
            pages.append(page)
            after = _place_of(page[-1])
    return pages
