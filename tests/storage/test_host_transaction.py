"""Orders inside a transaction that the host began: its rows and ours commit together, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from psycopg.rows import dict_row, tuple_row
from sqlalchemy import Connection, create_engine, event, make_url, text

from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.adapters.sqlalchemy.databases.contract import Durability
from orderkit.adapters.sqlalchemy.hosted import HostedStorage
from orderkit.errors import StaleRecord, StorageError
from orderkit.money import Money
from orderkit.orders.records import NewLine
from orderkit.ports.storage import RefusedRequest
from orderkit.testing.families import NOON, SCOPE, change_of, ids_for, new_family
from orderkit.testing.postgres import database
from orderkit.testing.storage_steps import commit, keep, listed, load, noted


class Shop:
    """A host with a table of its own, an engine of its own, and orders in the same database."""

    def __init__(self, url: str, *, durability: Durability = "relaxed") -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.storage = SqlStorage(url, durability=durability)
        self.engine = create_engine(url)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up)
        with self.engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS baskets (id INTEGER)"))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """The host's own transaction, as the documentation tells hosts to begin it."""
        with self.engine.connect() as connection, connection.begin():
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def baskets(self) -> int:
        with self.engine.connect() as connection:
            return len(connection.execute(text("SELECT id FROM baskets")).all())

    def close(self) -> None:
        self.storage.close()
        self.engine.dispose()


def _set_up(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def add_basket(connection: Connection) -> None:
    connection.execute(text("INSERT INTO baskets (id) VALUES (1)"))


class GivenUp(Exception):
    """Raised by the host inside its transaction, to roll it back."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/shop.db"
    else:
        with database(request.getfixturevalue("postgres_dsn")) as url:
            yield url


@pytest.fixture
def shop(url: str) -> Iterator[Shop]:
    shop = Shop(url)
    shop.storage.migrate()
    yield shop
    shop.close()


def test_rows_of_the_host_and_orders_commit_together(shop: Shop) -> None:
    """While the transaction is open nobody else sees either; then everybody sees both."""
    family = new_family()
    with shop.transaction() as connection:
        add_basket(connection)
        hosted = shop.storage.within(connection)
        assert hosted.joins_host_transaction
        keep(hosted, family)
        assert load(hosted, family.order.id) == family
        assert (listed(shop.storage).rows, shop.baskets()) == ((), 0)
    assert (load(shop.storage, family.order.id), shop.baskets()) == (family, 1)
    assert not shop.storage.joins_host_transaction


def _give_up(shop: Shop) -> None:
    with shop.transaction() as connection:
        add_basket(connection)
        hosted = shop.storage.within(connection)
        keep(hosted, new_family())
        hosted.number_block(SCOPE, "order", 20)
        hosted.note_refusal(_refused())
        assert len(hosted.refusals(SCOPE, limit=9)) == 1
        raise GivenUp


def _refused() -> RefusedRequest:
    id = ids_for(SCOPE, 9).new(NOON)
    return RefusedRequest(
        id=id, scope=SCOPE, target="", verb="place", actor="user:u-1", at=NOON, code="is_given", params={}
    )


def test_what_the_host_rolls_back_never_was(shop: Shop) -> None:
    """Orders, numbers and noted refusals go with the host's own rows."""
    with pytest.raises(GivenUp):
        _give_up(shop)
    assert (listed(shop.storage).rows, shop.baskets(), shop.storage.refusals(SCOPE, limit=9)) == ((), 0, ())
    assert shop.storage.number_block(SCOPE, "order", 1) == 1


def test_a_refused_change_leaves_the_host_its_transaction(shop: Shop) -> None:
    """A unit of work that fails takes its own rows back, to the first; the host goes on and commits the rest."""
    family = keep(shop.storage, new_family())
    commit(shop.storage, change_of(family, noted(family, "quick")))
    with shop.transaction() as connection:
        add_basket(connection)
        hosted = shop.storage.within(connection)
        with pytest.raises(StaleRecord):
            commit(hosted, change_of(None, new_family(number=2)), change_of(family, noted(family, "slow")))
        keep(hosted, new_family(number=3))
    assert shop.baskets() == 1
    assert sorted(row.number for row in listed(shop.storage).rows) == [1, 3]


def _fail_after_writing(hosted: HostedStorage) -> None:
    with hosted.begin() as work:
        work.write(change_of(None, new_family()))
        raise GivenUp


def test_an_error_of_the_caller_takes_our_rows_back(shop: Shop) -> None:
    """What raises within a unit of work, whatever it is, leaves none of that unit's rows for the host to commit."""
    with shop.transaction() as connection:
        add_basket(connection)
        hosted = shop.storage.within(connection)
        assert isinstance(hosted, HostedStorage)
        with pytest.raises(GivenUp):
            _fail_after_writing(hosted)
    assert (listed(shop.storage).rows, shop.baskets()) == ((), 1)


def test_without_an_open_transaction_nothing_is_taken(shop: Shop) -> None:
    """A connection that is closed, idle, or whose transaction is over is refused, as each write would stand alone."""
    with shop.engine.connect() as connection, pytest.raises(StorageError, match="no open transaction"):
        shop.storage.within(connection)
    with pytest.raises(StorageError, match="no open transaction"):
        shop.storage.within(connection)
    with shop.transaction() as connection:
        hosted = shop.storage.within(connection)
    for use in (lambda: keep(hosted, new_family()), lambda: listed(hosted), lambda: hosted.refusals(SCOPE, limit=1)):
        with pytest.raises(StorageError, match="no open transaction"):
            use()
    assert listed(shop.storage).rows == ()


def test_a_connection_that_commits_by_itself_is_refused(shop: Shop) -> None:
    """SQLAlchemy says that a transaction is open; the driver below knows better, and its word counts."""
    engine = shop.engine.execution_options(isolation_level="AUTOCOMMIT")
    wrong = pytest.raises(StorageError, match=r"BEGIN IMMEDIATE|AUTOCOMMIT")
    with engine.connect() as connection, connection.begin(), wrong:
        shop.storage.within(connection)


def test_a_database_without_our_tables_is_refused(url: str) -> None:
    """The sentence says what to call, and the host's transaction is still good."""
    shop = Shop(url)
    with shop.transaction() as connection:
        with pytest.raises(StorageError, match=r"storage\.migrate"):
            shop.storage.within(connection)
        add_basket(connection)
    assert shop.baskets() == 1
    shop.close()


def test_how_the_host_likes_its_rows_does_not_matter(shop: Shop) -> None:
    """A row factory on the host's connection is its own affair: it stays, and orders are read as ever."""
    family = keep(shop.storage, new_family())
    with shop.transaction() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.row_factory = factory = sqlite3.Row if shop.is_sqlite else dict_row
        hosted = shop.storage.within(connection)
        commit(hosted, change_of(family, noted(family, "hosted")))
        assert load(hosted, family.order.id).order.contract == "hosted"
        assert driver.row_factory is factory
        driver.row_factory = None if shop.is_sqlite else tuple_row
    assert load(shop.storage, family.order.id).order.version == 2


def test_a_host_that_could_lose_a_commit_is_refused_on_sqlite(tmp_path: Path) -> None:
    """With `full`, the host's connection has to be as durable as ours would be."""
    shop = Shop(f"sqlite:///{tmp_path}/shop.db", durability="full")
    shop.storage.migrate()
    with shop.transaction() as connection:
        keep(shop.storage.within(connection), new_family())
    with shop.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match=r"synchronous=1.*durability='relaxed'"):
            shop.storage.within(connection)
    shop.close()


