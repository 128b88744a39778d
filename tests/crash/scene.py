"""The scene: a bank that outlives everybody, and workers who are killed at moments thrown by dice, and started again.

The database's server is killed as well, every so often, where it has one.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, field
from tests.crash.dice import Dice
from tests.crash.stores import MortalServer, SqliteFile

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("ada", "bob")
SERVER_KILLS = 6


@contextmanager
def bank_process(seed: str) -> Iterator[int]:
    """The port of a bank that outlives everybody."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.bank_server", f"{seed} bank"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        with process.stdout as said:
            yield int(said.readline())
    finally:
        process.kill()
        process.wait()


@define
class Scene:
    """The workers under fire."""

    kept: SqliteFile | MortalServer
    port: int
    folder: Path
    dice: Dice
    seed: str
    kills: int = 0
    server_kills: int = 0
    _at_work: dict[str, subprocess.Popen[str]] = field(factory=dict)
    _starts: Tally[str] = field(factory=Tally)

    def play(self, kills: int) -> None:
        """Kill a worker at a time, and the server every so often."""
        for name in WORKERS:
            self._start(name)
        often = max(2, kills // SERVER_KILLS)
        while self.kills < kills:
            name = self.dice.one_of(WORKERS)
            if self.dice.roll() < 0.95:  # the rest dies while it is starting
                self._await(name)
            time.sleep(self.dice.between(0.0, 0.8))
            self._kill(name)
            self._start(name)
            if self.kept.can_be_killed and self.kills % often == 0:
                time.sleep(self.dice.between(0.0, 0.5))
                self.kept.kill()
                self.server_kills += 1

    def end(self) -> None:
        """Nobody works any more; nobody was asked whether it suits."""
        for name in list(self._at_work):
            self._kill(name)

    def _start(self, name: str) -> None:
        self._starts[name] += 1
        given = {
            "database": self.kept.url,
            "port": self.port,
            "folder": self.folder,
            "name": name,
            "seed": f"{self.seed} {name} {self._starts[name]}",
        }
        command = [sys.executable, "-m", "tests.crash.worker", *(f"--{each}={given[each]}" for each in given)]
        with (self.folder / f"errors-{name}").open("w") as errors:
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        self._at_work[name] = process

    def _await(self, name: str) -> None:
        said = self._at_work[name].stdout
        assert said is not None
        if not said.closed:
            said.readline()
            said.close()

    def _kill(self, name: str) -> None:
        process = self._at_work.pop(name)
        process.kill()
        if process.stdout is not None:
            process.stdout.close()
        if process.wait() >= 0:
            raise RuntimeError(f"{name} died by itself:\n{(self.folder / f'errors-{name}').read_text()[-4000:]}")
        self.kills += 1
