"""How a value crosses to a driver and comes back, where that is not plain: ids, JSON, instants, money, exact decimals.

Only such conversions live here. What comes out of a database is trusted to be what went in: `Any` is the driver's type.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from attrs import frozen

from orderkit.codec import from_micros
from orderkit.errors import StorageError
from orderkit.keys import to_micros
from orderkit.money import LARGEST, SMALLEST, Money
from orderkit.payments.outcomes import NextStep, Redirect, Wait

Row = tuple[Any, ...]


@frozen
class Wire:
    """The two values that SQLite and PostgreSQL take differently.

    Attributes:
        id, uuid: an id as the driver takes it, and what the driver gives as an id.
        parsed: the JSON object that the driver gives, where it has not parsed it itself.
    """

    id: Callable[[UUID], object]
    uuid: Callable[[Any], UUID]
    parsed: Callable[[Any], Any]

    def id_or_none(self, id: UUID | None) -> object:
        return None if id is None else self.id(id)

    def uuid_or_none(self, stored: Any) -> UUID | None:  # noqa: ANN401  # the driver's type
        return None if stored is None else self.uuid(stored)


def fits(number: int) -> bool:
    """A database can hold the number; where it cannot, no row has it."""
    return SMALLEST <= number <= LARGEST


def minor(money: Money, currency: str) -> int:
    """The money's minor units, beside the currency that the row names once.

    Raises:
        StorageError: the money is of another currency; stored without it, it would change its worth.
    """
    if money.currency != currency:
        raise StorageError(f"{money} cannot be stored in a row of {currency} amounts; a record has one currency")
    return money.minor


def money_or_none(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money.of_minor(minor, currency)


def money_columns(money: Money | None) -> tuple[int | None, str | None]:
    """Money in a currency of its own, where there is any."""
    return (None, None) if money is None else (money.minor, money.currency)


def micros_or_none(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)


def instant_or_none(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def decimal_text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def decimal_or_none(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def day_or_none(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def step_columns(step: NextStep | None) -> tuple[str | None, str | None]:
    """What the customer has to do, as its kind and its one detail."""
    match step:
        case Redirect(url):
            return "redirect", url
        case Wait(until):
            return "wait", until
        case None:
            return None, None


def step_of(kind: str | None, detail: str | None) -> NextStep | None:
    if kind is None:
        return None
    return Redirect(detail or "") if kind == "redirect" else Wait(detail)
