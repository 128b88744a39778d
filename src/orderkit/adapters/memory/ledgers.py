"""What the memory store holds of money beside orders: customers' credit accounts, and the journal.

Both only grow. Nothing here knows of threads: whoever calls holds the lock.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from uuid import UUID

from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.errors import StaleRecord, StorageError
from orderkit.journal import JournalEntry
from orderkit.money import Money

Account = tuple[str, str, str]
"""Scope, customer and currency."""


class Ledgers:
    """The part of the contents that is kept in accounts."""

    accounts: MutableMapping[Account, CreditAccount]
    entries: MutableMapping[Account, tuple[CreditEntry, ...]]
    entry_ids: MutableMapping[tuple[str, UUID], bool]
    postings: MutableMapping[tuple[str, UUID, int, int], JournalEntry]

    def credit_account(self, scope: str, customer_id: str, currency: str) -> CreditAccount:
        """The account, an empty one where nothing was ever entered."""
        nothing = Money.of_minor(0, currency)
        empty = CreditAccount(
            scope=scope, customer_id=customer_id, currency=currency, version=0, balance=nothing, held=nothing
        )
        return self.accounts.get((scope, customer_id, currency), empty)

    def write_credit(self, before: CreditAccount, entry: CreditEntry, after: CreditAccount) -> bool:
        """Add an entry, unless its id is known, to the account at the version that was decided on."""
        if (before.scope, entry.id) in self.entry_ids:
            return False
        account = (before.scope, before.customer_id, before.currency)
        stored = self.credit_account(*account).version
        if stored != before.version:
            raise StaleRecord(entry.id, before.version, stored)
        self.accounts[account] = after
        self.entries[account] = (*self.entries.get(account, ()), entry)
        self.entry_ids[before.scope, entry.id] = True
        return True

    def check_journal(self, scope: str, entries: Sequence[JournalEntry]) -> None:
        """The journal is append-only: no entry takes the place of another, and none says nothing."""
        for entry in entries:
            if not entry.postings:
                raise StorageError(f"postings: the journal entry {entry.movement!r} has none, so it moves nothing")
            if _place_of(scope, entry) in self.postings:
                raise StaleRecord(entry.order_id, entry.sequence, None)

    def post(self, scope: str, entries: Sequence[JournalEntry]) -> None:
        """Add entries to the journal."""
        self.postings.update((_place_of(scope, entry), entry) for entry in entries)


def _place_of(scope: str, entry: JournalEntry) -> tuple[str, UUID, int, int]:
    return scope, entry.order_id, entry.sequence, entry.position
