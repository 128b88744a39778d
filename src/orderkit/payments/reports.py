"""What a gateway says happened to one of its objects, by webhook or when it is asked for all it knows."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from orderkit.money import Money
from orderkit.payments.outcomes import Outcome
from orderkit.payments.records import OperationKind


@frozen(kw_only=True)
class Report:
    """One fact of a gateway. It names our operation where we caused it, otherwise (account, type, reference).

    Attributes:
        type: what kind of movement it is.
        reference: the gateway's own id of the object (a charge, a refund, a dispute); the same whenever it is told.
        outcome: what came of it so far. Repeating it, or telling an earlier outcome later, changes nothing.
        key: our operation's id, where the gateway carries it.
        scope, payment_id: ours, where the gateway carries them in its metadata.
        on: the gateway's reference of the sale or authorization it belongs to: the way to the payment without them.
        cumulative: the outcome's amount is all that has moved by this type so far, not by this object alone.
        credited: of a fee: what is left for us of the gross, in the fee's own currency (row S4-32).
    """

    type: OperationKind
    reference: str
    outcome: Outcome
    key: UUID | None = None
    scope: str | None = None
    payment_id: UUID | None = None
    on: str | None = None
    cumulative: bool = False
    credited: Money | None = None
