"""Orderkit's tables are made by migrations alone: by orderkit itself, or in a host's own Alembic history."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from textwrap import dedent

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, inspect, text

from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.adapters.sqlalchemy.migrating import VERSION_TABLE, configured
from orderkit.adapters.sqlalchemy.revisions import REVISION
from orderkit.adapters.sqlalchemy.tables import METADATA
from orderkit.errors import StorageError
from orderkit.ports.exchange import Delivery
from orderkit.testing.families import SCOPE, begun_payment, change_of, new_family
from orderkit.testing.postgres import database
from orderkit.testing.storage_steps import (
    CHANNEL,
    commit,
    go_on,
    keep,
    key_for,
    listed,
    load,
    message_for,
    noted,
    together,
    with_attention,
)
from orderkit.testing.storage_values import LATE

NewUrl = Callable[[], str]

DEFINITIONS = {
    "sqlite": """
        SELECT name, sql FROM sqlite_master WHERE name LIKE 'orderkit%' AND sql IS NOT NULL
        UNION ALL SELECT tables.name || '.' || columns.cid, columns.name || ' ' || columns.type
          FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns WHERE tables.name LIKE 'orderkit%'
    """,
    "postgresql": """
        SELECT table_name || '.' || ordinal_position, column_name || ' ' || data_type || ' ' || is_nullable
               || coalesce(' ' || column_default, '')
          FROM information_schema.columns WHERE table_name LIKE 'orderkit%'
        UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'orderkit%'
        UNION ALL SELECT conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
         WHERE conrelid::regclass::text LIKE 'orderkit%'
    """,
}
"""What a database says of our tables, in its own words."""


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewUrl]:
    """Gives empty databases, of either kind."""
    if request.param == "sqlite":
        numbers = count()
        yield lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db"
        return
    dsn: str = request.getfixturevalue("postgres_dsn")
    with database(dsn) as first, database(dsn) as second:
        rest = iter([first, second])
        yield lambda: next(rest)


@contextmanager
def store(url: str) -> Iterator[SqlStorage]:
    storage = SqlStorage(url, durability="relaxed")
    try:
        yield storage
    finally:
        storage.close()


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection whose changes are committed at the end."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def migrate(url: str) -> None:
    with store(url) as storage:
        storage.migrate()


def ours(connection: Connection) -> set[str]:
    return {name for name in inspect(connection).get_table_names() if name.startswith("orderkit")}


def definitions(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text(DEFINITIONS[connection.dialect.name])).all()
    return {row[0]: in_one_way(row[1]) for row in rows if not row[0].startswith(VERSION_TABLE)}


def in_one_way(definition: str) -> str:
    """The definition without its layout, which means nothing, and without the place of a table's columns.

    SQLite keeps the words that made a table, and puts a later column behind its constraints. The columns' own order is
    asked for beside it.
    """
    words = " ".join(definition.split())
    if not words.startswith("CREATE TABLE"):
        return words
    head, _, rest = words.partition("(")
    body, _, options = rest.rpartition(")")
    parts = re.split(r",(?![^(]*\))", body)  # at commas that are in no brackets
    return f"{head}({', '.join(sorted(part.strip() for part in parts))}){options}"


def test_the_revision_that_the_code_is_written_for_is_the_newest() -> None:
    """Alembic's head, what the code expects, and the branch that hosts depend on."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(configured(connection))
    engine.dispose()
    assert scripts.get_current_head() == REVISION
    assert [script.branch_labels for script in scripts.walk_revisions()][-1] == {"orderkit"}


def test_migrating_makes_the_tables_that_the_code_knows(new_url: NewUrl) -> None:
    """After the migrations a database is the very one that the tables describe: no drift (both say it in one way)."""
    migrated, described = new_url(), new_url()
    migrate(migrated)
    with connected(described) as connection:
        METADATA.create_all(connection)
        expected = definitions(connection)
        assert expected
    with connected(migrated) as connection:
        assert len(ours(connection)) == len(METADATA.tables) + 1
        theirs = {"include_name": lambda name, kind, _: kind != "table" or name in METADATA.tables}
        assert compare_metadata(MigrationContext.configure(connection, opts=theirs), METADATA) == []
        assert definitions(connection) == expected


def test_migrating_twice_changes_nothing(new_url: NewUrl) -> None:
    """`migrate` may be called at every start: it keeps what is there."""
    url = new_url()
    with store(url) as storage:
        storage.migrate()
        family = keep(storage, new_family())
        storage.migrate()
        assert load(storage, family.order.id) == family


def test_several_may_migrate_at_once(new_url: NewUrl) -> None:
    """Workers that all start with `migrate` wait for the first of them; none fails."""
    url = new_url()
    assert together(*[partial(migrate, url)] * 3) == [None] * 3
    with store(url) as storage:
        assert listed(storage).rows == ()


def test_a_migration_that_fails_leaves_nothing(new_url: NewUrl) -> None:
    """A table of ours that somebody else made stops the migration, and none of the others is there afterwards."""
    url = new_url()
    with connected(url) as connection:
        connection.execute(text("CREATE TABLE orderkit_operations (id INTEGER)"))
    with pytest.raises(StorageError, match="orderkit_operations"):
        migrate(url)
    with connected(url) as connection:
        assert ours(connection) == {"orderkit_operations"}


def test_going_back_leaves_nothing(new_url: NewUrl) -> None:
    """The downgrade drops every table of ours, whatever refers to what."""
    url = new_url()
    migrate(url)
    with connected(url) as connection:
        command.downgrade(configured(connection), "base")
        assert ours(connection) == {VERSION_TABLE}


