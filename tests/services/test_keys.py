"""Keys: the same request under the same key is done once, whatever dies in between; another request is refused."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from attrs import define
from tests.services.stalls import BUYER, NewStall, Stall, eur, line
from tests.services.stores import Crash, DyingStorage, on

from orderkit import (
    Approved,
    Customer,
    Instruction,
    InvalidRequest,
    KeyReused,
    NeverSeen,
    NewLine,
    OrderkitError,
    RefundItem,
    Storage,
    TransitionError,
    TransitionRefused,
)
from orderkit.adapters.scripted import ScriptedGateway, approves, declines, times_out, waits
from orderkit.payments.outcomes import Outcome

K = "key-1"


def place(stall: Stall) -> Callable[[], object]:
    return lambda: stall.place(key=K).id


def pay(stall: Stall) -> Callable[[], object]:
    order = stall.place()
    return lambda: stall.shop.pay(order.id, via="card", key=K)


def authorize(stall: Stall) -> Callable[[], object]:
    order = stall.place()
    return lambda: stall.shop.pay(order.id, via="card", capture=False, key=K)


def capture(stall: Stall) -> Callable[[], object]:
    payment = stall.authorized()
    return lambda: stall.shop.payments.capture(payment.id, eur("30.00"), key=K)


def void(stall: Stall) -> Callable[[], object]:
    payment = stall.authorized()
    return lambda: stall.shop.payments.void(payment.id, key=K)


def abandon(stall: Stall) -> Callable[[], object]:
    order = stall.place()
    stall.card.play(waits())
    payment = stall.shop.pay(order.id, via="card")
    return lambda: stall.shop.payments.abandon(payment.id, key=K)


def confirm(stall: Stall) -> Callable[[], object]:
    payment = stall.shop.pay(stall.place().id, via="bank")
    return lambda: stall.shop.payments.confirm(payment.id, eur("60.00"), key=K)


def reject(stall: Stall) -> Callable[[], object]:
    payment = stall.shop.pay(stall.place().id, via="bank")
    return lambda: stall.shop.payments.reject(payment.id, key=K)


def refund(stall: Stall) -> Callable[[], object]:
    order = stall.paid(line("10.00", 3))
    item = stall.family(order.id).items[0]
    return lambda: stall.shop.refund(order.id, [RefundItem(item.id, 1)], key=K)


def confirm_refund(stall: Stall) -> Callable[[], object]:
    refund_id = _refund_by_hand(stall)
    return lambda: stall.shop.refunds.confirm(refund_id, key=K)


def fail_refund(stall: Stall) -> Callable[[], object]:
    refund_id = _refund_by_hand(stall)
    return lambda: stall.shop.refunds.fail(refund_id, key=K)


def _refund_by_hand(stall: Stall) -> UUID:
    payment = stall.shop.pay(stall.place().id, via="bank")
    stall.shop.payments.confirm(payment.id)
    return stall.shop.refund(payment.order_id, [stall.family(payment.order_id).items[0].id]).id


def cancel(stall: Stall) -> Callable[[], object]:
    order = stall.place()
    return lambda: stall.shop.orders.cancel(order.id, confirm=True, key=K)


def complete(stall: Stall) -> Callable[[], object]:
    order = stall.paid()
    return lambda: stall.shop.orders.move(order.id, "complete", key=K)


def deliver(stall: Stall) -> Callable[[], object]:
    item = stall.family(stall.paid().id).items[0]
    return lambda: stall.shop.items.move(item.id, "deliver", key=K)


COMMANDS = (
    *(place, pay, authorize, capture, void, abandon, confirm, reject),
    *(refund, confirm_refund, fail_refund, cancel, complete, deliver),
)
SENDING = (pay, authorize, capture, void, abandon, refund)

Prepare = Callable[[Stall], Callable[[], object]]


def seen(stall: Stall) -> tuple[object, ...]:
    """All that a repeated command must not add to: records, history, messages, and the gateway's calls and ledger."""
    orders = [each.id for each in stall.shop.orders.list().rows]
    return (
        [(stall.family(each), stall.entries(each), stall.facts(each)) for each in orders],
        list(stall.card.calls),
        list(stall.card.ledger),
    )


@pytest.mark.parametrize("prepare", COMMANDS, ids=lambda each: each.__name__)
def test_a_repeated_command_does_nothing_and_answers_the_same(stall: Stall, prepare: Prepare) -> None:
    """Under its key a command is done once: the second time it returns the same and adds no fact, no history row, no
    message and no request to the gateway (I-20, F082)."""
    command = prepare(stall)
    first = command()
    after_first = seen(stall)

    assert command() == first
    assert seen(stall) == after_first


