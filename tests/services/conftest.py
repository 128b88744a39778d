"""The stores that the services are tried on: every test runs on each, in a scope of its own.

A module shares one store of each kind; a SQLite file or a PostgreSQL database is a copy of one that was migrated once.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.services.stalls import NewStall, Scopes, Stall, new_stall

from orderkit import Storage
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.testing.postgres import database

STORES = ("memory", "sqlite", "postgresql")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "shop.db"
    storage = SqlStorage(f"sqlite:///{path}", durability="relaxed")
    storage.migrate()
    storage.close()
    return path


@pytest.fixture(scope="session")
def migrated_database(postgres_dsn: str) -> Iterator[str]:
    """The URL of a PostgreSQL database with the tables and nothing in them."""
    with database(postgres_dsn) as url:
        storage = SqlStorage(url, durability="relaxed")
        storage.migrate()
        storage.close()
        yield url


def name_of(url: str) -> str:
    """The database's own name."""
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="module")
def new_sqlite(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], SqlStorage]]:
    """Makes SQLite stores, each on a file of its own."""
    with ExitStack() as stores:

        def new() -> SqlStorage:
            path = shutil.copy(migrated_file, tmp_path_factory.mktemp("store") / "shop.db")
            storage = SqlStorage(f"sqlite:///{path}", durability="relaxed")
            stores.callback(storage.close)
            return storage

        yield new


@pytest.fixture(scope="module")
def postgres_url(postgres_dsn: str, migrated_database: str) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database that this module has to itself."""
    with database(postgres_dsn, template=name_of(migrated_database)) as url:
        yield url


@pytest.fixture(scope="module")
def postgres(postgres_url: str) -> Iterator[SqlStorage]:
    """A store on the module's PostgreSQL database."""
    storage = SqlStorage(postgres_url, durability="relaxed")
    yield storage
    storage.close()


@pytest.fixture(scope="module", params=STORES)
def storage(request: pytest.FixtureRequest) -> Storage:
    """The store to try, one of each kind."""
    if request.param == "memory":
        return MemoryStorage()
    if request.param == "sqlite":
        new_sqlite: Callable[[], SqlStorage] = request.getfixturevalue("new_sqlite")
        return new_sqlite()
    found: SqlStorage = request.getfixturevalue("postgres")
    return found


@pytest.fixture(scope="session")
def scopes() -> Scopes:
    return Scopes()


@pytest.fixture
def scope(scopes: Scopes) -> str:
    """A scope that this test has to itself."""
    return scopes.new()


@pytest.fixture
def new(storage: Storage, scope: str) -> NewStall:
    """Makes stalls on the store to try, all in the test's scope: `new(fields=…, card=…)`."""

    def make(**chosen: object) -> Stall:
        return new_stall(storage, scope, **chosen)  # type: ignore[arg-type]  # the choices are those of `new_stall`

    return make


@pytest.fixture
def stall(new: NewStall) -> Stall:
    """A plain stall on the store to try."""
    return new()
