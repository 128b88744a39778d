"""What customers have with the shop: granted, held, spent, given back; never more than is there, and once per key."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.services.stalls import NewStall, Stall, StillClock, eur, line

from orderkit import Actor, Approved, InvalidRequest, KeyReused, Money, Orderkit
from orderkit.adapters.credit import CreditGateway
from orderkit.adapters.memory import MemoryStorage
from orderkit.credit.decisions import folded
from orderkit.testing.gateway_suite import GatewaySuite


@pytest.fixture
def stall(new: NewStall) -> Stall:
    """A stall whose customers can have credit, in the same store."""
    plain = new(clock=StillClock())
    return new(clock=plain.clock, credit=CreditGateway(plain.storage, plain.clock))


def balance(stall: Stall) -> Money:
    accounts = stall.shop.credit.accounts("c-1")
    return accounts[0].balance if accounts else eur("0.00")


def test_an_order_is_paid_with_credit(stall: Stall) -> None:
    """Granted 150, spent 100 on one order; the next one of 100 is declined, and 50 of it can be paid."""
    stall.shop.credit.grant("c-1", eur("150.00"), reason="goodwill")
    order = stall.place()
    assert stall.shop.pay(order.id, via="credit").status == "captured"
    assert (stall.family(order.id).order.status, balance(stall)) == ("paid", eur("50.00"))
    other = stall.place(line("100.00", partial=True))
    declined = stall.shop.pay(other.id, via="credit")
    assert (declined.status, balance(stall)) == ("failed", eur("50.00"))
    assert stall.family(other.id).operations[0].code == "insufficient_credit"
    stall.shop.pay(other.id, via="credit", amount=eur("50.00"))
    assert balance(stall) == eur("0.00")


def test_credit_is_held_captured_and_released(stall: Stall) -> None:
    """A hold sets money aside, a capture takes a part, the void gives the rest back, a refund what was spent."""
    stall.shop.credit.grant("c-1", eur("100.00"))
    order = stall.place()
    payment = stall.shop.pay(order.id, via="credit", capture=False)
    (account,) = stall.shop.credit.accounts("c-1")
    assert (account.balance, account.held, account.available) == (eur("100.00"), eur("100.00"), eur("0.00"))
    stall.shop.payments.capture(payment.id, eur("30.00"))
    stall.shop.payments.void(payment.id)
    (account,) = stall.shop.credit.accounts("c-1")
    assert (account.balance, account.held) == (eur("70.00"), eur("0.00"))
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert balance(stall) == eur("100.00")


def test_what_was_paid_too_much_becomes_credit_once(stall: Stall) -> None:
    """An overpaid transfer: the excess moves to the customer's account under one key, and no more than the excess."""
    order = stall.place()
    payment = stall.shop.pay(order.id, via="bank")
    stall.shop.payments.confirm(payment.id, eur("130.00"))
    with pytest.raises(Exception, match="is_in_excess"):
        stall.shop.payments.credit_excess(payment.id, eur("31.00"))
    for _ in range(2):
        stall.shop.payments.credit_excess(payment.id, key="excess")
    standing = stall.shop.orders.details(order.id).standing
    assert (standing.credit, standing.net_paid, balance(stall)) == (eur("0.00"), eur("100.00"), eur("30.00"))


def test_a_key_grants_once(stall: Stall) -> None:
    """The same grant under the same key adds nothing; another amount under it is refused (SX-14)."""
    for _ in range(2):
        stall.shop.credit.grant("c-1", eur("5.00"), key="g-1")
    assert balance(stall) == eur("5.00")
    with pytest.raises(KeyReused):
        stall.shop.credit.grant("c-1", eur("6.00"), key="g-1")


@pytest.mark.parametrize("amount", [eur("0.00"), eur("-1.00"), eur("5.01")])
def test_more_than_is_there_cannot_be_withdrawn(stall: Stall, amount: Money) -> None:
    """Zero, less than zero and more than is available are refused, and nothing is written."""
    stall.shop.credit.grant("c-1", eur("5.00"))
    with pytest.raises(InvalidRequest) as refused:
        stall.shop.credit.withdraw("c-1", amount)
    assert (refused.value.field, balance(stall)) == ("amount", eur("5.00"))


def test_two_orders_cannot_spend_the_same_credit(stall: Stall) -> None:
    """Eight orders at once pay out of one balance that covers three of them (F132's class, SX-15)."""
    stall.shop.credit.grant("c-1", eur("300.00"))
    orders = [stall.place() for _ in range(8)]
    start, statuses = Barrier(8), []

    def pay(order_id: object) -> None:
        start.wait()
        statuses.append(stall.shop.pay(order_id, via="credit").status)  # type: ignore[arg-type]  # an order's id

    threads = [Thread(target=pay, args=(each.id,)) for each in orders]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    stall.clock.advance(stall.shop.wiring.profile.policies.look_ups[0])
    stall.desk.run_due()
    paid = [each for each in orders if stall.family(each.id).order.status == "paid"]
    assert (len(paid), balance(stall)) == (3, eur("0.00"))


@pytest.mark.parametrize("amount", [1, 999])
def test_an_account_is_the_sum_of_its_entries(stall: Stall, amount: int) -> None:
    """What is stored beside the entries is what they come to, entry by entry."""
    stall.shop.credit.grant("c-1", Money.of_minor(amount * 3, "EUR"))
    stall.shop.credit.withdraw("c-1", Money.of_minor(amount, "EUR"))
    (account,) = stall.shop.credit.accounts("c-1")
    entries = stall.shop.credit.entries("c-1", "EUR")
    assert folded(entries, account) == account
    assert [each.sequence for each in entries] == [1, 2]


@given(st.lists(st.tuples(st.sampled_from(("grant", "withdraw")), st.integers(-3, 20)), max_size=12))
def test_a_balance_is_never_negative(moves: list[tuple[str, int]]) -> None:
    """Whatever is asked for, in whatever order: the balance stays between zero and what was granted (SX-10's law)."""
    shop = Orderkit(storage=MemoryStorage()).scope("acme", actor=Actor.user("u-1"))
    granted = 0
    for verb, minor in moves:
        try:
            getattr(shop.credit, verb)("c-1", Money.of_minor(minor, "EUR"))
            granted += minor if verb == "grant" else 0
        except InvalidRequest:
            continue
    for account in shop.credit.accounts("c-1"):
        assert 0 <= account.balance.minor <= granted
        assert account.held.minor == 0


class TestCreditGateway(GatewaySuite):
    """The gateway exam, on an account that has plenty."""

    @pytest.fixture
    def gateway(self) -> CreditGateway:
        gateway = CreditGateway(MemoryStorage())
        for amount in (Money("1000000.00", "EUR"), Money("1000000", "JPY")):
            plenty = evolve(self.instruction("credit"), amount=amount)
            assert isinstance(gateway.grant(plenty), Approved)
        return gateway
