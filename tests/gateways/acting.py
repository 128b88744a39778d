"""What the tests of the scripted gateway act with: instructions on one payment, and a clock that they move."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from attrs import define, evolve

from orderkit import Instruction, Money
from orderkit.payments.records import OperationKind
from orderkit.ports.gateway import Inquiry
from orderkit.testing.gateway_suite import GatewaySuite

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
SUITE = GatewaySuite()


@define
class HandClock:
    """Stands still until it is moved."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


def new(type: OperationKind, amount: str = "10.00") -> Instruction:
    """An operation on a payment of its own."""
    return SUITE.instruction(type, amount)


def act(before: Instruction, type: OperationKind, amount: str = "10.00", on: str | None = None) -> Instruction:
    """Another operation on the same payment."""
    return evolve(SUITE.acting(before, type, amount, ""), on=on)


def asks_about(first: Instruction, reference: str | None = None) -> Inquiry:
    """All that is known of an instruction's payment."""
    return SUITE.inquiry(first, reference=reference)


def eur(amount: str) -> Money:
    return Money(amount, "EUR")
