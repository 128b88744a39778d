"""SQLite passes the exam, keeps what it acknowledged, and says in plain sentences what it cannot do."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from shutil import copyfile
from uuid import UUID

import pytest
from attrs import evolve

from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.adapters.sqlalchemy.databases.contract import Durability, Question
from orderkit.adapters.sqlalchemy.databases.sqlite import SqliteDriver
from orderkit.adapters.sqlalchemy.writing import SqlUnitOfWork
from orderkit.errors import Busy, NotFound, StorageError
from orderkit.ports.storage import OrderFilter, Storage
from orderkit.testing.families import NOON, SCOPE, begun_payment, change_of, new_family
from orderkit.testing.storage_steps import NO_FILTER, go_on, keep, listed, load, together
from orderkit.testing.storage_suite import StorageSuite

Open = Callable[..., SqlStorage]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with orderkit's tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    storage = SqlStorage(f"sqlite:///{path}")
    storage.migrate()
    storage.close()
    return path


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    """A migrated file that the test has to itself."""
    copyfile(migrated, tmp_path / "shop.db")
    return tmp_path / "shop.db"


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens stores that are closed when the test is over."""
    stores: list[SqlStorage] = []

    def open_store(url: object, *, durability: Durability = "full", busy_timeout: float = 5.0) -> SqlStorage:
        at = f"sqlite:///{url}" if isinstance(url, Path) else str(url)
        stores.append(SqlStorage(at, durability=durability, busy_timeout=busy_timeout))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


class TestSqlite(StorageSuite):
    overlaps = False

    @pytest.fixture
    def storage(self, path: Path, opened: Open) -> Storage:
        self.open = partial(opened, path)
        return self.open()

    def reopened(self, storage: Storage) -> Storage:
        return self.open()


@pytest.mark.parametrize(("durability", "synchronous"), [("full", 2), ("relaxed", 1)])
def test_a_connection_is_set_to_lose_nothing(
    path: Path, opened: Open, durability: Durability, synchronous: int
) -> None:
    """Write-ahead log, foreign keys, and a sync with every commit unless the host has chosen otherwise."""
    with opened(path, durability=durability).begin() as work:
        assert isinstance(work, SqlUnitOfWork)
        asked = [work.driver.ask(Question(f"PRAGMA {name}", ())) for name in ("journal_mode", "synchronous")]
        assert asked == [[("wal",)], [(synchronous,)]]
        assert work.driver.ask(Question("PRAGMA foreign_keys", ())) == [(1,)]


def test_a_database_in_memory_must_be_chosen(opened: Open) -> None:
    """It keeps nothing, so it is refused unless durability is relaxed; then units of work wait for one another."""
    with pytest.raises(StorageError, match="keeps nothing"):
        opened("sqlite://")
    storage = opened("sqlite://", durability="relaxed")
    storage.migrate()
    families = [new_family(number=number) for number in range(1, 5)]
    outcomes = together(*(partial(keep, storage, family) for family in families))
    assert outcomes == families
    assert len(listed(storage).rows) == 4


