"""URLs of databases, as far as the command line looks into them itself: which file, and what may be shown.

Only that lives here; whether a database can be used is the store's to say.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_SQLITE: Final = ("sqlite:///", "sqlite+pysqlite:///")


def sqlite_path(url: str) -> Path | None:
    """The file that a URL of SQLite names; None for other databases, one in memory, and SQLite's own ``file:`` URIs."""
    for start in _SQLITE:
        if url.startswith(start):
            name, _, query = url.removeprefix(start).partition("?")
            return Path(name) if name and name != ":memory:" and "uri=" not in query else None
    return None


def shown_url(url: str) -> str:
    """The URL without its password, for the terminal and for logs."""
    before, at, after = url.rpartition("@")
    scheme, separator, user = before.partition("://")
    return f"{scheme}{separator}{user.partition(':')[0]}{at}{after}" if at else url
