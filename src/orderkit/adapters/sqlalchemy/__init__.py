"""The SQL store: SQLite inside the host's process, PostgreSQL for many; the one public name is `SqlStorage`.

`tables` say what is stored and `migrations` how a database gets there; `rows` turn records into rows and back;
`databases` hold what SQLite and PostgreSQL do differently; `reading` and `writing` are the port, with `lists`,
`changes`, `recovery`, `outbox`, `inbox` and `ledgers` behind them; `storage` and `hosted` are its two doors: a database
of one's own, and a transaction of the host's.
"""

from __future__ import annotations

try:
    from orderkit.adapters.sqlalchemy.storage import SqlStorage
except ModuleNotFoundError as missing:
    if missing.name not in ("sqlalchemy", "alembic"):
        raise
    raise ModuleNotFoundError(
        f"the SQL store needs {missing.name}: pip install 'orderkit[sqlalchemy]', or 'orderkit[postgresql]'",
        name=missing.name,
    ) from missing

__all__ = ["SqlStorage"]
