"""PostgreSQL passes the exam, refuses a server that could lose a commit, and comes back when the server has gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from threading import Barrier

import psycopg
import pytest
from attrs import evolve
from sqlalchemy import make_url

from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.adapters.sqlalchemy.databases.contract import Question
from orderkit.adapters.sqlalchemy.writing import SqlUnitOfWork
from orderkit.errors import Busy, StorageError
from orderkit.family import OrderFamily
from orderkit.ports.storage import Storage, UnitOfWork
from orderkit.testing.families import change_of, new_family
from orderkit.testing.postgres import database, server
from orderkit.testing.storage_steps import PATIENCE_SECONDS, commit, keep, listed, load, noted, together
from orderkit.testing.storage_suite import StorageSuite

Open = Callable[..., SqlStorage]


@pytest.fixture(scope="module")
def migrated(postgres_dsn: str) -> Iterator[str]:
    """The name of a database with orderkit's tables and nothing in them, to be copied."""
    with database(postgres_dsn) as url:
        storage = SqlStorage(url, durability="relaxed")
        storage.migrate()
        storage.close()
        yield str(storage.url.database)


@pytest.fixture
def url(postgres_dsn: str, migrated: str) -> Iterator[str]:
    """A migrated database that the test has to itself."""
    with database(postgres_dsn, template=migrated) as url:
        yield url


@pytest.fixture
def opened(url: str) -> Iterator[Open]:
    """Opens stores on that database, which are closed when the test is over. The test server itself is not durable."""
    stores: list[SqlStorage] = []

    def open_store(*, busy_timeout: float = PATIENCE_SECONDS) -> SqlStorage:
        stores.append(SqlStorage(url, durability="relaxed", busy_timeout=busy_timeout))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


class TestPostgresql(StorageSuite):
    @pytest.fixture
    def storage(self, opened: Open) -> Storage:
        self.open = opened
        return opened()

    def reopened(self, storage: Storage) -> Storage:
        return self.open()


def test_a_server_that_does_not_wait_for_the_disk_is_refused(url: str) -> None:
    """`full` asks whether a commit is on the disk when it is acknowledged, and says which settings stand against it."""
    forgetful = SqlStorage(make_url(url).update_query_dict({"options": "-c synchronous_commit=off"}))
    with pytest.raises(StorageError, match=r"could be lost with synchronous_commit=off.*durability='relaxed'"):
        listed(forgetful)
    forgetful.close()


def test_a_server_that_waits_for_the_disk_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """`full` is content with a server as it comes."""
    monkeypatch.delenv("ORDERKIT_TEST_PG_DSN", raising=False)
    with server(durable=True) as dsn, database(dsn) as url:
        storage = SqlStorage(url)
        storage.migrate()
        family = keep(storage, new_family())
        assert load(storage, family.order.id) == family
        storage.close()


def test_a_server_that_is_not_there_is_a_plain_sentence() -> None:
    """Nobody listens: a StorageError, not a driver's error, and without the password."""
    nowhere = SqlStorage("postgresql://shop:secret@127.0.0.1:1/shop")
    with pytest.raises(StorageError, match="cannot be connected to") as refused:
        listed(nowhere)
    assert "secret" not in str(refused.value)
    nowhere.close()


def _asked(work: UnitOfWork, sql: str) -> object:
    assert isinstance(work, SqlUnitOfWork)
    return work.driver.ask(Question(sql, ()))[0][0]


def _cut(opened: Open, backend: object) -> None:
    """End a connection from the server's side."""
    with psycopg.connect(opened().url.render_as_string(hide_password=False)) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def _commit_while_cut(opened: Open, storage: Storage, family: OrderFamily, *, written: bool) -> None:
    """A unit of work whose connection is cut before it writes, or between that and its commit."""
    with storage.begin() as work:
        backend = _asked(work, "SELECT pg_backend_pid()")
        if not written:
            _cut(opened, backend)
        work.write(change_of(family, noted(family, "cut")))
        _cut(opened, backend)


