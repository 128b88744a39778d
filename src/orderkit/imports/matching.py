"""Matching: which sales a cancellation reverses, newest first, and never more than was sold.

Only the pure decision lives here; where the sales come from is for the driver. The file names no sale, so the match
rests on what both state: customer, offer and unit price.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Generic, TypeVar

from attrs import frozen

from orderkit.errors import InvalidRequest, Refusal
from orderkit.imports.stated import CancellationLine, SaleLine

Sale = TypeVar("Sale")


@frozen(kw_only=True)
class Candidate(Generic[Sale]):
    """A sale that may be reversed: what identifies it to the driver, when it was, and how many units are left of it."""

    sale: Sale
    placed_at: datetime
    remaining: int


@frozen
class Matched(Generic[Sale]):
    """So many units of one sale are reversed."""

    sale: Sale
    quantity: int


@frozen
class Match(Generic[Sale]):
    """What a cancellation reverses, newest sale first, and how many of its units found no sale."""

    parts: tuple[Matched[Sale], ...]
    left: int

    @property
    def quantity(self) -> int:
        """How many units found their sale."""
        return sum(part.quantity for part in self.parts)


def match(quantity: int, candidates: Iterable[Candidate[Sale]], *, at: datetime) -> Match[Sale]:
    """Spreads `quantity` units cancelled at `at` over the sales, newest first.

    A sale after `at` is not reversed: nobody cancels what was not bought yet. Of sales at one instant the later among
    the candidates counts as the newer. The parts and what is left always add up to `quantity`.

    Raises:
        InvalidRequest: the quantity is not above zero (F130).
    """
    if quantity <= 0:
        raise InvalidRequest("quantity", "is_positive_quantity", found=quantity)
    parts: list[Matched[Sale]] = []
    possible = [each for each in candidates if each.placed_at <= at and each.remaining > 0]
    possible.sort(key=lambda each: each.placed_at)
    for candidate in reversed(possible):
        if not quantity:
            break
        taken = min(quantity, candidate.remaining)
        parts.append(Matched(candidate.sale, taken))
        quantity -= taken
    return Match(tuple(parts), quantity)


def reverses(cancellation: CancellationLine, sale: SaleLine) -> bool:
    """The cancellation may be one of this sale: same customer, offer and unit price, and not before it.

    Two lines that name no customer are not known to be of the same one, so they never match.
    """
    return (
        cancellation.customer is not None
        and cancellation.customer == sale.customer
        and cancellation.offer == sale.offer
        and cancellation.unit_price == sale.unit_price
        and sale.placed_at <= cancellation.placed_at
    )


def has_customer(cancellation: CancellationLine) -> Refusal | None:
    """Why no sale can be looked for at all: the line does not say who bought."""
    return None if cancellation.customer is not None else Refusal("has_customer", {"field": "customer"})


def something_goes_back(cancellation: CancellationLine) -> Refusal | None:
    """Why there is nothing to refund: what is taken back was free."""
    return None if cancellation.unit_price.coefficient else Refusal("something_goes_back")
