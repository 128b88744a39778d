"""What can be done with orders, items, payments, refunds and credit: the facade's verbs, noun by noun.

Only arguments are turned into commands here; what they do is in `services/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Unpack
from uuid import UUID

from attrs import field, frozen

from orderkit.actors import Actor
from orderkit.asked import Asked, command_for
from orderkit.credit.records import CreditAccount, CreditEntry, CreditEntryKind
from orderkit.errors import InvalidRequest
from orderkit.extensions import Value
from orderkit.families.billing import BilledRequest
from orderkit.families.cancelling import Plan, Settle
from orderkit.families.placing import NewOrder
from orderkit.items.records import Item
from orderkit.money import Money
from orderkit.orders.records import Address, Customer, NewLine, Order, Source
from orderkit.payments.records import Payment
from orderkit.ports.storage import CurrencyTotals, OrderFilter
from orderkit.refunds.records import Refund
from orderkit.services import crediting, moving, paying, placing, reading, refunding
from orderkit.services.commands import Command
from orderkit.services.wiring import Wiring


@frozen
class Orders:
    """What concerns orders."""

    _wiring: Wiring = field(repr=False)
    _actor: Actor

    def place(
        self,
        *,
        customer: Customer,
        lines: Sequence[NewLine],
        type: str | None = None,
        placed_at: datetime | None = None,
        bill_to: Address | None = None,
        ship_to: Address | None = None,
        source: Source | None = None,
        fields: Mapping[str, Value] | None = None,
        key: str | None = None,
        reason: str | None = None,
    ) -> Order:
        """Place an order and open a payment request over its total; a free order is funded at once.

        Raises:
            InvalidRequest: naming the field and the reason; nothing was written.
            KeyReused: the key stands for another order.
        """
        new = NewOrder(
            customer=customer,
            lines=tuple(lines),
            type=type,
            placed_at=placed_at,
            bill_to=bill_to,
            ship_to=ship_to,
            source=source,
        )
        return self.place_order(new, fields=fields, key=key, reason=reason)

    def place_order(
        self,
        new: NewOrder,
        *,
        fields: Mapping[str, Value] | None = None,
        key: str | None = None,
        reason: str | None = None,
    ) -> Order:
        """The same with everything an order may carry: contract, promotion, affiliate, IP, note, extra …"""
        placed = placing.place(self._wiring, self._actor, new, key=key, fields=fields or {}, reason=reason)
        return placed.family.order

    def cancel(self, order_id: UUID, *, confirm: bool, settle: Settle | None = None, **asked: Unpack[Asked]) -> Order:
        """Cancel an order; `confirm=True` says that the customer or the staff have been asked (row S0-31).

        Without `settle` only an order without money is cancelled. With it, attempts are abandoned, what is held is
        released, and what was captured goes back: the way it came (``"refund"``) or to the customer's credit account
        (``"credit"``). On an order that is cancelled already that tries again what failed. The gateways are asked
        first what became of open attempts (I-42).

        Raises:
            InvalidRequest: without `confirm=True`.
            TransitionRefused: it is paid, or being paid; the refusal names the payment.
        """
        if confirm is not True:
            raise InvalidRequest("confirm", "is_true", hint="cancelling cannot be undone; pass confirm=True")
        command = command_for("cancel", self._actor, order_id, asked)
        if settle is None:
            return moving.cancel(self._wiring, command, order_id)
        return moving.cancel_with_money(self._wiring, command, order_id, settle)

    def preview(self, plan: Literal["cancel"], order_id: UUID, *, settle: Settle) -> Plan:
        """Every step that cancelling would take, with its amounts; nothing happens yet (row SX-27).

        Raises:
            TransitionNotPossible, TransitionRefused: it could not be done at all now, and why.
        """
        if plan != "cancel":
            raise InvalidRequest("plan", "is_known_plan", plan=str(plan), known="cancel")
        return moving.preview_cancel(self._wiring, self._actor, order_id, settle)

    def execute(self, order_id: UUID, token: str, **asked: Unpack[Asked]) -> Order:
        """Do exactly what was previewed under this token.

        Raises:
            PlanOutdated: the order has changed since; nothing was done, ask for a new preview.
        """
        command = command_for("cancel", self._actor, order_id, asked)
        settle = moving.settle_of(token)
        return moving.cancel_with_money(self._wiring, command, order_id, settle, token=token)

    def move(self, order_id: UUID, event: str, **asked: Unpack[Asked]) -> Order:
        """Take a plain move of the order's lifecycle, such as ``complete`` or a plugin's own.

        Raises:
            TransitionNotPossible, TransitionRefused: the table has no such row from here, or a rule says no.
        """
        return moving.move(self._wiring, command_for(event, self._actor, order_id, asked), order_id, event)

    def details(self, order_id: UUID) -> reading.OrderDetails:
        """Everything about one order, with what may be done now and, for the rest, why not."""
        return reading.details(self._wiring, self._actor, order_id)

    def actions(self, order_id: UUID) -> tuple[reading.Action, ...]:
        """What may be asked of the order, its payments, items and refunds."""
        return self.details(order_id).actions

    def history(self, order_id: UUID) -> tuple[reading.Remembered, ...]:
        """Every accepted change, oldest first: who, when, why, and what."""
        return reading.history(self._wiring, order_id)

    def requests(self, order_id: UUID) -> tuple[BilledRequest, ...]:
        """What was asked of the customer, with every attempt to pay it, the oldest first."""
        return reading.requests(self._wiring, order_id)

    def list(self, filter: OrderFilter | None = None, *, after: str | None = None, limit: int = 50) -> reading.Listed:
        """A page of orders, newest first."""
        return reading.listed(self._wiring, filter or OrderFilter(), after=after, limit=limit)

    def numbered(self, number: int) -> UUID:
        """The id of the order with this number. Raises NotFound."""
        with self._wiring.storage.reading() as store:
            return store.order_with_number(self._wiring.scope, number)

    def totals(self) -> tuple[CurrencyTotals, ...]:
        """The sums over all orders, one record per currency."""
        with self._wiring.storage.reading() as store:
            return store.totals(self._wiring.scope)


@frozen
class Items:
    """What concerns single items."""

    _wiring: Wiring = field(repr=False)
    _actor: Actor

    def move(self, item_id: UUID, event: str, **asked: Unpack[Asked]) -> Item:
        """Take a plain move of the item's lifecycle, such as ``deliver``.

        Raises:
            TransitionNotPossible, TransitionRefused: the table has no such row from here, or a rule says no.
        """
        return moving.move_item(self._wiring, command_for(event, self._actor, item_id, asked), item_id, event)


@frozen
class Payments:
    """What concerns payments that have been started."""

    _wiring: Wiring = field(repr=False)
    _actor: Actor

    def capture(self, payment_id: UUID, amount: Money | None = None, **asked: Unpack[Asked]) -> Payment:
        """Capture what is authorized: all that is left, or `amount` of it."""
        command = command_for("capture", self._actor, payment_id, asked)
        return paying.capture(self._wiring, command, payment_id, amount=amount)

    def void(self, payment_id: UUID, **asked: Unpack[Asked]) -> Payment:
        """Release what is authorized and not captured."""
        return paying.void(self._wiring, command_for("void", self._actor, payment_id, asked), payment_id)

    def abandon(self, payment_id: UUID, **asked: Unpack[Asked]) -> Payment:
        """Give up an attempt that has no answer; the order can be paid again."""
        return paying.abandon(self._wiring, command_for("abandon", self._actor, payment_id, asked), payment_id)

    def refund_excess(self, payment_id: UUID, amount: Money | None = None, **asked: Unpack[Asked]) -> Payment:
        """Send back what was paid above what is owed, all of it or `amount`; items are refunded by `Shop.refund`."""
        command = command_for("refund_excess", self._actor, payment_id, asked)
        return paying.refund_excess(self._wiring, command, payment_id, amount=amount)

    def credit_excess(self, payment_id: UUID, amount: Money | None = None, **asked: Unpack[Asked]) -> Payment:
        """Move what was paid above what is owed, all of it or `amount`, to the customer's credit account.

        Raises:
            InvalidRequest: no wired gateway keeps credit (`orderkit.adapters.credit.CreditGateway` does).
        """
        command = command_for("credit_excess", self._actor, payment_id, asked)
        return paying.credit_excess(self._wiring, command, payment_id, amount=amount)

    def confirm(self, payment_id: UUID, amount: Money | None = None, **asked: Unpack[Asked]) -> Payment:
        """Say that an offline payment has arrived: all of it, or `amount`."""
        command = command_for("confirm", self._actor, payment_id, asked)
        return paying.confirm(self._wiring, command, payment_id, amount=amount)

    def reject(self, payment_id: UUID, **asked: Unpack[Asked]) -> Payment:
        """Say that an offline payment will not come."""
        return paying.reject(self._wiring, command_for("reject", self._actor, payment_id, asked), payment_id)


@frozen
class Refunds:
    """What concerns refunds that have been asked for."""

    _wiring: Wiring = field(repr=False)
    _actor: Actor

    def approve(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Approve a requested refund and send it back."""
        return refunding.approve(self._wiring, command_for("approve_refund", self._actor, refund_id, asked), refund_id)

    def reject(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Turn a requested refund down."""
        return refunding.reject(self._wiring, command_for("reject_refund", self._actor, refund_id, asked), refund_id)

    def confirm(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Say that an offline refund has been paid out."""
        return refunding.confirm(self._wiring, command_for("confirm_refund", self._actor, refund_id, asked), refund_id)

    def fail(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Say that an offline refund could not be paid out."""
        return refunding.fail(self._wiring, command_for("fail_refund", self._actor, refund_id, asked), refund_id)


@frozen
class Credit:
    """What customers have with the shop; they spend it by paying through a gateway that keeps it."""

    _wiring: Wiring = field(repr=False)
    _actor: Actor

    def grant(
        self, customer_id: str, amount: Money, *, key: str | None = None, reason: str | None = None
    ) -> CreditAccount:
        """Put money on the customer's account, such as for goodwill."""
        return self._enter("grant_credit", customer_id, "granted", amount, key=key, reason=reason)

    def withdraw(
        self, customer_id: str, amount: Money, *, key: str | None = None, reason: str | None = None
    ) -> CreditAccount:
        """Take money off the customer's account, such as when it was paid out.

        Raises:
            InvalidRequest: more than is available.
        """
        return self._enter("withdraw_credit", customer_id, "withdrawn", amount, key=key, reason=reason)

    def accounts(self, customer_id: str) -> tuple[CreditAccount, ...]:
        """What the customer has with us, one account per currency."""
        return crediting.accounts(self._wiring, customer_id)

    def entries(self, customer_id: str, currency: str) -> tuple[CreditEntry, ...]:
        """How an account came to what it is, oldest first."""
        return crediting.entries(self._wiring, customer_id, currency)

    def _enter(
        self,
        verb: str,
        customer_id: str,
        kind: CreditEntryKind,
        amount: Money,
        *,
        key: str | None,
        reason: str | None,
    ) -> CreditAccount:
        command = Command(verb=verb, actor=self._actor, target=str(customer_id), key=key, reason=reason)
        account, _ = crediting.enter(self._wiring, command, customer_id, kind, amount)
        return account