@pytest.mark.parametrize("act", [SqlStorage.migrate, listed])
def test_a_database_of_a_newer_orderkit_is_refused(new_url: NewUrl, act: Callable[[SqlStorage], object]) -> None:
    """Both revisions are named, and nothing is read from tables that may mean something else by now."""
    url = new_url()
    migrate(url)
    with connected(url) as connection:
        connection.execute(text("UPDATE orderkit_schema SET revision = 'ok9999'"))
    with store(url) as storage, pytest.raises(StorageError, match=rf"ok9999.*{REVISION}.*newer"):
        act(storage)


def test_a_database_of_an_older_orderkit_says_what_to_do(new_url: NewUrl) -> None:
    """Both revisions and the call that helps are named."""
    url = new_url()
    migrate(url)
    with connected(url) as connection:
        connection.execute(text("UPDATE orderkit_schema SET revision = 'ok0000'"))
    with store(url) as storage, pytest.raises(StorageError, match=rf"ok0000, not {REVISION}.*migrate"):
        listed(storage)


def rows_of(connection: Connection, table: str, columns: Sequence[str]) -> list[dict[str, object]]:
    names = ", ".join(f'"{column}"' for column in columns)
    return [dict(row) for row in connection.execute(text(f"SELECT {names} FROM {table}")).mappings()]


def copied(source: Connection, target: Connection) -> None:
    """Every row of what the target knows, as its own columns hold it."""
    known = MetaData()
    known.reflect(target, only=lambda name, _: name.startswith("orderkit") and name in METADATA.tables)
    for table in known.sorted_tables:
        if table.name != "orderkit_schema" and (rows := rows_of(source, table.name, table.columns.keys())):
            target.execute(table.insert(), rows)


def test_a_database_with_orders_is_brought_up_to_date(new_url: NewUrl) -> None:
    """A database at ok0001 reads the same at ok0002: family, history, messages; what waited is due, nothing dead."""
    newest, old = new_url(), new_url()
    with store(newest) as storage:
        storage.migrate()
        family = new_family()
        messages = (message_for(family, 1), message_for(family, 2))
        commit(storage, change_of(None, family, messages=messages, key=key_for(family)))
        family = go_on(storage, go_on(storage, family, begun_payment(family)), with_attention(family))
        with storage.begin() as work:
            work.consume([messages[0].id], CHANNEL)
        with storage.reading() as reading:
            history = reading.history(SCOPE, family.order.id)
    with connected(old) as connection:
        command.upgrade(configured(connection), "ok0001")
        assert "attempts" not in {each["name"] for each in inspect(connection).get_columns("orderkit_outbox")}
        with connected(newest) as source:
            copied(source, connection)
    with store(old) as storage, pytest.raises(StorageError, match="ok0001"):
        listed(storage)
    with store(old) as storage:
        storage.migrate()
        assert load(storage, family.order.id) == family
        with storage.begin() as work:
            assert work.history(SCOPE, family.order.id) == history
            assert work.messages(CHANNEL, limit=9) == messages[1:]
            assert work.dead_messages(CHANNEL, limit=9) == ()
            claimed = work.claim(CHANNEL, owner="w", at=messages[1].at, until=LATE, limit=9)
            assert claimed == (Delivery(message=messages[1], due_at=messages[1].at),)
        go_on(storage, family, noted(family, "goes on"))


ENVIRONMENT = """
    from alembic import context
    from sqlalchemy import create_engine

    engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
    with engine.connect() as connection:
        context.configure(connection=connection, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
"""
SHOP = """
    import sqlalchemy as sa
    from alembic import op

    revision = "shop1"
    down_revision = None
    depends_on = "ok0001"

    def upgrade() -> None:
        op.create_table("shop_baskets", sa.Column("id", sa.Integer, primary_key=True))

    def downgrade() -> None:
        op.drop_table("shop_baskets")
"""


@pytest.fixture
def host(tmp_path: Path) -> Callable[[str], Config]:
    """A host's own Alembic environment, which takes orderkit's revisions in and has one that depends on them."""
    scripts = tmp_path / "migrations"
    (scripts / "versions").mkdir(parents=True)
    (scripts / "env.py").write_text(dedent(ENVIRONMENT))
    (scripts / "versions" / "shop1.py").write_text(dedent(SHOP))

    def config(url: str) -> Config:
        made = Config()
        made.set_main_option("script_location", str(scripts))
        made.set_main_option("path_separator", "newline")
        locations = [str(scripts / "versions"), "orderkit.adapters.sqlalchemy:migrations/versions"]
        made.set_main_option("version_locations", "\n".join(locations))
        made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        return made

    return config


def test_a_host_may_run_our_migrations_in_its_own_history(new_url: NewUrl, host: Callable[[str], Config]) -> None:
    """`alembic upgrade heads` of the host makes our tables before its own; the store takes the database as it is."""
    url = new_url()
    command.upgrade(host(url), "heads")
    with store(url) as storage:
        storage.migrate()
        family = keep(storage, new_family())
        assert load(storage, family.order.id) == family
    with connected(url) as connection:
        assert {"shop_baskets", "alembic_version"} <= set(inspect(connection).get_table_names())
        assert ours(connection) == set(METADATA.tables)
    command.downgrade(host(url), "shop1@base")
    command.downgrade(host(url), "orderkit@base")
    with connected(url) as connection:
        assert ours(connection) == set()


def test_the_history_of_a_host_is_left_to_the_host(new_url: NewUrl, host: Callable[[str], Config]) -> None:
    """Where a host's Alembic keeps our tables, `migrate` does not upgrade them behind its back, and says who must."""
    url = new_url()
    command.upgrade(host(url), "heads")
    with connected(url) as connection:
        connection.execute(text("UPDATE orderkit_schema SET revision = 'ok0000'"))
    with pytest.raises(StorageError, match=r"another Alembic history.*upgrade heads"):
        migrate(url)
