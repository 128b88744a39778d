"""What every test may ask for: a real PostgreSQL, the real retail export, and how hard Hypothesis tries.

Only fixtures that more than one room's tests need live here; a room's own stand in its own conftest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import settings

from orderkit.testing.postgres import database, server

ROOT = Path(__file__).resolve().parent.parent

# No deadline anywhere: a law that holds slowly on a busy machine holds. HYPOTHESIS_PROFILE chooses one by name.
settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True, print_blob=True, database=None)
settings.register_profile("thorough", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """The URL of a real PostgreSQL server, started for this process when the first test asks for it."""
    with server() as dsn:
        yield dsn


@pytest.fixture
def postgres_database(postgres_dsn: str) -> Iterator[str]:
    """The URL of an empty database that this test has to itself."""
    with database(postgres_dsn) as url:
        yield url


class NewDatabase(Protocol):
    """Makes a database and gives its URL; `template` is copied, and nobody may be connected to it."""

    def __call__(self, *, template: str = "template1") -> str: ...


@pytest.fixture(scope="module")
def new_postgres_database(postgres_dsn: str) -> Iterator[NewDatabase]:
    """Makes databases that last until the module's end: one to migrate, and copies of it that cost 20 ms each."""
    with ExitStack() as databases:

        def new(*, template: str = "template1") -> str:
            return databases.enter_context(database(postgres_dsn, template=template))

        yield new


@pytest.fixture(scope="session")
def retail_csv() -> Path:
    """A real export of ten thousand lines (UCI Online Retail, CC BY 4.0), which is not part of this repository.

    ORDERKIT_RETAIL_CSV says where it is; otherwise it is looked for in the folder `shared` beside the clone.
    """
    named = os.environ.get("ORDERKIT_RETAIL_CSV")
    path = Path(named) if named else ROOT.parent / "shared" / "data" / "online-retail-10k.csv"
    if path.is_file():
        return path
    if named:
        pytest.fail(f"ORDERKIT_RETAIL_CSV names {path}, and there is no such file: correct or unset it")
    pytest.skip(f"the retail export is not at {path}: set ORDERKIT_RETAIL_CSV to run this test")
