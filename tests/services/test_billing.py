"""The list of what was asked for and how it was paid: its own numbers, dates, statuses, shares, fees and currencies."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.services.stalls import BUYER, NewStall, Stall, StillClock, eur, line

from orderkit import Actor, InvalidRequest, Money, NewLine, Orderkit, Shop, Terms
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.scripted import ALL_CAPABILITIES, ScriptedGateway, declines, times_out, waits


class Rates:
    """37 hryvnia for a dollar, and nothing else is quoted."""

    def rate(self, scope: str, source: str, target: str, *, at: object) -> Decimal | None:
        return Decimal(37) if (source, target) == ("USD", "UAH") else None


@pytest.mark.row("S4-30")
def test_the_date_is_the_last_attempts(stall: Stall) -> None:
    """Without an attempt the request's own; then the last attempt's, every attempt listed, oldest first (S4-29)."""
    order = stall.place()
    opened = stall.clock.now()
    (request,) = stall.shop.orders.requests(order.id)
    assert (request.at, request.payments) == (opened, ())
    assert request.order_number == order.number
    stall.clock.advance(timedelta(hours=1))
    stall.card.play(declines("do_not_honor"))
    stall.shop.pay(order.id, via="card")
    stall.clock.advance(timedelta(hours=1))
    stall.shop.pay(order.id, via="card")
    (request,) = stall.shop.orders.requests(order.id)
    assert request.at == opened + timedelta(hours=2)
    assert [(each.at, each.status, each.code) for each in request.payments] == [
        (opened + timedelta(hours=1), "failed", "do_not_honor"),
        (opened + timedelta(hours=2), "paid", None),
    ]


@pytest.mark.row("S4-31")
def test_every_outcome_has_one_of_seven_statuses(stall: Stall) -> None:
    """Nothing tried, under way, unknown, declined, paid, refunded, cancelled; partly refunded is a flag, no status."""
    seen: dict[str, tuple[str, str]] = {}

    def look(name: str, order_id: object) -> None:
        (request,) = stall.shop.orders.requests(order_id)  # type: ignore[arg-type]  # an order's id
        seen[name] = (request.status, request.payments[-1].status if request.payments else "")

    order = stall.place()
    look("nothing tried", order.id)
    stall.card.play(waits())
    stall.shop.pay(order.id, via="card")
    look("under way", order.id)
    stall.shop.payments.abandon(stall.family(order.id).payments[0].id)
    look("given up", order.id)
    stall.card.play(declines())
    stall.shop.pay(order.id, via="card")
    look("declined", order.id)
    stall.card.play(times_out(after=True))
    stall.shop.pay(order.id, via="card")
    look("unknown", order.id)
    stall.shop.sync_payments(order.id)
    look("paid", order.id)
    stall.card.dashboard.refund(stall.family(order.id).payments[-1].id, eur("40.00"))
    stall.shop.sync_payments(order.id)
    look("partly refunded", order.id)
    assert stall.shop.orders.requests(order.id)[0].is_partly_refunded
    stall.card.dashboard.refund(stall.family(order.id).payments[-1].id, eur("60.00"))
    stall.shop.sync_payments(order.id)
    look("refunded", order.id)
    held = stall.authorized()
    stall.shop.payments.void(held.id)
    look("released", held.order_id)
    gone = stall.place()
    stall.shop.orders.cancel(gone.id, confirm=True)
    look("withdrawn", gone.id)
    assert seen == {
        "nothing tried": ("pending", ""),
        "under way": ("processing", "processing"),
        "given up": ("pending", "cancelled"),
        "declined": ("failed", "failed"),
        "unknown": ("unknown", "unknown"),
        "paid": ("paid", "paid"),
        "partly refunded": ("paid", "paid"),
        "refunded": ("refunded", "refunded"),
        "released": ("pending", "cancelled"),
        "withdrawn": ("cancelled", ""),
    }


def test_a_fee_that_comes_late_is_shown_when_it_is_known(stall: Stall) -> None:
    """100 less 2.75 are 97.25; until the gateway says so nothing is shown, never 100 (S4-32)."""
    order = stall.paid()
    payment = stall.family(order.id).payments[0]
    (shown,) = stall.shop.orders.requests(order.id)[0].payments
    assert (shown.fee, shown.credited) == (None, None)
    stall.card.dashboard.charge_fee(payment.id, eur("2.75"), credited=eur("97.25"))
    stall.shop.sync_payments(order.id)
    (shown,) = stall.shop.orders.requests(order.id)[0].payments
    assert (shown.fee, shown.credited, shown.transaction) == (eur("2.75"), eur("97.25"), eur("100.00"))


@pytest.mark.row("S4-33")
@pytest.mark.parametrize(("offered", "used", "shown"), [(True, True, True), (True, False, False), (False, True, None)])
def test_one_click_is_shown_only_where_it_is_offered(
    new: NewStall, scope: str, offered: bool, used: bool, shown: bool | None
) -> None:
    """Enabled and used: true; a card typed in: false; a gateway without it: absent."""
    able = evolve(ALL_CAPABILITIES, one_click=offered)
    stall = new(card=ScriptedGateway(f"{offered} {used} {scope}", able))
    order = stall.place()
    stall.shop.pay(order.id, via="card", one_click=used)
    assert [each.one_click for each in stall.shop.orders.requests(order.id)[0].payments] == [shown]


@pytest.mark.row("S4-34")
def test_the_merchants_name_stays_as_the_customer_read_it(new: NewStall, scope: str) -> None:
    """Paid under the name A, renamed to B since: A is shown for the old payment, B for a new one, one system key."""

    class Named(ScriptedGateway):
        merchant = "Shop A"

    card = Named(f"named {scope}")
    stall = new(card=card)
    first = stall.paid()
    Named.merchant = "Shop B"
    second = stall.paid()
    shown = [stall.shop.orders.requests(each.id)[0].payments[0] for each in (first, second)]
    assert [(each.merchant, each.gateway) for each in shown] == [("Shop A", "card"), ("Shop B", "card")]


@pytest.mark.row("S4-35")
def test_a_payment_in_another_currency_keeps_both_amounts_and_the_rate(new: NewStall, scope: str) -> None:
    """100 dollars paid as 3,700 hryvnia: both amounts and the rate are kept, the order is paid, the gateway moved
    hryvnia; a part of it refunded, captured or counted never leaves a cent over."""
    clock = StillClock()
    stall = new(card=ScriptedGateway(f"fx {scope}", clock=clock), clock=clock, rates=Rates())
    dollars = NewLine("PLAN", "A plan", unit_price=Money("100.00", "USD"))
    order = stall.place(dollars)
    stall.shop.pay(order.id, via="card", currency="UAH")
    (shown,) = stall.shop.orders.requests(order.id)[0].payments
    assert (shown.counts_for, shown.transaction) == (Money("100.00", "USD"), Money("3700.00", "UAH"))
    assert (shown.transaction.amount * shown.rate).quantize(Decimal("0.01")) == Decimal("100.00")
    assert (stall.family(order.id).order.status, stall.card.moved("sale")) == ("paid", 370_000)
    assert stall.shop.orders.details(order.id).standing.paid == Money("100.00", "USD")
    stall.shop.refund(order.id, [stall.family(order.id).items[0].id])
    assert stall.card.moved("refund") == 370_000
    assert stall.shop.orders.details(order.id).standing.net_paid == Money("0.00", "USD")

    cut = stall.place(dollars)
    payment = stall.shop.pay(cut.id, via="card", currency="UAH", capture=False)
    for part in ("1233.33", "1233.33", "1233.34"):
        stall.shop.payments.capture(payment.id, Money(part, "UAH"))
    standing = stall.shop.orders.details(cut.id).standing
    assert (standing.paid, standing.due, standing.credit) == (
        Money("100.00", "USD"),
        Money("0.00", "USD"),
        Money("0.00", "USD"),
    )


def test_a_currency_without_a_rate_is_refused(new: NewStall) -> None:
    """No rates wired, or none quoted: refused with the field, nothing is written; the order's own needs none."""
    order = new().place()
    for stall in (new(), new(rates=Rates())):
        with pytest.raises(InvalidRequest) as refused:
            stall.shop.pay(order.id, via="card", currency="UAH")
        assert (refused.value.field, refused.value.refusal.code) == ("currency", "has_rate")
    assert new().family(order.id).payments == ()
    assert new().shop.pay(order.id, via="card", currency="EUR").status == "captured"


