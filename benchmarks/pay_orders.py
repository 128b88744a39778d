"""Authorizing and capturing orders on SQLite, beside the same commits as bare SQL, and beside half of them.

Ours writes each intent down before it asks the gateway, and each answer after: four commits per order. The bare side
that the others are set against writes the same rows in the same four commits; the other one writes them in two, as a
shop would that keeps no intents. The gateway answers at once, so that what is measured is the desk and the database.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from benchmarks import _bare_sqlite as bare
from benchmarks._rounds import Benchmark, Side, Work
from orderkit import Actor, Customer, Money, NewLine, Orderkit, Shop
from orderkit.adapters.scripted import ScriptedGateway
from orderkit.adapters.sqlalchemy import SqlStorage

ORDERS: Final = 200
OURS, SAME, HALF = "orderkit", "bare SQL, the same four commits", "bare SQL, two commits without intents"
_TOLD: Final = {"orderkit_history": "sequence", "orderkit_outbox": "sequence", "orderkit_journal": "sequence"}


def benchmark(folder: Path) -> Benchmark:
    """So many orders of three lines, placed beforehand."""
    placed, ours = folder / "placed.db", folder / "ours.db"
    storage = bare.migrated(placed)
    ids = _place(_shop(storage))
    storage.close()
    shutil.copy(placed, ours)
    storage = SqlStorage(f"sqlite:///{ours}")
    _pay(_shop(storage), ids)
    storage.close()
    changes = _changes(ours, ids)
    half = [[*first, *second] for first, second in zip(changes[::2], changes[1::2], strict=True)]
    return Benchmark(
        title=f"Authorize and capture {ORDERS} placed orders on SQLite (WAL, synchronous=FULL)",
        unit="order",
        units=ORDERS,
        sides=(
            Side(SAME, partial(_ready_bare, placed, changes)),
            Side(HALF, partial(_ready_bare, placed, half)),
            Side(OURS, partial(_ready_ours, placed, ids)),
        ),
        counts={
            "commits": {SAME: 4.0, HALF: 2.0, OURS: 4.0},
            "rows written": {
                side: sum(len(rows) for batches in changes for _, rows in batches) / ORDERS for side in _ALL
            },
        },
        notes=("rows written: inserted or updated, history, outbox and journal included",),
    )


_ALL = (SAME, HALF, OURS)


def _shop(storage: SqlStorage) -> Shop:
    return Orderkit(storage=storage, gateways={"card": ScriptedGateway()}).scope("main", actor=Actor.system("bench"))


def _place(shop: Shop) -> list[UUID]:
    lines = [
        NewLine(offer, f"A {offer}", unit_price=Money("9.99", "EUR"), quantity=2) for offer in ("MUG", "TEA", "POT")
    ]
    return [shop.orders.place(customer=Customer(f"c-{number}"), lines=lines).id for number in range(ORDERS)]


def _pay(shop: Shop, ids: list[UUID]) -> None:
    for id in ids:
        payment = shop.pay(id, via="card", capture=False)
        shop.payments.capture(payment.id)


def _changes(path: Path, ids: list[UUID]) -> list[list[bare.Batch]]:
    """For each order its four commits: what each inserts, and what it brings up to date, with the rows of the end."""
    made: list[list[bare.Batch]] = []
    with closing(sqlite3.connect(path)) as connection:
        columns = {name: _columns(connection, name) for name in (*_TOLD, *_KEYS)}
        for id in ids:
            rows = {name: _rows_of(connection, name, columns[name], id) for name in columns}
            for number in range(4):
                made.append(_change(columns, rows, number))
    return made


_KEYS: Final = ("orderkit_orders", "orderkit_payment_requests", "orderkit_payments", "orderkit_operations")


def _change(columns: dict[str, list[str]], rows: dict[str, list[bare.Row]], number: int) -> list[bare.Batch]:
    """Commits 0 and 2 write an intent, 1 and 3 its answer; every one moves the order and its request."""
    batches = [
        _update(name, columns[name], rows[name][:1]) for name in ("orderkit_orders", "orderkit_payment_requests")
    ]
    payment, operations = rows["orderkit_payments"], rows["orderkit_operations"]
    operation = [operations[number // 2]]
    for name, of_table, is_new in (
        ("orderkit_payments", payment, number == 0),
        ("orderkit_operations", operation, number % 2 == 0),
    ):
        batches.append(_insert(name, of_table) if is_new else _update(name, columns[name], of_table))
    for name, column in _TOLD.items():
        place = columns[name].index(column)
        told = [row for row in rows[name] if row[place] == number + 2]
        if told:
            batches.append(_insert(name, told))
    return batches


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]


def _rows_of(connection: sqlite3.Connection, table: str, columns: list[str], id: UUID) -> list[bare.Row]:
    owner = "id" if table == "orderkit_orders" else "order_id"
    found = connection.execute(f"SELECT * FROM {table} WHERE {owner} = ?", (id.bytes,)).fetchall()  # noqa: S608  # our names
    by = columns.index("id") if "id" in columns else 0
    return sorted(found, key=lambda row: repr(row[by]))


def _insert(table: str, rows: list[bare.Row]) -> bare.Batch:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows  # noqa: S608  # our names


def _update(table: str, columns: list[str], rows: list[bare.Row]) -> bare.Batch:
    """Every column of a row, found by scope and id, as our store writes it."""
    scope, id = columns.index("scope"), columns.index("id")
    values = ", ".join(f"{name} = ?" for name in columns)
    given: list[tuple[Any, ...]] = [(*row, row[scope], row[id]) for row in rows]
    return f"UPDATE {table} SET {values} WHERE scope = ? AND id = ?", given  # noqa: S608  # our names


@contextmanager
def _ready_ours(placed: Path, ids: list[UUID], folder: Path) -> Iterator[Work]:
    shutil.copy(placed, folder / "shop.db")
    storage = SqlStorage(f"sqlite:///{folder / 'shop.db'}")
    shop = _shop(storage)
    shop.orders.list(limit=1)  # connected, and known to be of the present revision
    try:
        yield partial(_pay, shop, ids)
    finally:
        storage.close()


@contextmanager
def _ready_bare(placed: Path, transactions: list[list[bare.Batch]], folder: Path) -> Iterator[Work]:
    shutil.copy(placed, folder / "shop.db")
    with bare.connected(folder / "shop.db") as connection:
        yield partial(bare.write, connection, transactions)
