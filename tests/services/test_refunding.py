"""Items go back: one by one, in part, over several payments, with fees, after approval, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from attrs import evolve
from tests.services.stalls import NOON, NewStall, Stall, eur, line

from orderkit import (
    InvalidRequest,
    Money,
    NewLine,
    Policies,
    Refund,
    RefundItem,
    StaleRecord,
    Terms,
    TransitionNotPossible,
    TransitionRefused,
    profiles,
)
from orderkit.adapters.scripted import Answer, approves, declines, times_out, waits

BY_PERSON = evolve(profiles.retail, policies=Policies(approve_refunds="by_person"))


def lines(count: int) -> tuple[NewLine, ...]:
    """Lines of one unit each, for 10.00, 20.00, 30.00 …"""
    return tuple(line(f"{10 * position}.00", offer=f"V-{position}") for position in range(1, count + 1))


def item_ids(stall: Stall, order_id: UUID) -> list[UUID]:
    return [each.id for each in stall.family(order_id).items]


@pytest.mark.row("S1-18")
def test_some_of_the_items_are_selected(stall: Stall) -> None:
    """Of five items three are refunded and two stay; none, one twice, or one of another order is refused by name."""
    order, other = stall.paid(*lines(5)), stall.paid()
    items = item_ids(stall, order.id)
    for selection, field, code in (
        ([], "items", "is_not_empty"),
        ([items[0], items[0]], "items[1]", "is_selected_once"),
        ([items[0], *item_ids(stall, other.id)], "items[1]", "is_item_of_order"),
        ([uuid4()], "items[0]", "is_item_of_order"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            stall.shop.refund(order.id, selection)
        assert (refused.value.field, refused.value.refusal.code) == (field, code)
    assert stall.family(order.id).refunds == ()

    refund = stall.shop.refund(order.id, items[:3])
    assert [each.item_id for each in refund.lines] == items[:3]
    assert [each.status for each in stall.family(order.id).items] == ["returned"] * 3 + ["pending"] * 2


@pytest.mark.row("S1-20")
def test_several_items_are_one_refund(stall: Stall) -> None:
    """Four items make one refund with four lines over the sum of their amounts, sent back in one operation."""
    order = stall.paid(*lines(4))
    refund = stall.shop.refund(order.id, item_ids(stall, order.id))

    assert [each.amount for each in refund.lines] == [eur("10.00"), eur("20.00"), eur("30.00"), eur("40.00")]
    assert (refund.amount, stall.card.moved("refund"), len(stall.family(order.id).refunds)) == (
        eur("100.00"),
        100_00,
        1,
    )
    assert stall.family(order.id).order.status == "refunded"


def test_a_part_of_an_item_goes_back(stall: Stall) -> None:
    """Two of three units are split off and refunded; amounts come to the whole, and the last one can follow (I-03,
    F084)."""
    order = stall.paid(line("3.33", 3))
    whole = stall.family(order.id).items[0]
    first = stall.shop.refund(order.id, [RefundItem(whole.id, 2)])
    family = stall.family(order.id)

    assert [(each.quantity, each.status, each.split_from_id) for each in family.items] == [
        (1, "pending", None),
        (2, "returned", whole.id),
    ]
    assert sum(each.amount.minor for each in family.items) == 9_99
    assert "item.split" in stall.facts(order.id)

    second = stall.shop.refund(order.id, [whole.id])
    assert (first.amount + second.amount, stall.family(order.id).order.status) == (eur("9.99"), "refunded")


@pytest.mark.parametrize("quantity", [0, -1, 4, 1.5, "1"])
def test_a_quantity_is_a_part_of_the_item(stall: Stall, quantity: int) -> None:
    """Nothing, less than nothing, more than there is and half a unit are refused; zero never means all (I-13, F073)."""
    order = stall.paid(line("10.00", 3))
    with pytest.raises(InvalidRequest) as refused:
        stall.shop.refund(order.id, [RefundItem(item_ids(stall, order.id)[0], quantity)])
    assert refused.value.field == "items[0].quantity"
    assert (stall.card.moved("refund"), len(stall.family(order.id).items)) == (0, 1)


def test_a_fee_is_kept(stall: Stall) -> None:
    """The shop keeps a fee of the paid share: less goes back, and the customer owes nothing for what was returned."""
    order = stall.paid(*lines(2))
    first, second = item_ids(stall, order.id)
    refund = stall.shop.refund(order.id, [RefundItem(first, fee=eur("1.50")), RefundItem(second)])
    standing = stall.shop.orders.details(order.id).standing

    assert [(each.amount, each.fee) for each in refund.lines] == [
        (eur("8.50"), eur("1.50")),
        (eur("20.00"), eur("0.00")),
    ]
    assert (standing.net_paid, standing.due, standing.credit) == (eur("1.50"), eur("0.00"), eur("0.00"))
    assert stall.family(order.id).order.status == "paid"


@pytest.mark.parametrize("fee", [eur("10.01"), eur("-0.01"), Money("1.00", "USD"), 1])
def test_a_fee_is_within_the_share(stall: Stall, fee: Money) -> None:
    """A fee of more than was paid, of less than nothing or in another currency is refused by name."""
    order = stall.paid(*lines(2))
    second, first = item_ids(stall, order.id)
    with pytest.raises(InvalidRequest) as refused:
        stall.shop.refund(order.id, [first, RefundItem(second, fee=fee)])
    assert refused.value.field == "items[1].fee"


def test_a_fee_that_keeps_everything_is_no_refund(stall: Stall) -> None:
    """Where nothing would go back there is nothing to refund."""
    order = stall.paid()
    with pytest.raises(TransitionRefused, match="something_goes_back"):
        stall.shop.refund(order.id, [RefundItem(item_ids(stall, order.id)[0], fee=eur("100.00"))])


def test_one_that_may_not_go_back_keeps_them_all(stall: Stall) -> None:
    """A selection is refunded whole or not at all (S1-22)."""
    order = stall.paid(*lines(3))
    items = item_ids(stall, order.id)
    stall.shop.refund(order.id, items[:1])
    with pytest.raises(TransitionNotPossible):
        stall.shop.refund(order.id, items)
    assert [each.status for each in stall.family(order.id).items] == ["returned", "pending", "pending"]


def test_the_window_closes_at_an_instant(stall: Stall) -> None:
    """Strictly before the instant of the terms a refund is taken; at that instant it is refused with it (S1-16)."""
    until = NOON + timedelta(days=14)
    sold = NewLine("A", "A", unit_price=eur("10.00"), quantity=2, terms=Terms(refundable_until=until))
    order = stall.paid(sold)
    item = item_ids(stall, order.id)[0]
    stall.clock.at = until - timedelta(microseconds=1)
    assert stall.shop.refund(order.id, [RefundItem(item, 1)]).status == "done"

    stall.clock.at = until
    with pytest.raises(TransitionRefused) as refused:
        stall.shop.refund(order.id, [item])
    assert str(refused.value.refusal) == f"is_within_refund_window (refundable_until={until.isoformat()})"


@pytest.mark.row("S1-17")
def test_each_item_has_its_own_window(stall: Stall) -> None:
    """Of two items one is past its date: the actions give two verdicts, and each is what a request meets."""
    soon, later = (
        NewLine("A", "A", unit_price=eur("10.00"), terms=Terms(refundable_until=NOON + timedelta(days=days)))
        for days in (1, 30)
    )
    order = stall.paid(soon, later)
    stall.clock.advance(timedelta(days=2))
    expired, open_ = item_ids(stall, order.id)
    verdicts = [stall.action(order.id, "refund", "item", each) for each in (expired, open_)]

    assert [each.enabled for each in verdicts] == [False, True]
    assert verdicts[0].refusal is not None
    assert verdicts[0].refusal.code == "is_within_refund_window"
    with pytest.raises(TransitionRefused):
        stall.shop.refund(order.id, [expired])
    assert stall.shop.refund(order.id, [open_]).status == "done"


@pytest.mark.row("S1-19")
def test_a_refund_is_asked_for_approved_and_carried_out(new: NewStall) -> None:
    """Requested, then approved or rejected by a person; then processing, and done, failed, or without an answer."""
    stall = new(profile=BY_PERSON)
    seen: dict[str, list[str]] = {}
    endings: dict[str, tuple[Answer, ...]] = {
        "done": (approves(),),
        "failed": (declines("closed_account"),),
        "lost": (times_out(after=True),),
    }
    for name, answers in endings.items():
        order = stall.paid()
        refund = stall.shop.refund(order.id, item_ids(stall, order.id))
        seen[name] = [refund.status]
        assert stall.card.moved("refund", order.id) == 0
        stall.card.on_call = _noting(stall, refund, seen[name])
        stall.card.play(*answers)
        seen[name].append(stall.shop.refunds.approve(refund.id).status)
        stall.card.on_call = None
    rejected = stall.paid()
    asked = stall.shop.refund(rejected.id, item_ids(stall, rejected.id))
    assert stall.shop.refunds.reject(asked.id).status == "rejected"

    assert seen == {
        "done": ["requested", "processing", "done"],
        "failed": ["requested", "processing", "failed"],
        "lost": ["requested", "processing", "processing"],
    }
    for report in (stall.shop.refunds.confirm, stall.shop.refunds.fail):
        with pytest.raises(TransitionRefused, match="awaits_person"):
            report(asked.id)
    assert stall.shop.refund(rejected.id, item_ids(stall, rejected.id)).status == "requested"
    lost = stall.shop.orders.list().rows[1].id
    assert stall.shop.orders.details(lost).standing.in_doubt
    stall.shop.proceed(lost)
    assert [each.status for each in stall.family(lost).refunds] == ["done"]


def _noting(stall: Stall, refund: Refund, seen: list[str]) -> Callable[[object], None]:
    return lambda instruction: seen.append(stall.family(refund.order_id).refund(refund.id).status)


def test_a_requested_refund_holds_its_items(new: NewStall) -> None:
    """While a request is open the same item is not asked for again; without approval nobody is called (S1-23)."""
    stall = new(profile=BY_PERSON)
    order = stall.paid()
    refund = stall.shop.refund(order.id, item_ids(stall, order.id))
    with pytest.raises(TransitionRefused) as refused:
        stall.shop.refund(order.id, item_ids(stall, order.id))

    assert refused.value.refusal.code == "is_not_refunded"
    assert refused.value.refusal.params == {"refund": str(refund.id), "status": "requested"}
    assert stall.card.moved("refund") == 0


def test_over_several_payments_the_newest_first(stall: Stall) -> None:
    """A refund takes its money from the newest payment first, and from each no more than it brought (I-06)."""
    order = stall.place(line("100.00", partial=True))
    payments = [stall.shop.pay(order.id, via="card", amount=eur(each)) for each in ("50.00", "30.00")]
    payments.append(stall.shop.pay(order.id, via="card"))
    item = item_ids(stall, order.id)[0]
    refund = stall.shop.refund(order.id, [RefundItem(item, fee=eur("35.00"))])

    assert refund.amount == eur("65.00")
    assert [stall.card.moved("refund", each.id) for each in payments] == [15_00, 30_00, 20_00]
    assert [stall.family(order.id).payment(each.id).refunded.minor for each in payments] == [15_00, 30_00, 20_00]
    assert len({each.key for each in stall.card.calls}) == len(stall.card.calls)


def test_what_one_payment_refuses_can_be_asked_for_again(stall: Stall) -> None:
    """One payment of two takes its part back: the refund has failed, what went back has gone, and a new refund brings
    exactly the rest."""
    order = stall.place(line("100.00", partial=True))
    for amount in ("40.00", "60.00"):
        stall.shop.pay(order.id, via="card", amount=eur(amount))
    stall.card.play(approves(), declines())
    item = item_ids(stall, order.id)[0]
    failed = stall.shop.refund(order.id, [item])
    standing = stall.shop.orders.details(order.id).standing
    assert (failed.status, standing.refunded, standing.due) == ("failed", eur("60.00"), eur("0.00"))
    assert "refund.failed" in stall.facts(order.id)

    again = stall.shop.refund(order.id, [item])
    standing = stall.shop.orders.details(order.id).standing
    assert (again.status, again.amount, standing.net_paid) == ("done", eur("40.00"), eur("0.00"))
    assert (standing.due, standing.credit) == (eur("0.00"), eur("0.00"))
    assert stall.card.moved("refund") == 100_00


def test_a_refund_that_goes_back_in_part_has_failed(stall: Stall) -> None:
    """A gateway that sends back less than it was asked for leaves the refund open for the rest: nothing counts as
    returned before all of it went back."""
    order = stall.paid()
    item = item_ids(stall, order.id)[0]
    stall.card.play(approves(at_most=eur("30.00")))
    failed = stall.shop.refund(order.id, [item])
    assert (failed.status, stall.family(order.id).items[0].status) == ("failed", "pending")
    assert stall.shop.orders.details(order.id).standing.refunded == eur("30.00")

    again = stall.shop.refund(order.id, [item])
    assert (again.status, again.amount, stall.family(order.id).items[0].status) == ("done", eur("70.00"), "returned")


def test_an_unpaid_part_of_what_went_back_is_not_owed(stall: Stall) -> None:
    """Of two items for 50 each 60 are paid. One goes back for its paid share of 30: 20 are due for the other, and when
    they are paid that one is worth 50."""
    order = stall.place(line("50.00", offer="A"), line("50.00", offer="B"))
    stall.shop.payments.confirm(stall.shop.pay(order.id, via="bank").id, eur("60.00"))
    first, second = item_ids(stall, order.id)
    refund = stall.shop.refund(order.id, [first])
    stall.shop.refunds.confirm(refund.id)
    standing = stall.shop.orders.details(order.id).standing
    assert (refund.amount, standing.owed, standing.due) == (eur("30.00"), eur("50.00"), eur("20.00"))

    assert stall.shop.pay(order.id, via="card").captured == eur("20.00")
    assert stall.family(order.id).order.status == "paid"
    back = stall.shop.refund(order.id, [second])
    if back.status == "processing":
        back = stall.shop.refunds.confirm(back.id)
    assert (back.amount, stall.shop.orders.details(order.id).standing.net_paid) == (eur("50.00"), eur("0.00"))


def test_all_of_a_part_paid_order_goes_back(stall: Stall) -> None:
    """A customer who paid in part and returns everything gets everything back, owes nothing, and is not shipped to."""
    order = stall.place(line("100.00", partial=True))
    stall.shop.pay(order.id, via="card", amount=eur("30.00"))
    refund = stall.shop.refund(order.id, item_ids(stall, order.id))
    details = stall.shop.orders.details(order.id)

    assert (refund.amount, details.standing.due, details.family.order.status) == (eur("30.00"), eur("0.00"), "refunded")
    assert "order.funded" not in stall.facts(order.id)


def test_a_refund_in_flight_is_counted(stall: Stall) -> None:
    """Money on its way back cannot go back a second time (I-06, F082)."""
    order = stall.paid(*lines(2))
    first, second = item_ids(stall, order.id)
    stall.card.play(waits())
    stall.shop.refund(order.id, [RefundItem(first)])
    assert stall.shop.refund(order.id, [second]).amount == eur("20.00")
    with pytest.raises(TransitionRefused, match="is_not_refunded"):
        stall.shop.refund(order.id, [first])
    standing = stall.shop.orders.details(order.id).standing
    assert (standing.refunded, standing.net_paid) == (eur("20.00"), eur("10.00"))


def test_an_order_that_is_settled_can_still_go_back(stall: Stall) -> None:
    """That nothing is outstanding is no reason to keep the money (F083); a completed order stays completed."""
    order = stall.paid()
    stall.shop.orders.move(order.id, "complete")
    assert stall.shop.refund(order.id, item_ids(stall, order.id)).status == "done"
    assert stall.family(order.id).order.status == "completed"
    assert stall.shop.orders.details(order.id).standing.is_fully_refunded


def test_an_unpaid_order_has_nothing_to_give_back(stall: Stall) -> None:
    """Without money there is no refund."""
    order = stall.place()
    with pytest.raises(TransitionRefused, match="something_was_paid"):
        stall.shop.refund(order.id, item_ids(stall, order.id))


def test_a_refund_of_a_seen_version(stall: Stall) -> None:
    """Whoever decided on an older version of the order is told so."""
    order = stall.paid()
    with pytest.raises(StaleRecord):
        stall.shop.refund(order.id, item_ids(stall, order.id), expected_version=order.version - 1)
