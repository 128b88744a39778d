"""What the world outside does: webhooks come, come twice, late or forged, and somebody works at the gateway itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from attrs import define

from orderkit.adapters.scripted import Letter
from orderkit.desk import Orderkit
from orderkit.errors import StorageError
from orderkit.money import Money
from orderkit.payments.outcomes import Approved, Declined, Pending, RequiresAction
from orderkit.payments.records import Operation, Payment
from orderkit.services.receiving import Receipt
from orderkit.shop import Shop
from orderkit.testing.simulation.breaking import Broken
from orderkit.testing.simulation.known import SCOPE
from orderkit.testing.simulation.ledgers import came_in, held, is_told
from orderkit.testing.simulation.world import World


@define
class Outside:
    """The gateway's side, the customers' banks, and whoever forges webhooks."""

    world: World
    shop: Shop
    desk: Orderkit

    # webhooks

    def letters(self) -> list[Letter]:
        """The events that could be delivered now."""
        return [each for each in self.world.card.post.waiting if each.due <= self.world.clock.at]

    def written(self) -> list[Letter]:
        return self.world.card.post.written

    def deliver(self) -> None:
        """One event comes; it is taken off the gateway's list only when it was acknowledged."""
        letter = self.world.one_of(self.letters()[:4])
        self.receive(letter.body)

    def deliver_again(self) -> None:
        """Any event, once more (F043)."""
        self.receive(self.world.one_of(self.written()[-6:]).body)

    def receive(self, body: bytes) -> Receipt | None:
        """Hand a body to the desk as the gateway's web client would (I-27)."""
        try:
            receipt = self.desk.receive("card", body, self.world.card.signed(body, self.world.clock.at), scope=SCOPE)
        except StorageError as error:
            self.world.log.add(self.world.turns.current.name, "webhook", f"not taken: {error}")
            return None
        self.world.log.add(self.world.turns.current.name, f"webhook {receipt.event_id}", receipt.status)
        self.world.counts.sometimes[f"a webhook is {receipt.status}"] += 1
        self._is_kept(receipt, body)
        self.world.card.acknowledge(body)
        return receipt

    def _is_kept(self, receipt: Receipt, body: bytes) -> None:
        with self.world.storage.inner.reading() as store:
            kept = store.event("card", self.world.card.account, receipt.event_id or "")
        if receipt.status == "refused" or kept is None or kept.body != body:
            raise Broken("I-27", "what is acknowledged is stored", f"{receipt}, and stored is {kept}")

    def mix(self) -> None:
        """Events come in another order, or later."""
        place = self.world.pick(3, 2)
        if place == 0:
            self.world.card.post.shuffle(self.world.pick(*(1,) * 20))
        else:
            self.world.card.post.delay(self.world.one_of(self.letters()).id, timedelta(hours=2))

    def lose(self) -> None:
        """An event never comes by itself (F057)."""
        self.world.card.post.drop(self.world.one_of(self.letters()).id)

    def forge(self) -> None:
        """A body that the gateway did not sign, or signed long ago or in the future (I-31)."""
        body = json.dumps({**json.loads(self.world.one_of(self.written()).body), "id": "forged"}).encode()
        at, card = self.world.clock.at, self.world.card
        headers = (
            {"scripted-signature": "t=1,v1=00"},
            card.signed(body + b" ", at),
            card.signed(body, at - timedelta(minutes=6)),
            card.signed(body, at + timedelta(minutes=6)),
            {},
        )[self.world.pick(*(1,) * 5)]
        receipt = self.desk.receive("card", body, headers, scope=SCOPE)
        if receipt.status != "refused":
            raise Broken("I-31", "an event that is not authentic is refused", f"{receipt} for {headers}")

    # at the gateway

    def on_card(self) -> list[Payment]:
        """Payments that the gateway knows of."""
        every = [each for family in self.world.known.families.values() for each in family.payments]
        return [each for each in every if each.gateway == "card" and self.world.oracle.sums(each.id)]

    def undecided(self) -> list[Operation]:
        """What the gateway has accepted and not decided."""
        families = self.world.known.families.values()
        waiting = [each for family in families for each in family.operations if not is_told(each)]
        came = {each.key for each in self.world.card.calls}
        open_now = [each for each in waiting if each.status in ("pending", "requires_action") and each.id in came]
        return [each for each in open_now if isinstance(self.world.oracle.answered(each.id), Pending | RequiresAction)]

    def given_up(self) -> list[Operation]:
        """Attempts that ended without money, which a customer may still bring to their end in an old window (F034)."""
        families = self.world.known.families.values()
        ended = [each for family in families for each in family.operations if each.kind == "failed"]
        at_card = {each.id for family in families for each in family.payments if each.gateway == "card"}
        attempts = [each for each in ended if each.type in ("sale", "authorize") and each.payment_id in at_card]
        came = {each.key for each in self.world.card.calls}
        return [each for each in attempts if each.id in came and self.world.oracle.booked(each.id) is None]

    def come_late(self) -> None:
        """The gateway declined or called an attempt off, and then takes the money after all."""
        operation = self.world.one_of(self.given_up())
        self.world.known.excused.add(operation.order_id)
        self.world.card.finish(operation.id, Approved("late"))
        status = self.world.known.families[operation.order_id].order.status
        self.world.counts.hit("late success", f"order {status}")
        self.world.oracle.news()

    def decide(self) -> None:
        """The gateway makes up its mind; nobody tells the shop but the event."""
        operation = self.world.one_of(self.undecided())
        approves = self.world.pick(2, 1) == 0
        self.world.card.finish(operation.id, Approved("finished") if approves else Declined("refused_later"))
        self.world.oracle.news()

    def at_the_dashboard(self) -> None:
        """Somebody moves money at the gateway itself, or a customer's bank does."""
        payment = self.world.one_of(self.on_card())
        place = self.world.pick(4, 3, 3, 2, 2, 2, 2, 2)
        names = ("refund", "capture", "void", "charge back", "win a dispute", "fail a refund", "charge a fee", "lapse")
        self.world.log.add(self.world.turns.current.name, f"dashboard: {names[place]}")
        with suppress(ValueError, LookupError):
            if place not in (6, 7):
                self.world.known.excused.add(payment.order_id)
            self._movements(payment)[place]()
            self.world.counts.hit(f"dashboard: {names[place]}", payment.status)
        self.world.oracle.news()

    def _movements(self, payment: Payment) -> tuple[Callable[[], object], ...]:
        dashboard, sums = self.world.card.dashboard, self.world.oracle.sums(payment.id)
        part = Money.of_minor(max(1, came_in(sums) // 2), payment.amount.currency)
        rest = Money.of_minor(max(1, held(sums) // 2), payment.amount.currency)
        return (
            lambda: dashboard.refund(payment.id, part),
            lambda: dashboard.capture(payment.id, rest),
            lambda: dashboard.void(payment.id),
            lambda: dashboard.charge_back(payment.id, part),
            lambda: dashboard.reverse_chargeback(self._reference(payment.id, "chargeback")),
            lambda: dashboard.fail_refund(self._reference(payment.id, "refund")),
            lambda: dashboard.charge_fee(payment.id, Money.of_minor(25, payment.amount.currency)),
            lambda: dashboard.lapse(payment.id),
        )

    def _reference(self, payment_id: UUID, type: str) -> str:
        ledger = self.world.card.ledger
        return next((each.reference for each in ledger if (each.payment_id, each.type) == (payment_id, type)), "none")
