"""What follows when operations have been written or answered: payments, requests, refunds, items, the order; pure.

One function, `conclude`, draws every conclusion in one fixed order, so that no service can forget one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from uuid import UUID

from attrs import evolve, frozen

from orderkit.cases import Case
from orderkit.facts import Fact
from orderkit.families.noticing import with_attention
from orderkit.family import OrderFamily
from orderkit.items.decisions import heard
from orderkit.items.events import ItemMoved, ItemSplit
from orderkit.money import Money
from orderkit.orders.decisions import moved
from orderkit.orders.events import OrderFunded, OrderMoved
from orderkit.payments import events as happened
from orderkit.payments.folding import sent_back
from orderkit.payments.records import Payment
from orderkit.payments.settling import refolded
from orderkit.refunds.decisions import carried
from orderkit.refunds.events import RefundFailed, RefundFinished
from orderkit.refunds.records import Refund
from orderkit.requests.decisions import restated
from orderkit.requests.events import PaymentRequestMoved
from orderkit.standing import Standing, reserved_on, stand


@frozen
class Concluded:
    """The family with all that follows, how it stands now, and what happened on the way."""

    family: OrderFamily
    standing: Standing
    facts: tuple[Fact, ...]


def conclude(case: Case, family: OrderFamily, *, new_id: Callable[[], UUID], is_new: bool = False) -> Concluded:
    """Everything that follows from `case.family` having become `family`. Facts are never refused here.

    `is_new` says that the order has just been placed, so nothing of how it stands counted before.
    """
    facts: list[Fact] = [*_splits(case.family, family), *_answers(case.family, family)]
    family = _payments(evolve(case, family=family), facts)
    family = _refunds(evolve(case, family=family), facts)
    family = _requests(evolve(case, family=family), facts)
    standing = stand(family)
    now = evolve(case, family=family, standing=standing)
    family = _order(now, None if is_new else case.standing, facts)
    family = with_attention(evolve(now, family=family), None if is_new else case.standing, case.family, facts, new_id)
    if family.attention is not now.family.attention:
        standing = stand(family)
    return Concluded(family, standing, tuple(facts))


def _splits(before: OrderFamily, family: OrderFamily) -> Iterator[Fact]:
    known = {each.id for each in before.items}
    for item in family.items:
        if item.id not in known and item.split_from_id is not None:
            yield ItemSplit(item.order_id, item.split_from_id, item.id, item.quantity)


def _answers(before: OrderFamily, family: OrderFamily) -> Iterator[Fact]:
    """What nobody knows, and what was refused and leaves its payment as it was."""
    known = {each.id: each.kind for each in before.operations}
    for each in family.operations:
        if each.kind == known.get(each.id):
            continue
        if each.kind == "in_doubt":
            yield happened.OutcomeLost(each.order_id, each.payment_id, each.id)
        elif each.kind == "failed" and each.type not in ("authorize", "sale"):
            yield happened.OperationRefused(each.order_id, each.payment_id, each.id, each.code or "failed")


def _payments(case: Case, facts: list[Fact]) -> OrderFamily:
    family = case.family
    for before in family.payments:
        after = refolded(case, before)
        if after is not before:
            family = family.with_payment(after)
            facts.extend(_what_happened(before, after, family))
    return family


def _what_happened(before: Payment, after: Payment, family: OrderFamily) -> list[Fact]:
    order_id, payment_id = after.order_id, after.id
    facts: list[Fact] = []
    held = after.authorized + after.captured - before.authorized - before.captured
    if after.authorized > before.authorized and held.minor > 0:
        facts.append(happened.PaymentAuthorized(order_id, payment_id, after.authorized - before.authorized))
    if after.captured > before.captured:
        facts.append(happened.PaymentCaptured(order_id, payment_id, after.captured - before.captured))
    if after.authorized < before.authorized and held.minor < 0:
        facts.append(happened.PaymentVoided(order_id, payment_id, -held))
    if after.refunded > before.refunded:
        facts.append(happened.PaymentRefunded(order_id, payment_id, after.refunded - before.refunded))
    if after.charged_back > before.charged_back:
        facts.append(happened.ChargebackReceived(order_id, payment_id, after.charged_back - before.charged_back))
    if after.charged_back < before.charged_back:
        facts.append(happened.ChargebackReversed(order_id, payment_id, before.charged_back - after.charged_back))
    if after.refunded < before.refunded:
        facts.append(happened.RefundReversed(order_id, payment_id, before.refunded - after.refunded))
    if after.status == "failed" and before.status != "failed":
        codes = [each.code for each in family.operations_of(payment_id) if each.code]
        facts.append(happened.PaymentFailed(order_id, payment_id, codes[-1] if codes else "failed"))
    return facts


def _refunds(case: Case, facts: list[Fact]) -> OrderFamily:
    family = case.family
    back: Counter[UUID] = Counter()
    for refund_id, minor in sent_back(family.operations):
        back[refund_id] += minor
    for before in family.refunds:
        after = carried(case, before, back=back[before.id])
        if after is before:
            continue
        family = family.with_refund(after)
        if after.status == "done":
            facts.append(RefundFinished(after.order_id, after.id, after.amount))
            family = _items_returned(evolve(case, family=family), after, facts)
        elif after.status == "failed":
            facts.append(RefundFailed(after.order_id, after.id, Money.of_minor(back[after.id], after.amount.currency)))
    return family


def _items_returned(case: Case, refund: Refund, facts: list[Fact]) -> OrderFamily:
    family = case.family
    for line in refund.lines:
        before = family.item(line.item_id)
        after = heard(case, before, "refunded")
        if after is not before:
            family = family.with_item(after)
            facts.append(ItemMoved(after.order_id, after.id, before.status, after.status))
    return family


def _requests(case: Case, facts: list[Fact]) -> OrderFamily:
    family = case.family
    for before in family.requests:
        reserved, settled, sent_back = reserved_on(family, before.id)
        after = restated(case, before, reserved=reserved, settled=settled, sent_back=sent_back)
        if after is not before:
            family = family.with_request(after)
            if after.status != before.status:
                facts.append(PaymentRequestMoved(family.order.id, after.id, before.status, after.status))
    return family


def derived_facts(before: Standing | None, now: Standing) -> tuple[str, ...]:
    """The facts about money that an order hears, in the order in which it hears them (design §1)."""
    was_paying = before is not None and before.is_being_paid
    was_funded = before is not None and before.is_funded
    was_returned = before is not None and before.is_fully_refunded
    table = (
        ("payment_started", now.is_being_paid and not was_paying),
        ("funded", now.is_funded and not was_funded and not now.is_fully_refunded and not now.is_written_off),
        ("payment_failed", was_paying and not now.is_being_paid and not now.is_funded),
        ("unfunded", was_funded and not now.is_funded),
        ("fully_refunded", now.is_fully_refunded and not was_returned),
    )
    return tuple(fact for fact, holds in table if holds)


def _order(case: Case, before: Standing | None, facts: list[Fact]) -> OrderFamily:
    family = case.family
    for fact in derived_facts(before, case.standing):
        status = evolve(case, family=family).follow(family.order, fact)
        if fact == "funded":
            facts.append(OrderFunded(family.order.id, case.standing.paid))
        if status is not None and status.key != family.order.status:
            source = family.order.status
            family = family.with_order(moved(family.order, status))
            facts.append(OrderMoved(family.order.id, fact, source, status.key, status.kind.key))
    return family
