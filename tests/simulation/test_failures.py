"""Failures of other shops as fixed schedules: those that name the gateway, concurrency or the store, and are not played
elsewhere already. Every step law is asked at every step of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.simulation.schedules import desk_and_shop, interruptions, order, outside, play, world

from orderkit import Approved, KeyReused, Money, TransitionError
from orderkit.adapters.scripted import declines, times_out
from orderkit.testing.simulation.setup import Setup
from orderkit.testing.simulation.world import World


def facts(made: World, type: str) -> int:
    """How many facts of a type have to leave."""
    return sum(each.type == type for each in made.known.messages.values())


@pytest.mark.parametrize("record", interruptions())
def test_f012_a_loser_compensates_nothing(record: dict[str, list[int]]) -> None:
    """F012, I-41: of two completions at once one may lose; nothing of the winner's is given back."""
    with world(record=record) as made:
        _, shop = desk_and_shop(made)
        placed = order(shop)
        came = play(made, [lambda at: at.pay(placed.id, via="card")] * 2)

        assert made.card.moved("sale") == 10_00
        assert {each.type for each in made.card.ledger} == {"sale"}
        assert sum(isinstance(each, TransitionError) for each in came) == 1


@pytest.mark.parametrize("record", interruptions())
def test_f051_response_and_event_are_one_fact(record: dict[str, list[int]]) -> None:
    """F051, I-32: paid by the answer and by the webhook, in whatever order, is one fact and one message."""
    with world(record=record) as made:
        _, shop = desk_and_shop(made)
        placed = order(shop)
        play(made, [lambda at: at.pay(placed.id, via="card"), lambda at: _deliver_all(made)])
        _deliver_all(made)

        assert (facts(made, "payment.captured"), facts(made, "order.funded")) == (1, 1)
        assert made.known.families[placed.id].order.status == "paid"


def _deliver_all(made: World) -> None:
    gateway = outside(made)
    for letter in list(gateway.letters()):
        gateway.receive(letter.body)


def test_f017_another_amount_has_another_key() -> None:
    """F017, I-34: an edited amount is a new request with a new key; under the caller's old key it is refused."""
    with world() as made:
        _, shop = desk_and_shop(made)
        placed = order(shop)
        made.card.play(declines())
        shop.pay(placed.id, via="card", amount=Money("4.00", "EUR"), key="pay")
        with pytest.raises(KeyReused):
            shop.pay(placed.id, via="card", amount=Money("6.00", "EUR"), key="pay")
        shop.pay(placed.id, via="card", amount=Money("6.00", "EUR"), key="pay again")

        assert len({each.key for each in made.card.calls}) == len(made.card.calls) == 2
        made.card.assert_keys_were_kept()


def test_f018_one_minute_makes_neither_one_nor_two() -> None:
    """F018, I-34: two orders paid in one instant are two charges, one order asked twice in another is one."""
    with world() as made:
        _, shop = desk_and_shop(made)
        one, other = order(shop, key="one"), order(shop, key="other")
        for each in (one, other):
            shop.pay(each.id, via="card", key="pay")
        made.clock.advance(made.clock.at.replace(second=59) - made.clock.at)
        shop.pay(one.id, via="card", key="pay")

        assert made.card.moved("sale") == 20_00
        assert len(made.card.calls) == 2


@pytest.mark.parametrize("place", range(12))
@pytest.mark.parametrize("fault", [1, 2, 3, 4])
def test_f019_a_commit_that_fails_replays_no_call(place: int, fault: int) -> None:
    """F019, I-35: whichever commit is refused or lost, at whatever point, the card is charged once."""
    record = {"w1.1": [0] * place + [fault]}
    with world(Setup(store="sqlite", store_faults=1), record=record) as made:
        play(made, [lambda at: at.pay(order(at).id, via="card", key="pay")])

        assert len(made.card.calls) == len(made.card.ledger) == 1
        assert [each.order.status for each in made.known.families.values()] == ["paid"]


