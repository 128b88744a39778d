"""The kinds of column that orderkit's tables are made of, and the columns that many of them share.

Every kind crosses to the driver as it is: an id is a `uuid` on PostgreSQL and 16 bytes on SQLite, an instant counts
microseconds since 1970 in UTC, money counts minor units beside one currency code per row, exact decimals and what is
hashed are text, the host's JSON is `jsonb` or text. So no statement needs SQLAlchemy to convert a value.
"""

from __future__ import annotations

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    TypedColumns,
    false,
)
from sqlalchemy import PrimaryKeyConstraint as PrimaryKey
from sqlalchemy.dialects.postgresql import JSONB, UUID


def identity() -> Column[object]:
    """An id."""
    return Column(LargeBinary(16).with_variant(UUID(), "postgresql"), nullable=False)


def identity_or_none() -> Column[object | None]:
    """The id of something else, where there is one."""
    return Column(LargeBinary(16).with_variant(UUID(), "postgresql"), nullable=True)


def whole() -> Column[int]:
    """A whole number: a quantity, a version, a number for people, minor units, microseconds."""
    return Column(BigInteger(), nullable=False)


def whole_or_none() -> Column[int | None]:
    return Column(BigInteger(), nullable=True)


def string() -> Column[str]:
    return Column(String(), nullable=False)


def string_or_none() -> Column[str | None]:
    return Column(String(), nullable=True)


def flag() -> Column[bool]:
    return Column(Boolean(), nullable=False)


def flag_or_none() -> Column[bool | None]:
    return Column(Boolean(), nullable=True)


def later_flag() -> Column[bool]:
    """A flag that a later revision added: not set in the rows that were there."""
    return Column(Boolean(), nullable=False, server_default=false())


def later_whole() -> Column[int]:
    """A whole number that a later revision added: zero in the rows that were there."""
    return Column(BigInteger(), nullable=False, server_default="0")


def digits() -> Column[int]:
    return Column(SmallInteger(), nullable=False)


def iso_code() -> Column[str]:
    """The ISO 4217 code of every amount in the row that no other column names."""
    return Column(CHAR(3), nullable=False)


def iso_code_or_none() -> Column[str | None]:
    """The ISO 4217 code of the one amount beside it."""
    return Column(CHAR(3), nullable=True)


def raw_bytes() -> Column[bytes]:
    """A body as it came."""
    return Column(LargeBinary(), nullable=False)


def json_object() -> Column[object]:
    """A JSON object: text that only JSON is written to, as SQLite's own JSON type would read numbers out of it."""
    return Column(Text().with_variant(JSONB(), "postgresql"), nullable=False)


class Scoped(TypedColumns):
    """Scope is the first column of every key: no two tenants can meet in one."""

    scope = string()


class OfOrder(Scoped):
    """A row of an order's family."""

    order_id = identity()


class Relative(OfOrder):
    """A row of an order's family that has an id of its own."""

    id = identity()


def key_of(table: str, *columns: str) -> PrimaryKey:
    return PrimaryKey(*columns, name=f"{table}_pk")


def relative_key(table: str) -> PrimaryKey:
    """Families are stored together, hence the order's id comes before the relative's own."""
    return key_of(table, "scope", "order_id", "id")


def within_order(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["scope", "order_id"], ["orderkit_orders.scope", "orderkit_orders.id"], name=f"{table}_order_fk"
    )


def beside(table: str, other: str, column: str) -> ForeignKeyConstraint:
    """`column` names a row of `other`, which must be of the same family."""
    targets = [f"{other}.scope", f"{other}.order_id", f"{other}.id"]
    noun = column.removesuffix("_id")
    return ForeignKeyConstraint(["scope", "order_id", column], targets, name=f"{table}_{noun}_fk")


def by_id(table: str) -> Index:
    """For the question which order a relative belongs to."""
    return Index(f"{table}_id_idx", "scope", "id")
