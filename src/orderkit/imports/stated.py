"""What one line of a file states: a sale, a cancellation, or something that is refused with its reason.

Only frozen records live here. Amounts are exact decimals in major units with their sign: what a line adds to the sum
of its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from attrs import field, frozen

from orderkit.errors import Refusal
from orderkit.imports.exact import negative, product
from orderkit.money import Price


@frozen(kw_only=True)
class _Stated:
    """What sales and cancellations state alike.

    Attributes:
        line: the number of the line in the file, from 1.
        order: the order's id in the file.
        customer, name: who bought, as the file refers to them; None where it does not say.
        offer, title: what was sold; the title falls back to the offer's code.
        quantity: units, above zero for cancellations too.
        placed_at: an instant, UTC.
        extra: the file's other columns, by ``"<map>.<header>"``.
    """

    line: int
    order: str
    customer: str | None = None
    name: str | None = None
    offer: str
    title: str
    quantity: int
    unit_price: Price
    placed_at: datetime
    extra: Mapping[str, str] = field(factory=dict)

    @property
    def currency(self) -> str:
        return self.unit_price.currency


@frozen(kw_only=True)
class SaleLine(_Stated):
    """Something was sold."""

    @property
    def amount(self) -> Decimal:
        """Quantity times unit price, exact: it may have more digits than the currency."""
        return product(self.quantity, self.unit_price.amount)


@frozen(kw_only=True)
class CancellationLine(_Stated):
    """Something that was sold is taken back; the line does not say which sale it reverses.

    `repeat` is the how many-th line of its order that says exactly this, from 1: it tells two equal lines apart.
    """

    repeat: int = 1

    @property
    def amount(self) -> Decimal:
        """Quantity times unit price, exact and negative."""
        return negative(product(self.quantity, self.unit_price.amount))


@frozen(kw_only=True)
class RefusedLine:
    """A line that nothing can be done with, and why; kept so that its amount is lost nowhere.

    Attributes:
        quantity: as in the file, with its sign; 0 when it is no whole number.
        amount: as in the file, with its sign; None when the line is unreadable.
        currency: None when the line names none that is known.
    """

    line: int
    refusal: Refusal
    order: str | None = None
    quantity: int = 0
    amount: Decimal | None = None
    currency: str | None = None


StatedLine: TypeAlias = SaleLine | CancellationLine
ParsedLine: TypeAlias = SaleLine | CancellationLine | RefusedLine
