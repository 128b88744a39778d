"""The words that revisions are written in: columns by kind, references within a family, partial indexes.

What a revision that was released says with them may never change; a new meaning is a new word.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def ids(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    kind = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")
    return [sa.Column(name, kind, nullable=nullable) for name in names]


def texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def codes(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.CHAR(3), nullable=nullable) for name in names]


def wholes(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def digits(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.SmallInteger(), nullable=False) for name in names]


def zeros(*names: str) -> list[sa.Column[int]]:
    """Whole numbers that are zero in the rows that are there."""
    return [sa.Column(name, sa.BigInteger(), nullable=False, server_default="0") for name in names]


def flags(*names: str, nullable: bool = False) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=nullable) for name in names]


def unset_flags(*names: str) -> list[sa.Column[bool]]:
    """Flags that are not set in the rows that are there."""
    return [sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()) for name in names]


def raw_bytes(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary(), nullable=False) for name in names]


def objects(*names: str) -> list[sa.Column[str]]:
    kind = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
    return [sa.Column(name, kind, nullable=False) for name in names]


def within(table: str, *columns: str, name: str) -> sa.ForeignKeyConstraint:
    """A reference within one family: to the order itself, or to a row beside it."""
    key = ("scope", "id") if table == "orderkit_orders" else ("scope", "order_id", "id")
    return sa.ForeignKeyConstraint(columns, [f"{table}.{column}" for column in key], name=name)


def add_columns(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column)


def drop_columns(table: str, *names: str) -> None:
    for name in names:
        op.drop_column(table, name)


def create_partial_index(name: str, table: str, columns: list[str], *, where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
