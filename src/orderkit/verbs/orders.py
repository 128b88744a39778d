"""The facade's verbs about orders and their items; only arguments are turned into commands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Unpack
from uuid import UUID

from attrs import field, frozen

from orderkit.actors import Actor
from orderkit.asked import Asked, command_for
from orderkit.errors import InvalidRequest
from orderkit.extensions import Value
from orderkit.families.billing import BilledRequest
from orderkit.families.cancelling import Plan, Settle
from orderkit.families.placing import NewOrder
from orderkit.items.records import Item
from orderkit.orders.records import Address, Customer, NewLine, Order, Source
from orderkit.ports.storage import CurrencyTotals, OrderFilter
from orderkit.services import moving, placing, reading
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
