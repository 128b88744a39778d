"""What workers do: what customers, clerks, the bank and the gateway ask for, each drawn by the run's decisions.

Only the acts live here, and how likely each is now; how one asks is in `asking`, what others do in `outside`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from attrs import define

from orderkit.asked import Asked
from orderkit.families.refunding import RefundItem
from orderkit.orders.records import Customer, Discount, NewLine, Order, Tax, Terms
from orderkit.payments.records import Payment
from orderkit.refunds.records import Refund
from orderkit.shop import Shop
from orderkit.testing.simulation.asking import Asking, cents
from orderkit.testing.simulation.outside import Outside
from orderkit.testing.simulation.turns import Crash, Worker

_PRICES = (10_00, 7_00, 9_99, 1, 25_00)
_PASSES = (
    timedelta(seconds=20),
    timedelta(minutes=1),
    timedelta(minutes=3),
    timedelta(minutes=6),
    timedelta(hours=1, minutes=1),
    timedelta(hours=25),
    timedelta(days=4),
)
_MOST_ORDERS = 3


@define
class Acts(Asking):
    """One worker's acts."""

    def live(self, worker: Worker) -> None:
        """Give commands, dying and being born again now and then."""
        self.open()
        for number in range(1, self.world.setup.commands + 1):
            worker.command, worker.stream = number, f"{worker.name}.{number}"
            try:
                self.act()
            except Crash:
                self.world.turns.reborn(worker)
                self.open()

    def act(self) -> None:
        """Do one thing that makes sense now; the first, which decides nothing, is to do nothing."""
        acts = self.acts()
        place = self.world.pick(0, *(weight for _, weight in acts))
        if place == 0:
            return
        chosen = acts[place - 1][0]
        self.world.counts.figures["commands"] += 1
        self.world.log.add(self.worker.name, f"== {chosen.__name__}")
        chosen()

    def acts(self) -> list[tuple[Callable[[], None], int]]:
        """What could be done, and how likely; the order never changes, so that decisions keep their meaning."""
        outside = Outside(self.world, self.shop, self.desk)
        orders, payments = bool(self.orders()), bool(self.payments())
        held, settled = bool(self.payments("held")), bool(self.payments("settled"))
        under_way = bool(self.payments("under_way"))
        card = outside.on_card()
        return [
            (self.place, 12 if not orders else 4 * (len(self.orders()) < _MOST_ORDERS)),
            (self.pay, 20 * bool(self.unpaid()) + 2 * orders),
            (self.capture, 10 * held),
            (self.void, 3 * held),
            (self.abandon, 4 * under_way),
            (self.cancel, 2 * orders),
            (self.cancel_and_settle, 3 * payments),
            (self.refund, 6 * settled),
            (self.judge, 10 * bool(self.refunds("asked"))),
            (self.look_at_the_statement, 8 * bool(self.transfers())),
            (self.pay_out, 6 * bool(self.refunds("under_way"))),
            (self.return_excess, 4 * bool(self.in_excess())),
            (self.grant, 2 * orders),
            (self.press_again, 4 * bool(self.memory.given)),
            (self.ask_under_another_key, 2 * bool(self.memory.given)),
            (self.proceed, 2 * payments),
            (self.synchronize, 3 * payments),
            (self.run_due, 4 * orders),
            (self.deliver_item, 1 * orders),
            (outside.deliver, 10 * bool(outside.letters())),
            (outside.deliver_again, 3 * bool(outside.written())),
            (outside.mix, 2 * bool(outside.letters())),
            (outside.lose, 2 * bool(outside.letters())),
            (outside.forge, 1 * bool(outside.written())),
            (outside.decide, 6 * bool(outside.undecided())),
            (outside.come_late, 1 * bool(outside.given_up())),
            (outside.at_the_dashboard, 3 * bool(card)),
            (self.time_passes, 6 * orders),
        ]

    # what customers and clerks ask for

    def place(self) -> None:
        sold = [self._line() for _ in range(1 + self.world.pick(6, 3))]
        buyer = Customer("c-1" if self.world.pick(5, 2) == 0 else "c-2")
        key = f"cart-{len(self.memory.given)}"

        def ask(shop: Shop, asked: Asked) -> Order:
            return shop.orders.place(customer=buyer, lines=sold, key=asked.get("key"))

        self.ask("place", None, ask, key=key)

    def _line(self) -> NewLine:
        minor = 0 if self.world.pick(14, 1) else self.world.one_of(_PRICES)
        return NewLine(
            "A",
            "A thing",
            unit_price=cents(minor),
            quantity=1 + self.world.pick(5, 2, 1),
            item_kind=("product", "service")[self.world.pick(3, 1)],
            discounts=(Discount("D", "A discount", rate=Decimal("0.1")),) if self.world.pick(4, 1) else (),
            taxes=(Tax("VAT", "VAT", Decimal("0.2"), included=self.world.pick(1, 1) == 1),) * self.world.pick(2, 1),
            terms=Terms(partial_payment=self.world.pick(2, 1) == 0),
        )

    def pay(self) -> None:
        unpaid = self.unpaid()
        order, via = (
            self.world.one_of([*unpaid * 8, *self.orders()]),
            ("card", "bank", "credit")[self.world.pick(10, 2, 4)],
        )
        capture = via == "bank" or self.world.pick(5, 5) == 0
        amount = self.part_of(order.requests[0].open_amount if order.requests else cents(1))
        id = order.order.id

        def ask(shop: Shop, asked: Asked) -> Payment:
            return shop.pay(id, via=via, amount=amount, capture=capture, **asked)

        self.ask("pay", id, ask)

    def capture(self) -> None:
        payment = self.a_payment("held")
        amount = self.part_of(payment.authorized)
        self.ask("capture", payment.order_id, lambda shop, asked: shop.payments.capture(payment.id, amount, **asked))

    def void(self) -> None:
        payment = self.a_payment("held")
        self.ask("void", payment.order_id, lambda shop, asked: shop.payments.void(payment.id, **asked))

    def abandon(self) -> None:
        payment = self.a_payment("under_way")
        self.ask("abandon", payment.order_id, lambda shop, asked: shop.payments.abandon(payment.id, **asked))

    def cancel(self) -> None:
        id = self.an_order().order.id
        self.ask("cancel", id, lambda shop, asked: shop.orders.cancel(id, confirm=True, **asked))

    def cancel_and_settle(self) -> None:
        id = self.a_payment().order_id
        settle = self.world.pick(3, 2)

        def ask(shop: Shop, asked: Asked) -> Order:
            return shop.orders.cancel(id, confirm=True, settle="credit" if settle else "refund", **asked)

        self.ask("cancel_and_settle", id, ask)

    def refund(self) -> None:
        family = self.world.known.families[self.a_payment("settled").order_id]
        item = self.world.one_of(family.items)
        units = None if self.world.pick(2, 1) == 0 else 1
        fee = cents(1) if self.world.pick(6, 1) else None
        chosen = [RefundItem(item.id, units, fee)]
        id = family.order.id
        self.ask("refund", id, lambda shop, asked: shop.refund(id, chosen, **asked))

    def judge(self) -> None:
        refund, agrees = self.world.one_of(self.refunds("asked")), self.world.pick(3, 1) == 0

        def ask(shop: Shop, asked: Asked) -> Refund:
            return (shop.refunds.approve if agrees else shop.refunds.reject)(refund.id, **asked)

        self.ask("approve" if agrees else "turn down", refund.order_id, ask)

    def look_at_the_statement(self) -> None:
        payment = self.world.one_of(self.transfers())
        came = self.part_of(payment.amount)
        if self.world.pick(3, 1):
            self.ask("reject", payment.order_id, lambda shop, asked: shop.payments.reject(payment.id, **asked))
            return
        self.world.known.came[payment.id] += (came or payment.amount).minor
        if came is not None and came > payment.amount:
            self.world.known.excused.add(payment.order_id)
        self.ask("confirm", payment.order_id, lambda shop, asked: shop.payments.confirm(payment.id, came, **asked))

    def pay_out(self) -> None:
        refund = self.world.one_of(self.refunds("under_way"))
        family = self.world.known.families[refund.order_id]
        if self.world.pick(3, 1):
            self.ask("fail", refund.order_id, lambda shop, asked: shop.refunds.fail(refund.id, **asked))
            return
        for each in family.operations:
            if each.refund_id == refund.id:
                self.world.known.went[each.payment_id] += each.amount.minor
        self.ask("pay out", refund.order_id, lambda shop, asked: shop.refunds.confirm(refund.id, **asked))

    def return_excess(self) -> None:
        payment, to_account = self.world.one_of(self.in_excess()), self.world.pick(1, 1)

        def ask(shop: Shop, asked: Asked) -> Payment:
            return (shop.payments.credit_excess if to_account else shop.payments.refund_excess)(payment.id, **asked)

        self.ask("credit excess" if to_account else "refund excess", payment.order_id, ask)

    def grant(self) -> None:
        customer, key = ("c-1", "c-2")[self.world.pick(5, 2)], f"grant-{len(self.memory.given)}"

        def ask(shop: Shop, asked: Asked) -> object:
            return shop.credit.grant(customer, cents(15_00), key=asked.get("key", key))

        self.ask("grant", None, ask, key=key)

    def deliver_item(self) -> None:
        family = self.an_order()
        item, id = self.world.one_of(family.items), family.order.id
        self.ask("deliver item", id, lambda shop, asked: shop.items.move(item.id, "deliver", **asked))

    # what is done again, and what workers do by themselves

    def press_again(self) -> None:
        """A customer who does not know whether it went through: the same under the same key (I-20)."""
        again = self.world.one_of(self.memory.given)
        self.world.log.add(self.worker.name, f"again: {again.name} {again.key}")
        self.given(again)

    def ask_under_another_key(self) -> None:
        again = self.world.one_of(self.memory.given)
        self.ask(again.name, again.order_id, again.ask)

    def proceed(self) -> None:
        id = self.a_payment().order_id
        self.done("proceed", lambda: self.shop.proceed(id))

    def synchronize(self) -> None:
        id = self.a_payment().order_id
        self.done("sync_payments", lambda: self.shop.sync_payments(id))

    def run_due(self) -> None:
        self.done("run_due", lambda: self.desk.run_due(owner=self.worker.name))

    def time_passes(self) -> None:
        place = self.world.pick(6, 4, 4, 4, 3, 2, 1)
        self.world.advance(_PASSES[place])