def test_a_host_that_could_lose_a_commit_is_refused_on_postgresql(postgres_dsn: str) -> None:
    """With `full`, the host's connection has to be as durable as ours would be."""
    with database(postgres_dsn) as url:
        forgetful = make_url(url).update_query_dict({"options": "-c synchronous_commit=off"})
        shop = Shop(forgetful.render_as_string(hide_password=False), durability="full")
        with shop.transaction() as connection, pytest.raises(StorageError, match="synchronous_commit=off"):
            shop.storage.within(connection)
        shop.close()


def test_another_driver_is_refused(tmp_path: Path) -> None:
    """Ids and JSON would cross another driver in another way, unnoticed."""
    shop = Shop(f"sqlite:///{tmp_path}/shop.db")
    with shop.transaction() as connection:
        connection.dialect.driver = "pysqlcipher"
        with pytest.raises(StorageError, match="sqlite\\+pysqlcipher"):
            shop.storage.within(connection)
    shop.close()


def _asked(shop: Shop, act: Callable[[HostedStorage], object]) -> list[str]:
    """The SQL that reaches SQLite while the store acts."""
    heard: list[str] = []
    with shop.transaction() as connection:
        hosted = shop.storage.within(connection)
        driver = connection.connection.driver_connection
        assert isinstance(hosted, HostedStorage)
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(heard.append)
        act(hosted)
        driver.set_trace_callback(None)
    return heard


def test_no_question_is_asked_per_row(tmp_path: Path) -> None:
    """An order of forty lines is loaded, and forty orders are listed, with as many questions as one."""
    shop = Shop(f"sqlite:///{tmp_path}/shop.db")
    shop.storage.migrate()
    line = NewLine("MUG", "A mug", unit_price=Money("10.00", "EUR"))
    small = keep(shop.storage, new_family(line))
    few = len(_asked(shop, listed))
    large = keep(shop.storage, new_family(*[line] * 40, number=2))
    for number in range(3, 43):
        keep(shop.storage, new_family(line, number=number))
    of_small, of_large = (_asked(shop, partial(load, order_id=one.order.id)) for one in (small, large))
    assert len(of_small) == len(of_large) < 20
    assert len(_asked(shop, listed)) == few
    shop.close()
