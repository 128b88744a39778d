"""SQLite passes the exam."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.ports.storage import Storage
from orderkit.testing.storage_suite import StorageSuite


class TestSqlite(StorageSuite):
    overlaps = False

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[SqlStorage]:
        storage = SqlStorage(f"sqlite:///{tmp_path}/shop.db")
        storage.migrate()
        yield storage
        storage.close()

    def reopened(self, storage: Storage) -> Storage:
        assert isinstance(storage, SqlStorage)
        return SqlStorage(storage.url)
