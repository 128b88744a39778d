"""A plugin's status, moves and rules are right everywhere at once, and only in the desk they were given to."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.services.stalls import NewStall, Scopes, Stall, eur, line, new_stall
from tests.services.stock import STOCK

from orderkit import (
    Actor,
    Ask,
    Extension,
    InvalidRequest,
    LifecycleError,
    Move,
    Order,
    OrderFilter,
    Refusal,
    Status,
    TransitionNotPossible,
    TransitionRefused,
)
from orderkit.items.lifecycle import ACTIVE as ITEM_ACTIVE
from orderkit.orders.lifecycle import HELD, ORDER_FACTS
from orderkit.profiles.retail import DELIVERED, PENDING, PLACED, RETURNED


@pytest.fixture
def stocked(new: NewStall) -> Stall:
    """A stall with the stock plugin."""
    return new(extensions=[STOCK])


def held(stall: Stall) -> Order:
    return stall.shop.orders.move(stall.place(line("50.00", 2)).id, "hold")


def test_a_status_of_a_plugin_is_moved_to_and_listed(stocked: Stall) -> None:
    """A new status is reached by its move, told in history and facts, and found in lists by key and by kind."""
    order = held(stocked)
    told = stocked.shop.orders.history(order.id)[-1].entry

    assert (order.status, order.kind) == ("on_hold", "held")
    assert (told.event, '"status":"on_hold"' in told.changes) == ("hold", True)
    assert stocked.facts(order.id)[-1] == "order.moved"
    for filter in (OrderFilter(statuses=("on_hold",)), OrderFilter(kinds=("held",))):
        assert [each.id for each in stocked.shop.orders.list(filter).rows] == [order.id]
    assert stocked.shop.orders.list(OrderFilter(kinds=("open",))).rows == ()


def test_its_moves_are_actions_with_reasons(stocked: Stall) -> None:
    """A plugin's moves are offered where they lead on, and refused with the plugin's own reason."""
    cheap, order = stocked.place(line("9.99")), held(stocked)
    refused = stocked.action(cheap.id, "hold")

    assert str(refused.refusal) == "is_worth_waiting (total=9.99 EUR)"
    with pytest.raises(TransitionRefused, match="is_worth_waiting"):
        stocked.shop.orders.move(cheap.id, "hold")
    assert stocked.action(order.id, "release").enabled
    assert not stocked.action(order.id, "hold").enabled
    assert stocked.shop.orders.move(order.id, "release").status == "placed"


def test_a_rule_sees_who_asks(stocked: Stall) -> None:
    """A rule of a plugin reads the actor's roles."""
    order = held(stocked)
    guest = evolve(stocked.shop, actor=Actor.client("c-1"))
    with pytest.raises(TransitionRefused, match=r"comes_from_sales \(actor=client:c-1\)"):
        guest.orders.move(order.id, "release")


def test_what_may_be_done_follows_from_the_kind(stocked: Stall) -> None:
    """A held order may be paid and refunded, because its kind says so, and is not captured, because it does not: the
    core never asks for a key (I-24, F142)."""
    order = held(stocked)
    payment = stocked.shop.pay(order.id, via="card", capture=False)
    assert stocked.family(order.id).order.status == "on_hold"
    with pytest.raises(TransitionRefused, match=r"order_allows_capture \(order_status=on_hold\)"):
        stocked.shop.payments.capture(payment.id)
    stocked.shop.payments.void(payment.id)

    assert stocked.shop.pay(order.id, via="card").captured == eur("100.00")
    assert stocked.family(order.id).order.status == "paid"
    other = held(stocked)
    stocked.shop.payments.confirm(stocked.shop.pay(other.id, via="bank").id, eur("60.00"))
    assert stocked.shop.refund(other.id, [stocked.family(other.id).items[0].id]).amount == eur("60.00")


