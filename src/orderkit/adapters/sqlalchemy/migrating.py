"""How orderkit migrates a database by itself, with Alembic run from here and a version table of its own.

A host that keeps its own Alembic history may run the same revisions in there instead: `migrations` says how.
"""

from __future__ import annotations

from threading import Lock
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import SQLAlchemyError

from orderkit.adapters.sqlalchemy import revisions, tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver
from orderkit.errors import StorageError

VERSION_TABLE: Final = "orderkit_alembic_version"
SCRIPTS: Final = "orderkit.adapters.sqlalchemy:migrations"

# Alembic keeps what it works on in its modules, so a process runs one migration at a time.
_alembic = Lock()


def migrate(database: Database, connection: Connection, driver: Driver) -> None:
    """Bring the tables to the newest revision, within the transaction that is open on the connection.

    Raises:
        StorageError: the tables are newer than this code, or another Alembic history keeps them.
        Busy: somebody else is migrating.
    """
    try:
        database.lock_migrations(connection)
        if _is_due(connection, driver):
            with _alembic:
                command.upgrade(configured(connection), "head")
    except SQLAlchemyError as error:
        raise database.explained(error) from error
    except CommandError as error:
        raise StorageError(f"the database could not be migrated: {error}") from error


def configured(connection: Connection) -> Config:
    """Alembic's configuration for our own revisions, on a connection that is given."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    return config


def _is_due(connection: Connection, driver: Driver) -> bool:
    present = inspect(connection)
    if not present.has_table(tables.schema.name):
        return True
    found = revisions.stored(driver)
    if found == revisions.REVISION:
        return False
    if found is not None and found > revisions.REVISION:
        raise revisions.newer(found)
    if not present.has_table(VERSION_TABLE):
        raise StorageError(
            "orderkit's tables belong to another Alembic history here: run that one (alembic upgrade heads)"
        )
    return True
