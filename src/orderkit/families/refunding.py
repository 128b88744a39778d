"""How items are refunded: which units, what share of the money is theirs, and which payments send it back; pure."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from uuid import UUID

from attrs import evolve, frozen

from orderkit.cases import Case
from orderkit.errors import InvalidRequest, Refusal, TransitionRefused
from orderkit.family import OrderFamily
from orderkit.items.decisions import split
from orderkit.items.records import Item
from orderkit.money import Money, allocate
from orderkit.payments.decisions import GatewayAccount, begin_refund_of
from orderkit.payments.folding import fold
from orderkit.payments.outcomes import Outcome
from orderkit.payments.records import Operation
from orderkit.payments.settling import settle
from orderkit.refunds.decisions import requested
from orderkit.refunds.records import Refund, RefundLine


@frozen
class RefundItem:
    """An item to refund: all its units, or `quantity` of them; `fee` is what the shop keeps of the paid share."""

    item_id: UUID
    quantity: int | None = None
    fee: Money | None = None


@frozen
class RefundBegun:
    """The family with the refund and its intents, and the operations to carry out, one per payment."""

    family: OrderFamily
    refund: Refund
    operations: tuple[Operation, ...]


def begin_refund(
    case: Case,
    selection: Sequence[RefundItem],
    *,
    accounts: Mapping[UUID, GatewayAccount],
    new_id: Callable[[], UUID],
    reference: str | None = None,
) -> RefundBegun:
    """Ask for a refund of the selected items; nothing happens unless every one of them may be refunded (row S1-22).

    Raises:
        InvalidRequest: nothing selected, an item twice, an item of another order, a quantity that is no part of it.
        TransitionNotPossible, TransitionRefused: the order or an item may not be refunded now, and why.
    """
    _checked(case, selection)
    case.permit(case.family.order, "refund")
    family, chosen = _split_off(case, selection, new_id)
    shares = paid_shares(family, case.standing.paid)
    lines = tuple(
        _line(item, shares[item.id], fee=selection[position].fee, position=position)
        for position, item in enumerate(chosen)
    )
    if not any(line.amount.minor for line in lines):
        raise TransitionRefused("order", case.family.order.status, "refund", Refusal("something_goes_back"))
    refund = requested(evolve(case, family=family), lines, id=new_id(), reference=reference)
    begun = evolve(case, family=family.with_refund(refund))
    if refund.kind == "asked":
        return RefundBegun(begun.family, refund, ())
    return begin_sending_back(begun, refund.id, accounts=accounts, new_id=new_id)


def begin_sending_back(
    case: Case, refund_id: UUID, *, accounts: Mapping[UUID, GatewayAccount], new_id: Callable[[], UUID]
) -> RefundBegun:
    """Spread an approved refund over the payments that captured the money, the newest first.

    Raises:
        TransitionRefused: the captured money that is left does not cover it.
    """
    refund = case.family.refund(refund_id)
    rest, family, operations = refund.amount, case.family, []
    for payment in sorted(case.family.payments, key=lambda each: (each.started_at, each.id), reverse=True):
        refundable = fold(family.operations_of(payment.id), settled=True).refundable
        part = min(rest, Money.of_minor(refundable, rest.currency))
        if part.minor > 0 and payment.id in accounts:
            begun = begin_refund_of(
                evolve(case, family=family),
                payment.id,
                part,
                through=accounts[payment.id],
                refund_id=refund_id,
                operation_id=new_id(),
            )
            family, rest = begun.family, rest - part
            operations.append(begun.operation)
    if rest.minor > 0:
        missing = Refusal("is_covered", {"amount": str(refund.amount), "missing": str(rest)})
        raise TransitionRefused("order", case.family.order.status, "refund", missing)
    return RefundBegun(family, refund, tuple(operations))


def report_refund(
    case: Case, refund_id: UUID, outcome: Outcome, *, event: str, by_person: Container[UUID]
) -> OrderFamily:
    """Record what a person says became of a refund, on the payments whose money a person pays out (`by_person`).

    Raises:
        TransitionRefused: nothing of this refund waits for a person.
    """
    family, refund = case.family, case.family.refund(refund_id)
    waiting = [each for each in family.operations if each.refund_id == refund_id and each.kind == "in_flight"]
    if not any(each.payment_id in by_person for each in waiting):
        raise TransitionRefused("refund", refund.status, event, Refusal("awaits_person", {"status": refund.status}))
    for each in waiting:
        if each.payment_id in by_person:
            family = settle(evolve(case, family=family), each.id, outcome)
    return family


def paid_shares(family: OrderFamily, paid: Money) -> dict[UUID, Money]:
    """What of the captured money belongs to each item: pro rata over their amounts, summing exactly (I-03).

    What refunds have taken for an item stays its share, so that units refunded bit by bit come to every captured cent
    (failure F084). What was paid above the total is the customer's credit and belongs to no item.
    """
    taken = {
        line.item_id: line.amount + line.fee for each in family.refunds if each.kind != "failed" for line in each.lines
    }
    weights = {each.id: each.amount.minor for each in family.items if each.id not in taken}
    covered = min(paid.minor, sum(each.amount.minor for each in family.items))
    rest = max(0, covered - sum(each.minor for each in taken.values()) - _lost(family))
    # What came in after an item was given back unpaid is the customer's credit too, and no other item's share.
    left = Money.of_minor(min(rest, sum(weights.values())), paid.currency)
    parts = allocate(left, tuple(weights.values())) if any(weights.values()) else (left - left,) * len(weights)
    return {**taken, **dict(zip(weights, parts, strict=True))}


def _lost(family: OrderFamily) -> int:
    """Minor units that went back under refunds that failed for the rest; the rest can be asked for anew."""
    failed = {each.id for each in family.refunds if each.kind == "failed"}
    return fold((each for each in family.operations if each.refund_id in failed), settled=True).refunded


def _checked(case: Case, selection: Sequence[RefundItem]) -> None:
    if not selection:
        raise InvalidRequest("items", "is_not_empty")
    own = {each.id for each in case.family.items}
    seen: set[UUID] = set()
    for position, asked in enumerate(selection):
        if asked.item_id not in own:
            raise InvalidRequest(f"items[{position}]", "is_item_of_order", item=str(asked.item_id))
        if asked.item_id in seen:
            raise InvalidRequest(f"items[{position}]", "is_selected_once", item=str(asked.item_id))
        seen.add(asked.item_id)


def _split_off(
    case: Case, selection: Sequence[RefundItem], new_id: Callable[[], UUID]
) -> tuple[OrderFamily, list[Item]]:
    family, chosen = case.family, []
    for position, asked in enumerate(selection):
        item = case.family.item(asked.item_id)
        case.permit(item, "refund")
        quantity = item.quantity if asked.quantity is None else asked.quantity
        if type(quantity) is not int or not 0 < quantity <= item.quantity:
            raise InvalidRequest(
                f"items[{position}].quantity", "is_part_of_item", quantity=quantity, item_quantity=item.quantity
            )
        if quantity < item.quantity:
            rest, item = split(item, quantity, new_id=new_id())
            family = family.with_item(rest).with_item(item)
        chosen.append(item)
    return family, chosen


def _line(item: Item, share: Money, *, fee: Money | None, position: int) -> RefundLine:
    kept = Money.zero(share.currency) if fee is None else fee
    if not isinstance(kept, Money) or kept.currency != share.currency or kept.is_negative or kept > share:
        raise InvalidRequest(f"items[{position}].fee", "is_within_share", fee=str(kept), share=str(share))
    return RefundLine(item_id=item.id, quantity=item.quantity, amount=share - kept, fee=kept)