@pytest.mark.row("S4-36")
def test_shares_are_exact_to_two_digits() -> None:
    """30 of 90 are 33.33 %; three times that are exactly 100 %, by largest remainder."""
    shop = shop_of_parts()
    order = shop.orders.place(customer=BUYER, lines=[line("90.00", partial=True)])
    found = []
    for _ in range(3):
        shop.pay(order.id, via="card", amount=eur("30.00"))
        found.append([str(each.share) for each in shop.orders.requests(order.id)[0].payments])
    assert found == [["33.33"], ["33.34", "33.33"], ["33.34", "33.33", "33.33"]]


@given(st.lists(st.integers(1, 4_000), min_size=1, max_size=5))
def test_shares_never_pass_a_hundred(parts: list[int]) -> None:
    """Whatever parts are paid: the shares sum to at most 100, and to exactly 100 when everything is paid (S4-36)."""
    shop = shop_of_parts()
    order = shop.orders.place(customer=BUYER, lines=[line("100.00", partial=True)])
    for minor in parts:
        due = shop.orders.details(order.id).standing.due.minor
        if due:
            shop.pay(order.id, via="card", amount=Money.of_minor(min(minor, due), "EUR"))
    total = shop.orders.requests(order.id)[0].share
    assert 0 < total <= 100
    assert (total == 100) == (shop.orders.details(order.id).standing.due.minor == 0) or total == Decimal("100.00")


