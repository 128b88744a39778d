"""How an order stands: its money and its flags, derived from the family and nothing else.

Only the record and the one function that makes it live here. Its columns are written beside the order for lists;
decisions about money always use this fold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from attrs import frozen

from orderkit.family import OrderFamily
from orderkit.money import Money, allocate
from orderkit.payments.folding import Figures, fold, sent_back, sent_back_elsewhere

TRANSACTION_STATUSES = ("unknown", "in_progress", "partly_refunded", "refunded", "succeeded", "failed", "none")


@frozen(kw_only=True)
class Standing:
    """All amounts in the order's currency.

    Attributes:
        total: what the lines come to, which their items share out exactly (I-02).
        paid: captured, before refunds; refunded; charged_back; credited: moved to the customer's credit account.
        sent_back: the part of `refunded` that belongs to refunds of items; it lowers what is owed.
        waived: cancelled items, the unpaid part of refunded ones, and what was sent back at the gateway itself for no
            item of ours; nobody owes it any more.
        authorized: held, neither captured nor released; in_flight: asked of gateways, no definitive answer yet.
        transaction_status: of `TRANSACTION_STATUSES`, the first that applies (row S0-10).
    """

    total: Money
    paid: Money
    refunded: Money
    charged_back: Money
    credited: Money
    sent_back: Money
    waived: Money
    authorized: Money
    in_flight: Money
    in_doubt: bool
    needs_attention: bool
    transaction_status: str
    items: int

    @property
    def net_paid(self) -> Money:
        """What stayed with the shop (I-07)."""
        return self.paid - self.refunded - self.charged_back - self.credited

    @property
    def owed(self) -> Money:
        """What the customer owes for what was not sent back."""
        return self.total - self.sent_back - self.waived

    @property
    def due(self) -> Money:
        rest = self.owed - self.net_paid
        return Money.zero(rest.currency) if rest.is_negative else rest

    @property
    def credit(self) -> Money:
        """What was paid above what is owed; an explicit balance, never a negative due."""
        over = self.net_paid - self.owed
        return Money.zero(over.currency) if over.is_negative else over

    @property
    def is_funded(self) -> bool:
        return self.due.minor == 0

    @property
    def is_written_off(self) -> bool:
        """Something was sold, and nobody owes anything for it any more."""
        return self.total.minor > 0 and self.owed.minor == 0

    @property
    def is_being_paid(self) -> bool:
        """Money is on its way or held for us."""
        return self.authorized.minor + self.in_flight.minor > 0

    @property
    def is_partly_paid(self) -> bool:
        return self.paid.minor > 0 and not self.is_funded

    @property
    def is_partly_refunded(self) -> bool:
        return 0 < self.refunded.minor < self.paid.minor

    @property
    def is_fully_refunded(self) -> bool:
        """Everything that was paid went back, to the card or to the customer's account (row S4-15)."""
        return self.paid.minor > 0 and self.refunded.minor + self.credited.minor >= self.paid.minor


def stand(family: OrderFamily) -> Standing:
    """How this family stands: total and exact, the same for every order of its operations."""
    currency = family.order.currency
    folds = [fold(family.operations_of(each.id), settled=True) for each in family.payments]

    def money(minors: Iterable[int]) -> Money:
        return Money.of_minor(sum(minors), currency)

    return Standing(
        total=money(each.amount.minor for each in family.items),
        paid=money(each.captured for each in folds),
        refunded=money(each.refunded for each in folds),
        charged_back=money(each.charged_back for each in folds),
        credited=money(each.credited for each in folds),
        sent_back=money(minor for _, minor in sent_back(family.operations)),
        waived=waived(family),
        authorized=money(each.held for each in folds),
        in_flight=money(each.authorizing + each.charging for each in folds),
        in_doubt=any(each.in_doubt for each in folds),
        needs_attention=any(each.closed_at is None for each in family.attention),
        transaction_status=_transaction_status(folds),
        items=sum(each.quantity for each in family.items),
    )


def waived(family: OrderFamily) -> Money:
    """What nobody owes any more although no refund of items took it off: cancelled items, the unpaid part of refunded
    ones, and what somebody sent back at the gateway itself, as far as it was not paid too much."""
    items = _waived_items(family)
    elsewhere = sent_back_elsewhere(family.operations)
    if elsewhere <= 0:
        return Money.of_minor(items, family.order.currency)
    paid = sum(fold(family.operations_of(each.id), settled=True).captured for each in family.payments)
    taken_off = sum(minor for _, minor in sent_back(family.operations)) + items
    still_owed = max(0, sum(each.amount.minor for each in family.items) - taken_off)
    excess = max(0, paid - still_owed)
    return Money.of_minor(items + min(still_owed, max(0, elsewhere - excess)), family.order.currency)


def _waived_items(family: OrderFamily) -> int:
    done = [each for each in family.refunds if each.kind == "done"]
    returned = {line.item_id for each in done for line in each.lines}
    worth = sum(each.amount.minor for each in family.items if each.id in returned)
    fees = sum(line.fee.minor for each in done for line in each.lines)
    about = {each.id for each in family.refunds if any(line.item_id in returned for line in each.lines)}
    back = sum(minor for refund_id, minor in sent_back(family.operations) if refund_id in about)
    gone = _sent_back_for_items(family)
    withdrawn = sum(
        max(0, each.amount.minor - gone[each.id])
        for each in family.items
        if each.kind == "cancelled" and each.id not in returned
    )
    return max(0, worth - fees - back) + withdrawn


def _sent_back_for_items(family: OrderFamily) -> Counter[UUID]:
    """What refunds that are not done have sent back for each of their items so far, pro rata."""
    back: Counter[UUID] = Counter()
    for refund_id, minor in sent_back(family.operations):
        back[refund_id] += minor
    gone: Counter[UUID] = Counter()
    for refund in family.refunds:
        weights = tuple(line.amount.minor for line in refund.lines)
        if refund.kind != "done" and back[refund.id] > 0 and any(weights):
            parts = allocate(Money.of_minor(back[refund.id], family.order.currency), weights)
            gone.update({line.item_id: part.minor for line, part in zip(refund.lines, parts, strict=True)})
    return gone


def _transaction_status(folds: list[Figures]) -> str:
    paid, refunded = sum(each.captured for each in folds), sum(each.refunded for each in folds)
    applies = {
        "unknown": any(each.in_doubt for each in folds),
        "in_progress": any(each.inbound + each.refunding + each.crediting > 0 for each in folds),
        "partly_refunded": 0 < refunded < paid,
        "refunded": 0 < paid <= refunded,
        "succeeded": paid > 0,
        "failed": any(each.failed for each in folds),
        "none": True,
    }
    return next(name for name in TRANSACTION_STATUSES if applies[name])


def reserved_on(family: OrderFamily, request_id: object) -> tuple[Money, Money, Money]:
    """What the payments of one request reserve, have settled, and what refunds of items took off it.

    What refunds waive is taken off the last request, the one that is paid last.
    """
    currency = family.order.currency
    payments = [each.id for each in family.payments if each.request_id == request_id]
    folds = [fold(family.operations_of(each), settled=True) for each in payments]
    operations = (each for each in family.operations if each.payment_id in payments)
    back = sum(minor for _, minor in sent_back(operations))
    is_last = bool(family.requests) and family.requests[-1].id == request_id
    return (
        Money.of_minor(sum(each.inbound for each in folds), currency),
        Money.of_minor(sum(each.net for each in folds), currency),
        Money.of_minor(back + (waived(family).minor if is_last else 0), currency),
    )