@pytest.mark.row("SX-14")
def test_one_key_stands_for_one_request(stall: Stall) -> None:
    """The same key and the same arguments give the same result; other arguments under it are a conflict that does
    nothing; and the same key is free for another order and another verb (I-33, I-34)."""
    order = stall.place(line(partial=True), key=K)
    assert stall.place(line(partial=True), key=K) == order
    payment = stall.shop.pay(order.id, via="card", amount=eur("30.00"), capture=False, key=K)
    stall.shop.payments.capture(payment.id, eur("10.00"), key=K)
    before = seen(stall)
    others: tuple[Callable[[], object], ...] = (
        lambda: stall.place(line("100.01", partial=True), key=K),
        lambda: stall.shop.orders.place(customer=Customer("c-2"), lines=[line(partial=True)], key=K),
        lambda: stall.shop.pay(order.id, via="card", amount=eur("30.01"), capture=False, key=K),
        lambda: stall.shop.pay(order.id, via="card", amount=eur("30.00"), key=K),
        lambda: stall.shop.pay(order.id, via="bank", amount=eur("30.00"), capture=False, key=K),
        lambda: stall.shop.pay(order.id, via="card", method="tok_2", amount=eur("30.00"), capture=False, key=K),
        lambda: stall.shop.payments.capture(payment.id, key=K),
    )
    for other in others:
        with pytest.raises(KeyReused) as reused:
            other()
        assert reused.value.key == K

    assert seen(stall) == before
    stall.shop.payments.void(payment.id, key=K)
    assert stall.shop.pay(stall.place().id, via="card", key=K).status == "captured"


def test_no_quantity_is_not_the_quantity_nought(stall: Stall) -> None:
    """A refund of all units and one of none are two requests, though both are falsy (I-13, F073)."""
    order = stall.paid(line("10.00", 3))
    item = stall.family(order.id).items[0].id
    stall.shop.refund(order.id, [item], key=K)
    with pytest.raises(KeyReused):
        stall.shop.refund(order.id, [RefundItem(item, 0)], key=K)


def test_a_refusal_consumes_no_key(stall: Stall) -> None:
    """What was refused may be asked for again under the same key, corrected or not."""
    order = stall.place(line(partial=True))
    with pytest.raises(TransitionRefused):
        stall.shop.pay(order.id, via="card", amount=eur("100.01"), key=K)
    with pytest.raises(InvalidRequest):
        stall.place(line(quantity=0), key=K)

    assert stall.shop.pay(order.id, via="card", amount=eur("99.00"), key=K).status == "captured"
    assert stall.place(key=K).status == "placed"


def test_a_declined_payment_stays_declined_under_its_key(stall: Stall) -> None:
    """The key stands for that attempt: repeated, it answers with the declined payment and calls nobody; a new try needs
    a new key (F016)."""
    order = stall.place()
    stall.card.play(declines())
    declined = stall.shop.pay(order.id, via="card", key=K)

    assert stall.shop.pay(order.id, via="card", key=K) == declined
    assert len(stall.card.calls) == 1
    assert stall.shop.pay(order.id, via="card", key="key-2").status == "captured"


def test_a_key_answers_with_what_is_so_by_now(stall: Stall) -> None:
    """A repeated key does not replay the first answer: it asks what came of the operation, and tells that."""
    order = stall.place()
    stall.card.play(waits())
    assert stall.shop.pay(order.id, via="card", key=K).status == "started"
    stall.card.finish(stall.card.calls[0].key, Approved("done"))
    assert stall.shop.pay(order.id, via="card", key=K).status == "captured"


def test_reason_and_version_are_no_part_of_the_request(stall: Stall) -> None:
    """Who repeats a command need not repeat the reason, and may hold the version from before."""
    order = stall.place()
    first = stall.shop.orders.cancel(order.id, confirm=True, key=K, reason="changed their mind", expected_version=1)
    assert stall.shop.orders.cancel(order.id, confirm=True, key=K, expected_version=1) == first


@pytest.mark.parametrize("key", ["", "k" * 201, "nul\x00", "half\ud800"])
def test_a_key_can_be_stored(stall: Stall, key: str) -> None:
    """An empty key, a very long one or one that no store keeps is refused by name, whatever the command."""
    order = stall.place()
    commands: tuple[Callable[[], object], ...] = (
        lambda: stall.place(key=key),
        lambda: stall.shop.pay(order.id, via="card", key=key),
        lambda: stall.shop.orders.cancel(order.id, confirm=True, key=key),
    )
    for command in commands:
        with pytest.raises(InvalidRequest) as refused:
            command()
        assert refused.value.field == "key"