def shop_of_parts() -> Shop:
    """A shop in memory that takes payments in parts."""
    desk = Orderkit(storage=MemoryStorage(), gateways={"card": ScriptedGateway()})
    return desk.scope("acme", actor=Actor.user("u-1"))


@pytest.mark.row("S4-38")
def test_the_buyers_comment_is_for_whoever_confirms(stall: Stall) -> None:
    """Kept and shown as plain text for a payment that a person confirms; absent with a card; too long is refused; gone
    when the customer is erased."""
    order = stall.place()
    said = "<b>paid from my other account</b>"
    stall.shop.pay(order.id, via="bank", comment=said)
    (shown,) = stall.shop.orders.requests(order.id)[0].payments
    assert shown.comment == said
    with pytest.raises(InvalidRequest) as refused:
        stall.shop.pay(stall.place().id, via="bank", comment="x" * 2_001)
    assert refused.value.field == "comment"
    other = stall.place()
    stall.shop.pay(other.id, via="card", comment=said)
    assert stall.shop.orders.requests(other.id)[0].payments[0].comment is None
    stall.shop.erase("c-1")
    assert stall.shop.orders.requests(order.id)[0].payments[0].comment is None


@pytest.mark.row("S4-39")
def test_a_manual_payment_is_confirmed_by_a_person_with_its_amount(stall: Stall) -> None:
    """It stays under way until somebody confirms or rejects it; a smaller amount than asked is a partial payment, and
    the rest can be paid (S4-28)."""
    order = stall.place(NewLine("MUG", "A mug", unit_price=eur("100.00"), terms=Terms(partial_payment=True)))
    first = stall.shop.pay(order.id, via="bank")
    stall.clock.advance(timedelta(days=30))
    stall.desk.run_due()
    assert stall.shop.orders.requests(order.id)[0].status == "processing"
    stall.shop.payments.confirm(first.id, eur("40.00"))
    (request,) = stall.shop.orders.requests(order.id)
    assert (request.status, request.is_partly_paid, request.open) == ("pending", True, eur("60.00"))
    second = stall.shop.pay(order.id, via="bank")
    stall.shop.payments.reject(second.id)
    assert [each.status for each in stall.shop.orders.requests(order.id)[0].payments] == ["paid", "failed"]
    stall.shop.pay(order.id, via="card")
    assert stall.shop.orders.requests(order.id)[0].status == "paid"
