"""Every statement of fixed shape, built with Core once and compiled once per database.

Only their making lives here. A statement that fits a table's rows takes the row as it is, or, to change it, the
columns behind the key first and the key last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from attrs import frozen
from sqlalchemy import Column, Integer, Select, Table, bindparam, delete, select, update
from sqlalchemy.sql import ClauseElement

from orderkit.adapters.sqlalchemy import tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Question
from orderkit.adapters.sqlalchemy.rows.wire import Row


@frozen
class Statement:
    """SQL text, the names of its values in the order of its placeholders, and the values that are always the same."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]

    def asked(self, **values: object) -> Question:
        known = {**self.constants, **values}
        return Question(self.sql, tuple(known[name] for name in self.names))


def compiled(database: Database, clause: ClauseElement, columns: Sequence[str] | None = None) -> Statement:
    """The clause in the database's own SQL."""
    made = clause.compile(dialect=database.compiler, column_keys=columns)
    names = tuple(made.positiontup or ())  # type: ignore[attr-defined]  # what it compiles to is an SQLCompiler
    return Statement(made.string, names, dict(made.params))


@cache
def inserting(database: Database, table: Table) -> str:
    """INSERT of whole rows; a row whose key is there already is left out, and the row count says so."""
    return _of_rows(database, table, database.insert_into(table).on_conflict_do_nothing())


@cache
def putting(database: Database, table: Table) -> str:
    """INSERT of whole rows, in place of those whose key is there already."""
    given = database.insert_into(table)
    key, others = _key_and_others(table)
    taken = {column.name: given.excluded[column.name] for column in others}
    return _of_rows(database, table, given.on_conflict_do_update(index_elements=key, set_=taken))


@cache
def counting(database: Database, table: Table) -> Statement:
    """Add `last` to the count under a key, and return the sum."""
    given = database.insert_into(table)
    key, _ = _key_and_others(table)
    summed = {"last": table.columns.last + given.excluded.last}
    counted = given.on_conflict_do_update(index_elements=key, set_=summed).returning(table.columns.last)
    return compiled(database, counted, _names(table.columns))


@cache
def updating(database: Database, table: Table, *also_as_before: str) -> str:
    """UPDATE of one row, by its key and by what some columns must still be."""
    key, others = _key_and_others(table)
    same = [*key, *(table.columns[name] for name in also_as_before)]
    statement = update(table).where(*(column == bindparam(f"was_{column.name}") for column in same))
    made = compiled(database, statement.values({column.name: bindparam(f"new_{column.name}") for column in others}))
    _require(made, [f"new_{column.name}" for column in others] + [f"was_{column.name}" for column in same])
    return made.sql


def to_update(table: Table, row: Row, *as_before: object) -> Row:
    """A row in the order in which `updating` takes it."""
    width = len(table.primary_key.columns)
    return (*row[width:], *row[:width], *as_before)


@cache
def of_order(database: Database, table: Table) -> str:
    """Every row of the table that belongs to one order; takes scope and order id, as the next two do."""
    return _by_order(database, select(table), table.columns.order_id)


@cache
def the_order(database: Database) -> str:
    """The order's own row, without the columns of its standing."""
    orders = tables.orders.c
    columns = list(orders)[: orders.keys().index("head") + 1]
    return _by_order(database, select(*columns), orders.id)


@cache
def the_version(database: Database) -> str:
    return _by_order(database, select(tables.orders.c.version), tables.orders.c.id)


@cache
def order_of(database: Database, table: Table) -> Statement:
    """The order that the row with an id belongs to."""
    mine = (table.columns.scope == bindparam("scope"), table.columns.id == bindparam("id"))
    return compiled(database, select(table.columns.order_id).where(*mine))


@cache
def order_with_number(database: Database) -> Statement:
    orders = tables.orders.c
    mine = (orders.scope == bindparam("scope"), orders.number == bindparam("number"))
    return compiled(database, select(orders.id).where(*mine))


@cache
def the_key(database: Database) -> Statement:
    keys = tables.command_keys
    mine = (column == bindparam(column.name) for column in keys.primary_key.columns)
    return compiled(database, select(keys).where(*mine))


@cache
def scopes(database: Database) -> Statement:
    return compiled(database, select(tables.orders.c.scope).distinct())


@cache
def erasing(database: Database) -> Statement:
    personal = tables.personal.c
    mine = (personal.scope == bindparam("scope"), personal.person == bindparam("person"))
    return compiled(database, delete(tables.personal).where(*mine))


@cache
def latest_refused(database: Database) -> Statement:
    refused = tables.refused.c
    newest_first = select(tables.refused).order_by(refused.at.desc(), refused.id.desc())
    mine = newest_first.where(refused.scope == bindparam("scope")).limit(bindparam("limit", type_=Integer()))
    return compiled(database, mine)


def _by_order(database: Database, asked: Select[*tuple[Any, ...]], id: Column[Any]) -> str:
    scope = id.table.columns.scope
    made = compiled(database, asked.where(scope == bindparam("scope"), id == bindparam("order_id")))
    _require(made, ["scope", "order_id"])
    return made.sql


def _of_rows(database: Database, table: Table, clause: ClauseElement) -> str:
    statement = compiled(database, clause, _names(table.columns))
    _require(statement, _names(table.columns))
    return statement.sql


def _key_and_others(table: Table) -> tuple[list[Column[Any]], list[Column[Any]]]:
    width = len(table.primary_key.columns)
    return list(table.columns)[:width], list(table.columns)[width:]


def _names(columns: Iterable[Column[Any]]) -> list[str]:
    return [column.name for column in columns]


def _require(statement: Statement, names: Sequence[str]) -> None:
    """Rows are handed over by position: refuse to start rather than store a value in another's column."""
    if list(statement.names) != list(names):
        raise AssertionError(f"the values of {statement.sql!r} are not in the order of the table's columns")
