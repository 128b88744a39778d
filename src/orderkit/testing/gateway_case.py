"""What the parts of the gateway's exam share: the adapter under test, and instructions to give it. No test is here."""

from __future__ import annotations

from typing import Final

import pytest
from attrs import evolve

from orderkit.keys import UuidSequence
from orderkit.money import Money
from orderkit.payments.outcomes import Approved, Declined, Outcome, Pending, Rejected, RequiresAction, Unknown
from orderkit.payments.records import OperationKind
from orderkit.ports.clock import SystemClock
from orderkit.ports.gateway import Inquiry, Instruction, PaymentGateway

_KEYS = UuidSequence()
REFUSED: Final = (Declined, Rejected)
OUTCOMES: Final = (Approved, Pending, RequiresAction, Declined, Rejected, Unknown)


class GatewayCase:
    """What the author of an adapter fills in, and the words that the tests are written in.

    Attributes:
        method: the handle that the gateway approves at once, where it needs one.
        declined_method: a handle that the gateway declines; None where there is none, and declines are not tried.
        currency: one that the account takes, with two digits.
    """

    method: str | None = None
    declined_method: str | None = None
    currency: str = "EUR"

    @pytest.fixture
    def gateway(self) -> PaymentGateway:
        """The adapter, on an account where nothing costs anything."""
        raise NotImplementedError("give the suite a fixture named gateway that returns the adapter")

    def instruction(self, type: OperationKind, amount: str = "10.00", *, on: str | None = None) -> Instruction:
        """A new operation with a key of its own; `on` is the reference of the one it acts on."""
        now = SystemClock().now()
        return Instruction(
            key=_KEYS.new(now),
            type=type,
            amount=Money(amount, self.currency),
            method=self.method,
            on=on,
            payment_id=_KEYS.new(now),
            order_id=_KEYS.new(now),
            order_number=1,
            customer_id="c-1",
            scope="exam",
        )

    def needs(self, gateway: PaymentGateway, *capabilities: str) -> None:
        """Skip the test unless the adapter declares these."""
        missing = [each for each in capabilities if not getattr(gateway.capabilities, each)]
        if missing:
            pytest.skip(f"the adapter does not declare {', '.join(missing)}")

    def done(self, outcome: Outcome) -> str:
        """The reference of an operation that is approved, or that waits for a person."""
        assert isinstance(outcome, Approved | Pending), outcome
        assert outcome.reference
        return outcome.reference

    def acting(self, before: Instruction, type: OperationKind, amount: str, on: str) -> Instruction:
        """An operation on the same payment as an earlier one."""
        made = self.instruction(type, amount, on=on)
        return evolve(made, payment_id=before.payment_id, order_id=before.order_id)

    def with_method(self, instruction: Instruction, method: str) -> Instruction:
        """The same, paid by another means."""
        return evolve(instruction, method=method)

    def inquiry(self, *instructions: Instruction, reference: str | None) -> Inquiry:
        """All that happened to the payment of these instructions."""
        first = instructions[0]
        keys = tuple(each.key for each in instructions)
        return Inquiry(
            scope=first.scope, order_id=first.order_id, payment_id=first.payment_id, reference=reference, keys=keys
        )
