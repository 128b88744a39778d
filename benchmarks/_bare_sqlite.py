"""The bare side of an SQLite benchmark: the final rows of our tables, written by hand-written parameterised SQL.

Only reading the rows that our side left behind, and writing them again, live here. The schema, its indexes and its
foreign keys are the same, and so are the journal and the syncing: what is compared is the work above the database.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from orderkit.adapters.sqlalchemy import SqlStorage

Row = tuple[Any, ...]
Batch = tuple[str, list[Row]]
"""A statement, and the rows that it is executed with."""

OF_ORDER: Final = (
    "orderkit_orders",
    "orderkit_lines",
    "orderkit_adjustments",
    "orderkit_items",
    "orderkit_payment_requests",
    "orderkit_payments",
    "orderkit_refunds",
    "orderkit_refund_lines",
    "orderkit_operations",
    "orderkit_attention",
    "orderkit_personal",
    "orderkit_fields",
    "orderkit_journal",
    "orderkit_command_keys",
    "orderkit_history",
    "orderkit_outbox",
)
"""The tables whose rows belong to an order; what is referred to comes first."""

BESIDE: Final = ("orderkit_numbers",)
MADE_BY_MIGRATION: Final = ("orderkit_alembic_version", "orderkit_schema")


@frozen
class Contents:
    """What a database holds, by order and table, in the order in which the orders were placed."""

    orders: Mapping[bytes, Mapping[str, list[Row]]]
    beside: Mapping[str, list[Row]]

    @property
    def rows(self) -> int:
        every = (*self.orders.values(), self.beside)
        return sum(len(rows) for tables in every for rows in tables.values())


def migrated(path: Path) -> SqlStorage:
    """A store on a fresh database file with our schema, durable as by default."""
    storage = SqlStorage(f"sqlite:///{path}")
    storage.migrate()
    return storage


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """The bare driver, set as our store sets it: write-ahead log, synced at each commit, foreign keys checked."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {setting}")
        yield connection


def contents_of(path: Path) -> Contents:
    """Everything a database holds; a table that this module does not know is an error, not an omission."""
    with closing(sqlite3.connect(path)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        strange = [n for n in names - {*OF_ORDER, *BESIDE, *MADE_BY_MIGRATION} if _rows(connection, n)]
        if strange:
            raise SystemExit(f"the benchmark does not know the tables {', '.join(strange)}: name them in _bare_sqlite")
        orders: dict[bytes, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for table in OF_ORDER:
            owner = _owner_in(connection, table)
            for row in sorted(_rows(connection, table), key=repr):
                orders[owner(row)][table].append(row)
        placed = sorted(orders)  # ids rise with time
        return Contents({id: orders[id] for id in placed}, {table: _rows(connection, table) for table in BESIDE})


def _rows(connection: sqlite3.Connection, table: str) -> list[Row]:
    return connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  # one of our own names


def _owner_in(connection: sqlite3.Connection, table: str) -> Callable[[Row], bytes]:
    names = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    if table == "orderkit_command_keys":
        made = names.index("made")
        return lambda row: bytes.fromhex(json.loads(row[made])["order"])
    column = names.index("id" if table == "orderkit_orders" else "order_id")
    return lambda row: bytes(row[column])


def whole_orders(contents: Contents) -> list[list[Batch]]:
    """One transaction per order, with all its rows as they are in the end; the numbers last."""
    transactions = [[_insert(table, rows) for table, rows in tables.items()] for tables in contents.orders.values()]
    return [*transactions, [_insert(table, rows) for table, rows in contents.beside.items()]]


def change_by_change(contents: Contents) -> list[list[Batch]]:
    """As many transactions per order as it had accepted changes: first all rows but those that tell of later changes,
    then one by one each later change's history row and messages, with the order's version."""
    transactions: list[list[Batch]] = []
    for id, tables in contents.orders.items():
        told = {table: tables.get(table, []) for table in ("orderkit_history", "orderkit_outbox")}
        others = [_insert(table, rows) for table, rows in tables.items() if table not in told]
        for sequence in sorted({_sequence(row) for row in tables["orderkit_history"]}):
            of_change = {
                table: [row for row in rows if (row[2] if table == "orderkit_history" else row[4]) == sequence]
                for table, rows in told.items()
            }
            news = [_insert(table, rows) for table, rows in of_change.items() if rows]
            version = ("UPDATE orderkit_orders SET version = version WHERE scope = ? AND id = ?", [("main", id)])
            transactions.append([*others, *news] if sequence == 1 else [version, *news])
    return [*transactions, [_insert(table, rows) for table, rows in contents.beside.items()]]


def _sequence(history: Row) -> int:
    return int(history[2])


def _insert(table: str, rows: list[Row]) -> Batch:
    places = ", ".join("?" * len(rows[0]))
    return f"INSERT INTO {table} VALUES ({places})", rows  # noqa: S608  # one of our own names


def write(connection: sqlite3.Connection, transactions: list[list[Batch]]) -> None:
    """Every batch of every transaction; nothing else."""
    for batches in transactions:
        connection.execute("BEGIN IMMEDIATE")
        for statement, rows in batches:
            if len(rows) == 1:
                connection.execute(statement, rows[0])
            else:
                connection.executemany(statement, rows)
        connection.execute("COMMIT")