def test_a_missing_database_is_not_made_by_accident(tmp_path: Path, opened: Open) -> None:
    """A misspelt path is a sentence that names `migrate`, and leaves no empty file behind."""
    with pytest.raises(StorageError, match=r"there is no database at .*storage\.migrate"):
        listed(opened(tmp_path / "shpo.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_somebody_else_is_refused(tmp_path: Path, opened: Open) -> None:
    """A file with other tables in it lacks ours, and the sentence says what to call."""
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE customers (id INTEGER)")
    other.close()
    with pytest.raises(StorageError, match=r"lacks a table of orderkit.*storage\.migrate"):
        listed(opened(path))


@pytest.mark.parametrize("act", [SqlStorage.migrate, listed])
def test_what_cannot_be_opened_is_a_plain_sentence(
    tmp_path: Path, opened: Open, act: Callable[[SqlStorage], object]
) -> None:
    """A text file and a folder are no databases; none of SQLite's own errors comes through."""
    text = tmp_path / "notes.txt"
    text.write_text("This is not a database. " * 100)
    with pytest.raises(StorageError, match="not an SQLite database"):
        act(opened(text))
    with pytest.raises(StorageError, match="cannot be opened"):
        act(opened(tmp_path))


def test_a_folder_that_is_not_there_is_a_plain_sentence(tmp_path: Path, opened: Open) -> None:
    """Migrating makes the file, not the folders above it."""
    with pytest.raises(StorageError, match="cannot be opened"):
        opened(tmp_path / "no" / "such" / "shop.db").migrate()


def test_a_read_only_database_can_be_read(path: Path, opened: Open) -> None:
    """Whoever may only read, reads; writing is refused with a sentence."""
    writing = opened(path)
    family = keep(writing, new_family())
    read_only = opened(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert load(read_only, family.order.id) == family
    with pytest.raises(StorageError, match="read-only"):
        keep(read_only, new_family(number=2))


def test_a_locked_database_is_busy(path: Path, opened: Open) -> None:
    """Whoever waits longer than the timeout for another writer may call again; reading goes on meanwhile."""
    patient, hasty = opened(path), opened(path, busy_timeout=0.01)
    family = new_family()
    with patient.begin() as work:
        work.write(change_of(None, family))
        with pytest.raises(Busy, match="locked"):
            hasty.number_block(SCOPE, "order", 1)
        assert listed(hasty).rows == ()
    assert hasty.number_block(SCOPE, "order", 1) == 1
    assert load(hasty, family.order.id) == family


def test_a_unit_of_work_is_the_only_one_from_its_start(path: Path, opened: Open) -> None:
    """Whoever may write waits before it reads: what a unit of work decided on cannot be overtaken."""
    with opened(path).begin(), pytest.raises(Busy), opened(path, busy_timeout=0.01).begin():
        pytest.fail("two units of work were open at once")


def test_the_live_payment_may_change_within_one_commit(path: Path, opened: Open) -> None:
    """Of two stored payments one ends and the other comes to life (late money), whichever row is older (S0-28)."""
    storage = opened(path)
    family = keep(storage, new_family())
    family = go_on(storage, family, begun_payment(family))
    (first,) = family.payments
    second = evolve(first, id=UUID(int=first.id.int + 1), live=False)
    family = go_on(storage, family, family.with_payment(second))
    for living in (second.id, first.id):
        turned = tuple(evolve(each, live=each.id == living) for each in family.payments)
        family = go_on(storage, family, evolve(family, payments=turned))
        assert [each.id for each in family.payments if each.live] == [living]


def test_a_text_that_no_database_can_hold_is_refused(path: Path, opened: Open) -> None:
    """Half of a surrogate pair is a StorageError that says so."""
    with pytest.raises(StorageError, match="cannot be stored"):
        opened(path).number_block(SCOPE, "\ud800", 1)


def test_a_number_beyond_every_column_is_not_found(path: Path, opened: Open) -> None:
    """A number that no column can hold belongs to no order; it is no error of the database."""
    storage = opened(path)
    keep(storage, new_family())
    assert listed(storage, OrderFilter(number=2**63)).rows == ()
    with storage.reading() as reading, pytest.raises(NotFound):
        reading.order_with_number(SCOPE, 2**63)


def test_what_has_ended_answers_nothing(path: Path, opened: Open) -> None:
    """After its block a unit of work neither reads nor writes: its connection belongs to somebody else."""
    storage = opened(path)
    family = keep(storage, new_family())
    with storage.begin() as work:
        pass
    with storage.reading() as reading:
        pass
    for ask in (
        lambda: work.write(change_of(None, new_family(number=2))),
        lambda: work.family(SCOPE, family.order.id),
        lambda: reading.family(SCOPE, family.order.id),
        lambda: reading.page(SCOPE, NO_FILTER, after=None, limit=1),
    ):
        with pytest.raises(StorageError):
            ask()
    assert len(listed(storage).rows) == 1


def test_whoever_scans_reads_an_index(path: Path, opened: Open) -> None:
    """The scans of relay, inbox, recovery and journal search an index each: none reads a table, however it grows."""
    with opened(path).begin() as work:
        assert isinstance(work, SqlUnitOfWork)
        assert isinstance(work.driver, SqliteDriver)
        connection, asked = work.driver.connection, list[str]()
        connection.set_trace_callback(asked.append)
        work.messages("shop", limit=9)
        work.dead_messages("shop", limit=9)
        work.claim("shop", owner="w", at=NOON, until=NOON, limit=9)
        work.due_events(until=NOON, limit=9)
        work.due_operations(until=NOON, limit=9)
        work.open_operations(SCOPE, asked_until=NOON, limit=9)
        work.open_attention(SCOPE, limit=9)
        work.payment_with_reference("card", "acct-1", "ch_1")
        work.journal(SCOPE, after=None, limit=9)
        connection.set_trace_callback(None)
        plans = {sql: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked}
    steps = [step for plan in plans.values() for step in plan]
    used = set(re.findall(r"orderkit_\w+_idx", " ".join(steps)))
    assert len(plans) == 9
    assert [step for step in steps if step.startswith("SCAN orderkit") or "SCAN first" in step] == []
    assert used == {
        "orderkit_outbox_waiting_idx",
        "orderkit_outbox_dead_idx",
        "orderkit_outbox_due_idx",
        "orderkit_inbox_due_idx",
        "orderkit_operations_check_idx",
        "orderkit_operations_open_idx",
        "orderkit_operations_reference_idx",
        "orderkit_attention_open_idx",
    }


def _in_another_process(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    start = """
        import os, signal, sys
        from orderkit.adapters.sqlalchemy import SqlStorage
        from orderkit.testing.families import SCOPE, begun_payment, change_of, new_family
        from orderkit.testing.storage_steps import keep, listed
        storage = SqlStorage("sqlite:///" + sys.argv[1])
    """
    text = textwrap.dedent(start) + textwrap.dedent(program)
    return subprocess.run([sys.executable, "-c", text, str(path)], capture_output=True, text=True, check=False)


def test_a_killed_process_leaves_whole_commits_alone(path: Path, opened: Open) -> None:
    """What was acknowledged before SIGKILL is there, the open unit of work is not, and nobody is locked out."""
    killed = _in_another_process(
        """
        keep(storage, new_family(number=1))
        with storage.begin() as work:
            work.write(change_of(None, new_family(number=2)))
            os.kill(os.getpid(), signal.SIGKILL)
        """,
        path,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    storage = opened(path, busy_timeout=0.01)
    assert [row.number for row in listed(storage).rows] == [1]
    keep(storage, new_family(number=3))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_connects_anew(path: Path) -> None:
    """A child that inherits the store, as workers of a server do, writes on a connection of its own."""
    forked = _in_another_process(
        """
        keep(storage, new_family(number=1))
        pool = storage._engine.pool
        if os.fork() == 0:
            keep(storage, new_family(number=2))
            os._exit(0 if storage._engine.pool is not pool else 3)
        _, status = os.wait()
        keep(storage, new_family(number=3))
        print(os.waitstatus_to_exitcode(status), sorted(row.number for row in listed(storage).rows))
        """,
        path,
    )
    assert forked.stdout.strip() == "0 [1, 2, 3]", forked.stderr
