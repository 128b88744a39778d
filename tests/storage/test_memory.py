"""The memory store passes the exam."""

from __future__ import annotations

import pytest

from orderkit.adapters.memory import MemoryStorage
from orderkit.testing.storage_suite import StorageSuite


class TestMemoryStorage(StorageSuite):
    @pytest.fixture
    def storage(self) -> MemoryStorage:
        return MemoryStorage()
