"""Which revision of the tables this code is written for, and whether a database has it.

Every migration writes its revision into `orderkit_schema`, whether it runs by itself or inside a host's history;
Alembic's own tables cannot tell, because there a later revision of the host stands for ours.
"""

from __future__ import annotations

from typing import Final

from orderkit.adapters.sqlalchemy.databases.contract import Driver, Question
from orderkit.errors import StorageError

REVISION: Final = "ok0002"


def require_current(driver: Driver) -> None:
    """Check that the database has the tables this code knows, no fewer and no more.

    Raises:
        StorageError: not migrated yet, to an older revision, or by a newer orderkit; the sentence says what to do.
    """
    found = stored(driver)
    if found == REVISION:
        return
    if found is not None and found > REVISION:
        raise newer(found)
    at = "has no tables of orderkit" if found is None else f"has the tables of revision {found}, not {REVISION}"
    raise StorageError(f"the database {at}: call storage.migrate() or run `orderkit migrate`")


def stored(driver: Driver) -> str | None:
    """The revision that the database's tables have; None where a migration has begun and written none."""
    rows = driver.ask(Question("SELECT revision FROM orderkit_schema", ()))
    return max((row[0] for row in rows), default=None)


def newer(found: str) -> StorageError:
    return StorageError(
        f"the database has the tables of revision {found}, and this orderkit knows {REVISION}: install a newer orderkit"
    )
