"""What the scripted gateway tells by itself: events lost, doubled and mixed, statements, look-ups with a grace."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.gateways.acting import NOON, HandClock, act, asks_about, eur, new

from orderkit import Approved, Declined, Instruction, InvalidRequest, Money, NeverSeen, Pending, Rejected
from orderkit.adapters.scripted import (
    DEFAULT,
    Answer,
    ScriptedGateway,
    asks_customer,
    declines,
    settles,
    times_out,
    waits,
)
from orderkit.adapters.scripted.wire import EVENT_TYPES, event_type, read, written
from orderkit.payments.outcomes import Outcome, RequiresAction, Unknown
from orderkit.payments.records import OperationKind
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Bookkeeper, Event, EventSource, Inquiry

MINUTE = timedelta(minutes=1)
words = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=8)
monies = st.builds(Money.of_minor, st.integers(-(2**63), 2**63 - 1), st.sampled_from(["EUR", "JPY", "KWD"]))
outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Approved, words, st.none() | monies),
    st.builds(Pending, words, st.none() | words),
    st.builds(RequiresAction, words, words),
    st.builds(Declined, words, words, st.sampled_from(["soft", "hard", "fraud"])),
    st.builds(Rejected, words, words),
    st.builds(Unknown, words),
)
kinds: st.SearchStrategy[OperationKind] = st.sampled_from(["sale", "capture", "refund_reversal", "chargeback", "fee"])
reports = st.builds(
    Report,
    type=kinds,
    reference=words,
    outcome=outcomes,
    key=st.none() | st.uuids(),
    scope=st.none() | words | st.just(""),
    payment_id=st.none() | st.uuids(),
    on=st.none() | words,
    cumulative=st.booleans(),
    credited=st.none() | monies,
)


def opened(**options: object) -> tuple[ScriptedGateway, HandClock]:
    clock = HandClock()
    return ScriptedGateway.under(DEFAULT, clock, **options), clock  # type: ignore[arg-type]  # as the test names them


def told(gateway: ScriptedGateway) -> list[tuple[str, str]]:
    """The ids and types of the events that can be delivered now."""
    read = [gateway.event(each.body) for each in gateway.events()]
    return [(each.id, each.type) for each in read]


@given(told=st.lists(reports, min_size=1, max_size=3))
def test_an_event_survives_the_wire(told: list[Report]) -> None:
    """What is written is what is read, whatever the outcome and whatever is missing."""
    event = Event(id="evt_1", type=event_type(told[0]), reports=tuple(told))
    assert event.type in EVENT_TYPES
    assert read(written(event, NOON)) == event


@given(body=st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode))
def test_nothing_but_an_invalid_request_is_raised(body: bytes) -> None:
    """A body that is no event is an invalid request, whatever the bytes (issue 3, bad input)."""
    with pytest.raises(InvalidRequest) as refused:
        ScriptedGateway().event(body)
    assert refused.value.field == "body"


def test_it_plays_every_role() -> None:
    """It is a source of events and keeps books."""
    assert isinstance(ScriptedGateway(), EventSource)
    assert isinstance(ScriptedGateway(), Bookkeeper)


@pytest.mark.parametrize(
    ("answer", "types"),
    [
        (Answer(), ["sale.succeeded"]),
        (times_out(after=True), ["sale.succeeded"]),
        (times_out(after=False), []),
        (declines(), ["sale.failed"]),
        (asks_customer(), ["sale.requires_action"]),
        (settles(MINUTE), ["sale.pending", "sale.succeeded"]),
        (settles(MINUTE, Declined("no")), ["sale.pending", "sale.failed"]),
        (Answer("nothing", Approved("lie")), []),
    ],
)
def test_whatever_comes_of_a_call_is_told(answer: Answer, types: list[str]) -> None:
    """Each fact is an event, whether its caller heard the answer or not; what is only said is none (I-30)."""
    gateway, clock = opened()
    gateway.play(answer)
    with contextlib.suppress(TimeoutError):
        gateway.sale(new("sale"))
    clock.advance(MINUTE)
    assert [type for _, type in told(gateway)] == types


def test_an_event_carries_our_names() -> None:
    """It brings back our key, scope and payment, and so it is attributed without a look into any table (I-29)."""
    gateway, _ = opened()
    asked = evolve(new("sale"), scope="acme")
    gateway.sale(asked)
    (report,) = gateway.event(gateway.events()[0].body).reports
    assert report == Report(
        type="sale",
        reference="sale_1",
        outcome=Approved("sale_1", eur("10.00")),
        key=asked.key,
        scope="acme",
        payment_id=asked.payment_id,
    )


def test_an_event_may_name_references_alone() -> None:
    """A gateway without metadata names its own references; it finds a payment by them, and by nothing else."""
    gateway, _ = opened(carries_metadata=False)
    sold = new("sale")
    gateway.sale(sold)
    gateway.refund(act(sold, "refund", "4.00"))
    every = [report for each in gateway.events() for report in gateway.event(each.body).reports]
    assert [(each.key, each.scope, each.payment_id) for each in every] == [(None, None, None)] * 2
    assert [(each.reference, each.on) for each in every] == [("sale_1", None), ("refund_2", "sale_1")]
    assert gateway.statement(asks_about(sold)) == ()
    assert set(gateway.statement(asks_about(sold, "sale_1"))) == set(every)


def test_totals_grow() -> None:
    """A gateway that keeps one figure per authorization tells all that was captured so far, under its reference."""
    gateway, _ = opened(tells_totals=True)
    held = new("authorize")
    gateway.authorize(held)
    for amount in ("4.00", "6.00"):
        gateway.capture(act(held, "capture", amount))
    every = [report for each in gateway.events() for report in gateway.event(each.body).reports][1:]
    assert [(each.reference, each.cumulative) for each in every] == [("authorize_1", True)] * 2
    assert [each.outcome for each in every] == [Approved("authorize_1", eur(each)) for each in ("4.00", "10.00")]
    assert gateway.statement(asks_about(held))[1:] == (every[1],)


def test_events_are_delivered_until_they_are_acknowledged() -> None:
    """Every try is signed anew with its own time, and an event that was taken does not come again (A15)."""
    gateway, clock = opened()
    gateway.sale(new("sale"))
    (first,) = gateway.events()
    clock.advance(timedelta(hours=1))
    (again,) = gateway.events()
    assert first.body == again.body
    assert first.headers != again.headers
    gateway.authenticate(again.body, again.headers, at=clock.at)
    with pytest.raises(InvalidRequest, match="is_recent"):
        gateway.authenticate(first.body, first.headers, at=clock.at)
    gateway.acknowledge(first.body)
    assert gateway.events() == ()


def test_events_are_lost_doubled_delayed_and_mixed() -> None:
    """What may happen to an event on its way, a test can make happen, and the same seed mixes the same (F039, F042,
    F043, F057)."""
    gateway, clock = opened()
    for _ in range(4):
        gateway.sale(new("sale"))
    gateway.post.drop("evt_1")
    gateway.post.delay("evt_2", MINUTE)
    gateway.post.duplicate("evt_3")
    assert [id for id, _ in told(gateway)] == ["evt_3", "evt_4", "evt_3"]
    for each in gateway.events():
        gateway.acknowledge(each.body)
    gateway.post.duplicate("evt_4")
    clock.advance(MINUTE)
    assert [id for id, _ in told(gateway)] == ["evt_2", "evt_4"]
    with pytest.raises(LookupError, match="evt_9"):
        gateway.post.duplicate("evt_9")


def test_the_same_seed_mixes_the_same() -> None:
    """A schedule that was found once is found again."""

    def mixed(seed: int) -> list[str]:
        gateway, _ = opened()
        for _ in range(6):
            gateway.sale(new("sale"))
        gateway.post.shuffle(seed)
        return [id for id, _ in told(gateway)]

    assert mixed(7) == mixed(7)
    assert len({tuple(mixed(seed)) for seed in range(8)}) > 1
    assert sorted(mixed(7)) == [f"evt_{number}" for number in range(1, 7)]


def test_what_is_too_young_is_not_seen_yet() -> None:
    """For its grace a gateway may say that it has never seen what it did; then it finds it (I-43)."""
    gateway, clock = opened(unseen_for=5 * MINUTE)
    sold = new("sale")
    gateway.sale(sold)
    assert (gateway.look_up(sold), gateway.statement(asks_about(sold))) == (NeverSeen(), ())
    assert isinstance(gateway.sale(sold), Approved)
    clock.advance(5 * MINUTE)
    assert isinstance(gateway.look_up(sold), Approved)
    assert [each.type for each in gateway.statement(asks_about(sold, "sale_1"))] == ["sale"]
    assert gateway.capabilities.grace == 5 * MINUTE


def test_a_statement_says_what_waits() -> None:
    """What was accepted is told as pending with the reference it will be booked under."""
    gateway, _ = opened()
    sold = new("sale")
    gateway.play(waits())
    assert gateway.sale(sold) == Pending("sale_1")
    (before,) = gateway.statement(asks_about(sold))
    gateway.finish(sold.key, Approved("whatever", eur("7.00")))
    (after,) = gateway.statement(asks_about(sold))
    assert (before.outcome, before.reference) == (Pending("sale_1"), after.reference)
    assert after.outcome == Approved("sale_1", eur("7.00"))


def test_a_host_can_watch_every_call() -> None:
    """Before a call and before a look-up or a statement a hook is called, with no lock held; what it raises, the caller
    gets, and nothing has happened."""
    seen: list[object] = []

    def fall(asked: Instruction | Inquiry) -> None:
        seen.append(asked)
        raise ConnectionError("gone")

    gateway, sold = ScriptedGateway(on_look_up=fall), new("sale")
    gateway.on_call = fall
    for call in (
        lambda: gateway.sale(sold),
        lambda: gateway.look_up(sold),
        lambda: gateway.statement(asks_about(sold)),
    ):
        with pytest.raises(ConnectionError):
            call()
    assert seen == [sold, sold, asks_about(sold)]
    assert (gateway.calls, gateway.ledger) == ([], [])
