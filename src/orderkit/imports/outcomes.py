"""What came of one line: how much was done, how much refused, and why.

Only the frozen outcome, its three makers, and the reasons that taking a line up may bring live here. Quantities and
amounts have the sign that the file gives them, so that done, refused and rounding add up to what the line states.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from attrs import frozen

from orderkit.errors import InvalidRequest, Refusal
from orderkit.imports.exact import ZERO, minus, negative, product, written
from orderkit.imports.sentences import sentence
from orderkit.imports.stated import CancellationLine, ParsedLine, RefusedLine, SaleLine
from orderkit.jsons import Json
from orderkit.money import Money


@frozen(kw_only=True)
class LineOutcome:
    """What came of one line.

    Attributes:
        action: what was done with the line, or with a part of it.
        quantity_done, quantity_refused: units; they add up to the line's quantity.
        amount_done: what orderkit now holds for the line: the sale's amount, or minus what was given back.
        amount_refused: exact; None when the line is unreadable.
        rounding: what is in the file beyond both, because orderkit keeps whole minor units only.
        reason: why a part or all of it was refused.
        note: anything else worth saying, such as that the line was imported before.
    """

    line: int
    order: str | None
    action: Literal["sale", "cancellation", "none"]
    quantity_done: int
    quantity_refused: int
    amount_done: Decimal
    amount_refused: Decimal | None
    rounding: Decimal = ZERO
    currency: str | None
    reason: Refusal | None = None
    note: str = ""

    @property
    def sentence(self) -> str:
        """Why something was refused, and the note, for people; empty when there is nothing to say."""
        return " ".join(filter(None, (sentence(self.reason) if self.reason else "", self.note)))

    def as_json(self) -> dict[str, Json]:
        """The outcome as plain JSON, amounts as text in major units."""
        return {
            "line": self.line,
            "order": self.order,
            "action": self.action,
            "quantity_done": self.quantity_done,
            "quantity_refused": self.quantity_refused,
            "amount_done": written(self.amount_done),
            "amount_refused": None if self.amount_refused is None else written(self.amount_refused),
            "rounding": written(self.rounding),
            "currency": self.currency,
            "reason": self.reason.code if self.reason else None,
            "sentence": self.sentence,
        }


def sold(line: SaleLine, *, note: str = "") -> LineOutcome:
    """The whole line was sold: its amount rounded once to the currency, the difference kept."""
    done = line.unit_price.times(line.quantity).amount
    return LineOutcome(
        line=line.line,
        order=line.order,
        action="sale",
        quantity_done=line.quantity,
        quantity_refused=0,
        amount_done=done,
        amount_refused=ZERO,
        rounding=minus(line.amount, done),
        currency=line.currency,
        note=note,
    )


def cancelled(
    line: CancellationLine, *, quantity: int, refunded: Money, refusal: Refusal | None = None, note: str = ""
) -> LineOutcome:
    """So many units of the line found their sale and `refunded` was given back for them; the rest is refused.

    `refusal` says why the rest is; without one, that no sale is left for it.

    Raises:
        InvalidRequest: the quantity is negative or more than the line's, money is given back for no units, or it is
            negative or of another currency.
    """
    rest = line.quantity - quantity
    if quantity < 0 or rest < 0:
        raise InvalidRequest("quantity", "is_within_line", found=quantity, most=line.quantity)
    if refunded.currency != line.currency or refunded.is_negative or (refunded and not quantity):
        raise InvalidRequest("refunded", "is_for_the_units", found=str(refunded), quantity=quantity)
    nothing_left = Refusal("finds_its_sale", {"left": rest, "quantity": line.quantity})
    exact = negative(product(quantity, line.unit_price.amount))
    done = negative(refunded.amount)
    return LineOutcome(
        line=line.line,
        order=line.order,
        action="cancellation" if quantity else "none",
        quantity_done=-quantity,
        quantity_refused=-rest,
        amount_done=done,
        amount_refused=minus(line.amount, exact),
        rounding=minus(exact, done),
        currency=line.currency,
        reason=(refusal or nothing_left) if rest else None,
        note=note,
    )


def refused(line: ParsedLine, refusal: Refusal | None = None, *, note: str = "") -> LineOutcome:
    """Nothing was done with the line; a `RefusedLine` brings its reason, any other needs `refusal`.

    Raises:
        InvalidRequest: there is no reason.
    """
    reason = refusal or (line.refusal if isinstance(line, RefusedLine) else None)
    if reason is None:
        raise InvalidRequest("refusal", "is_given")
    return LineOutcome(
        line=line.line,
        order=line.order,
        action="none",
        quantity_done=0,
        quantity_refused=-line.quantity if isinstance(line, CancellationLine) else line.quantity,
        amount_done=ZERO,
        amount_refused=line.amount,
        currency=line.currency,
        reason=reason,
        note=note,
    )


def changed_since(order: str) -> Refusal:
    """The order came before, with other lines: nobody knows which of the two is meant."""
    return Refusal("is_as_imported_before", {"order": order})


def unpaid(currency: str) -> Refusal:
    """The sale is not paid, so there is nothing to give back."""
    return Refusal("something_was_paid", {"paid": str(Money.zero(currency))})