def test_a_plugin_may_deny_what_the_kind_allows(new: NewStall) -> None:
    """A status differs from its kind where its plugin says so, and rules, actions and lists follow."""
    frozen_ = Status("frozen", HELD, ignores=ORDER_FACTS, denies={"payable"})
    stall = new(
        extensions=[
            Extension(
                "order",
                "frost",
                statuses=(frozen_,),
                moves=(Move("freeze", PLACED, frozen_), Move("thaw", frozen_, PLACED)),
            )
        ]
    )
    order = stall.shop.orders.move(stall.place().id, "freeze")
    refusal = stall.action(order.id, "pay").refusal
    with pytest.raises(TransitionRefused) as refused:
        stall.shop.pay(order.id, via="card")

    assert refused.value.refusal == refusal == Refusal("is_payable", {"status": "frozen"})


def test_a_rule_for_a_core_event_holds_everywhere(new: NewStall) -> None:
    """A plugin's rule for paying refuses before anything is written, with its own reason, wherever the order stands."""

    def is_checked(ask: Ask) -> Refusal | None:
        return Refusal("is_checked", {"order": ask.of(Order).number})

    stall = new(extensions=[Extension("order", "checks", requires={"pay": is_checked})])
    order = stall.place()
    with pytest.raises(TransitionRefused, match=rf"is_checked \(order={order.number}\)"):
        stall.shop.pay(order.id, via="card")
    assert (stall.card.calls, stall.family(order.id).payments) == ([], ())


def test_items_of_a_plugin(new: NewStall) -> None:
    """A plugin's item status lives like the others: it can be refunded and hears that it was."""
    packed = Status("packed", ITEM_ACTIVE)
    pick = Extension(
        "item",
        "warehouse",
        statuses=(packed,),
        moves=(Move("pack", PENDING, packed), Move("hand_over", packed, DELIVERED), Move("refunded", packed, RETURNED)),
    )
    stall = new(extensions=[pick])
    order = stall.paid()
    item = stall.shop.items.move(stall.family(order.id).items[0].id, "pack")
    assert (item.status, item.kind) == ("packed", "active")

    stall.shop.refund(order.id, [item.id])
    assert stall.family(order.id).items[0].status == "returned"


@pytest.mark.row("SX-03")
def test_a_plugin_changes_one_desk_alone(new: NewStall, scopes: Scopes) -> None:
    """Two desks in one process: what was given to one leaves the other's statuses, moves, actions and labels as they
    were before."""
    plain = new()
    labels = [(each.key, each.label) for each in plain.desk.lifecycles["order"].statuses]
    before = {name: table.fingerprint for name, table in plain.desk.lifecycles.items()}
    order = plain.place()
    offered = plain.shop.orders.actions(order.id)
    stocked = new_stall(plain.storage, scopes.new(), extensions=[STOCK])

    assert {name: table.fingerprint for name, table in plain.desk.lifecycles.items()} == before
    assert stocked.desk.lifecycles["order"].fingerprint != before["order"]
    assert [(each.key, each.label) for each in plain.desk.lifecycles["order"].statuses] == labels
    assert plain.shop.orders.actions(order.id) == offered
    assert "hold" not in {each.name for each in offered}
    with pytest.raises(TransitionNotPossible):
        plain.shop.orders.move(order.id, "hold")
    with pytest.raises(InvalidRequest, match="is_known_status"):
        plain.shop.orders.list(OrderFilter(statuses=("on_hold",)))
    assert held(stocked).status == "on_hold"


def test_a_plugin_for_nothing_is_refused_when_the_desk_is_built(new: NewStall) -> None:
    """An extension of a lifecycle that is not there names its owner at once, not when an order moves."""
    with pytest.raises(LifecycleError, match="gifts"):
        new(extensions=[Extension("voucher", "gifts")])
    with pytest.raises(LifecycleError, match="stuck"):
        new(extensions=[Extension("order", "stuck", statuses=(Status("stuck", HELD),))])
