"""A fresh database for the demo: made anew every time, never in the place of a file that no demo made.

Only the marking and replacing of files lives here. A demo's own file carries a mark in SQLite's header
(`application_id`), which no other program sets and which survives whatever is done with the orders in it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from orderkit.cli.urls import sqlite_path
from orderkit.errors import InvalidRequest, StorageError
from orderkit.shop import Shop

MARK: Final = 0x6F6B6465  # "okde"
_MARK_AT: Final = slice(68, 72)
_HEADER: Final = b"SQLite format 3\x00"


def make_fresh(url: str) -> bool:
    """Make an empty, marked file where the URL names one, in place of an earlier demo's; whether there was one.

    Other databases are left as they are; see `require_empty`.

    Raises:
        InvalidRequest: the file is there and no demo made it. StorageError: it cannot be made.
    """
    path = sqlite_path(url)
    if path is None:
        return False
    replaced = path.exists() and path.stat().st_size > 0
    if replaced and not is_demo(path):
        raise InvalidRequest("db", "is_new_file", path=str(path))
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))):
        each.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as made:
            made.execute(f"PRAGMA application_id = {MARK}")
    except sqlite3.Error as problem:
        raise StorageError(
            f"{path} cannot be made: {problem}. Name a database in a folder that may be written"
        ) from problem
    return replaced


def is_demo(path: Path) -> bool:
    """Whether the file carries the demo's mark."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        header = file.read(100)
    return header.startswith(_HEADER) and int.from_bytes(header[_MARK_AT]) == MARK


def require_empty(shop: Shop) -> None:
    """Refuse a scope that holds orders already: the sums would not be the file's.

    Raises:
        InvalidRequest: it does.
    """
    if shop.orders.list(limit=1).rows:
        raise InvalidRequest("scope", "is_an_empty_desk", scope=shop.wiring.scope)
