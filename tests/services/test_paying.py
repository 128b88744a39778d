"""An order is paid: by sale, in parts, after a refusal, by a customer who has to go somewhere first."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.stalls import Stall, eur, line, new_stall

from orderkit import (
    Approved,
    Declined,
    Discount,
    InvalidRequest,
    Money,
    NewLine,
    Redirect,
    RefundItem,
    Terms,
    TransitionNotPossible,
    TransitionRefused,
    Wait,
)
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.scripted import Answer, approves, asks_customer, declines, rejects, times_out, waits


def test_a_sale_pays_the_order(stall: Stall) -> None:
    """One sale takes the whole amount once; the order is paid, its request settled, and each fact is told once."""
    order = stall.place()
    payment = stall.shop.pay(order.id, via="card", method="tok_visa")
    family = stall.family(order.id)

    assert (payment.status, payment.captured, payment.next_step) == ("captured", eur("100.00"), None)
    assert (family.order.status, family.requests[0].status) == ("paid", "paid")
    assert stall.card.moved("sale") == 100_00
    assert [each.method for each in stall.card.calls] == ["tok_visa"]
    assert sorted(stall.facts(order.id)) == sorted(
        [
            *("order.placed", "payment_request.opened", "payment.started", "order.moved"),
            *("payment.captured", "payment_request.moved", "order.moved", "order.funded"),
        ]
    )


def test_an_approval_of_less_leaves_the_rest_to_pay(stall: Stall) -> None:
    """A gateway that takes only a part says so; what it took counts, and the rest can be paid (I-12)."""
    order = stall.place()
    stall.card.play(approves(at_most=eur("60.00")))
    payment = stall.shop.pay(order.id, via="card")

    assert (payment.amount, payment.captured) == (eur("100.00"), eur("60.00"))
    assert stall.family(order.id).order.status == "placed"
    assert stall.shop.pay(order.id, via="card").captured == eur("40.00")
    assert stall.family(order.id).order.status == "paid"


@pytest.mark.row("S0-29")
def test_a_failed_payment_gives_the_order_back(stall: Stall) -> None:
    """While it is being paid an order cannot be paid again; a declined attempt stays in the history with its code, and
    the order can be paid anew."""
    order = stall.place()
    seen: list[str] = []
    stall.card.on_call = lambda instruction: seen.append(stall.family(order.id).order.status)
    stall.card.play(declines("insufficient_funds"))
    declined = stall.shop.pay(order.id, via="card")

    assert (seen, declined.status) == (["in_payment"], "failed")
    assert stall.family(order.id).order.status == "placed"
    assert stall.action(order.id, "pay").enabled

    paid = stall.shop.pay(order.id, via="card")
    codes = [each.code for each in stall.family(order.id).operations_of(declined.id)]
    assert (paid.status, stall.family(order.id).order.status) == ("captured", "paid")
    assert codes == ["insufficient_funds"]
    assert any("insufficient_funds" in each.entry.changes for each in stall.shop.orders.history(order.id))


def test_another_card_the_same_day_works(stall: Stall) -> None:
    """A new try after a definitive no goes out under a new key, so it is not taken for the old one (F016, I-33)."""
    order = stall.place()
    stall.card.play(declines(), rejects())
    for method in ("tok_1", "tok_2", "tok_3"):
        stall.shop.pay(order.id, via="card", method=method)

    assert len({each.key for each in stall.card.calls}) == 3
    assert [each.status for each in stall.family(order.id).operations] == ["declined", "rejected", "succeeded"]
    assert stall.card.moved("sale") == 100_00


@pytest.mark.row("S0-09")
def test_a_row_shows_what_is_payable_and_what_was_paid(stall: Stall) -> None:
    """Of a total of 100 less 10, 90 are payable; of that 60 were paid. Failed and pending attempts never count."""
    ten_off = Discount("TEN", "Ten off", amount=eur("10.00"))
    terms = Terms(partial_payment=True)
    order = stall.place(NewLine("A", "A", unit_price=eur("100.00"), discounts=(ten_off,), terms=terms))
    stall.card.play(declines(), approves(), waits())
    for amount in ("20.00", "60.00", "30.00"):
        stall.shop.pay(order.id, via="card", amount=eur(amount))
    (row,) = stall.shop.orders.list().rows

    assert (row.total, row.paid, row.in_flight, row.due) == (eur("90.00"), eur("60.00"), eur("30.00"), eur("30.00"))


@pytest.mark.row("S0-10")
def test_the_transaction_status_is_the_first_that_applies(stall: Stall) -> None:
    """Failed, then in progress, then succeeded, unknown while a refund is lost, partly refunded, and refunded."""
    order = stall.place(line("50.00", 2))
    shown = [stall.shop.orders.list().rows[0].transaction_status]

    def then(act: Callable[[], object]) -> None:
        act()
        shown.append(stall.shop.orders.list().rows[0].transaction_status)
        assert stall.shop.orders.details(order.id).standing.transaction_status == shown[-1]

    stall.card.play(declines(), waits())
    then(lambda: stall.shop.pay(order.id, via="card"))
    then(lambda: stall.shop.pay(order.id, via="card"))
    stall.card.finish(stall.card.calls[-1].key, Approved("sale"))
    then(lambda: stall.shop.proceed(order.id))
    stall.card.play(times_out(after=True))

    def refund_one() -> None:
        living = next(each for each in stall.family(order.id).items if each.kind == "pending")
        stall.shop.refund(order.id, [RefundItem(living.id, 1)])

    then(refund_one)
    then(lambda: stall.shop.proceed(order.id))
    then(refund_one)

    assert shown == ["none", "failed", "in_progress", "succeeded", "unknown", "partly_refunded", "refunded"]


@pytest.mark.row("S2-07")
def test_what_is_due_follows_from_what_was_paid(stall: Stall) -> None:
    """Of 100, 30 are paid: 70 are due. Over-paid, nothing is due and the rest is an explicit credit (I-07)."""
    order = stall.place(line(partial=True))
    stall.shop.pay(order.id, via="card", amount=eur("30.00"))
    standing = stall.shop.orders.details(order.id).standing
    assert (standing.due, standing.credit) == (eur("70.00"), eur("0.00"))

    late = stall.shop.pay(order.id, via="bank")
    stall.shop.payments.confirm(late.id, eur("95.00"))
    standing = stall.shop.orders.details(order.id).standing
    assert (standing.due, standing.credit, standing.net_paid) == (eur("0.00"), eur("25.00"), eur("125.00"))
    assert [each.code for each in stall.family(order.id).attention] == ["overpaid"]


def test_one_payment_or_several(stall: Stall) -> None:
    """Where partial payment is off an order takes its whole amount in exactly one payment, however many attempts fail;
    where it is on, in as many as it takes, and never more than is open."""
    whole = stall.place()
    with pytest.raises(TransitionRefused, match="may_be_partial"):
        stall.shop.pay(whole.id, via="card", amount=eur("99.99"))
    stall.card.play(declines())
    stall.shop.pay(whole.id, via="card")
    stall.shop.pay(whole.id, via="card")
    with pytest.raises(TransitionRefused, match="something_is_open"):
        stall.shop.pay(whole.id, via="card")
    assert [each.status for each in stall.family(whole.id).payments] == ["failed", "captured"]
    assert len(stall.family(whole.id).requests) == 1

    parts = stall.place(line(partial=True))
    for amount in ("10.00", "30.00"):
        stall.shop.pay(parts.id, via="card", amount=eur(amount))
    with pytest.raises(TransitionRefused, match=r"is_within_due \(amount=60.01 EUR, open=60.00 EUR\)"):
        stall.shop.pay(parts.id, via="card", amount=eur("60.01"))
    assert stall.shop.pay(parts.id, via="card").captured == eur("60.00")
    assert stall.family(parts.id).order.status == "paid"


attempts = st.tuples(
    st.one_of(st.none(), st.integers(1, 120).map(lambda euros: Money(euros, "EUR"))),
    st.sampled_from([approves(), approves(), declines(), rejects()]),
)


@pytest.mark.row("S4-28")
@settings(max_examples=50)
@given(partial=st.booleans(), asked=st.lists(attempts, max_size=8))
def test_whoever_may_not_pay_in_parts_pays_once(partial: bool, asked: list[tuple[Money | None, Answer]]) -> None:
    """Over random attempts: with the option off exactly one payment takes the whole, whatever failed before it, and any
    further request is refused; with it on there may be several, and together they never take more than the total."""
    stall = new_stall(MemoryStorage(), "shop")
    order = stall.place(line("100.00", partial=partial))
    taken: list[Money] = []
    for amount, answer in asked:
        stall.card.script.clear()
        stall.card.play(answer)
        left = 100_00 - sum(each.minor for each in taken)
        fits = left > 0 and (amount is None or amount.minor == left or (partial and amount.minor < left))
        try:
            payment = stall.shop.pay(order.id, via="card", amount=amount)
        except TransitionRefused:
            assert not fits
            continue
        assert fits
        assert partial or payment.amount == eur("100.00")
        taken += [payment.captured] if payment.status == "captured" else []

    assert stall.card.moved("sale") == sum(each.minor for each in taken) <= 100_00
    assert partial or len(taken) <= 1


@pytest.mark.row("S4-37")
def test_a_first_payment_reaches_the_minimum(stall: Stall) -> None:
    """With a minimum share of 30 % a first payment of 20 % is refused; 30 % is taken, and then any amount."""
    terms = Terms(partial_payment=True, minimum_share=Decimal("0.3"))
    order = stall.place(NewLine("A", "A", unit_price=eur("100.00"), terms=terms))
    with pytest.raises(TransitionRefused, match="reaches_minimum_share"):
        stall.shop.pay(order.id, via="card", amount=eur("20.00"))

    stall.shop.pay(order.id, via="card", amount=eur("30.00"))
    stall.shop.pay(order.id, via="card", amount=eur("0.01"))
    assert stall.shop.orders.details(order.id).standing.due == eur("69.99")


def test_a_redirect_is_finished_by_proceeding(stall: Stall) -> None:
    """A customer who has to go to the bank first gets the way there; what came of it is asked afterwards."""
    order = stall.place()
    stall.card.play(asks_customer("https://bank.example/3ds?id=7"))
    payment = stall.shop.pay(order.id, via="card")

    assert (payment.status, payment.next_step) == ("requires_action", Redirect("https://bank.example/3ds?id=7"))
    assert stall.shop.proceed(order.id).status == "in_payment"

    stall.card.finish(stall.card.calls[0].key, Approved("done"))
    assert stall.shop.proceed(order.id).status == "paid"
    assert stall.family(order.id).payment(payment.id).next_step is None
    assert (stall.card.moved("sale"), len(stall.card.calls)) == (100_00, 1)


def test_a_redirect_that_is_refused_gives_the_order_back(stall: Stall) -> None:
    """A customer who fails at the bank leaves the order as it was."""
    order = stall.place()
    stall.card.play(asks_customer())
    stall.shop.pay(order.id, via="card")
    stall.card.finish(stall.card.calls[0].key, Declined("3ds_failed"))

    assert stall.shop.proceed(order.id).status == "placed"
    assert stall.shop.orders.details(order.id).standing.paid == eur("0.00")


def test_a_pending_payment_is_not_paid(stall: Stall) -> None:
    """Accepted is not captured: the order stays in payment until a final answer, which may be a no (F060, F062)."""
    order = stall.place()
    stall.card.play(waits())
    payment = stall.shop.pay(order.id, via="card")
    assert (payment.next_step, stall.family(order.id).order.status) == (Wait(), "in_payment")
    assert stall.shop.orders.details(order.id).standing.paid == eur("0.00")

    stall.card.finish(stall.card.calls[0].key, Declined("failed_later"))
    assert stall.shop.proceed(order.id).status == "placed"


def test_one_payment_at_a_time(stall: Stall) -> None:
    """While a payment may still bring the money, another one is refused and named; nobody is called (F034)."""
    order = stall.place()
    stall.card.play(waits())
    payment = stall.shop.pay(order.id, via="card")
    with pytest.raises(TransitionRefused) as refused:
        stall.shop.pay(order.id, via="card")

    assert (refused.value.refusal.code, len(stall.card.calls)) == ("one_payment_at_a_time", 1)
    assert refused.value.refusal.params["payment"] == str(payment.id)


def test_an_attempt_without_an_answer_is_abandoned(stall: Stall) -> None:
    """A customer who closed the page is not waited for: the gateway is told to cancel, and the order can be paid
    another way (F111)."""
    order = stall.place()
    stall.card.play(asks_customer())
    payment = stall.shop.pay(order.id, via="card")
    abandoned = stall.shop.payments.abandon(payment.id)

    assert (abandoned.status, abandoned.next_step, abandoned.live) == ("failed", None, False)
    assert [each.type for each in stall.card.calls] == ["sale", "void"]
    assert stall.family(order.id).order.status == "placed"
    stall.shop.payments.confirm(stall.shop.pay(order.id, via="bank").id)
    assert (stall.family(order.id).order.status, stall.card.moved("sale")) == ("paid", 0)


def test_a_gateway_has_to_take_the_currency(stall: Stall) -> None:
    """Currencies that the adapter does not declare are refused before anything is written or asked."""
    stall.card.capabilities = evolve(stall.card.capabilities, currencies=frozenset({"EUR"}))
    order = stall.place(NewLine("A", "A", unit_price=Money("100", "JPY")))
    with pytest.raises(TransitionRefused, match=r"gateway_takes_it \(currency=JPY\)"):
        stall.shop.pay(order.id, via="card")
    assert (stall.card.calls, stall.family(order.id).payments) == ([], ())


def test_what_a_gateway_cannot_do_is_not_asked(stall: Stall) -> None:
    """Nothing can be held at a bank account, so a payment to be captured later is refused there."""
    order = stall.place()
    with pytest.raises(TransitionRefused, match=r"gateway_takes_it \(capability=authorize\)"):
        stall.shop.pay(order.id, via="bank", capture=False)
    with pytest.raises(InvalidRequest) as unknown:
        stall.shop.pay(order.id, via="cheque")
    assert (unknown.value.field, unknown.value.refusal.params["known"]) == ("via", "card, bank")


def test_facts_cannot_be_asked_for(stall: Stall) -> None:
    """Nobody can say by a plain move that an order is funded."""
    order = stall.place()
    for fact in ("funded", "payment_started", "fully_refunded"):
        with pytest.raises(TransitionNotPossible):
            stall.shop.orders.move(order.id, fact)
    for verb in ("pay", "refund", "cancel"):
        with pytest.raises(InvalidRequest, match="is_plain_move"):
            stall.shop.orders.move(order.id, verb)
