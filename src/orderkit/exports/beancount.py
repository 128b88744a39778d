"""The journal as a ledger of beancount, whose `bean-check` judges it: transactions, and accounts opened at first use.

Only that form lives here. The same entries give the same text; it names customers and goods nowhere, only ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timezone
from typing import Final

from orderkit.journal import JournalEntry, Posting

OPENED_ON: Final = "1970-01-01"


def to_beancount(entries: Iterable[JournalEntry], *, title: str) -> Iterator[str]:
    """A ledger of these entries, one text per directive, in the syntax of beancount 3.

    An account is opened behind the first transaction that uses it: beancount sorts by date, and so the entries are
    read once and only the names of the accounts are kept. Amounts have all digits of their currency.

    Each transaction links to its order, ``^`` and the order's id, and has as metadata the `movement`, its place in the
    journal (`entry`, the order's version and the place within) and the instant (`at`, UTC, ISO 8601).
    """
    yield f"option {_quoted('title')} {_quoted(title)}\n"
    opened: set[str] = set()
    for entry in entries:
        yield _transaction(entry)
        for account in dict.fromkeys(each.account for each in entry.postings):
            if account not in opened:
                opened.add(account)
                yield f"\n{OPENED_ON} open {account}\n"


def _transaction(entry: JournalEntry) -> str:
    at = entry.at.astimezone(timezone.utc)
    name = entry.movement.partition(":")[0].replace("_", " ")
    lines = (
        f"{at:%Y-%m-%d} * {_quoted(name)} ^{entry.order_id}",
        f"  movement: {_quoted(entry.movement)}",
        f"  entry: {_quoted(f'{entry.sequence}.{entry.position}')}",
        f"  at: {_quoted(at.isoformat())}",
        *map(_posting, entry.postings),
    )
    return "\n" + "\n".join(lines) + "\n"


def _posting(posting: Posting) -> str:
    return f"  {posting.account}  {posting.amount.amount:f} {posting.amount.currency}"


def _quoted(text: str) -> str:
    """A string of beancount: backslash and quote escaped, and on one line."""
    plain = "".join(each if each.isprintable() else " " for each in text)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
