"""`Orderkit`, a host's one object, and `Shop`, the order desk of one scope that it hands out.

Only the facade lives here: it turns arguments into commands; what they do is in `services/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from os import PathLike
from typing import TypedDict, Unpack
from uuid import UUID

from attrs import field, frozen

from orderkit.actors import Actor
from orderkit.errors import InvalidRequest
from orderkit.extensions import Field, Value
from orderkit.families.placing import NewOrder
from orderkit.families.refunding import RefundItem
from orderkit.imports import ColumnMap, ImportReport, LineOutcome, map_named
from orderkit.items.records import Item
from orderkit.lifecycles import Extension, Lifecycle
from orderkit.money import Money
from orderkit.orders.records import Address, Customer, NewLine, Order, Source
from orderkit.payments.records import Payment
from orderkit.personal import Person
from orderkit.ports.clock import Clock, SystemClock
from orderkit.ports.gateway import PaymentGateway
from orderkit.ports.ids import Ids, TimeOrderedIds
from orderkit.ports.storage import CurrencyTotals, OrderFilter, Storage
from orderkit.profiles import Profile, retail
from orderkit.profiles.profile import fingerprint_of
from orderkit.refunds.records import Refund
from orderkit.services import importing, moving, paying, placing, reading, refunding
from orderkit.services.asking import proceed
from orderkit.services.commands import Command
from orderkit.services.importing import Progress
from orderkit.services.units import unit_of_work
from orderkit.services.wiring import Gateways, Numbers, Wiring
from orderkit.settings import ScopeSettings


class Asked(TypedDict, total=False):
    """What every command takes besides its own arguments.

    Attributes:
        key: the caller's idempotency key, per (scope, verb, target): the same request under the same key is done
            once and answers with the present outcome; another request under it is `KeyReused`.
        reason: free text for the history, kept with the personal values.
        expected_version: the order's version the caller saw; the command fails with `StaleRecord` when it moved on.
    """

    key: str
    reason: str
    expected_version: int


class Orderkit:
    """The library, wired to one host: its profile, store, gateways and plugins.

    Args:
        storage: where orders live.
        profile: what kind of shop this is.
        gateways: by the host's own keys (``"card"``); or a function from scope to such a mapping.
        extensions: plugins' additions to lifecycles. fields: values that ride along with orders.
        scopes: the known scopes with their settings; without it every non-empty scope is one, with the defaults.
        channels: where facts go; each gets its own outbox messages.
        clock, ids: handed in by tests and simulators.

    Raises:
        LifecycleError: the extensions contradict the profile or one another.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        profile: Profile = retail,
        gateways: Mapping[str, PaymentGateway] | Callable[[str], Gateways] | None = None,
        extensions: Iterable[Extension] = (),
        fields: Iterable[Field] = (),
        scopes: Mapping[str, ScopeSettings] | None = None,
        channels: Sequence[str] = ("events",),
        clock: Clock | None = None,
        ids: Ids | None = None,
    ) -> None:
        self.storage = storage
        self.profile = profile
        self.lifecycles: Mapping[str, Lifecycle] = profile.lifecycles(extensions)
        self.fields = tuple(fields)
        self.channels = tuple(channels)
        self._fingerprint = fingerprint_of(self.lifecycles)
        self._gateways = _per_scope(gateways or {})
        self._scopes = scopes
        self._clock = clock or SystemClock()
        self._ids = ids or TimeOrderedIds()
        self._numbers = Numbers()

    def scope(self, scope: str, *, actor: Actor, storage: Storage | None = None) -> Shop:
        """The order desk of one tenant, on behalf of one actor.

        `storage` puts its commands into a host's own transaction (``sql_storage.within(connection)``): they commit
        with the host's rows; what must ask a gateway is only written down, and `Shop.proceed` goes on afterwards.

        Raises:
            InvalidRequest: the scope is empty, too long, or not one of the known ones (row S0-01).
        """
        if not isinstance(scope, str) or not scope.strip() or len(scope) > 64:
            raise InvalidRequest("scope", "has_1_to_64_characters", scope=str(scope)[:64])
        if self._scopes is not None and scope not in self._scopes:
            raise InvalidRequest("scope", "is_known_scope", scope=scope)
        wiring = Wiring(
            scope=scope,
            storage=storage or self.storage,
            gateways=self._gateways,
            clock=self._clock,
            ids=self._ids,
            profile=self.profile,
            lifecycles=self.lifecycles,
            fingerprint=self._fingerprint,
            fields=self.fields,
            channels=self.channels,
            numbers=self._numbers,
        )
        settings = (self._scopes or {}).get(scope, ScopeSettings())
        return Shop(wiring, actor, settings)


