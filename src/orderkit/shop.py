"""`Shop`, the order desk of one scope on behalf of one actor: what hosts call all day.

Only arguments are turned into commands here; what they do is in `services/`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Unpack
from uuid import UUID

from attrs import field, frozen

from orderkit.actors import Actor
from orderkit.asked import Asked, command_for
from orderkit.families.refunding import RefundItem
from orderkit.imports import ColumnMap, ImportReport, LineOutcome, map_named
from orderkit.money import Money
from orderkit.orders.records import Order
from orderkit.payments.records import Payment
from orderkit.personal import Person
from orderkit.refunds.records import Refund
from orderkit.services import importing, paying, refunding
from orderkit.services.asking import proceed
from orderkit.services.importing import Progress
from orderkit.services.synchronizing import Synchronized, synchronize
from orderkit.services.units import unit_of_work
from orderkit.services.watching import Stuck, stuck
from orderkit.services.wiring import Wiring
from orderkit.settings import ScopeSettings
from orderkit.verbs import Credit, Items, Orders, Payments, Refunds


@frozen
class Shop:
    """The order desk of one scope, on behalf of one actor. Every command takes the keywords of `Asked` besides."""

    wiring: Wiring = field(repr=False)
    actor: Actor
    settings: ScopeSettings

    @property
    def orders(self) -> Orders:
        return Orders(self.wiring, self.actor)

    @property
    def items(self) -> Items:
        return Items(self.wiring, self.actor)

    @property
    def payments(self) -> Payments:
        return Payments(self.wiring, self.actor)

    @property
    def refunds(self) -> Refunds:
        return Refunds(self.wiring, self.actor)

    @property
    def credit(self) -> Credit:
        return Credit(self.wiring, self.actor)

    def pay(
        self,
        order_id: UUID,
        *,
        via: str,
        method: str | None = None,
        amount: Money | None = None,
        capture: bool = True,
        one_click: bool = False,
        comment: str | None = None,
        currency: str | None = None,
        **asked: Unpack[Asked],
    ) -> Payment:
        """Pay what is open on the order, or `amount` of it, through the gateway the host calls `via`.

        `capture=False` only authorizes; `payments.capture` takes the money later. `method` is the gateway's opaque
        handle for the card or account, `one_click` says that the customer used a stored one; `comment` is the buyer's
        word for whoever confirms a payment by hand. `currency` is another one that the customer pays in, at the rate
        that the host's `ExchangeRates` quote now; `amount` stays in the order's. The answer is in the payment: its
        `status`, and `next_step` for the customer (nothing, a redirect, "wait").

        Raises:
            TransitionRefused: the order may not be paid now (`something_is_open`, `one_payment_at_a_time`, …).
            InvalidRequest: `via` names no gateway, or there is no rate for `currency`.
        """
        command = command_for("pay", self.actor, order_id, asked)
        return paying.pay(
            self.wiring,
            command,
            order_id,
            via=via,
            method=method,
            amount=amount,
            capture=capture,
            one_click=one_click,
            comment=comment,
            currency=currency,
        )

    def refund(
        self,
        order_id: UUID,
        items: Sequence[RefundItem | UUID],
        *,
        reference: str | None = None,
        **asked: Unpack[Asked],
    ) -> Refund:
        """Refund items of an order, in full or in part, over as many payments as it takes.

        Each item gets back its share of what was captured, less a fee. Nothing happens unless all may be refunded.

        Raises:
            InvalidRequest: nothing selected, an item twice, or one of another order.
            TransitionRefused: a rule of the order, an item or a payment says no.
        """
        chosen = tuple(each if isinstance(each, RefundItem) else RefundItem(each) for each in items)
        command = command_for("refund", self.actor, order_id, asked)
        return refunding.refund(self.wiring, command, order_id, chosen, reference=reference)

    def proceed(self, order_id: UUID) -> Order:
        """Go on with what was written down and not finished: send it, or look up what came of it.

        For a host that ran a command inside its own transaction, after its commit; and for whoever cannot wait for
        recovery. Repeating it does no harm.
        """
        return proceed(self.wiring, self.actor, order_id).order

    def sync_payments(self, order_id: UUID) -> Synchronized:
        """Ask every gateway for all it knows about the order's payments, and record what is new (rows S3-33, S3-34).

        Where a gateway says less than we hold, nothing is undone; the difference is in the answer, and an attention
        entry tells of it.
        """
        return synchronize(self.wiring, order_id)

    def stuck(self, *, limit: int = 500) -> tuple[Stuck, ...]:
        """What does not go on by itself, the longest waiting first, each with its age and the reason (row SX-29)."""
        return stuck(self.wiring, limit=limit)

    def import_file(
        self,
        path: str | PathLike[str],
        *,
        map: str | ColumnMap,
        dry_run: bool = False,
        pay: bool = True,
        progress: Progress | None = None,
        outcomes: Callable[[LineOutcome], None] | None = None,
    ) -> ImportReport:
        """Import a CSV file of orders; a second run goes on where the first one stopped.

        `map` names the columns and the habits of whoever wrote the file. Every line gets exactly one outcome.

        Raises:
            InvalidRequest: the file or the map cannot be used; `field` names what is wrong.
        """
        column_map = map_named(map) if isinstance(map, str) else map
        return importing.import_file(
            self.wiring,
            self.actor,
            path,
            column_map,
            dry_run=dry_run,
            pay=pay,
            progress=progress,
            outcomes=outcomes,
        )

    def erase(self, customer_id: str) -> int:
        """Delete a customer's personal values in this scope for good; how many there were (row SX-26).

        Orders, amounts and the chain of their histories stay; the commitments say nothing without the salts.
        """
        with unit_of_work(self.wiring.storage) as work:
            return work.erase(self.wiring.scope, Person("customer", customer_id))
