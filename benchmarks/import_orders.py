"""Importing a retail file through the real services into SQLite, beside its final rows written as bare SQL.

Our side reads the file, places every order with its lines and items, pays it offline, confirms the payment and refunds
what is cancelled, each an accepted change in a commit of its own with history, messages and key. The bare sides are
given the very rows that this left behind, in memory, and write them: what any system would have to write at least.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, event

from benchmarks import _bare_sqlite as bare
from benchmarks._rounds import Benchmark, Side, Work
from orderkit import Actor, Orderkit, Shop
from orderkit.adapters.offline import OfflineGateway
from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.testing.retail_files import write_long_file

OURS, WHOLE, CHANGES = "orderkit", "bare SQL, a transaction per order", "bare SQL, a transaction per change"


def benchmark(folder: Path) -> Benchmark:
    """The import of the real export where it can be found, else of a made one of four thousand lines."""
    file = _file(folder)
    contents = _left_behind(file, folder / "ours.db")
    writes = {WHOLE: bare.whole_orders(contents), CHANGES: bare.change_by_change(contents)}
    orders = len(contents.orders)
    counts = {side: _counted(writes[side], contents, folder) for side in writes}
    counts[OURS] = _counted_ours(file, folder)
    return Benchmark(
        title=f"Import of {file.name} into SQLite (WAL, synchronous=FULL)",
        unit="order",
        units=orders,
        sides=(
            Side(WHOLE, partial(_ready_bare, writes[WHOLE])),
            Side(CHANGES, partial(_ready_bare, writes[CHANGES])),
            Side(OURS, partial(_ready_ours, file)),
        ),
        counts={
            "rows": dict.fromkeys((WHOLE, CHANGES, OURS), contents.rows / orders),
            **{name: {side: of_side[name] / orders for side, of_side in counts.items()} for name in _NAMES},
        },
        notes=(
            "rows: what is stored in the end, the same on each side and checked to be",
            "statements: executions, each row of an executemany counted; readings: transactions that only read",
            "the bare sides have their rows in memory and read no file",
        ),
    )


_NAMES = ("statements", "commits", "readings")


def _file(folder: Path) -> Path:
    named = os.environ.get("ORDERKIT_RETAIL_CSV")
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "online-retail-10k.csv"
    path = Path(named) if named else beside
    if path.is_file():
        return path
    if named:
        raise SystemExit(f"ORDERKIT_RETAIL_CSV names {path}, and there is no such file: correct or unset it")
    made = folder / "made-4k.csv"
    write_long_file(made, lines=4_000)
    return made


def _shop(storage: SqlStorage) -> Shop:
    desk = Orderkit(storage=storage, gateways={"transfer": OfflineGateway("bank account")})
    return desk.scope("main", actor=Actor.system("import"))


def _import(shop: Shop, file: Path) -> None:
    report = shop.import_file(file, map="uk-retail")
    if not (report.sold and report.is_complete and report.balances):
        raise SystemExit(f"the import did not do its work: {report}")


def _left_behind(file: Path, database: Path) -> bare.Contents:
    storage = bare.migrated(database)
    _import(_shop(storage), file)
    storage.close()
    return bare.contents_of(database)


@contextmanager
def _ready_ours(file: Path, folder: Path) -> Iterator[Work]:
    storage = bare.migrated(folder / "shop.db")
    try:
        yield partial(_import, _shop(storage), file)
    finally:
        storage.close()


@contextmanager
def _ready_bare(transactions: list[list[bare.Batch]], folder: Path) -> Iterator[Work]:
    bare.migrated(folder / "shop.db").close()
    with bare.connected(folder / "shop.db") as connection:
        yield partial(bare.write, connection, transactions)


def _counted(transactions: list[list[bare.Batch]], contents: bare.Contents, folder: Path) -> Counter[str]:
    """What a bare side executes; on the way, that it leaves the same rows as ours."""
    path, counted = folder / f"bare-{len(transactions)}.db", Counter[str]()
    bare.migrated(path).close()
    with bare.connected(path) as connection:
        connection.set_trace_callback(partial(_count, counted))
        bare.write(connection, transactions)
    if bare.contents_of(path) != contents:
        raise SystemExit("the bare side does not leave the rows that orderkit does")
    return counted


def _counted_ours(file: Path, folder: Path) -> Counter[str]:
    counted = Counter[str]()

    def trace(connection: sqlite3.Connection, record: object) -> None:
        connection.set_trace_callback(partial(_count, counted))

    event.listen(Engine, "connect", trace)
    try:
        with _ready_ours(file, folder) as work:
            counted.clear()
            work()
    finally:
        event.remove(Engine, "connect", trace)
    return counted


def _count(counted: Counter[str], statement: str) -> None:
    word = statement.split(maxsplit=1)[0].upper()
    if word == "BEGIN":
        counted["commits" if "IMMEDIATE" in statement.upper() else "readings"] += 1
    elif word not in ("COMMIT", "ROLLBACK", "PRAGMA"):
        counted["statements"] += 1
