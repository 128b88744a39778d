"""The crash sweep in small: workers are killed in the middle of their work, and in the end nothing is lost or doubled.

The one that counts has two hundred kills on each database: `python -m tests.crash`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.crash.conductor import sweep

KILLS = 10


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_workers_lose_and_double_nothing(database: str, tmp_path: Path) -> None:
    """After SIGKILLs of workers, and of PostgreSQL itself, and recovery, the bank's ledger and ours agree to the cent,
    and every promise is kept (I-05 to I-09, I-11, I-18, I-20, I-27, I-30, I-32 to I-34, I-36, I-39, F026, F029,
    F110)."""
    figures = sweep(database, kills=KILLS, seed="1", folder=tmp_path)

    assert not figures.differences, figures
    assert figures.kills >= KILLS
    assert figures.server_kills >= (5 if database == "postgresql" else 0)
    assert figures.found.ledger > KILLS, figures
