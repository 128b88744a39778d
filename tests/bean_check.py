"""The judge of the journal that is not ours: `bean-check` of beancount, run as a program of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def complaints(ledger: Path) -> str:
    """What bean-check has against a ledger; nothing where it is sound."""
    command = [sys.executable, "-m", "beancount.scripts.check", "--no-cache", str(ledger)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300)
    assert done.returncode == (1 if done.stderr else 0), done
    return done.stderr
