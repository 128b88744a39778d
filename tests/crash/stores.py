"""The databases of the sweep, each with everything that makes a commit durable; PostgreSQL can be killed and come back.

The server is one of our own even where another is named for the tests: nobody kills somebody else's.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from attrs import define, field

# What starts a throw-away server is private to the module that does; killing one is asked for nowhere else.
from orderkit.testing.postgres import PORT, _Cluster, _reachable, _scratch_folder, _stop, find_binaries

RESTART_SECONDS = 60.0
QUICK_RESTART = ("recovery_init_sync_method=syncfs",)
"""One call instead of one per file of the cluster; what a commit means stays the same."""


@define
class SqliteFile:
    """A file in a folder of the sweep."""

    path: Path
    name: str = "sqlite"
    can_be_killed: bool = False

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def kill(self) -> None:
        raise NotImplementedError("SQLite has no server")


@define
class MortalServer:
    """A PostgreSQL server with fsync, that SIGKILL may hit."""

    cluster: _Cluster
    process: subprocess.Popen[bytes]
    name: str = "postgresql"
    can_be_killed: bool = True
    kills: int = field(default=0, init=False)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.cluster.folder), safe='/')}&port={PORT}"

    def kill(self) -> None:
        """SIGKILL to the postmaster, and a new one on the same files as soon as its children are gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1
        self.process = started(self.cluster)


def started(cluster: _Cluster) -> subprocess.Popen[bytes]:
    """A server that takes connections; tried again while what the last one left is still being cleared away."""
    until = time.monotonic() + RESTART_SECONDS
    while True:
        process = cluster._launched(QUICK_RESTART)
        if cluster._gets_ready(process):
            return process
        process.kill()
        process.wait()
        if time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL did not come back:\n{cluster._written()}")
        time.sleep(0.1)


@contextmanager
def store(name: str, folder: Path) -> Iterator[SqliteFile | MortalServer]:
    """An empty database of this kind.

    Raises:
        RuntimeError: there is no PostgreSQL on this machine; the message names the ways to get one.
    """
    if name == "sqlite":
        yield SqliteFile(folder / "shop.db")
        return
    binaries = find_binaries()
    with _scratch_folder() as (scratch, owner):
        cluster = _Cluster(scratch, _reachable(binaries, scratch, owner), owner)
        cluster.initialize()
        server = MortalServer(cluster, started(cluster))
        try:
            yield server
        finally:
            _stop(server.process)
