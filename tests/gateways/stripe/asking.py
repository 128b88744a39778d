"""Instructions and inquiries for the tests of this room, each with a key of its own."""

from __future__ import annotations

from uuid import UUID

from attrs import evolve

from orderkit import Approved, Instruction, Money
from orderkit.keys import UuidSequence
from orderkit.payments.outcomes import NeverSeen, Outcome, Pending, RequiresAction
from orderkit.payments.records import OperationKind
from orderkit.ports.clock import SystemClock
from orderkit.ports.gateway import Inquiry

_KEYS = UuidSequence()


def new_id() -> UUID:
    """A fresh id of this very moment."""
    return _KEYS.new(SystemClock().now())


def order(
    type: OperationKind, money: Money | None = None, *, method: str = "pm_card_visa", on: str | None = None
) -> Instruction:
    """An operation of a new payment; ten euros unless said otherwise."""
    return Instruction(
        key=new_id(),
        type=type,
        amount=money or Money("10.00", "EUR"),
        method=method,
        on=on,
        payment_id=new_id(),
        order_id=new_id(),
        order_number=481,
        customer_id="c-1",
        scope="acme",
    )


def then(before: Instruction, type: OperationKind, amount: str, *, on: str, final: bool = False) -> Instruction:
    """An operation on the payment of an earlier one."""
    money = Money(amount, before.amount.currency)
    return evolve(before, key=new_id(), type=type, amount=money, on=on, final=final, on_key=before.key)


def reference(outcome: Outcome | NeverSeen) -> str:
    """What an answer calls the operation."""
    assert isinstance(outcome, Approved | Pending | RequiresAction), outcome
    return outcome.reference


def inquiry(asked: Instruction, *, on: str | None) -> Inquiry:
    """The question for all that is known of an instruction's payment."""
    return Inquiry(
        scope=asked.scope, order_id=asked.order_id, payment_id=asked.payment_id, reference=on, keys=(asked.key,)
    )
