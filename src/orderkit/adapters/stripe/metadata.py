"""What we write into Stripe's metadata, and find there again: the way back from any object to our operation.

Only the names and the two directions live here. Metadata may be changed by anybody with access to the account, so what
is no id of ours is read as nothing.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from attrs import frozen

from orderkit.adapters.stripe.reading import Body, texts
from orderkit.payments.outcomes import Outcome
from orderkit.payments.records import OperationKind
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Instruction

OPERATION: Final = "orderkit_operation"
PAYMENT: Final = "orderkit_payment"
ORDER: Final = "orderkit_order"
SCOPE: Final = "orderkit_scope"
NUMBER: Final = "orderkit_number"
_CAPTURE: Final = "capture_"  # with our key behind it, the 40 characters that a name in metadata may have


@frozen
class Names:
    """Which operation and payment of ours an object belongs to, as far as its metadata say."""

    key: UUID | None
    scope: str | None
    payment_id: UUID | None

    def report(
        self, type: OperationKind, outcome: Outcome, *, reference: str, on: str | None, cumulative: bool = False
    ) -> Report:
        """A report that carries these names."""
        return Report(
            type=type,
            reference=reference,
            outcome=outcome,
            key=self.key,
            scope=self.scope,
            payment_id=self.payment_id,
            on=on,
            cumulative=cumulative,
        )


def written(instruction: Instruction) -> dict[str, str]:
    """The metadata of a new object. An empty scope is left out: Stripe deletes what is set to an empty text."""
    metadata = {
        OPERATION: str(instruction.key),
        PAYMENT: str(instruction.payment_id),
        ORDER: str(instruction.order_id),
        NUMBER: str(instruction.order_number),
    }
    return {**metadata, SCOPE: instruction.scope} if instruction.scope else metadata


def names_in(metadata: dict[str, str]) -> Names:
    """What an object's metadata name."""
    payment_id = _uuid(metadata.get(PAYMENT))
    scope = None if payment_id is None else metadata.get(SCOPE, "")
    return Names(_uuid(metadata.get(OPERATION)), scope, payment_id)


def names_of(body: Body) -> Names:
    """What a body's metadata name."""
    return names_in(texts(body, "metadata"))


def capture_name(key: UUID) -> str:
    """Under which name a capture is noted on its intent, in the very call that captures; the value is the amount."""
    return f"{_CAPTURE}{key.hex}"


def captures_in(metadata: dict[str, str]) -> dict[UUID, int]:
    """The captures that are noted on an intent: our keys, and the amounts in Stripe's units."""
    noted = ((_uuid(name[len(_CAPTURE) :]), value) for name, value in metadata.items() if name.startswith(_CAPTURE))
    return {key: int(value) for key, value in noted if key and value.isascii() and value.isdigit() and int(value)}


def _uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
