"""A host with a gateway and a clock of its own, on either store: public names alone, every value annotated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from attrs import field, frozen

from orderkit import (
    Action,
    Actor,
    Address,
    Approved,
    Ask,
    Capabilities,
    CurrencyTotals,
    Customer,
    Declined,
    Discount,
    Extension,
    Field,
    Instruction,
    InvalidRequest,
    Item,
    KeyReused,
    Listed,
    Money,
    NeverSeen,
    NewLine,
    Order,
    OrderDetails,
    OrderFamily,
    OrderFilter,
    Orderkit,
    OrderRow,
    Payment,
    PaymentGateway,
    Pending,
    Price,
    Refund,
    RefundItem,
    Refusal,
    Rejected,
    Remembered,
    RequiresAction,
    ScopeSettings,
    Shop,
    Source,
    Standing,
    Storage,
    Tax,
    Terms,
    TransitionRefused,
    Unknown,
    profiles,
)
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.offline import OfflineGateway
from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.testing.gateway_suite import GatewaySuite

Answer = Approved | Pending | RequiresAction | Declined | Rejected | Unknown


@frozen
class HouseAccount:
    """A gateway that a host wrote: regulars pay on account, and nobody may owe more than 500.00."""

    account: str = "house"
    booked: dict[UUID, Money] = field(factory=dict)
    refunds: dict[UUID, str | None] = field(factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            refund=True,
            partial_refund=True,
            looks_up=True,
            keys_kept=timedelta.max,
            currencies=frozenset({"EUR"}),
        )

    def sale(self, instruction: Instruction) -> Answer:
        if instruction.amount.currency != "EUR":
            return Rejected("currency_not_supported")
        if instruction.amount > Money("500.00", "EUR"):
            return Declined("limit", "That is more than we lend", category="hard")
        self.booked[instruction.key] = instruction.amount
        return Approved(f"house/{instruction.key}", instruction.amount)

    def refund(self, instruction: Instruction) -> Answer:
        sales = {f"house/{key}": each for key, each in self.booked.items()}
        taken = sales.get(instruction.on or "")
        back = sum(-each.minor for key, each in self.booked.items() if self.refunds.get(key) == instruction.on)
        if instruction.key not in self.booked:
            if taken is None or taken.minor - back < instruction.amount.minor:
                return Rejected("exceeds_taken")
            self.booked[instruction.key] = -instruction.amount
            self.refunds[instruction.key] = instruction.on
        return Approved(f"house/{instruction.key}", instruction.amount)

    def authorize(self, instruction: Instruction) -> Answer:
        return Rejected("not_supported")

    def capture(self, instruction: Instruction) -> Answer:
        return Rejected("not_supported")

    def void(self, instruction: Instruction) -> Answer:
        return Rejected("not_supported")

    def look_up(self, instruction: Instruction) -> Answer | NeverSeen:
        return Approved(f"house/{instruction.key}") if instruction.key in self.booked else NeverSeen()


class TestHouseAccount(GatewaySuite):
    """The host lets orderkit examine its gateway."""

    @pytest.fixture
    def gateway(self) -> PaymentGateway:
        return HouseAccount()


class ShopClock:
    """A clock that a host's tests hand in."""

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 12, tzinfo=timezone.utc)


def is_checked(ask: Ask) -> Refusal | None:
    """A rule that a host wrote: big orders are looked at before they are completed."""
    total: Money = ask.stands.total
    return Refusal("is_checked", {"total": str(total)}) if total > Money("400.00", "EUR") else None


def lines_of(family: OrderFamily) -> int:
    """What a host derives for its lists."""
    return len(family.lines)


def wired(storage: Storage) -> tuple[Orderkit, HouseAccount]:
    """The ten lines that wire the library into a shop."""
    house = HouseAccount()
    gateways: dict[str, PaymentGateway] = {"house": house, "bank": OfflineGateway(account="DE02120300000000202051")}
    desk = Orderkit(
        storage=storage,
        profile=profiles.retail,
        gateways=gateways,
        extensions=[Extension("order", "checks", requires={"complete": is_checked})],
        fields=[Field("shop.region"), Field("shop.lines", type="number", derive=lines_of)],
        scopes={"acme": ScopeSettings(zone="Europe/Kyiv", locale="uk", currency="EUR", number_format="A-{number}")},
        channels=("events", "mail"),
        clock=ShopClock(),
    )
    return desk, house


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "memory":
        yield MemoryStorage()
        return
    store = SqlStorage(f"sqlite:///{tmp_path}/shop.db")
    store.migrate()
    yield store
    store.close()


