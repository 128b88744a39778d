"""Every command that asks a gateway goes in three steps: written down, asked with nothing open, recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from attrs import evolve
from tests.services.stalls import NewStall, Stall, eur, line, new_stall
from tests.services.stores import SlowStorage, on

from orderkit import (
    Approved,
    Instruction,
    InvalidRequest,
    Money,
    OutsideCallInUnitOfWork,
    RefundItem,
    Storage,
    TransitionRefused,
)
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.scripted import ALL_CAPABILITIES, Answer, ScriptedGateway, times_out
from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.services.units import outside, unit_of_work


def every_call(stall: Stall) -> None:
    """One call of each kind."""
    payment = stall.authorized(line("50.00", 2))
    stall.shop.payments.capture(payment.id, eur("50.00"))
    stall.shop.payments.void(payment.id)
    stall.shop.refund(payment.order_id, [RefundItem(stall.family(payment.order_id).items[0].id, 1)])
    stall.shop.pay(payment.order_id, via="card")


@contextmanager
def second_connection(storage: Storage) -> Iterator[Storage]:
    """The same data as another process sees it."""
    if not isinstance(storage, SqlStorage):
        yield storage
        return
    other = SqlStorage(storage._url, durability="relaxed")
    yield other
    other.close()


def test_the_intent_is_stored_before_the_gateway_hears_of_it(stall: Stall) -> None:
    """When the gateway receives a key, another connection finds that very operation committed as `sending`, with the
    amount on the request reserved, and when to look it up; no unit of work is open (I-09, I-35, I-36, F021)."""
    seen: list[str] = []
    with second_connection(stall.storage) as elsewhere:

        def look(instruction: Instruction) -> None:
            with elsewhere.reading() as store:
                family = store.family(stall.shop.wiring.scope, instruction.order_id)
            written = family.operation(instruction.key)
            assert (written.status, written.type, written.amount) == ("sending", instruction.type, instruction.amount)
            assert written.next_check_at is not None
            assert stall.clock.now() < written.send_before
            assert family.requests[0].open_amount.minor <= family.requests[0].due.minor - _inbound(instruction)
            outside("this call", lambda: None)
            seen.append(instruction.type)  # what is asserted above fails in the adapter, which is an unknown outcome

        stall.card.on_call = look
        every_call(stall)
    assert seen == ["authorize", "capture", "void", "refund", "sale"]


def _inbound(instruction: Instruction) -> int:
    return instruction.amount.minor if instruction.type in ("authorize", "sale") else 0


def test_nobody_is_called_inside_a_unit_of_work() -> None:
    """A command that would call a gateway while its caller has a unit of work open is stopped, in production too; the
    money did not move, and its intent is driven on later (I-35, F022)."""
    stall = new_stall(MemoryStorage(), "shop")
    order = stall.place()
    with pytest.raises(OutsideCallInUnitOfWork), unit_of_work(stall.storage):
        stall.shop.pay(order.id, via="card")

    assert stall.card.calls == []
    assert [each.status for each in stall.family(order.id).operations] == ["sending"]
    assert stall.shop.proceed(order.id).status == "paid"


def slow(stall: Stall) -> Stall:
    """The stall on a store that takes ten minutes for every commit, longer than any call may wait."""
    return on(stall, SlowStorage(stall.storage, stall.clock, timedelta(minutes=10)))


def test_what_was_written_too_long_ago_is_not_sent(stall: Stall) -> None:
    """A call does not begin after `send_before`: nobody is called, the attempt ends as never sent, and the order can be
    paid again (design §4)."""
    order = stall.place()
    payment = slow(stall).shop.pay(order.id, via="card")
    family = stall.family(order.id)

    assert (payment.status, stall.card.calls) == ("failed", [])
    assert [(each.status, each.code) for each in family.operations] == [("abandoned", "never_sent")]
    assert (family.order.status, family.requests[0].reserved) == ("placed", eur("0.00"))
    assert stall.shop.pay(order.id, via="card").status == "captured"


def test_what_may_have_happened_is_never_called_unsent(new: NewStall) -> None:
    """A call whose answer got lost may have moved the money; when it is tried again too late it is not sent, and it
    stays open all the same (I-38)."""
    able = evolve(ALL_CAPABILITIES, looks_up=False)
    stall = new(card=ScriptedGateway(capabilities=able))
    order = stall.place()
    stall.card.play(times_out(after=True))
    stall.shop.pay(order.id, via="card", key="k")
    late = slow(stall).shop.pay(order.id, via="card", key="k")

    assert late.live
    assert [each.status for each in stall.family(order.id).operations] == ["sending"]
    assert stall.shop.pay(order.id, via="card", key="k").status == "captured"
    assert stall.card.moved("sale") == 100_00


def test_an_answer_in_another_currency_is_no_answer(stall: Stall) -> None:
    """An adapter that says that other money moved, or none, has said nothing: the outcome is unknown, and what really
    happened is looked up (F061)."""
    for wrong in (Money("100", "JPY"), eur("0.00"), eur("-100.00")):
        order = stall.place()
        stall.card.play(Answer("moves", Approved("odd", wrong)))
        payment = stall.shop.pay(order.id, via="card")
        (operation,) = stall.family(order.id).operations
        assert (payment.status, operation.status) == ("unknown", "unknown")
        assert operation.message is not None
        assert str(wrong) in operation.message
        assert stall.shop.proceed(order.id).status == "paid"


def test_an_adapter_that_breaks_has_not_said_no(new: NewStall) -> None:
    """Whatever an adapter raises, or answers instead of an outcome, the outcome is unknown and never a decline (F032,
    F061)."""

    class Broken(ScriptedGateway):
        """Answers what is no outcome."""

        def sale(self, instruction: Instruction) -> object:  # type: ignore[override]  # that is what is broken
            return {"status": "ok"}

    stall = new(card=Broken())
    assert stall.shop.pay(stall.place().id, via="card").status == "unknown"

    raising = new()
    raising.card.play(Answer("nothing", raises=ValueError("no such field")))
    order = raising.place()
    assert raising.shop.pay(order.id, via="card").status == "unknown"
    assert raising.family(order.id).operations[0].message == "ValueError: no such field"


def test_an_unknown_outcome_blocks_its_order(stall: Stall) -> None:
    """While nobody knows what came of a payment no other starts, nothing is refunded, the order is not cancelled; and
    the same key finds out (I-38, F008, F026, F027, F037)."""
    order = stall.place(line("50.00", 2, partial=True))
    stall.shop.pay(order.id, via="card", amount=eur("30.00"))
    stall.card.play(times_out(after=True))
    lost = stall.shop.pay(order.id, via="card", key="k")
    item = stall.family(order.id).items[0].id
    attempts: tuple[Callable[[], object], ...] = (
        lambda: stall.shop.pay(order.id, via="card"),
        lambda: stall.shop.pay(order.id, via="bank", amount=eur("1.00")),
        lambda: stall.shop.refund(order.id, [item]),
        lambda: stall.shop.orders.cancel(order.id, confirm=True),
        lambda: stall.shop.orders.cancel(order.id, confirm=True, settle="refund"),
    )

    def down(asked: object) -> None:
        raise ConnectionError

    stall.card.on_look_up = down
    for attempt in attempts:
        with pytest.raises(TransitionRefused) as refused:
            attempt()
        assert refused.value.refusal.code in ("nothing_in_doubt", "one_payment_at_a_time", "nothing_in_flight")
    stall.card.on_look_up = None

    assert (lost.status, len(stall.card.calls)) == ("unknown", 2)
    assert stall.shop.pay(order.id, via="card", key="k").status == "captured"
    assert (stall.family(order.id).order.status, stall.card.moved("sale")) == ("paid", 100_00)


@pytest.mark.parametrize("looks_up", [True, False])
@pytest.mark.parametrize("after", [True, False])
def test_the_same_key_finds_out(new: NewStall, looks_up: bool, after: bool) -> None:
    """Whether the money moved before the line dropped or not, and whether the gateway can be asked or only be sent the
    same key again: the money moves exactly once (F013)."""
    stall = new(card=ScriptedGateway(capabilities=evolve(ALL_CAPABILITIES, looks_up=looks_up)))
    order = stall.place()
    stall.card.play(times_out(after=after))
    assert stall.shop.pay(order.id, via="card", key="k").status == "unknown"

    assert stall.shop.pay(order.id, via="card", key="k").status == "captured"
    assert stall.card.moved("sale") == 100_00
    assert len({each.key for each in stall.card.calls}) == 1


def test_an_old_key_is_not_sent_again(new: NewStall) -> None:
    """When the gateway no longer keeps the key, a second call could charge twice: the outcome stays unknown (I-37)."""
    able = evolve(ALL_CAPABILITIES, looks_up=False, keys_kept=timedelta(hours=24))
    stall = new(card=ScriptedGateway(capabilities=able))
    order = stall.place()
    stall.card.play(times_out(after=True))
    stall.shop.pay(order.id, via="card", key="k")
    stall.clock.advance(timedelta(hours=24))

    assert stall.shop.pay(order.id, via="card", key="k").status == "unknown"
    assert len(stall.card.calls) == 1


def test_an_old_key_that_was_never_seen_never_happened(stall: Stall) -> None:
    """When the key is too old to be sent again and the gateway is certain that it never saw it, the void has failed and
    blocks nothing any more; it can be asked for anew (I-43)."""
    payment = stall.authorized()
    stall.card.play(times_out(after=False))
    assert stall.family(stall.shop.payments.void(payment.id).order_id).operations[-1].status == "unknown"
    stall.clock.advance(timedelta(hours=25))
    stall.shop.proceed(payment.order_id)

    assert [each.code for each in stall.family(payment.order_id).operations] == [None, "never_sent"]
    assert len(stall.card.calls) == 2
    assert stall.shop.payments.void(payment.id).status == "voided"


def test_a_lost_attempt_is_not_sent_in_order_to_be_given_up(stall: Stall) -> None:
    """A customer who gives up is not charged for it: while the lost call may still be on its way giving up is refused;
    when the gateway has not seen it after its grace, it never happened (I-43)."""
    order = stall.place()
    stall.card.play(times_out(after=False))
    payment = stall.shop.pay(order.id, via="card")
    with pytest.raises(TransitionRefused, match="is_past_grace"):
        stall.shop.payments.abandon(payment.id)
    assert not stall.action(order.id, "abandon", "payment", payment.id).enabled

    stall.clock.advance(timedelta(minutes=3))
    assert stall.action(order.id, "abandon", "payment", payment.id).enabled
    assert stall.shop.payments.abandon(payment.id, key="k").status == "failed"
    assert stall.shop.payments.abandon(payment.id, key="k").status == "failed"
    assert [each.code for each in stall.family(order.id).operations] == ["never_sent"]
    assert (stall.card.ledger, len(stall.card.calls)) == ([], 1)
    assert stall.family(order.id).order.status == "placed"


def test_a_lost_attempt_that_went_through_is_not_given_up(stall: Stall) -> None:
    """The gateway is asked first: where the money has moved the attempt is paid, and giving it up is refused (I-42)."""
    order = stall.place()
    stall.card.play(times_out(after=True))
    payment = stall.shop.pay(order.id, via="card")
    with pytest.raises(TransitionRefused, match="awaits_money"):
        stall.shop.payments.abandon(payment.id)
    assert stall.family(order.id).order.status == "paid"


def test_a_lost_attempt_is_cancelled_where_nothing_is_looked_up(new: NewStall) -> None:
    """A gateway that cannot be asked is told to cancel, after its grace; its word is definitive."""
    stall = new(card=ScriptedGateway(capabilities=evolve(ALL_CAPABILITIES, looks_up=False)))
    order = stall.place()
    stall.card.play(times_out(after=False))
    payment = stall.shop.pay(order.id, via="card")
    stall.clock.advance(timedelta(minutes=3))

    assert stall.shop.payments.abandon(payment.id).status == "failed"
    assert [each.type for each in stall.card.calls] == ["sale", "void"]


def test_a_gateway_that_is_not_wired_any_more(stall: Stall) -> None:
    """A payment whose gateway the host took away is left as it is, and the reason says which gateways there are."""
    order = stall.place()
    stall.card.play(times_out(after=True))
    stall.shop.pay(order.id, via="card")
    shop = evolve(stall.shop, wiring=evolve(stall.shop.wiring, gateways=lambda scope: {"bank": stall.bank}))
    with pytest.raises(InvalidRequest, match="is_known_gateway"):
        shop.proceed(order.id)
    assert stall.family(order.id).operations[0].status == "unknown"
