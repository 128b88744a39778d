"""What a person has to look at because of an order's money: noticed when it becomes true, closed when it ends.

Pure, and derived from the family as it was and as it is; what a service notices by itself (a gateway that cannot be
asked) is not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from attrs import evolve

from orderkit.cases import Case
from orderkit.errors import Plain
from orderkit.facts import Fact
from orderkit.family import OrderFamily
from orderkit.lifecycles import Status
from orderkit.money import Money
from orderkit.orders.events import AttentionOpened
from orderkit.orders.records import Attention
from orderkit.payments.folding import counted, fold
from orderkit.payments.records import Operation, Payment
from orderkit.standing import Standing

Noticed = tuple[str, dict[str, Plain]]
Shape = tuple[str, tuple[tuple[str, str], ...]]


def with_attention(
    case: Case,
    before: Standing | None,
    earlier: OrderFamily,
    facts: list[Fact],
    new_id: Callable[[], UUID],
) -> OrderFamily:
    """What a person has to look at: opened when it becomes true, and closed again when it turns out not to be."""
    family = case.family
    then, now = set(_of_payments(case, earlier)), set(_of_payments(case, family))
    for entry in family.attention:
        if entry.closed_at is None and _shape(entry.code, entry.params) in then - now:
            family = family.with_attention(evolve(entry, closed_at=case.at))
    new: list[Noticed] = [*_of_the_order(case, before)]
    new.extend((code, dict(params)) for code, params in sorted(now - then))
    for code, params in new:
        opened = Attention(id=new_id(), order_id=family.order.id, code=code, params=params, opened_at=case.at)
        family = family.with_attention(opened)
        facts.append(AttentionOpened(family.order.id, code))
    return family


def _of_the_order(case: Case, before: Standing | None) -> Iterator[Noticed]:
    """What is strange about the order's money and was not before: paid too much, too late, or charged back."""
    now = case.standing
    if before is None:
        return
    late = _is_over(case.order_status)
    if now.paid > before.paid and late:
        yield "late_money", {"amount": str(now.paid)}
    elif now.charged_back < before.charged_back and late:
        yield "late_money", {"amount": str(now.net_paid)}
    elif now.credit > before.credit and not late:
        yield "overpaid", {"amount": str(now.credit)}
    if now.charged_back > before.charged_back:
        yield "charged_back", {"amount": str(now.charged_back)}


def _is_over(status: Status) -> bool:
    """Nothing was sold by it, and money that is still here belongs to the customer."""
    return status.kind.ended and not status.kind.yields_to_facts and not status.can("counts_as_sale")


def _of_payments(case: Case, family: OrderFamily) -> Iterator[Shape]:
    """What is wrong with single payments: facts above their ceilings (I-05, I-06), money that could not go back."""
    over = _is_over(case.lifecycles["order"].status(family.order.status))
    for payment in family.payments:
        for code, params in _of_payment(payment, family.operations_of(payment.id), over=over):
            yield _shape(code, params)


def _shape(code: str, params: Mapping[str, Plain]) -> Shape:
    return code, tuple(sorted((name, str(value)) for name, value in params.items()))


def _of_payment(payment: Payment, operations: tuple[Operation, ...], *, over: bool) -> Iterator[Noticed]:
    figures, currency, id = fold(operations), payment.amount.currency, str(payment.id)
    if figures.uncovered:
        yield "captured_above_authorized", {"payment": id, "amount": str(Money.of_minor(figures.uncovered, currency))}
    if figures.net < 0:
        yield "returned_above_captured", {"payment": id, "amount": str(Money.of_minor(-figures.net, currency))}
    lapsed = sum(
        each.moved for each in counted(operations) if each.operation.type == "void" and each.operation.reported
    )
    if lapsed and not figures.captured:
        yield "authorization_lapsed", {"payment": id, "amount": str(Money.of_minor(lapsed, currency))}
    for movement in counted(operations):
        reversed_ = movement.operation
        if reversed_.type == "refund_reversal" and over and figures.refundable > 0:
            amount = str(Money.of_minor(movement.moved, currency))
            yield "refund_failed", {"payment": id, "reference": reversed_.reference or "", "amount": amount}
    for each in operations:
        # What failed for an item shows in its refund, which can be asked for anew unless the order is over.
        alone = each.refund_id is None or (over and figures.refundable > 0)
        if each.type in ("refund", "credit") and each.kind == "failed" and alone:
            yield "refund_failed", {"payment": id, "operation": str(each.id), "amount": str(each.amount)}
