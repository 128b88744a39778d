"""What orderkit asks of a payment gateway's adapter, and what a gateway tells by itself.

Every call carries our operation's id as the idempotency key, and answers with an outcome, a value. An adapter turns
what it knows to be definitive into `Declined` or `Rejected` and everything else (a time-out, a 5xx, a dropped
connection) into `Unknown`; an exception that escapes it counts as `Unknown` too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from attrs import frozen

from orderkit.capabilities import Capabilities
from orderkit.money import Money
from orderkit.payments.outcomes import NeverSeen, Outcome, Unknown
from orderkit.payments.records import OperationKind
from orderkit.payments.reports import Report


@frozen(kw_only=True)
class Instruction:
    """One operation as the gateway is asked for it.

    Attributes:
        key: our operation's id: the idempotency key, the same for every try.
        type: which operation; amount: how much, never zero.
        method: the opaque handle for the means of payment.
        on: the gateway's own reference of the operation this one acts on (the authorization, the charge).
        on_key: our key of that operation, for a gateway that names its objects by our keys.
        final: of a capture: it is the last one, the gateway releases the rest by itself.
        scope, order_id, order_number, customer_id: for the gateway's metadata; a webhook brings them back.
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
    scope: str = ""
    on_key: UUID | None = None
    final: bool = False


@frozen(kw_only=True)
class Inquiry:
    """Which payment is meant when the gateway is asked for all that it knows.

    Attributes:
        reference: the gateway's own for the sale or the authorization; None where no answer ever came.
        keys: our operations' ids, the oldest first.
    """

    scope: str
    order_id: UUID
    payment_id: UUID
    reference: str | None
    keys: tuple[UUID, ...]


@frozen(kw_only=True)
class Event:
    """A webhook as its adapter reads it: the gateway's id and name for it, and what it says happened.

    No reports is an event that concerns no money of ours; it is acknowledged and kept.
    """

    id: str
    type: str
    reports: tuple[Report, ...] = ()


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


@runtime_checkable
class EventSource(Protocol):
    """A gateway that calls us: what an adapter adds so that `Orderkit.receive` can take its webhooks."""

    def authenticate(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
        """Nothing where the body was signed by the gateway not long before `at`.

        Raises:
            InvalidRequest: a missing, wrong, expired or future signature; `field` is ``signature`` or ``timestamp``.
        """

    def event(self, body: bytes) -> Event:
        """What an authentic body says.

        Raises:
            InvalidRequest: it is no event at all (not JSON, no id); an unknown type of event is one without reports.
        """


@runtime_checkable
class Bookkeeper(Protocol):
    """A gateway that can say all it knows about one payment, whoever caused it; `sync_payments` asks it (S3-33)."""

    def statement(self, inquiry: Inquiry) -> tuple[Report, ...] | Unknown:
        """Everything that happened to the payment, in any order; nothing where it has never heard of it."""


@runtime_checkable
class CreditKeeper(Protocol):
    """A gateway that keeps what customers have with us; money that nobody owes can be moved there."""

    def grant(self, instruction: Instruction) -> Outcome:
        """Put the amount on the customer's account, once per key."""
