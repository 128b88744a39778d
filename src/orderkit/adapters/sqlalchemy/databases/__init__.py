"""The databases that the SQL store knows, and what each of them must be able to say; every one is a module here.

A database's module knows its driver, its settings and its errors. Everything above this room is the same for all.
"""

from __future__ import annotations

from orderkit.adapters.sqlalchemy.databases.contract import Database
from orderkit.errors import StorageError


def database_of(named: str) -> Database:
    """The database that a URL's driver name means; drivers are loaded only when one does.

    Raises:
        StorageError: another database, or another driver than sqlite3 and psycopg 3.
    """
    if named in ("sqlite", "sqlite+pysqlite"):
        from orderkit.adapters.sqlalchemy.databases.sqlite import Sqlite

        return Sqlite()
    if named in ("postgresql", "postgresql+psycopg"):
        return _postgresql()
    raise StorageError(
        f"{named!r} is not a database that orderkit stores in; use sqlite:///file.db or postgresql://… (psycopg 3)"
    )


def _postgresql() -> Database:
    try:
        from orderkit.adapters.sqlalchemy.databases.postgresql import PostgreSQL
    except ImportError as missing:
        raise StorageError(f"PostgreSQL needs psycopg 3 ({missing}): pip install 'orderkit[postgresql]'") from missing
    return PostgreSQL()


__all__ = ["Database", "database_of"]
