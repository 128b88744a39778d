"""What the gateway says about its bookings and about what waits: reports, made from the ledger alone.

Nothing is decided, kept or sent here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast
from uuid import UUID

from attrs import define

from orderkit.adapters.scripted.bank import Bank, Booking, said_of
from orderkit.money import Money
from orderkit.payments.outcomes import (
    Approved,
    Declined,
    NeverSeen,
    Outcome,
    Pending,
    RequiresAction,
)
from orderkit.payments.records import OperationKind
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Instruction


@define(kw_only=True)
class Reporter:
    """Tells of one bank.

    Attributes:
        carries_metadata: reports bring our key, scope and payment back; otherwise they name references alone.
        tells_totals: a capture is told as all that was captured of the authorization so far.
    """

    bank: Bank
    carries_metadata: bool = True
    tells_totals: bool = False

    def of_booking(self, booking: Booking) -> Report:
        """The movement as done; what the bank released by itself is a void that nobody asked for."""
        told = cast(OperationKind, "void" if booking.type == "release" else booking.type)
        if told == "capture" and self.tells_totals:
            return self._total(booking)
        return Report(
            type=told,
            reference=booking.reference,
            outcome=said_of(booking),
            on=booking.on,
            credited=booking.credited,
            key=booking.key if self.carries_metadata and booking.type != "release" else None,
            scope=booking.scope if self.carries_metadata else None,
            payment_id=booking.payment_id if self.carries_metadata else None,
        )

    def of_answer(self, asked: Instruction) -> Report | None:
        """An operation that is not booked: waiting, or declined; None where the gateway made no object of it.

        An approval that the script made up is none either: the bank does not lie.
        """
        outcome = self.bank.answered.get(asked.key, NeverSeen())
        reference = _reference(asked, outcome)
        if reference is None or isinstance(outcome, NeverSeen):
            return None
        root = self.bank.root(asked.payment_id)
        return Report(
            type=asked.type,
            reference=reference,
            outcome=outcome,
            on=root.reference if root is not None else asked.on,
            key=asked.key if self.carries_metadata else None,
            scope=asked.scope if self.carries_metadata else None,
            payment_id=asked.payment_id if self.carries_metadata else None,
        )

    def statement(self, payment_id: UUID, *, visible: Callable[[UUID], bool]) -> tuple[Report, ...]:
        """Everything about one payment, but for the operations that are too young to be seen."""
        return tuple(self._reports(payment_id, visible))

    def _reports(self, payment_id: UUID, visible: Callable[[UUID], bool]) -> Iterator[Report]:
        lines = [each for each in self.bank.bookings(payment_id) if each.key is None or visible(each.key)]
        captures = [each for each in lines if each.type == "capture"]
        for each in lines:
            if not (self.tells_totals and each in captures[:-1]):
                yield self.of_booking(each)
        for asked in list(self.bank.asked.values()):
            if asked.payment_id == payment_id and visible(asked.key) and not self.bank.booked(asked.key):
                report = self.of_answer(asked)
                if report is not None:
                    yield report

    def _total(self, booking: Booking) -> Report:
        """As a gateway counts that keeps one figure per authorization: no capture has an id of its own."""
        lines = self.bank.bookings(booking.payment_id)
        upto = lines[: lines.index(booking) + 1]
        minor = sum(each.amount.minor for each in upto if each.type == "capture")
        reference = booking.on or booking.reference
        return Report(
            type="capture",
            reference=reference,
            outcome=Approved(reference, Money.of_minor(minor, booking.amount.currency)),
            on=booking.on,
            cumulative=True,
            scope=booking.scope if self.carries_metadata else None,
            payment_id=booking.payment_id if self.carries_metadata else None,
        )


def declined_reference(asked: Instruction) -> str:
    """What a declined attempt is called at the gateway."""
    return f"{asked.type}_declined_{asked.key.hex}"


def _reference(asked: Instruction, outcome: Outcome | NeverSeen) -> str | None:
    match outcome:
        case Pending(reference) | RequiresAction(reference):
            return reference
        case Declined():
            return declined_reference(asked)
        case _:
            return None
