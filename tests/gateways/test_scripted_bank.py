"""The bank behind the scripted gateway: its bounds, what it does by itself, and what other people do there."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.gateways.acting import NOON, HandClock, act, asks_about, eur, new

import orderkit
from orderkit import Approved, Declined, NeverSeen, Pending, Rejected
from orderkit.adapters.scripted import (
    ALL_CAPABILITIES,
    DEFAULT,
    Answer,
    ScriptedGateway,
    approves,
    declines,
    fails,
    late,
    settles,
    times_out,
    waits,
)

MINUTE = timedelta(minutes=1)


def opened(**options: object) -> tuple[ScriptedGateway, HandClock]:
    clock = HandClock()
    return ScriptedGateway.under(DEFAULT, clock, **options), clock  # type: ignore[arg-type]  # as the test names them


def totals(gateway: ScriptedGateway) -> Counter[str]:
    sums: Counter[str] = Counter()
    for each in gateway.ledger:
        sums[each.type] += each.amount.minor
    return sums


kinds = st.sampled_from(["authorize", "sale", "capture", "capture", "void", "refund", "refund"])
amounts = st.integers(1, 12).map(lambda euros: f"{euros}.00")
faults = st.sampled_from(
    [
        *(approves(), approves(eur("3.00")), declines(), waits(), settles(MINUTE), settles(MINUTE, Declined("no"))),
        *(times_out(after=True), times_out(after=False), fails(after=True), late(MINUTE), late(5 * MINUTE)),
    ]
)
elsewhere = st.sampled_from(["", "", "", "capture", "void", "refund", "charge_back", "fail_refund", "lapse", "finish"])


@given(
    steps=st.lists(st.tuples(kinds, amounts, faults, elsewhere), max_size=25),
    several=st.booleans(),
    lapses=st.booleans(),
)
def test_the_bounds_hold_whatever_happens(
    steps: list[tuple[str, str, Answer, str]], several: bool, lapses: bool
) -> None:
    """Whatever is asked, scripted, delayed or done by others: no more is captured and released than was authorized, no
    more goes back than was taken, and a line that was written stays (I-05, I-06, I-22)."""
    able = evolve(ALL_CAPABILITIES, several_captures=several)
    gateway, clock = opened(capabilities=able, holds_for=3 * MINUTE if lapses else None)
    first, before = new("authorize"), list(gateway.ledger)
    for kind, amount, fault, other in steps:
        gateway.play(fault)
        asked = act(first, kind, amount)  # type: ignore[arg-type]  # one of the five verbs
        with contextlib.suppress(TimeoutError):
            getattr(gateway, kind)(asked)
        _interfere(gateway, other, asked.key, first.payment_id)
        clock.advance(MINUTE / 2)
        sums = totals(gateway)
        assert 0 <= sums["capture"] + sums["void"] + sums["release"] <= sums["authorize"]
        back = sums["refund"] - sums["refund_reversal"] + sums["chargeback"] - sums["chargeback_reversal"]
        assert 0 <= back <= sums["capture"] + sums["sale"]
        assert gateway.ledger[: len(before)] == before
        before = list(gateway.ledger)


def _interfere(gateway: ScriptedGateway, what: str, key: UUID, payment_id: UUID) -> None:
    """Somebody does something at the gateway, if the bank lets them."""
    desk = gateway.dashboard
    refunds = [each.reference for each in gateway.ledger if each.type == "refund"]
    acts: dict[str, Callable[[], object]] = {
        "capture": lambda: desk.capture(payment_id, eur("2.00")),
        "void": lambda: desk.void(payment_id),
        "lapse": lambda: desk.lapse(payment_id),
        "refund": lambda: desk.refund(payment_id, eur("1.00")),
        "charge_back": lambda: desk.charge_back(payment_id, eur("2.00")),
        "fail_refund": lambda: desk.fail_refund(refunds[-1]),
        "finish": lambda: gateway.finish(key, Approved("done")),
    }
    with contextlib.suppress(LookupError, ValueError):
        acts.get(what, lambda: None)()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("capture", "10.01"), "exceeds_held"),
        (("refund", "1.00"), "nothing_captured"),
        (("void", "10.00", "capture", "10.00"), "authorization_gone"),
        (("capture", "10.00", "capture", "1.00"), "already_captured"),
        (("capture", "10.00", "void", "10.00"), "already_captured"),
        (("capture", "4.00", "refund", "4.01"), "exceeds_captured"),
    ],
)
def test_the_bank_says_why_not(asked: tuple[str, ...], code: str) -> None:
    """What breaks a bound is rejected with its reason, and nothing moves."""
    gateway, _ = opened()
    held = new("authorize")
    gateway.authorize(held)
    for kind, amount in list(zip(asked[::2], asked[1::2], strict=True))[:-1]:
        getattr(gateway, kind)(act(held, kind, amount))  # type: ignore[arg-type]  # one of the five verbs
    before = list(gateway.ledger)
    last = act(held, asked[-2], asked[-1])  # type: ignore[arg-type]  # one of the five verbs
    assert getattr(gateway, asked[-2])(last) == Rejected(code)
    assert gateway.ledger == before


def test_the_oracle_imports_no_decision_of_the_library() -> None:
    """The bank knows money, outcomes and instructions as values, and nothing that decides."""
    source = Path(str(orderkit.__file__)).with_name("adapters") / "scripted" / "bank.py"
    imported = {line.split()[1] for line in source.read_text().splitlines() if line.startswith("from orderkit")}
    assert imported == {"orderkit.money", "orderkit.payments.outcomes", "orderkit.ports.gateway"}


def test_a_capture_releases_the_rest_where_only_one_is_possible() -> None:
    """The rest is released by the bank, told in the same event as a void, and never as a refund (F070)."""
    gateway, _ = opened(capabilities=evolve(ALL_CAPABILITIES, several_captures=False))
    held = new("authorize")
    gateway.authorize(held)
    gateway.capture(act(held, "capture", "6.00"))
    assert totals(gateway) == {"authorize": 10_00, "capture": 6_00, "release": 4_00}
    told = gateway.event(gateway.events()[-1].body).reports
    assert [(each.type, each.key is None) for each in told] == [("capture", False), ("void", True)]
    assert gateway.capture(act(held, "capture", "4.00")) == Rejected("already_captured")


def test_an_authorization_lapses() -> None:
    """After its time the hold is gone: it is told as a void that nobody asked for, a capture is refused, and voiding
    it counts as done (F065, F066)."""
    gateway, clock = opened(holds_for=7 * 24 * 60 * MINUTE)
    held = new("authorize")
    gateway.authorize(held)
    assert gateway.next_due() == NOON + timedelta(days=7)
    clock.advance(timedelta(days=8))
    assert [(each.type, each.at) for each in gateway.ledger][1:] == [("release", NOON + timedelta(days=7))]
    assert gateway.capture(act(held, "capture")) == Rejected("authorization_gone")
    assert isinstance(gateway.void(act(held, "void")), Approved)
    assert gateway.moved("void") == 0


def test_what_is_pending_settles_by_itself_and_counts_meanwhile() -> None:
    """A refund in flight is promised money: no second one may have it; if it fails, the money is there again (F060,
    F062, I-06)."""
    gateway, clock = opened()
    sold = new("sale")
    gateway.sale(sold)
    gateway.play(settles(MINUTE, Declined("account_closed")), settles(MINUTE))
    first, second = act(sold, "refund", "6.00"), act(sold, "refund", "6.00")
    assert gateway.refund(first) == Pending("refund_2")
    assert gateway.refund(second) == Rejected("exceeds_captured")
    clock.advance(MINUTE)
    assert gateway.look_up(first) == Declined("account_closed")
    third = act(sold, "refund", "7.00")
    assert isinstance(gateway.refund(third), Pending)
    clock.advance(MINUTE)
    assert gateway.look_up(third) == Approved("refund_3", eur("7.00"))
    assert gateway.moved("refund") == 7_00


def test_a_late_call_moves_the_money_after_the_time_out() -> None:
    """The caller hears nothing, a look-up sees nothing, and then the money moves after all, as of its own time."""
    gateway, clock = opened()
    asked = new("sale")
    gateway.play(late(5 * MINUTE))
    with pytest.raises(TimeoutError):
        gateway.sale(asked)
    assert (gateway.look_up(asked), gateway.next_due()) == (NeverSeen(), NOON + 5 * MINUTE)
    clock.advance(timedelta(hours=1))
    assert [each.at for each in gateway.ledger] == [NOON + 5 * MINUTE]
    assert isinstance(gateway.look_up(asked), Approved)
    assert gateway.next_due() is None


@pytest.mark.parametrize("attempt", [late(5 * MINUTE), waits(), settles(5 * MINUTE)])
def test_a_void_calls_off_what_is_under_way(attempt: Answer) -> None:
    """Its word is definitive: what it called off does not move later (I-42)."""
    gateway, clock = opened()
    asked = new("sale")
    gateway.play(attempt)
    with contextlib.suppress(TimeoutError):
        gateway.sale(asked)
    assert isinstance(gateway.void(act(asked, "void")), Approved)
    clock.advance(timedelta(hours=1))
    assert gateway.look_up(asked) == Declined("canceled")
    assert (gateway.moved("sale"), gateway.moved("void")) == (0, 0)


def test_other_people_move_money_too() -> None:
    """Captures and refunds by hand, a refund that comes back, a dispute that is won, a fee in a currency of its own:
    each is a line without a key of ours, told by an event and in the statement (S3-33, S4-32, F078, F081)."""
    gateway, _ = opened()
    held = new("authorize", "100.00")
    gateway.authorize(held)
    desk, payment = gateway.dashboard, held.payment_id
    desk.capture(payment, eur("80.00"), final=True)
    refund = desk.refund(payment, eur("10.00"))
    desk.fail_refund(refund.reference)
    dispute = desk.charge_back(payment, eur("80.00"))
    impossible: list[Callable[[], object]] = [
        lambda: desk.refund(payment, eur("0.01")),
        lambda: desk.fail_refund(refund.reference),
    ]
    for refused in impossible:
        with pytest.raises(ValueError, match=r"exceeds_captured|reversed already"):
            refused()
    desk.reverse_chargeback(dispute.reference)
    desk.charge_fee(payment, eur("2.75"), credited=eur("97.25"))
    others = gateway.ledger[1:]
    assert [(each.type, each.amount.minor, each.key) for each in others] == [
        ("capture", 80_00, None),
        ("release", 20_00, None),
        ("refund", 10_00, None),
        ("refund_reversal", 10_00, None),
        ("chargeback", 80_00, None),
        ("chargeback_reversal", 80_00, None),
        ("fee", 2_75, None),
    ]
    told = [report for each in gateway.events() for report in gateway.event(each.body).reports]
    assert set(told) == set(gateway.statement(asks_about(held)))
    assert [each.reference for each in told if each.type.startswith("refund")] == [refund.reference] * 2
    assert [each.on for each in told] == [None, *["authorize_1"] * 7]
    assert [each.credited for each in told if each.type == "fee"] == [eur("97.25")]


def test_many_callers_at_once() -> None:
    """Eight threads with one key move the money once; of eight refunds of 4.00 on 10.00 exactly two go through."""
    gateway, _ = opened()
    sold = new("sale")
    refunds = [act(sold, "refund", "4.00") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(gateway.sale, [sold] * 8))) == 1
        answers = list(pool.map(gateway.refund, refunds))
    assert len([each for each in answers if isinstance(each, Approved)]) == 2
    assert totals(gateway) == {"sale": 10_00, "refund": 8_00}
    assert len({event.body for event in gateway.events()}) == 3


@pytest.mark.parametrize("knows", [True, False])
def test_nobody_moves_what_is_not_there(knows: bool) -> None:
    """A payment or a line that the bank does not know is a mistake of the test, and said to be one."""
    gateway, _ = opened()
    sold = new("sale")
    if knows:
        gateway.sale(sold)
    desk = gateway.dashboard
    with pytest.raises(ValueError if knows else LookupError):
        desk.charge_back(sold.payment_id, eur("10.01")) if knows else desk.charge_fee(sold.payment_id, eur("1.00"))
    with pytest.raises(LookupError):
        desk.fail_refund("refund_9")
    with pytest.raises(ValueError, match="nothing is held"):
        desk.void(sold.payment_id)
