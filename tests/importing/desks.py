"""Desks for the tests of imports: a store, one gateway that a person looks after, and an actor to name in history.

Only the wiring lives here; every desk is a fresh `Orderkit`, as a fresh process would make it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from orderkit import Actor, Orderkit, Shop, Storage
from orderkit.adapters.offline import OfflineGateway
from orderkit.adapters.sqlalchemy import SqlStorage

CLERK = Actor.user("clerk")


def shop_over(storage: Storage, *, actor: Actor = CLERK) -> Shop:
    """The desk of the scope ``main`` over a store; numbers it took and did not give out are lost with it."""
    desk = Orderkit(storage=storage, gateways={"transfer": OfflineGateway("bank account")})
    return desk.scope("main", actor=actor)


@contextmanager
def sqlite_shop(path: Path) -> Iterator[Shop]:
    """A desk over an SQLite file, which is made and migrated where it is missing."""
    storage = SqlStorage(f"sqlite:///{path}")
    try:
        storage.migrate()
        yield shop_over(storage)
    finally:
        storage.close()


def dumped(path: Path) -> list[str]:
    """Every row of every table of an SQLite file, as statements; nothing where there is no file."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())
