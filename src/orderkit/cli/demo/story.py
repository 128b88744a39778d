"""What happens in the demo: orders are imported, paid, captured in part, cancelled and refunded; each a real command.

Only the plot lives here. Every step says in a line what it did, from what the desk answered; nothing is known before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from attrs import define, field, frozen

from orderkit.cli.demo.cast import Cast, Part
from orderkit.cli.gateways import DECLINED_METHOD, LOST_METHOD, PretendedCard
from orderkit.errors import TransitionRefused
from orderkit.families.refunding import RefundItem
from orderkit.money import Money
from orderkit.ports.storage import OrderRow
from orderkit.shop import Shop

Write = Callable[[Money], str]
CHANGED_MIND = "the customer changed their mind"
BROKEN = "one arrived broken"


@frozen
class Step:
    """Something that happened, for the narration; `order` is the number, None where it is about many."""

    verb: str
    order: int | None
    text: str


@define
class Story:
    """The desk it is played on, how amounts are written, and what the shop itself gave back so far, per currency."""

    shop: Shop
    write: Write
    given_back: dict[str, Money] = field(factory=dict, init=False)

    def payments(self, cast: Cast) -> Iterator[Step]:
        """Every order is paid in its own way; those with the parts `cancelled` and `unpaid` are not."""
        played: dict[Part, Callable[[OrderRow], Step]] = {
            "held": self._hold_and_capture_half,
            "returned": self._pay_by_card,
            "lost": self._lose_the_answer,
            "awaited": self._await_transfer,
            "declined": self._decline_and_pay,
        }
        for part, row in sorted(cast.parts.items(), key=lambda each: each[1].number):
            if part in played:
                yield played[part](row)
        yield from self._pay_plainly(cast)

    def endings(self, cast: Cast) -> Iterator[Step]:
        """What the shop itself cancels, gives back and completes."""
        if "cancelled" in cast.parts:
            yield self._cancel(cast.parts["cancelled"])
        if "returned" in cast.parts:
            yield self._give_back(cast.parts["returned"])
        if "declined" in cast.parts:
            yield self._complete(cast.parts["declined"])

    def _hold_and_capture_half(self, row: OrderRow) -> Step:
        payment = self.shop.pay(row.id, via="card", capture=False)
        half = Money.of_minor(row.total.minor // 2, row.total.currency)
        payment = self.shop.payments.capture(payment.id, half, reason="half of it was sent")
        held, taken = self.write(payment.authorized), self.write(payment.captured)
        return Step("capture", row.number, f"card authorized; {taken} captured, {held} still held")

    def _decline_and_pay(self, row: OrderRow) -> Step:
        refused = self.shop.pay(row.id, via="card", method=DECLINED_METHOD)
        payment = self.shop.pay(row.id, via="card")
        answers = self.shop.orders.details(row.id).family.operations_of(refused.id)
        return Step("pay", row.number, f"one card is {answers[-1].status}, another pays {self.write(payment.captured)}")

    def _pay_by_card(self, row: OrderRow) -> Step:
        payment = self.shop.pay(row.id, via="card")
        return Step("pay", row.number, f"{self.write(payment.captured)} paid by card")

    def _lose_the_answer(self, row: OrderRow) -> Step:
        """The card was charged and nobody heard of it: paying again is refused, and asking finds the money."""
        lost = self.shop.pay(row.id, via="card", method=LOST_METHOD)
        try:
            self.shop.pay(row.id, via="card")
            again = "let through"
        except TransitionRefused:
            again = "refused"
        self.shop.sync_payments(row.id)
        family = self.shop.orders.details(row.id).family
        card = self.shop.wiring.gateway("card")
        charged = sum(card.calls[each.id] for each in family.operations) if isinstance(card, PretendedCard) else 0
        found = self.write(family.payment(lost.id).captured)
        told = f"answer lost, {lost.status}: a second try is {again}; the gateway is asked, {found} found"
        return Step("recover", row.number, f"{told}, charged {'once' if charged == 1 else f'{charged} times'}")

    def _await_transfer(self, row: OrderRow) -> Step:
        self.shop.pay(row.id, via="transfer")
        return Step("pay", row.number, f"{self.write(row.total)} to come by transfer; nobody has seen it yet")

    def _pay_plainly(self, cast: Cast) -> Iterator[Step]:
        ways: Counter[str] = Counter()
        for row, via in cast.plain:
            payment = self.shop.pay(row.id, via=via)
            if payment.kind == "under_way":
                self.shop.payments.confirm(payment.id)
            ways[via] += 1
        if ways:
            told = ", ".join(f"{count} by {way}" for way, count in ways.items())
            yield Step("pay", None, f"{sum(ways.values())} more paid: {told.replace('by cash', 'in cash')}")

    def _cancel(self, row: OrderRow) -> Step:
        self.shop.orders.cancel(row.id, confirm=True, reason=CHANGED_MIND)
        return Step("cancel", row.number, f"cancelled before it was paid: {CHANGED_MIND}")

    def _give_back(self, row: OrderRow) -> Step:
        """One unit of what cost most."""
        family = self.shop.orders.details(row.id).family
        item = max(family.items, key=lambda each: each.amount.minor // each.quantity)
        refund = self.shop.refund(row.id, [RefundItem(item.id, 1)], reason=BROKEN)
        currency = refund.amount.currency
        self.given_back[currency] = self.given_back.get(currency, Money.zero(currency)) + refund.amount
        what = family.line(item.line_id).title
        return Step("refund", row.number, f"{self.write(refund.amount)} back to the card for 1 × {what}: {BROKEN}")

    def _complete(self, row: OrderRow) -> Step:
        order = self.shop.orders.move(row.id, "complete")
        return Step("complete", row.number, order.status)
