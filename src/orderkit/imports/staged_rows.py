"""The private table behind staging: its schema, its statements, and how a line or an outcome becomes a row and back.

Only SQL text and pure conversions live here; `staging` runs them.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias

from orderkit.errors import Refusal
from orderkit.imports.outcomes import LineOutcome
from orderkit.imports.stated import CancellationLine, SaleLine, StatedLine
from orderkit.keys import EPOCH, to_micros
from orderkit.money import Price

Row: TypeAlias = tuple[Any, ...]
"""What SQLite takes and gives: text, int or None, which column holds which being known here only."""

# A temporary database is dropped with its connection, so a journal would protect nothing; what does not fit into the
# cache goes to a file that has no name. Hence flat memory.
SETTINGS: Final = (
    "PRAGMA temp_store = FILE",
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA cache_size = -8192",
)

TABLES: Final = (
    "CREATE TABLE lines (line INTEGER PRIMARY KEY, kind TEXT, order_id TEXT, customer TEXT, name TEXT, offer TEXT,"
    " title TEXT, quantity INTEGER, coefficient INTEGER, digits INTEGER, currency TEXT, placed_at INTEGER, extra TEXT)",
    "CREATE TABLE orders (first_line INTEGER PRIMARY KEY, order_id TEXT UNIQUE, customer TEXT, name TEXT,"
    " currency TEXT, placed_at INTEGER, lines INTEGER)",
    "CREATE TABLE outcomes (line INTEGER PRIMARY KEY, order_id TEXT, action TEXT, quantity_done INTEGER,"
    " quantity_refused TEXT, amount_done TEXT, amount_refused TEXT, rounding TEXT, currency TEXT, code TEXT,"
    " params TEXT, note TEXT)",
    "CREATE TABLE taken (sale TEXT PRIMARY KEY, quantity INTEGER) WITHOUT ROWID",
)

BEFORE_READING: Final = (
    "CREATE INDEX IF NOT EXISTS lines_of_order ON lines (order_id, kind, line)",
    "CREATE INDEX IF NOT EXISTS orders_of_customer ON orders (customer)",
)

ADD_LINE: Final = "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

# One more line of an order that agrees with what it said before; what it did not say yet (its customer), a line may.
JOIN_ORDER: Final = (
    "UPDATE orders SET lines = lines + 1, customer = coalesce(customer, :customer), name = coalesce(name, :name)"
    " WHERE order_id = :order AND currency = :currency AND lines < :most"
    " AND (customer = :customer OR customer IS NULL OR :customer IS NULL)"
)

BEGIN_ORDER: Final = (
    "INSERT INTO orders VALUES (:line, :order, :customer, :name, :currency, :placed_at, 1)"
    " ON CONFLICT (order_id) DO NOTHING"
)

SAID_BEFORE: Final = "SELECT customer, currency FROM orders WHERE order_id = ?"

ADD_OUTCOME: Final = "INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (line) DO NOTHING"

ORDERS: Final = "SELECT order_id, customer, name, currency, placed_at FROM orders ORDER BY first_line"

SALES_OF_ORDER: Final = (
    "SELECT l.line, l.kind, l.order_id, coalesce(l.customer, o.customer), coalesce(l.name, o.name), l.offer, l.title,"
    " l.quantity, l.coefficient, l.digits, l.currency, l.placed_at, l.extra"
    " FROM lines l JOIN orders o USING (order_id) WHERE l.order_id = ? AND l.kind = 'sale' ORDER BY l.line"
)

CANCELLATIONS: Final = (
    "SELECT *, row_number() OVER (PARTITION BY order_id, offer, coefficient, digits, quantity ORDER BY line)"
    " FROM lines WHERE kind = 'cancellation' ORDER BY placed_at, line"
)

# What a cancellation may reverse in this very file, the oldest order first and within it the last line first, which is
# how `match` wants it; refused lines were not sold.
SALES_LIKE: Final = (
    "SELECT 'line:' || l.line, o.placed_at, l.quantity - coalesce(t.quantity, 0)"
    " FROM orders o JOIN lines l USING (order_id) LEFT JOIN taken t ON t.sale = 'line:' || l.line"
    " WHERE o.customer = ? AND l.kind = 'sale' AND l.offer = ? AND l.coefficient = ? AND l.digits = ?"
    " AND l.currency = ? AND o.placed_at <= ?"
    " AND NOT EXISTS (SELECT 1 FROM outcomes n WHERE n.line = l.line AND n.action = 'none')"
    " ORDER BY o.placed_at, o.first_line, l.line DESC"
)

TAKE: Final = "INSERT INTO taken VALUES (?, ?) ON CONFLICT (sale) DO UPDATE SET quantity = quantity + excluded.quantity"

TAKEN: Final = "SELECT quantity FROM taken WHERE sale = ?"

UNACCOUNTED: Final = (
    "SELECT * FROM lines WHERE NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.line = lines.line) ORDER BY line"
)

OUTCOMES: Final = "SELECT * FROM outcomes ORDER BY line"


def line_row(line: StatedLine) -> Row:
    """The line as a row of `lines`."""
    return (
        line.line,
        "sale" if isinstance(line, SaleLine) else "cancellation",
        line.order,
        line.customer,
        line.name,
        line.offer,
        line.title,
        line.quantity,
        line.unit_price.coefficient,
        line.unit_price.digits,
        line.currency,
        to_micros(line.placed_at),
        json.dumps(dict(line.extra)) if line.extra else None,
    )


def order_row(line: SaleLine, *, most: int) -> dict[str, str | int | None]:
    """What the line says of its order, by the names that `JOIN_ORDER` and `BEGIN_ORDER` use."""
    return {
        "line": line.line,
        "order": line.order,
        "customer": line.customer,
        "name": line.name,
        "currency": line.currency,
        "placed_at": to_micros(line.placed_at),
        "most": most,
    }


def stated_line(row: Row) -> StatedLine:
    """The line that became the row."""
    number, word, order, customer, name, offer, title, quantity, coefficient, digits, currency, placed_at, extra = row[
        :13
    ]
    kind = partial(CancellationLine, repeat=row[13] if len(row) > 13 else 1) if word == "cancellation" else SaleLine
    return kind(
        line=number,
        order=order,
        customer=customer,
        name=name,
        offer=offer,
        title=title,
        quantity=quantity,
        unit_price=Price.of_coefficient(coefficient, digits, currency),
        placed_at=as_instant(placed_at),
        extra=json.loads(extra) if extra else {},
    )


def outcome_row(outcome: LineOutcome) -> Row:
    """The outcome as a row of `outcomes`; a refused quantity may be beyond what an INTEGER holds."""
    reason = outcome.reason
    return (
        outcome.line,
        outcome.order,
        outcome.action,
        outcome.quantity_done,
        str(outcome.quantity_refused),
        str(outcome.amount_done),
        None if outcome.amount_refused is None else str(outcome.amount_refused),
        str(outcome.rounding),
        outcome.currency,
        None if reason is None else reason.code,
        None if reason is None else json.dumps(dict(reason.params)),
        outcome.note,
    )


def line_outcome(row: Row) -> LineOutcome:
    """The outcome that became the row."""
    line, order, action, done, rest, amount_done, amount_refused, rounding, currency, code, params, note = row
    return LineOutcome(
        line=line,
        order=order,
        action=action,
        quantity_done=done,
        quantity_refused=int(rest),
        amount_done=Decimal(amount_done),
        amount_refused=None if amount_refused is None else Decimal(amount_refused),
        rounding=Decimal(rounding),
        currency=currency,
        reason=None if code is None else Refusal(code, json.loads(params)),
        note=note,
    )


def as_instant(micros: int) -> datetime:
    """The instant so many microseconds after 1970, UTC."""
    return EPOCH + timedelta(microseconds=micros)
