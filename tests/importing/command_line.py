"""The import as a shopkeeper starts it: a process of its own, on a database file.

Only the starting lives here.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def import_command(file: Path, database: Path, *more: str, map: str = "uk-retail") -> list[str]:
    """The command that imports a file into a database file."""
    import_it = ["-m", "orderkit.cli", "import", str(file), "--map", map, "--actor", "user:clerk"]
    return [sys.executable, *import_it, "--db", f"sqlite:///{database}", *more]


def ran(command: list[str]) -> subprocess.CompletedProcess[str]:
    """The command run to its end, with what it said."""
    return subprocess.run(command, capture_output=True, text=True, check=False)
