"""The storage suite's part on credit accounts: entries are added once, in sequence, and no update is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from attrs import evolve

from orderkit.credit.records import CreditAccount, CreditEntry, CreditEntryKind
from orderkit.errors import Busy, StaleRecord, StorageError
from orderkit.money import Money
from orderkit.ports.storage import Reading, Storage
from orderkit.testing.families import NOON, SCOPE
from orderkit.testing.storage_cases import id_of
from orderkit.testing.storage_steps import PATIENCE_SECONDS, GivenUp, insist, insisting, rolled_back, together
from orderkit.testing.storage_values import EARLY, LATE, TEXT

CALLERS = 4
ENTRIES_EACH = 5
TEN = Money("10.00", "EUR")
Added = tuple[CreditAccount, CreditEntry, CreditAccount]


class Credits:
    """A customer's money with us: the version of the account is its lock (I-19, I-20)."""

    overlaps: bool

    def reopened(self, storage: Storage) -> Storage:
        raise NotImplementedError

    def test_an_account_begins_empty(self, storage: Storage) -> None:
        """Where nothing was ever entered there is an account at version 0 with nothing on it, and none is listed."""
        nothing = Money("0.000", "KWD")
        empty = CreditAccount(scope=SCOPE, customer_id="c-9", currency="KWD", version=0, balance=nothing, held=nothing)
        with storage.reading() as reading:
            assert reading.credit_account(SCOPE, "c-9", "KWD") == empty
            assert reading.credit_accounts(SCOPE, "c-9") == ()
            assert reading.credit_entries(SCOPE, "c-9", "KWD") == ()

    def test_entries_come_back_as_they_were_written(self, storage: Storage) -> None:
        """Every field of every entry, in sequence, and of the account is returned unaltered, after a restart too."""
        account, written = _account(storage), []
        moves: tuple[tuple[CreditEntryKind, datetime], ...] = (("granted", EARLY), ("held", LATE), ("spent", NOON))
        for sequence, (kind, at) in enumerate(moves, start=1):
            on = id_of(2) if kind == "spent" else None
            before, entry, after = _granted(account, id_of(sequence), Money.of_minor(2**61 + 1, "EUR"))
            entry = evolve(entry, kind=kind, at=at, on=on, actor=TEXT, cause=TEXT)
            account = evolve(after, held=Money.of_minor(sequence, "EUR"))
            assert _write(storage, (before, entry, account))
            written.append(entry)
        again = self.reopened(storage)
        assert _account(again) == account
        assert _entries(again) == tuple(written)

    def test_accounts_are_kept_apart(self, storage: Storage) -> None:
        """Every currency, customer and scope has an account of its own; a customer's are listed by currency."""
        for number, (scope, customer, currency) in enumerate(
            ((SCOPE, "c-1", "USD"), (SCOPE, "c-1", "EUR"), (SCOPE, "c-2", "EUR"), ("other", "c-1", "EUR")), start=1
        ):
            account = _account(storage, scope=scope, customer=customer, currency=currency)
            assert _write(storage, _granted(account, id_of(number), Money.of_minor(number, currency)))
        with storage.reading() as reading:
            mine = reading.credit_accounts(SCOPE, "c-1")
            assert [each.balance for each in mine] == [Money("0.02", "EUR"), Money("0.01", "USD")]
            assert [each.balance for each in reading.credit_accounts("other", "c-1")] == [Money("0.04", "EUR")]
            assert [each.id for each in reading.credit_entries(SCOPE, "c-2", "EUR")] == [id_of(3)]

    def test_a_lost_update_of_an_account_is_refused(self, storage: Storage) -> None:
        """Of two entries that were decided on the same version, of a new account too, the second is stale (I-19)."""
        for version in range(2):
            seen = _account(storage)
            assert _write(storage, _granted(seen, id_of(10 + version)))
            with pytest.raises(StaleRecord) as refused:
                _write(storage, _granted(seen, id_of(20 + version)))
            assert (refused.value.root, refused.value.expected) == (id_of(20 + version), version)
            assert _account(storage).balance == TEN * (version + 1)
        assert [each.id for each in _entries(storage)] == [id_of(10), id_of(11)]

    def test_an_entry_on_an_account_that_never_was_is_refused(self, storage: Storage) -> None:
        """An entry that was decided on a version which no account has is stale, and nothing is written."""
        imagined = evolve(_account(storage), version=3)
        with pytest.raises(StaleRecord):
            _write(storage, _granted(imagined, id_of(1)))
        assert (_account(storage).version, _entries(storage)) == (0, ())

    def test_the_same_entry_twice_adds_nothing(self, storage: Storage) -> None:
        """An entry whose id is there already is told so, whatever version it was decided on, and changes nothing."""
        first = _granted(_account(storage), id_of(1))
        assert _write(storage, first)
        assert not _write(storage, first)
        assert not _write(storage, _granted(_account(storage), id_of(1)))
        with storage.begin() as work:
            assert not work.write_credit(*first)
            assert work.write_credit(*_granted(_account_in(work), id_of(2)))
            assert not work.write_credit(*_granted(_account_in(work), id_of(2)))
        assert _account(storage).balance == TEN * 2
        assert [each.id for each in _entries(storage)] == [id_of(1), id_of(2)]

    def test_an_entrys_id_is_unique_in_its_scope(self, storage: Storage) -> None:
        """The id of an entry of another customer's account is taken; in another scope it is free (row S1-09)."""
        assert _write(storage, _granted(_account(storage), id_of(1)))
        assert not _write(storage, _granted(_account(storage, customer="c-2"), id_of(1)))
        assert _write(storage, _granted(_account(storage, scope="other"), id_of(1)))
        assert _account(storage, customer="c-2").version == 0

    def test_an_entry_that_was_given_up_was_never_made(self, storage: Storage) -> None:
        """After a rollback there is no entry, and the account is as before; the id is free."""
        with rolled_back(), storage.begin() as work:
            assert work.write_credit(*_granted(_account_in(work), id_of(1)))
            assert _account_in(work).balance == TEN
            raise GivenUp
        assert (_account(storage).version, _entries(storage)) == (0, ())
        assert _write(storage, _granted(_account(storage), id_of(1)))

    def test_entries_of_one_unit_of_work_follow_on_one_another(self, storage: Storage) -> None:
        """A unit of work sees the account as its own entries left it."""
        with storage.begin() as work:
            for number in range(1, 4):
                assert work.write_credit(*_granted(_account_in(work), id_of(number)))
        assert (_account(storage).version, _account(storage).balance) == (3, TEN * 3)

    def test_half_of_a_refused_entry_is_never_committed(self, storage: Storage) -> None:
        """A caller that swallows the refusal commits none of that entry."""
        seen = _account(storage)
        _write(storage, _granted(seen, id_of(1)))
        refusals = _refusals_of(storage, _granted(seen, id_of(2)))
        assert refusals
        assert (_account(storage).balance, len(_entries(storage))) == (TEN, 1)

    def test_entries_at_the_same_moment_add_up(self, storage: Storage) -> None:
        """Threads that enter again and again, each on what it has just read, lose nothing and double nothing."""
        outcomes = together(*(partial(_enter_many, storage, caller) for caller in range(CALLERS)))
        assert outcomes == [ENTRIES_EACH] * CALLERS
        account, entries = _account(storage), _entries(storage)
        assert [each.sequence for each in entries] == list(range(1, CALLERS * ENTRIES_EACH + 1))
        assert (account.version, account.balance) == (len(entries), TEN * len(entries))

    def test_one_entry_at_the_same_moment_counts_once(self, storage: Storage) -> None:
        """Callers that add the entry of one id at once, and try again where they are stale, add it once (I-20)."""
        calls = [insisting(partial(_enter, storage, id_of(1))) for _ in range(CALLERS)]
        outcomes = together(*calls)
        assert sorted(map(str, outcomes)) == ["False"] * (CALLERS - 1) + ["True"]
        assert (_account(storage).balance, len(_entries(storage))) == (TEN, 1)

    def test_overlapping_entries_do_not_both_count(self, storage: Storage) -> None:
        """Of two units of work that have both read the account before either writes, one commits (I-19, I-20).

        That holds for two entries, and for one that comes twice.
        """
        if not self.overlaps:
            pytest.skip("the store lets one unit of work wait for the other")
        for times, ids in enumerate(((1, 2), (3, 3)), start=1):
            read = Barrier(2, timeout=PATIENCE_SECONDS)
            outcomes = together(*(partial(_enter_after, storage, read, id_of(number)) for number in ids))
            assert outcomes.count(True) == 1
            assert all(each is False or isinstance(each, StaleRecord | Busy) for each in outcomes if each is not True)
            assert (_account(storage).balance, len(_entries(storage))) == (TEN * times, times)


