"""Money beside orders: credit accounts, compared and set by their version, and the journal, which is only added to."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, bindparam, select, tuple_

from orderkit.adapters.sqlalchemy import tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver, Write
from orderkit.adapters.sqlalchemy.rows import ledgers as rows
from orderkit.adapters.sqlalchemy.statements import Statement, compiled, inserting, to_update, updating
from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.errors import StaleRecord, StorageError
from orderkit.journal import JournalEntry
from orderkit.money import Money

_ACCOUNTS = tables.credit_accounts.c
_ENTRIES = tables.credit_entries.c
_JOURNAL = tables.journal.c
_START = (UUID(int=0), -1, -1)


@cache
def _the_account(database: Database) -> Statement:
    mine = (column == bindparam(column.name) for column in tables.credit_accounts.primary_key.columns)
    return compiled(database, select(tables.credit_accounts).where(*mine))


def account(database: Database, driver: Driver, *, scope: str, customer_id: str, currency: str) -> CreditAccount:
    """The account, or an empty one."""
    found = driver.ask(_the_account(database).asked(scope=scope, customer_id=customer_id, currency=currency))
    nothing = Money.of_minor(0, currency)
    empty = CreditAccount(
        scope=scope, customer_id=customer_id, currency=currency, version=0, balance=nothing, held=nothing
    )
    return rows.account_of(found[0]) if found else empty


@cache
def _accounts(database: Database) -> Statement:
    mine = (_ACCOUNTS.scope == bindparam("scope"), _ACCOUNTS.customer_id == bindparam("customer_id"))
    return compiled(database, select(tables.credit_accounts).where(*mine))


def accounts(database: Database, driver: Driver, *, scope: str, customer_id: str) -> tuple[CreditAccount, ...]:
    """The customer's accounts, by currency."""
    found = driver.ask(_accounts(database).asked(scope=scope, customer_id=customer_id))
    # Sorted here: databases sort text by their own rules.
    return tuple(sorted((rows.account_of(row) for row in found), key=lambda each: each.currency))


@cache
def _entries(database: Database) -> Statement:
    key: tuple[Column[str], ...] = (_ENTRIES.scope, _ENTRIES.customer_id, _ENTRIES.currency)
    mine = (column == bindparam(column.name) for column in key)
    return compiled(database, select(tables.credit_entries).where(*mine).order_by(_ENTRIES.sequence))


def entries(
    database: Database, driver: Driver, *, scope: str, customer_id: str, currency: str
) -> tuple[CreditEntry, ...]:
    """All entries of an account, in sequence."""
    found = driver.ask(_entries(database).asked(scope=scope, customer_id=customer_id, currency=currency))
    return tuple(rows.credit_entry_of(database.wire, row) for row in found)


@cache
def _the_entry(database: Database) -> Statement:
    mine = (_ENTRIES.scope == bindparam("scope"), _ENTRIES.id == bindparam("id"))
    return compiled(database, select(_ENTRIES.sequence).where(*mine))


def enter(
    database: Database, driver: Driver, *, before: CreditAccount, entry: CreditEntry, after: CreditAccount
) -> bool:
    """Add an entry and set the account, both or neither; False where the entry is there.

    Raises:
        StaleRecord: the account has moved on, or the entry came in at the same moment; nothing may be committed.
    """
    if driver.ask(_the_entry(database).asked(scope=before.scope, id=database.wire.id(entry.id))):
        return False
    writes = [_account_set(database, before, after), _entry_added(database, after, entry)]
    counts = driver.write_all(writes)
    if any(write.falls_short(count) for write, count in zip(writes, counts, strict=False)):
        raise StaleRecord(entry.id, before.version, _found(database, driver, before))
    return True


def _found(database: Database, driver: Driver, seen: CreditAccount) -> int | None:
    try:
        return account(database, driver, scope=seen.scope, customer_id=seen.customer_id, currency=seen.currency).version
    except StorageError:  # nothing can be asked any more
        return None


def _account_set(database: Database, before: CreditAccount, after: CreditAccount) -> Write:
    table, row = tables.credit_accounts, rows.account_row(after)
    if before.version == 0:
        return Write(inserting(database, table), [row])
    return Write(updating(database, table, "version"), [to_update(table, row, before.version)])


def _entry_added(database: Database, account: CreditAccount, entry: CreditEntry) -> Write:
    row = rows.credit_entry_row(database.wire, account, entry)
    return Write(inserting(database, tables.credit_entries), [row])


@cache
def _journal(database: Database) -> Statement:
    """Whole entries: the limit counts first postings, not rows."""
    first = tables.journal.alias("first")
    cursor = tuple_(
        bindparam("order_id", type_=_JOURNAL.order_id.type),
        bindparam("sequence", type_=BigInteger()),
        bindparam("position", type_=BigInteger()),
    )
    place = (first.c.order_id, first.c.sequence, first.c.position)
    picked = (
        select(*place)
        .where(first.c.scope == bindparam("scope"), tuple_(*place) > cursor, first.c.line == 0)
        .order_by(*place)
        .limit(bindparam("limit", type_=Integer()))
        .subquery("picked")
    )
    same = (picked.c.order_id == _JOURNAL.order_id) & (picked.c.sequence == _JOURNAL.sequence)
    asked = (
        select(tables.journal)
        .join(picked, same & (picked.c.position == _JOURNAL.position))
        .where(_JOURNAL.scope == bindparam("scope"))
        .order_by(_JOURNAL.order_id, _JOURNAL.sequence, _JOURNAL.position, _JOURNAL.line)
    )
    return compiled(database, asked)


def journal(
    database: Database, driver: Driver, *, scope: str, after: tuple[UUID, int, int] | None, limit: int
) -> tuple[JournalEntry, ...]:
    """So many entries behind the cursor, each with all its postings."""
    order_id, sequence, position = after or _START
    asked = _journal(database).asked(
        scope=scope, order_id=database.wire.id(order_id), sequence=sequence, position=position, limit=limit
    )
    grouped = groupby(driver.ask(asked), key=lambda row: row[1:4])
    return tuple(rows.journal_entry_of(database.wire, tuple(group)) for _, group in grouped)
