"""What a payment is: the operations that were asked of one gateway account for one request, and their fold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from attrs import field, frozen

from orderkit.jsons import Json
from orderkit.money import Money
from orderkit.payments.outcomes import NextStep

OperationKind = Literal[
    "authorize",
    "sale",
    "capture",
    "void",
    "refund",
    "refund_reversal",
    "chargeback",
    "chargeback_reversal",
    "credit",
    "fee",
]


@frozen(kw_only=True)
class Operation:
    """One thing that was asked of the gateway, or that it reported by itself. Its id is the gateway's idempotency key.

    Attributes:
        amount: what was asked, in the payment's currency.
        moved: what moved; None until it has succeeded.
        settles: what it counts for in the order's currency, at the payment's frozen rate.
        reference: the gateway's own id for it, once known.
        send_before: the call may not begin after this instant.
        next_check_at: when recovery asks about it next; None once the outcome is definitive.
        final: a capture after which the gateway releases the rest by itself.
        cumulative: `moved` is all that has moved by this type so far; it folds by maximum with the single ones.
        acts_on, acts_on_reference: the operation that this one captures, releases or sends back, and the gateway's
            reference of it as it was known then; frozen with the intent, so that every try says the same (I-34).
        credited: of a fee: what is left for us of the gross, in the fee's own currency (row S4-32).
        code, message: why it was declined, rejected or is unknown.
    """

    lifecycle: ClassVar[str] = "operation"

    id: UUID
    order_id: UUID
    payment_id: UUID
    type: OperationKind
    amount: Money
    settles: Money
    status: str
    kind: str
    asked_at: datetime
    send_before: datetime
    next_check_at: datetime | None
    moved: Money | None = None
    refund_id: UUID | None = None
    reference: str | None = None
    next_step: NextStep | None = None
    code: str | None = None
    message: str | None = None
    answered_at: datetime | None = None
    final: bool = False
    cumulative: bool = False
    credited: Money | None = None
    acts_on: UUID | None = None
    acts_on_reference: str | None = None

    @property
    def reported(self) -> bool:
        """The gateway told of it by itself: there was never a call that might have begun."""
        return self.send_before <= self.asked_at


@frozen(kw_only=True)
class Payment:
    """Pays one request through one gateway account. Status and amounts are the fold of its operations, never set apart.

    Attributes:
        gateway, account: the key the host gave the gateway, and the account behind it, as of the payment.
        method: the opaque handle for the means of payment (a token, never a card number).
        rate: the payment's currency in the order's, frozen; 1 where they are the same (row S4-35).
        merchant: what the customer reads on the statement, as of the payment (row S4-34).
        one_click: paid with a stored method in one click; None where the gateway does not offer it (row S4-33).
        live: it may still bring money without being asked for more: in flight, in doubt, or authorized.
    """

    lifecycle: ClassVar[str] = "payment"

    id: UUID
    order_id: UUID
    request_id: UUID
    gateway: str
    account: str
    method: str | None
    amount: Money
    rate: Decimal
    status: str
    kind: str
    live: bool
    authorized: Money
    captured: Money
    refunded: Money
    charged_back: Money
    started_at: datetime
    next_step: NextStep | None = None
    merchant: str | None = None
    one_click: bool | None = None
    extra: Mapping[str, Json] = field(factory=dict)
