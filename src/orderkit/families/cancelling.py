"""How an order is cancelled: an unpaid one at once, a paid one with what has to become of its money; pure.

Cancelling with money is a plan: every step is listed with its amount before anything happens, and the commit that
cancels writes all its intents down (design §4, Plans). What a gateway cannot do is a step for a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Literal
from uuid import UUID

from attrs import evolve, frozen

from orderkit.cases import Case
from orderkit.errors import Refusal, TransitionRefused
from orderkit.facts import Fact
from orderkit.family import OrderFamily
from orderkit.items.decisions import heard
from orderkit.items.events import ItemMoved
from orderkit.money import Money
from orderkit.orders.decisions import apply
from orderkit.orders.events import AttentionOpened, OrderCancelled, OrderMoved
from orderkit.orders.records import Attention
from orderkit.payments.decisions import GatewayAccount, begin_abandon, begin_return, begin_void
from orderkit.payments.folding import Figures, fold
from orderkit.payments.records import Operation, Payment
from orderkit.requests.decisions import cancelled as withdrawn
from orderkit.requests.events import PaymentRequestMoved

Settle = Literal["refund", "credit"]
StepName = Literal["cancel", "abandon", "void", "refund", "credit", "manual_void", "manual_refund"]


@frozen(kw_only=True)
class PlanStep:
    """One thing a plan will do: on which payment, with how much. A `manual_…` step is left to a person.

    `operation_id` is known once the plan was begun; how far it has come is that operation's status.
    """

    name: StepName
    payment_id: UUID | None = None
    amount: Money | None = None
    operation_id: UUID | None = None


@frozen(kw_only=True)
class Plan:
    """Everything that cancelling an order will do, in order: nothing happens that is not listed (row SX-27)."""

    name: str
    order_id: UUID
    version: int
    settle: Settle
    steps: tuple[PlanStep, ...]

    @property
    def token(self) -> str:
        """Stands for exactly these steps on this version of the order; executing with it does these or nothing."""
        steps = (f"{each.name} {each.payment_id} {each.amount}" for each in self.steps)
        text = "\n".join((str(self.order_id), str(self.version), *steps))
        return f"{self.name}.{self.settle}.{hashlib.sha256(text.encode()).hexdigest()[:32]}"


@frozen
class Cancelled:
    """The cancelled family with every intent written into it, the plan it follows, and what happened."""

    family: OrderFamily
    plan: Plan
    facts: tuple[Fact, ...]
    operations: tuple[Operation, ...]


def cancel(case: Case, *, with_reason: bool = False) -> tuple[OrderFamily, tuple[Fact, ...]]:
    """The unpaid order cancelled, its living items and open requests with it.

    Raises:
        TransitionNotPossible, TransitionRefused: the order is paid, being paid, or ended (rows S0-30, S0-33).
    """
    return _closed(case, "cancel", with_reason=with_reason)


def cancel_and_settle(
    case: Case,
    settle: Settle,
    *,
    accounts: Mapping[UUID, GatewayAccount],
    new_id: Callable[[], UUID],
    with_reason: bool = False,
) -> Cancelled:
    """Cancel an order with its money: attempts are abandoned, what is held is released, what was captured goes back.

    On an order that is cancelled already it does what is still to be done: what failed is tried again, what is under
    way is left alone (rows S2-28 to S2-30, S3-47).

    Raises:
        TransitionNotPossible, TransitionRefused: the order may not be cancelled, the outcome of an operation is
            unknown, or an attempt may still be on its way to its gateway (I-42).
    """
    family, facts = _closed(case, "cancel_and_settle", with_reason=with_reason)
    steps: list[PlanStep] = []
    if family.order.status != case.family.order.status:
        steps.append(PlanStep(name="cancel"))
    money = _Money(evolve(case, family=family), settle, accounts, new_id)
    for payment in sorted(family.payments, key=lambda each: (each.started_at, each.id), reverse=True):
        family = money.returned(family, payment)
    plan = Plan(
        name="cancel",
        order_id=family.order.id,
        version=case.family.order.version,
        settle=settle,
        steps=(*steps, *money.steps),
    )
    return Cancelled(family, plan, (*facts, *money.facts), tuple(money.operations))


def _closed(case: Case, event: str, *, with_reason: bool) -> tuple[OrderFamily, tuple[Fact, ...]]:
    before = case.family
    order = apply(case, event)
    if order.status == before.order.status:
        return before, ()
    facts: list[Fact] = [
        OrderMoved(order.id, event, before.order.status, order.status, order.kind),
        OrderCancelled(order.id, with_reason),
    ]
    family = before.with_order(order)
    for item in before.items:
        after = heard(case, item, "order_cancelled")
        if after is not item:
            family = family.with_item(after)
            facts.append(ItemMoved(order.id, item.id, item.status, after.status))
    for request in before.requests:
        closed = withdrawn(case, request)
        if closed is not request:
            family = family.with_request(closed)
            facts.append(PaymentRequestMoved(order.id, request.id, request.status, closed.status))
    return family, tuple(facts)


class _Money:
    """The steps about money, collected while the family is taken from payment to payment."""

    def __init__(
        self, case: Case, settle: Settle, accounts: Mapping[UUID, GatewayAccount], new_id: Callable[[], UUID]
    ) -> None:
        self.case, self.settle, self.accounts, self.new_id = case, settle, accounts, new_id
        self.steps: list[PlanStep] = []
        self.operations: list[Operation] = []
        self.facts: list[Fact] = []

    def returned(self, family: OrderFamily, payment: Payment) -> OrderFamily:
        """The family with everything under way that brings this payment's money back to the customer."""
        figures = fold(family.operations_of(payment.id))
        for name, amount in self._to_do(payment, figures):
            family = self._begun(family, payment, name, amount)
        return family

    def _to_do(self, payment: Payment, figures: Figures) -> Iterator[tuple[StepName, Money]]:
        through = self.accounts.get(payment.id)
        currency = payment.amount.currency
        if figures.authorizing + figures.charging > 0 and figures.voiding == 0:
            yield "abandon", payment.amount
        elif figures.capturable > 0:
            able = through is not None and through.capabilities.void
            yield ("void" if able else "manual_void"), Money.of_minor(figures.capturable, currency)
        if figures.refundable > 0:
            yield self._way_back(through), Money.of_minor(figures.refundable, currency)

    def _way_back(self, through: GatewayAccount | None) -> StepName:
        if self.settle == "credit":
            return "credit"
        return "refund" if through is not None and through.capabilities.refund else "manual_refund"

    def _begun(self, family: OrderFamily, payment: Payment, name: StepName, amount: Money) -> OrderFamily:
        case, id = evolve(self.case, family=family), self.new_id()
        if name in ("manual_void", "manual_refund"):
            self.steps.append(PlanStep(name=name, payment_id=payment.id, amount=amount))
            return self._left_to_a_person(family, payment, name, amount)
        if name == "abandon":
            begun = begin_abandon(case, payment.id, through=self._account(payment), operation_id=id)
        elif name == "void":
            begun = begin_void(case, payment.id, through=self._account(payment), operation_id=id)
        else:
            way: Settle = "credit" if name == "credit" else "refund"
            begun = begin_return(case, payment.id, way, amount, operation_id=id)
        self.steps.append(PlanStep(name=name, payment_id=payment.id, amount=amount, operation_id=id))
        self.operations.append(begun.operation)
        return begun.family

    def _account(self, payment: Payment) -> GatewayAccount:
        """What is under way at a gateway that is not wired any more keeps the order from being cancelled."""
        if payment.id not in self.accounts:
            order = self.case.family.order
            why = Refusal("nothing_in_flight", {"payment": str(payment.id), "status": payment.status})
            raise TransitionRefused("order", order.status, "cancel_and_settle", why)
        return self.accounts[payment.id]

    def _left_to_a_person(self, family: OrderFamily, payment: Payment, name: StepName, amount: Money) -> OrderFamily:
        params = {"payment": str(payment.id), "amount": str(amount), "gateway": payment.gateway}
        if any(each.code == name and dict(each.params) == params for each in family.attention):
            return family
        entry = Attention(id=self.new_id(), order_id=family.order.id, code=name, params=params, opened_at=self.case.at)
        self.facts.append(AttentionOpened(family.order.id, name))
        return family.with_attention(entry)
