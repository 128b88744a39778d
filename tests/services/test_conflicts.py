"""Somebody else is faster: commands decide again, or say so at once; what happened is recorded all the same."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from tests.services.stalls import Stall, line
from tests.services.stores import BetweenLoadAndWrite, on

from orderkit import Busy, Instruction, StaleRecord, TransitionRefused
from orderkit.services.commands import DECIDED_AGAIN

# SQLite lets one unit of work in at a time, so nobody can be faster there.
OVERLAPPING = pytest.mark.parametrize("storage", ["memory", "postgresql"], indirect=True)


def sold_in_items(stall: Stall, count: int) -> UUID:
    """An unpaid order of so many items, each of which can be delivered by somebody else."""
    return stall.place(*(line("1.00", offer=f"V-{position}") for position in range(count))).id


def meddled(stall: Stall, order_id: UUID, times: int) -> Stall:
    """The stall, but so many times somebody else delivers an item of the order just before a change is written."""
    pending = [each.id for each in stall.family(order_id).items][:times]

    def meddle() -> None:
        if pending:
            stall.shop.items.move(pending.pop(), "deliver")

    return on(stall, BetweenLoadAndWrite(stall.storage, meddle))


Command = Callable[[Stall, UUID, int], object]
COMMANDS: tuple[Command, ...] = (
    lambda stall, order_id, version: stall.shop.pay(order_id, via="card", expected_version=version),
    lambda stall, order_id, version: stall.shop.orders.cancel(order_id, confirm=True, expected_version=version),
    lambda stall, order_id, version: stall.shop.items.move(
        stall.family(order_id).items[0].id, "deliver", expected_version=version
    ),
)


@pytest.mark.parametrize("command", COMMANDS, ids=["pay", "cancel", "deliver"])
def test_a_command_on_a_version_that_has_passed(stall: Stall, command: Command) -> None:
    """Whoever decided on an older version is told both versions; nothing was written and nobody called (I-19)."""
    order = stall.place(line(offer="A"), line(offer="B"))
    stall.shop.items.move(stall.family(order.id).items[1].id, "deliver")
    before = stall.family(order.id)
    with pytest.raises(StaleRecord) as stale:
        command(stall, order.id, 1)

    assert (stale.value.expected, stale.value.found) == (1, 2)
    assert (stall.family(order.id), stall.card.calls) == (before, [])
    command(stall, order.id, 2)


def test_payments_and_items_go_by_the_orders_version(stall: Stall) -> None:
    """Every command inside a family expects the order's version, whatever record it is about."""
    payment = stall.authorized()
    version = stall.family(payment.order_id).order.version
    with pytest.raises(StaleRecord):
        stall.shop.payments.capture(payment.id, expected_version=version - 1)
    assert stall.shop.payments.capture(payment.id, expected_version=version).status == "captured"


@OVERLAPPING
def test_a_command_decides_again(stall: Stall) -> None:
    """A command without an expected version that somebody overtook decides on what is there by then, and commits."""
    order_id = sold_in_items(stall, DECIDED_AGAIN)
    cancelled = meddled(stall, order_id, DECIDED_AGAIN - 1).shop.orders.cancel(order_id, confirm=True)
    statuses = [each.status for each in stall.family(order_id).items]

    assert cancelled.version == DECIDED_AGAIN + 1
    assert statuses == ["delivered"] * (DECIDED_AGAIN - 1) + ["cancelled"]


@OVERLAPPING
def test_a_command_that_is_overtaken_every_time_gives_up(stall: Stall) -> None:
    """After five times the command says that the order was busy; nothing of it was written."""
    order_id = sold_in_items(stall, DECIDED_AGAIN)
    with pytest.raises(Busy, match="cancel: others changed the order 5 times meanwhile"):
        meddled(stall, order_id, DECIDED_AGAIN).shop.orders.cancel(order_id, confirm=True)
    assert stall.family(order_id).order.status == "placed"


@OVERLAPPING
def test_a_command_with_a_version_does_not_decide_again(stall: Stall) -> None:
    """Somebody who said what they saw is told at once that it has passed."""
    order_id = sold_in_items(stall, 2)
    with pytest.raises(StaleRecord):
        meddled(stall, order_id, 1).shop.orders.cancel(order_id, confirm=True, expected_version=1)
    assert stall.family(order_id).order.version == 2


@OVERLAPPING
def test_what_was_decided_on_an_old_family_is_decided_again(stall: Stall) -> None:
    """A rule is asked again on what is there by then: an order cancelled meanwhile is not paid (I-19, F106)."""
    order = stall.place()
    cancels = [order.id]

    def cancel() -> None:
        if cancels:
            stall.shop.orders.cancel(cancels.pop(), confirm=True)

    faster = on(stall, BetweenLoadAndWrite(stall.storage, cancel))
    with pytest.raises(TransitionRefused, match="is_payable"):
        faster.shop.pay(order.id, via="card")
    assert stall.card.calls == []


@OVERLAPPING
def test_what_happened_is_recorded_in_any_case(stall: Stall) -> None:
    """Far more often than a command would put up with, somebody else writes between the gateway's answer and its
    record; the answer is recorded all the same, once (F021)."""
    order_id = sold_in_items(stall, 20)
    busy = meddled(stall, order_id, 0)

    def others_come(instruction: Instruction) -> None:
        pending = [each.id for each in stall.family(order_id).items]

        def meddle() -> None:
            if pending:
                stall.shop.items.move(pending.pop(), "deliver")

        busy.shop.wiring.storage.happens = meddle  # type: ignore[attr-defined]  # it is a BetweenLoadAndWrite

    stall.card.on_call = others_come
    payment = busy.shop.pay(order_id, via="card")
    family = stall.family(order_id)

    assert (payment.status, family.order.status, stall.card.moved("sale")) == ("captured", "paid", 20_00)
    assert {each.status for each in family.items} == {"delivered"}
    assert [each.event for each in stall.entries(order_id)].count("sale_succeeded") == 1
