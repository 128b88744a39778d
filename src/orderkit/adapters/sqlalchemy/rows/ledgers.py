"""Rows of credit accounts and their entries, and of the journal's postings."""

from __future__ import annotations

from collections.abc import Sequence

from orderkit.adapters.sqlalchemy.rows.wire import Row, Wire, minor
from orderkit.codec import from_micros
from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.errors import StorageError
from orderkit.journal import JournalEntry, Posting
from orderkit.keys import to_micros
from orderkit.money import Money


def account_row(account: CreditAccount) -> Row:
    return (
        account.scope,
        account.customer_id,
        account.currency,
        account.version,
        minor(account.balance, account.currency),
        minor(account.held, account.currency),
    )


def account_of(row: Row) -> CreditAccount:
    scope, customer_id, currency, version, balance, held = row
    return CreditAccount(
        scope=scope,
        customer_id=customer_id,
        currency=currency,
        version=version,
        balance=Money.of_minor(balance, currency),
        held=Money.of_minor(held, currency),
    )


def credit_entry_row(wire: Wire, account: CreditAccount, entry: CreditEntry) -> Row:
    return (
        account.scope,
        account.customer_id,
        account.currency,
        entry.sequence,
        wire.id(entry.id),
        entry.kind,
        minor(entry.amount, account.currency),
        wire.id_or_none(entry.on),
        to_micros(entry.at),
        entry.actor,
        entry.cause,
    )


def credit_entry_of(wire: Wire, row: Row) -> CreditEntry:
    _, _, currency, sequence, id, kind, amount, on, at, actor, cause = row
    return CreditEntry(
        id=wire.uuid(id),
        kind=kind,
        amount=Money.of_minor(amount, currency),
        on=wire.uuid_or_none(on),
        at=from_micros(at),
        actor=actor,
        cause=cause,
        sequence=sequence,
    )


def posting_rows(wire: Wire, scope: str, entry: JournalEntry) -> list[Row]:
    """An entry, posting by posting.

    Raises:
        StorageError: it has none, so nothing of it would be stored.
    """
    if not entry.postings:
        raise StorageError(f"postings: the journal entry {entry.movement!r} has none, so it moves nothing")
    order_id, at = wire.id(entry.order_id), to_micros(entry.at)
    return [
        (
            scope,
            order_id,
            entry.sequence,
            entry.position,
            line,
            at,
            entry.movement,
            each.account,
            each.amount.minor,
            each.amount.currency,
        )
        for line, each in enumerate(entry.postings)
    ]


def journal_entry_of(wire: Wire, rows: Sequence[Row]) -> JournalEntry:
    """The entry that these rows are the postings of, in order of line."""
    _, order_id, sequence, position, _, at, movement, *_ = rows[0]
    return JournalEntry(
        order_id=wire.uuid(order_id),
        sequence=sequence,
        position=position,
        at=from_micros(at),
        movement=movement,
        postings=tuple(Posting(row[7], Money.of_minor(row[8], row[9])) for row in rows),
    )