def test_a_connection_lost_in_a_unit_of_work_is_busy(opened: Open) -> None:
    """Nothing was written, the same call may be made again, and it finds a connection that works."""
    storage = opened()
    family = keep(storage, new_family())
    with pytest.raises(Busy, match="lost"):
        _commit_while_cut(opened, storage, family, written=False)
    assert load(storage, family.order.id) == family
    commit(storage, change_of(family, noted(family, "again")))


def test_a_connection_lost_in_a_commit_leaves_the_outcome_open(opened: Open) -> None:
    """Whoever commits hears that nobody knows, which is not `Busy`: only the key tells whether it was written."""
    storage = opened()
    family = keep(storage, new_family())
    with pytest.raises(StorageError, match="not known") as unknown:
        _commit_while_cut(opened, storage, family, written=True)
    assert not isinstance(unknown.value, Busy)
    assert load(storage, family.order.id) == family


def test_connections_that_died_while_nobody_used_them_cost_one_refusal(opened: Open) -> None:
    """After the server was restarted, one call is Busy and every connection is made anew (they died all at once)."""
    storage = opened()
    with storage.begin() as one, storage.begin() as other:
        backends = [_asked(work, "SELECT pg_backend_pid()") for work in (one, other)]
    for backend in backends:
        _cut(opened, backend)
    with pytest.raises(Busy):
        keep(storage, new_family())
    keep(storage, new_family())
    keep(storage, new_family(number=2))


def test_a_lock_that_is_held_for_long_is_busy(opened: Open) -> None:
    """Whoever waits longer than the timeout for another writer of the order may call again."""
    patient, hasty = opened(), opened(busy_timeout=0.01)
    family = keep(patient, new_family())
    with patient.begin() as work:
        work.write(change_of(family, noted(family, "slow")))
        with pytest.raises(Busy, match="lock"):
            commit(hasty, change_of(family, noted(family, "quick")))
    assert load(hasty, family.order.id).order.contract == "slow"


def _write_crosswise(storage: Storage, families: list[OrderFamily], barrier: Barrier) -> None:
    with storage.begin() as work:
        work.write(change_of(families[0], noted(families[0], "first")))
        barrier.wait()
        work.write(change_of(families[1], noted(families[1], "second")))


def test_of_two_that_wait_for_one_another_one_is_busy(opened: Open) -> None:
    """Two units of work lock two orders in opposite order: the server ends one of them, the other commits whole."""
    storage = opened()
    families = [keep(storage, new_family(number=number)) for number in (1, 2)]
    barrier = Barrier(2, timeout=PATIENCE_SECONDS)
    ways = (families, families[::-1])
    outcomes = together(*(partial(_write_crosswise, storage, way, barrier) for way in ways))
    assert sorted(type(each).__name__ for each in outcomes) == ["Busy", "NoneType"]
    winner = ways[[each is None for each in outcomes].index(True)]
    assert [load(storage, each.order.id).order.contract for each in winner] == ["first", "second"]


def test_a_text_that_postgresql_cannot_hold_is_refused(opened: Open) -> None:
    """A NUL character is a StorageError that says so, and nothing is written."""
    storage = opened()
    family = keep(storage, new_family())
    with pytest.raises(StorageError, match="NUL"):
        commit(storage, change_of(family, family.with_order(evolve(family.order, contract="a\x00b"))))
    assert load(storage, family.order.id) == family


def _go_on_after_an_error(storage: Storage) -> None:
    with storage.begin() as work:
        work.write(change_of(None, new_family()))
        with pytest.raises(StorageError):
            _asked(work, "SELECT 1/0")


def test_a_unit_of_work_whose_question_failed_is_not_committed(opened: Open) -> None:
    """PostgreSQL takes nothing more after an error; to end the block all the same must not look like success."""
    storage = opened()
    with pytest.raises(StorageError, match="cannot be committed"):
        _go_on_after_an_error(storage)
    assert listed(storage).rows == ()