@pytest.mark.row("SX-13")
@pytest.mark.parametrize("before_commit", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", [1, 2])
@pytest.mark.parametrize("prepare", SENDING, ids=lambda each: each.__name__)
def test_a_command_goes_on_after_a_crash(
    new: NewStall, storage: Storage, prepare: Prepare, dies_at: int, before_commit: bool
) -> None:
    """Wherever the process dies (before or after the intent is stored, before or after the answer is), the same key
    drives the command on under the same key of the gateway, and the money moves once (I-33, I-40, F013, F025)."""
    dying = DyingStorage(storage)
    stall = new()
    command = prepare(on(stall, dying))
    calls = len(stall.card.calls)
    dying.die(at=dies_at, before_commit=before_commit)
    with pytest.raises(Crash):
        command()
    dying.dies_at = None
    done = command()
    keys = {each.key for each in stall.card.calls[calls:]}

    assert command() == done
    assert len(keys) == 1
    assert len([each for each in stall.card.ledger if each.key in keys]) == 1
    stall.card.assert_keys_were_kept()
    (order_id,) = [each.id for each in stall.shop.orders.list().rows]
    assert all(each.kind in ("succeeded", "failed") for each in stall.family(order_id).operations)


@pytest.mark.parametrize("prepare", SENDING, ids=lambda each: each.__name__)
def test_a_command_goes_on_after_a_crash_at_the_gateway(stall: Stall, prepare: Prepare) -> None:
    """A process that dies while it calls the gateway, before or after the money moved, finds its operation again under
    the same key (I-33, F021)."""
    command = prepare(stall)
    calls = len(stall.card.calls)

    def die(instruction: object) -> None:
        stall.card.on_call = None
        raise Crash

    stall.card.on_call = die
    with pytest.raises(Crash):
        command()
    stall.card.play(times_out(after=True))
    command()
    command()

    keys = {each.key for each in stall.card.calls[calls:]}
    assert len(keys) == 1
    assert len([each for each in stall.card.ledger if each.key in keys]) == 1


def test_every_try_says_the_same(stall: Stall) -> None:
    """A refund that is sent again after a crash names the same capture as the first time, though another capture came
    in between (I-34)."""
    payment = stall.authorized(line("50.00", 2))
    stall.shop.payments.capture(payment.id, eur("50.00"))
    item = stall.family(payment.order_id).items[0]
    said: list[Instruction] = []

    def die(instruction: Instruction) -> None:
        stall.card.on_call = None
        said.append(instruction)
        raise Crash

    stall.card.on_call = die
    with pytest.raises(Crash):
        stall.shop.refund(payment.order_id, [RefundItem(item.id, 1)], key=K)
    stall.card.play(approves(), times_out(after=False))
    stall.shop.payments.capture(payment.id)
    for _ in range(2):
        stall.shop.refund(payment.order_id, [RefundItem(item.id, 1)], key=K)

    assert said * 2 == [each for each in stall.card.calls if each.type == "refund"]
    assert said[0].on == "capture_2"
    assert stall.card.moved("refund") == 25_00


@define
class SlowGateway(ScriptedGateway):
    """A gateway whose look-ups take so long that something else happens before their answer arrives."""

    meanwhile: Callable[[], object] | None = None

    def look_up(self, instruction: Instruction) -> Outcome | NeverSeen:
        answer = super().look_up(instruction)
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        return answer


def test_a_repeat_meets_an_answer_that_came_meanwhile(new: NewStall) -> None:
    """A slow repeat of a command whose answer is stored by somebody else in the meantime gets that answer, not an error
    (F050)."""
    card = SlowGateway()
    stall = new(card=card)
    order = stall.place()
    card.play(times_out(after=False))
    stall.shop.pay(order.id, via="card", key=K)
    card.meanwhile = lambda: stall.shop.pay(order.id, via="card", key=K)
    assert stall.shop.pay(order.id, via="card", key=K).status == "captured"
    assert stall.card.moved("sale") == 100_00


def test_errors_leave_the_key_free(stall: Stall) -> None:
    """A command about something that is not there stores nothing under its key."""
    stall.place()
    with pytest.raises(OrderkitError):
        stall.shop.pay(UUID(int=7), via="card", key=K)
    with pytest.raises(TransitionError):
        stall.shop.orders.move(stall.place().id, "complete", key=K)
    assert (
        stall.shop.orders.place(customer=BUYER, lines=[NewLine("A", "A", unit_price=eur("1.00"))], key=K).version == 1
    )
