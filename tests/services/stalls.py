"""A stall: the smallest shop that these tests keep, with its clock, its card gateway and its bank account in hand.

Only what most of the tests here need lives here: the stall, the clock that stands still, and a few lines to sell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from uuid import UUID

from attrs import define, field, frozen

from orderkit import (
    Action,
    Actor,
    Customer,
    ExchangeRates,
    Extension,
    Field,
    HistoryEntry,
    Money,
    NewLine,
    Order,
    OrderFamily,
    Orderkit,
    Payment,
    Profile,
    Shop,
    Storage,
    Terms,
    profiles,
)
from orderkit.adapters.credit import CreditGateway
from orderkit.adapters.offline import OfflineGateway
from orderkit.adapters.scripted import ScriptedGateway
from orderkit.ports.ids import Ids

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
CLERK = Actor.user("u-7", roles={"sales"}, name="Jo Clerk")
BUYER = Customer("c-1", "Ada Example", "ada@example.com")


@define
class StillClock:
    """Tells the same time until it is moved."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


def eur(amount: str) -> Money:
    """So many euros."""
    return Money(amount, "EUR")


def line(amount: str = "100.00", quantity: int = 1, *, offer: str = "MUG", partial: bool = False) -> NewLine:
    """A line of one offer; `partial` lets the customer pay in several payments."""
    return NewLine(offer, f"A {offer}", unit_price=eur(amount), quantity=quantity, terms=Terms(partial_payment=partial))


@frozen(kw_only=True)
class Stall:
    """A desk on one store, selling in one scope, through one card gateway and one bank account."""

    desk: Orderkit
    shop: Shop
    storage: Storage
    card: ScriptedGateway
    bank: OfflineGateway
    clock: StillClock

    def place(self, *lines: NewLine, key: str | None = None) -> Order:
        """An order of these lines; of one mug for 100.00 EUR without any."""
        return self.shop.orders.place(customer=BUYER, lines=lines or (line(),), key=key)

    def paid(self, *lines: NewLine) -> Order:
        """An order that one sale by card has paid."""
        order = self.place(*lines)
        self.shop.pay(order.id, via="card", method="tok_visa")
        return self.family(order.id).order

    def authorized(self, *lines: NewLine) -> Payment:
        """The payment of a new order whose total is held on the card."""
        return self.shop.pay(self.place(*lines).id, via="card", capture=False)

    def family(self, order_id: UUID) -> OrderFamily:
        """The order with its relatives, as stored."""
        with self.storage.reading() as store:
            return store.family(self.shop.wiring.scope, order_id)

    def entries(self, order_id: UUID) -> tuple[HistoryEntry, ...]:
        """The order's history, as stored."""
        with self.storage.reading() as store:
            return store.history(self.shop.wiring.scope, order_id)

    def facts(self, order_id: UUID) -> list[str]:
        """The types of the facts that wait to be sent about an order, oldest first."""
        with self.storage.reading() as store:
            waiting = store.messages("events", limit=100_000)
        return [each.type for each in waiting if each.order_id == order_id]

    def action(self, order_id: UUID, name: str, on: str = "order", id: UUID | None = None) -> Action:
        """One of the actions that the order offers or explains."""
        wanted = id or order_id
        offered = self.shop.orders.actions(order_id)
        return next(each for each in offered if (each.name, each.on, each.id) == (name, on, wanted))


def new_stall(
    storage: Storage,
    scope: str,
    *,
    profile: Profile = profiles.retail,
    extensions: Iterable[Extension] = (),
    fields: Iterable[Field] = (),
    card: ScriptedGateway | None = None,
    credit: CreditGateway | None = None,
    clock: StillClock | None = None,
    ids: Ids | None = None,
    rates: ExchangeRates | None = None,
) -> Stall:
    """A stall in this scope of the store."""
    clock = clock or StillClock()
    # An account of its own: what gateways call us with is unique by account for ever, and tests share a store.
    card, bank = card or ScriptedGateway(f"card of {scope}", clock=clock), OfflineGateway()
    desk = Orderkit(
        storage=storage,
        profile=profile,
        gateways={"card": card, "bank": bank, **({"credit": credit} if credit else {})},
        extensions=extensions,
        fields=fields,
        clock=clock,
        ids=ids,
        rates=rates,
    )
    shop = desk.scope(scope, actor=CLERK)
    return Stall(desk=desk, shop=shop, storage=storage, card=card, bank=bank, clock=clock)


NewStall = Callable[..., Stall]


@define
class Scopes:
    """Names of scopes that no other test uses."""

    _made: int = field(default=0, init=False)

    def new(self) -> str:
        self._made += 1
        return f"shop-{self._made}"