def _per_scope(gateways: Mapping[str, PaymentGateway] | Callable[[str], Gateways]) -> Callable[[str], Gateways]:
    if isinstance(gateways, Mapping):
        known = dict(gateways)
        return lambda scope: known
    return gateways


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

    def pay(
        self,
        order_id: UUID,
        *,
        via: str,
        method: str | None = None,
        amount: Money | None = None,
        capture: bool = True,
        **asked: Unpack[Asked],
    ) -> Payment:
        """Pay what is open on the order, or `amount` of it, through the gateway the host calls `via`.

        `capture=False` only authorizes; `payments.capture` takes the money later. `method` is the gateway's opaque
        handle for the card or account. The answer is in the payment: its `status`, and `next_step` for the customer
        (nothing, a redirect, "wait").

        Raises:
            TransitionRefused: the order may not be paid now (`something_is_open`, `one_payment_at_a_time`, …).
            InvalidRequest: `via` names no gateway.
        """
        command = _command("pay", self.actor, order_id, asked)
        return paying.pay(self.wiring, command, order_id, via=via, method=method, amount=amount, capture=capture)

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
        command = _command("refund", self.actor, order_id, asked)
        return refunding.refund(self.wiring, command, order_id, chosen, reference=reference)

    def proceed(self, order_id: UUID) -> Order:
        """Go on with what was written down and not finished: send it, or look up what came of it.

        For a host that ran a command inside its own transaction, after its commit; and for whoever cannot wait for
        recovery. Repeating it does no harm.
        """
        return proceed(self.wiring, self.actor, order_id).order

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
        return placing.place(self._wiring, self._actor, new, key=key, fields=fields or {}, reason=reason)

    def cancel(self, order_id: UUID, *, confirm: bool, **asked: Unpack[Asked]) -> Order:
        """Cancel an unpaid order; `confirm=True` says that the customer or the staff have been asked (row S0-31).

        Raises:
            InvalidRequest: without `confirm=True`.
            TransitionRefused: it is paid, or being paid; the refusal names the payment.
        """
        if confirm is not True:
            raise InvalidRequest("confirm", "is_true", hint="cancelling cannot be undone; pass confirm=True")
        return moving.cancel(self._wiring, _command("cancel", self._actor, order_id, asked), order_id)

    def move(self, order_id: UUID, event: str, **asked: Unpack[Asked]) -> Order:
        """Take a plain move of the order's lifecycle, such as ``complete`` or a plugin's own.

        Raises:
            TransitionNotPossible, TransitionRefused: the table has no such row from here, or a rule says no.
        """
        return moving.move(self._wiring, _command(event, self._actor, order_id, asked), order_id, event)

    def details(self, order_id: UUID) -> reading.OrderDetails:
        """Everything about one order, with what may be done now and, for the rest, why not."""
        return reading.details(self._wiring, self._actor, order_id)

    def actions(self, order_id: UUID) -> tuple[reading.Action, ...]:
        """What may be asked of the order, its payments, items and refunds."""
        return self.details(order_id).actions

    def history(self, order_id: UUID) -> tuple[reading.Remembered, ...]:
        """Every accepted change, oldest first: who, when, why, and what."""
        return reading.history(self._wiring, order_id)

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
        return moving.move_item(self._wiring, _command(event, self._actor, item_id, asked), item_id, event)


@frozen
class Payments:
    """What concerns payments that have been started."""

    _wiring: Wiring = field(repr=False)
    _actor: Actor

    def capture(self, payment_id: UUID, amount: Money | None = None, **asked: Unpack[Asked]) -> Payment:
        """Capture what is authorized: all that is left, or `amount` of it."""
        command = _command("capture", self._actor, payment_id, asked)
        return paying.capture(self._wiring, command, payment_id, amount=amount)

    def void(self, payment_id: UUID, **asked: Unpack[Asked]) -> Payment:
        """Release what is authorized and not captured."""
        return paying.void(self._wiring, _command("void", self._actor, payment_id, asked), payment_id)

    def abandon(self, payment_id: UUID, **asked: Unpack[Asked]) -> Payment:
        """Give up an attempt that has no answer; the order can be paid again."""
        return paying.abandon(self._wiring, _command("abandon", self._actor, payment_id, asked), payment_id)

    def confirm(self, payment_id: UUID, amount: Money | None = None, **asked: Unpack[Asked]) -> Payment:
        """Say that an offline payment has arrived: all of it, or `amount`."""
        command = _command("confirm", self._actor, payment_id, asked)
        return paying.confirm(self._wiring, command, payment_id, amount=amount)

    def reject(self, payment_id: UUID, **asked: Unpack[Asked]) -> Payment:
        """Say that an offline payment will not come."""
        return paying.reject(self._wiring, _command("reject", self._actor, payment_id, asked), payment_id)


@frozen
class Refunds:
    """What concerns refunds that have been asked for."""

    _wiring: Wiring = field(repr=False)
    _actor: Actor

    def approve(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Approve a requested refund and send it back."""
        return refunding.approve(self._wiring, _command("approve_refund", self._actor, refund_id, asked), refund_id)

    def reject(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Turn a requested refund down."""
        return refunding.reject(self._wiring, _command("reject_refund", self._actor, refund_id, asked), refund_id)

    def confirm(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Say that an offline refund has been paid out."""
        return refunding.confirm(self._wiring, _command("confirm_refund", self._actor, refund_id, asked), refund_id)

    def fail(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Say that an offline refund could not be paid out."""
        return refunding.fail(self._wiring, _command("fail_refund", self._actor, refund_id, asked), refund_id)


def _command(verb: str, actor: Actor, target: UUID, asked: Asked) -> Command:
    if not isinstance(target, UUID):
        raise InvalidRequest("id", "is_an_id", type=type(target).__name__)
    unknown = set(asked) - set(Asked.__annotations__)
    if unknown:
        raise TypeError(f"{verb}() got unexpected keyword arguments: {', '.join(sorted(unknown))}")
    return Command(
        verb=verb,
        actor=actor,
        target=str(target),
        key=asked.get("key"),
        reason=asked.get("reason"),
        expected_version=asked.get("expected_version"),
    )