def _granted(account: CreditAccount, id: UUID, amount: Money = TEN) -> Added:
    """The account, an entry that grants so much, and what the account comes to with it."""
    sequence = account.version + 1
    entry = CreditEntry(
        id=id,
        kind="granted",
        amount=amount,
        on=None,
        at=NOON + timedelta(seconds=sequence),
        actor="user:u-1",
        cause="goodwill",
        sequence=sequence,
    )
    return account, entry, evolve(account, version=sequence, balance=account.balance + amount)


def _account(storage: Storage, *, scope: str = SCOPE, customer: str = "c-1", currency: str = "EUR") -> CreditAccount:
    with storage.reading() as reading:
        return reading.credit_account(scope, customer, currency)


def _account_in(work: Reading) -> CreditAccount:
    return work.credit_account(SCOPE, "c-1", "EUR")


def _entries(storage: Storage) -> tuple[CreditEntry, ...]:
    with storage.reading() as reading:
        return reading.credit_entries(SCOPE, "c-1", "EUR")


def _write(storage: Storage, added: Added) -> bool:
    with storage.begin() as work:
        return work.write_credit(*added)


def _enter(storage: Storage, id: UUID) -> bool:
    return _write(storage, _granted(_account(storage), id))


def _enter_many(storage: Storage, caller: int) -> int:
    ids = [id_of(caller * ENTRIES_EACH + number + 1) for number in range(ENTRIES_EACH)]
    return sum(insist(partial(_enter, storage, id)) for id in ids)


def _enter_after(storage: Storage, read: Barrier, id: UUID) -> bool:
    with storage.begin() as work:
        account = _account_in(work)
        read.wait()
        return work.write_credit(*_granted(account, id))


def _refusals_of(storage: Storage, added: Added) -> list[StorageError]:
    """What a caller hears that goes on after a refused entry as if nothing were."""
    refusals: list[StorageError] = []
    try:
        with storage.begin() as work:
            try:
                work.write_credit(*added)
            except StaleRecord as refusal:
                refusals.append(refusal)
    except StorageError as refusal:
        refusals.append(refusal)
    return refusals