@pytest.mark.parametrize("record", interruptions(20))
def test_f020_those_who_apply_events_call_nobody(record: dict[str, list[int]]) -> None:
    """F020, I-27, I-35: several workers take and apply the same events; no gateway hears of it, one row is made."""
    with world(record=record) as made:
        desk, shop = desk_and_shop(made)
        shop.pay(order(shop).id, via="card")
        body = made.card.post.written[0].body
        calls = len(made.card.calls)
        play(made, [lambda at: outside(made).receive(body), lambda at: outside(made).receive(body)])

        assert len(made.card.calls) == calls
        assert len(desk.events(("received", "applied"))) == 1


def test_f038_an_event_needs_no_session() -> None:
    """F038, I-27, I-28: an event that comes from nowhere, with no scope and nobody logged in, is applied."""
    with world() as made:
        desk, shop = desk_and_shop(made)
        made.card.play(times_out(after=True))
        placed = order(shop)
        shop.pay(placed.id, via="card")
        body = made.card.post.written[0].body
        receipt = desk.receive("card", body, made.card.signed(body, made.clock.at))

        assert receipt.status == "applied"
        assert made.known.families[placed.id].order.status == "paid"


@pytest.mark.parametrize("late_first", [True, False])
def test_f005_the_gateway_tries_again_by_itself(late_first: bool) -> None:
    """F005, I-11: the gateway's own second try succeeds beside the operator's: the excess is a credit, and is told."""
    with world() as made:
        _, shop = desk_and_shop(made)
        made.card.play(declines())
        placed = order(shop)
        shop.pay(placed.id, via="card")
        first = made.known.families[placed.id].operations[0]
        made.known.excused.add(placed.id)
        if not late_first:
            shop.pay(placed.id, via="card")
        made.card.finish(first.id, Approved("own try"))
        _deliver_all(made)
        if late_first:
            with pytest.raises(TransitionError):
                shop.pay(placed.id, via="card")
        details = shop.orders.details(placed.id)

        assert details.standing.paid.minor == made.card.moved("sale")
        assert (details.standing.due.minor, details.standing.credit.minor) == (0, 0 if late_first else 10_00)
        assert ("overpaid" in {each.code for each in details.family.attention}) is not late_first


@pytest.mark.parametrize("record", interruptions(30))
def test_f069_the_second_payment_moves_the_order_on(record: dict[str, list[int]]) -> None:
    """F069, I-23: two payments of one order, their facts in whatever order, and the order is paid."""
    with world(record=record) as made:
        _, shop = desk_and_shop(made)
        placed = order(shop, "20.00")
        shop.pay(placed.id, via="card", amount=Money("8.00", "EUR"))
        play(made, [lambda at: at.pay(placed.id, via="card"), lambda at: _deliver_all(made)])
        _deliver_all(made)

        assert made.known.families[placed.id].order.status == "paid"
        assert made.card.moved("sale") == 20_00


def test_f068_what_is_being_paid_does_not_change() -> None:
    """F068, I-12: what was asked for is frozen, and no more can be captured than was authorized for the order."""
    with world() as made:
        _, shop = desk_and_shop(made)
        payment = shop.pay(order(shop).id, via="card", capture=False)
        with pytest.raises(TransitionError, match="is_covered"):
            shop.payments.capture(payment.id, Money("10.01", "EUR"))
        shop.payments.capture(payment.id)

        assert made.card.moved("capture") == made.known.families[payment.order_id].lines[0].total.minor


@pytest.mark.parametrize("record", interruptions(40))
def test_f151_a_list_that_is_out_of_date(record: dict[str, list[int]]) -> None:
    """F151, I-19: what somebody else has finished since the list was made is looked at again, and not done twice."""
    with world(record=record) as made:
        _, shop = desk_and_shop(made)
        made.card.play(times_out(after=False), times_out(after=True))
        placed = [order(shop, key=str(number)) for number in range(2)]
        for each in placed:
            shop.pay(each.id, via="card", capture=False)
        made.advance(timedelta(minutes=6))
        play(made, [lambda at: made.desk().run_due(), lambda at: [at.proceed(each.id) for each in placed]])

        families = [made.known.families[each.id] for each in placed]
        assert [len(family.operations) for family in families] == [1, 1]
        assert made.card.moved("authorize") == sum(family.payments[0].authorized.minor for family in families)
