"""What may be done with an order now, and for the rest why not: the order, its payments, items and refunds.

Only the list lives here. Whatever concerns several records at once is decided on trial, by the very decision that
would execute it; so what is offered is what is accepted (row SX-08).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar
from uuid import UUID

from attrs import evolve, frozen

from orderkit.actors import Actor
from orderkit.cases import Case
from orderkit.errors import InvalidRequest, Refusal, TransitionError
from orderkit.families.cancelling import cancel_and_settle
from orderkit.families.refunding import RefundItem, begin_refund, begin_sending_back, report_refund
from orderkit.family import OrderFamily
from orderkit.items.records import Item
from orderkit.lifecycles import Verdict
from orderkit.payments.outcomes import Approved
from orderkit.payments.records import Payment
from orderkit.refunds.decisions import approved
from orderkit.refunds.records import Refund
from orderkit.services.wiring import Wiring

_REPORTED = ("confirm", "reject")

T = TypeVar("T")


@frozen(kw_only=True)
class Action:
    """Something that may be asked for, now or not: `enabled` is exactly what executing it would answer (row SX-08).

    `on` is the noun, `id` the record; `refusal` says why not (row SX-07).
    """

    name: str
    on: str
    id: UUID
    enabled: bool
    refusal: Refusal | None


def actions_of(wiring: Wiring, actor: Actor, family: OrderFamily) -> tuple[Action, ...]:
    """What may be asked of the order, its payments, items and refunds, each enabled or with the reason why not."""
    case = wiring.case(family, actor, wiring.clock.now())
    return (
        *_of_order(wiring, case),
        *(action for payment in family.payments for action in _of_payment(wiring, case, payment)),
        *(action for item in family.items for action in _of_item(wiring, case, item)),
        *(action for refund in family.refunds for action in _of_refund(wiring, case, refund)),
    )


def _of_order(wiring: Wiring, case: Case) -> Iterator[Action]:
    order = case.family.order
    for each in case.allowed(order):
        if each.event == "cancel_and_settle" and each.enabled:
            yield _tried(each.event, "order", order.id, lambda: _cancelling_of(wiring, case))
        elif each.event != "refund":
            yield _action("order", order.id, each)
    yield _tried("refund", "order", order.id, lambda: _refund_of(wiring, case, _refundable(case)))


def _of_payment(wiring: Wiring, case: Case, payment: Payment) -> Iterator[Action]:
    """Where the gateway is not wired, nothing; where it stands for another account, only what a person reports."""
    reported, rest = _unreachable(wiring.account, payment.gateway), _unreachable(wiring.account_of, payment)
    params: dict[str, object] = {"keeps_credit": wiring.keeps_credit}
    if not reported:
        params["capabilities"] = wiring.account(payment.gateway).capabilities
    for verdict in case.allowed(payment, **params):
        closed = reported if verdict.event in _REPORTED else rest
        if verdict.event == "refund":
            continue
        if closed is None or verdict.event == "credit_excess":
            yield _action("payment", payment.id, verdict)
        else:
            yield Action(name=verdict.event, on="payment", id=payment.id, enabled=False, refusal=closed)


def _unreachable(find: Callable[[T], object], wanted: T) -> Refusal | None:
    try:
        find(wanted)
    except InvalidRequest as error:
        return error.refusal
    return None


def _of_item(wiring: Wiring, case: Case, item: Item) -> Iterator[Action]:
    yield from (_action("item", item.id, each) for each in case.allowed(item) if each.event != "refund")
    yield _tried("refund", "item", item.id, partial(_refund_of, wiring, case, (RefundItem(item.id),)))


def _of_refund(wiring: Wiring, case: Case, refund: Refund) -> Iterator[Action]:
    yield from (_action("refund", refund.id, each) for each in case.allowed(refund) if each.event != "approve")
    yield _tried("approve", "refund", refund.id, partial(_approval_of, wiring, case, refund))
    for event in ("confirm", "fail"):
        yield _tried(event, "refund", refund.id, partial(_report_of, wiring, case, refund, event))


def _refundable(case: Case) -> tuple[RefundItem, ...]:
    """Every item that its own table lets be refunded; all of them where none may, so that the reason shows."""
    able = [each for each in case.family.items if _allows(case, each, "refund")]
    return tuple(RefundItem(each.id) for each in able or case.family.items)


def _allows(case: Case, item: Item, event: str) -> bool:
    return any(each.enabled for each in case.allowed(item) if each.event == event)


def _cancelling_of(wiring: Wiring, case: Case) -> None:
    accounts = wiring.accounts(case.family.payments)
    cancel_and_settle(case, "refund", accounts=accounts, new_id=wiring.new_id(case.at))


def _refund_of(wiring: Wiring, case: Case, items: tuple[RefundItem, ...]) -> None:
    begin_refund(case, items, accounts=wiring.accounts(case.family.payments), new_id=wiring.new_id(case.at))


def _approval_of(wiring: Wiring, case: Case, refund: Refund) -> None:
    family = case.family.with_refund(approved(case, refund))
    accounts = wiring.accounts(family.payments)
    begin_sending_back(evolve(case, family=family), refund.id, accounts=accounts, new_id=wiring.new_id(case.at))


def _report_of(wiring: Wiring, case: Case, refund: Refund, event: str) -> None:
    by_person = wiring.confirmed_by_person(case.family.payments)
    report_refund(case, refund.id, Approved("on trial"), event=event, by_person=by_person)


def _tried(name: str, on: str, id: UUID, attempt: Callable[[], None]) -> Action:
    try:
        attempt()
    except (TransitionError, InvalidRequest) as error:
        return Action(name=name, on=on, id=id, enabled=False, refusal=error.refusal)
    return Action(name=name, on=on, id=id, enabled=True, refusal=None)


def _action(on: str, id: UUID, verdict: Verdict) -> Action:
    return Action(name=verdict.event, on=on, id=id, enabled=verdict.enabled, refusal=verdict.refusal)
