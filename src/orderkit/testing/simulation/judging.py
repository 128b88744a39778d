"""A judge of the journal that is not ours: `bean-check` of beancount, run as a program of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from attrs import evolve

from orderkit.exports.beancount import to_beancount
from orderkit.journal import JournalEntry


def can_judge() -> bool:
    """Whether beancount is installed."""
    return find_spec("beancount") is not None


def complaints(journals: Mapping[int, tuple[JournalEntry, ...]]) -> str:
    """What bean-check has against the journals of several runs; nothing where they are sound."""
    with tempfile.TemporaryDirectory(prefix="orderkit-journal-") as folder:
        ledger = Path(folder) / "runs.beancount"
        with ledger.open("w", encoding="utf-8") as file:
            file.writelines(to_beancount(_apart(journals), title="simulated"))
        command = [sys.executable, "-m", "beancount.scripts.check", "--no-cache", str(ledger)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=600)
    if done.returncode and not done.stderr:
        return f"bean-check ended with {done.returncode}"
    return done.stderr


def _apart(journals: Mapping[int, tuple[JournalEntry, ...]]) -> Iterator[JournalEntry]:
    """All entries in one ledger, each run's on accounts of its own, so that none makes up for another."""
    for seed, entries in journals.items():
        for entry in entries:
            postings = tuple(evolve(each, account=f"{each.account}:R{seed}") for each in entry.postings)
            yield evolve(entry, postings=postings)