def test_a_shop_sells_and_takes_back(storage: Storage) -> None:
    """Placing, paying, delivering, refunding, completing, cancelling and reading, as a host writes them."""
    desk, house = wired(storage)
    shop: Shop = desk.scope("acme", actor=Actor.user("u-7", roles={"sales"}, name="Jo Clerk"))
    lines: Sequence[NewLine] = [
        NewLine(
            "EBOOK-1",
            "An e-book",
            unit_price=Money("19.99", "EUR"),
            quantity=2,
            discounts=(Discount("TEN", "Ten per cent", rate=Decimal("0.1")),),
            taxes=(Tax("VAT", "VAT", Decimal("0.2"), included=True),),
            terms=Terms(refundable_until=datetime(2026, 4, 1, tzinfo=timezone.utc)),
        ),
        NewLine("POST", "Postage", unit_price=Price("4.995", "EUR"), item_kind="shipping"),
    ]
    order: Order = shop.orders.place(
        customer=Customer("c-1", "Ada Example", "ada@example.com"),
        lines=lines,
        bill_to=Address(city="Kyiv"),
        source=Source("web", "cart-481"),
        fields={"shop.region": "north"},
        key="cart-481",
    )
    payment: Payment = shop.pay(order.id, via="house", method="regular", key="cart-481")
    paid: Money = payment.captured
    assert (payment.status, paid, sum(each.minor for each in house.booked.values())) == (
        "captured",
        Money("40.98", "EUR"),
        4098,
    )

    details: OrderDetails = shop.orders.details(order.id)
    standing: Standing = details.standing
    item: Item = shop.items.move(details.family.items[0].id, "deliver", reason="by mail")
    refund: Refund = shop.refund(order.id, [RefundItem(item.id, 1, fee=Money("1.00", "EUR"))], key="back-1")
    assert (standing.due, refund.status, refund.amount) == (Money("0.00", "EUR"), "done", Money("16.99", "EUR"))

    actions: tuple[Action, ...] = shop.orders.actions(order.id)
    why_not: dict[str, Refusal] = {each.name: each.refusal for each in actions if each.refusal and each.on == "order"}
    told: tuple[Remembered, ...] = shop.orders.history(order.id)
    assert why_not["pay"].code == "something_is_open"
    assert [each.reason for each in told if each.reason] == ["by mail"]
    version: int = shop.orders.details(order.id).family.order.version
    completed: Order = shop.orders.move(order.id, "complete", expected_version=version)
    assert completed.status == "completed"

    listed: Listed = shop.orders.list(OrderFilter(statuses=("completed",), fields={"shop.lines": 2}), limit=10)
    row: OrderRow = listed.rows[0]
    totals: tuple[CurrencyTotals, ...] = shop.orders.totals()
    assert (row.number, listed.next, totals[0].refunded) == (order.number, None, Money("16.99", "EUR"))
    assert shop.settings.shown(row.number) == f"A-{row.number}"
    assert shop.orders.numbered(row.number) == order.id


def test_a_shop_is_told_why_not(storage: Storage) -> None:
    """What is refused says which rule, with which figures; what is wrong, which field."""
    desk, house = wired(storage)
    shop = desk.scope("acme", actor=Actor.system("import"))
    line = NewLine("SOFA", "A sofa", unit_price=Money("450.00", "EUR"))
    order = shop.orders.place(customer=Customer("c-1"), lines=[line], key="k")
    with pytest.raises(KeyReused):
        shop.orders.place(customer=Customer("c-2"), lines=[line], key="k")
    with pytest.raises(InvalidRequest) as invalid:
        shop.orders.place(customer=Customer("c-1"), lines=[])
    field: str = invalid.value.field
    shop.pay(order.id, via="house")
    with pytest.raises(TransitionRefused) as refused:
        shop.orders.move(order.id, "complete")
    refusal: Refusal = refused.value.refusal

    assert (field, refusal) == ("lines", Refusal("is_checked", {"total": "450.00 EUR"}))
    assert (refused.value.lifecycle, refused.value.status, refused.value.event) == ("order", "paid", "complete")
    reference: UUID | None = refused.value.reference
    assert reference in {each.id for each in desk.storage.refusals("acme", limit=5)}
    assert len(house.booked) == 1


def test_keywords_are_checked_at_run_time_too(storage: Storage) -> None:
    """A keyword that no command takes is an error, not ignored, also for who does not run a type checker."""
    shop = wired(storage)[0].scope("acme", actor=Actor.user("u-1"))
    order = shop.orders.place(customer=Customer("c-1"), lines=[NewLine("A", "A", unit_price=Money("1.00", "EUR"))])
    with pytest.raises(TypeError, match="idempotency_key"):
        shop.orders.cancel(order.id, confirm=True, idempotency_key="k")  # type: ignore[call-arg]  # it is called key
