"""What orderkit asks of a payment gateway's adapter.

Every call carries our operation's id as the idempotency key, and answers with an outcome, a value. An adapter turns
what it knows to be definitive into `Declined` or `Rejected` and everything else (a time-out, a 5xx, a dropped
connection) into `Unknown`; an exception that escapes it counts as `Unknown` too.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from attrs import frozen

from orderkit.capabilities import Capabilities
from orderkit.money import Money
from orderkit.payments.outcomes import NeverSeen, Outcome
from orderkit.payments.records import OperationKind


@frozen(kw_only=True)
class Instruction:
    """One operation as the gateway is asked for it.

    Attributes:
        key: our operation's id: the idempotency key, the same for every try.
        type: which operation; amount: how much, never zero.
        method: the opaque handle for the means of payment.
        on: the gateway's own reference of the operation this one acts on (the authorization, the charge).
        order_id, order_number, customer_id: for the gateway's metadata.
    """

    key: UUID
    type: OperationKind
    amount: Money
    method: str | None
    on: str | None
    payment_id: UUID
    order_id: UUID
    order_number: int
    customer_id: str


class PaymentGateway(Protocol):
    """One account at one gateway."""

    @property
    def account(self) -> str:
        """The account's own name at the gateway; stored with every payment."""

    @property
    def capabilities(self) -> Capabilities: ...

    def authorize(self, instruction: Instruction) -> Outcome: ...

    def sale(self, instruction: Instruction) -> Outcome:
        """Authorize and capture in one step."""

    def capture(self, instruction: Instruction) -> Outcome: ...

    def void(self, instruction: Instruction) -> Outcome:
        """Release what is held, or cancel an attempt in flight; "already gone" is `Approved` (F066)."""

    def refund(self, instruction: Instruction) -> Outcome: ...

    def look_up(self, instruction: Instruction) -> Outcome | NeverSeen:
        """What became of the operation with this key; `NeverSeen` only where the gateway is certain."""
