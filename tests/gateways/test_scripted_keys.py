"""What a key is worth at the scripted gateway: each contract of reliability.md A2, and what an adapter may rely on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from tests.gateways.acting import HandClock, act, eur, new

from orderkit import Approved, Declined, Instruction, NeverSeen, Pending, Rejected, Unknown
from orderkit.adapters.scripted import (
    ADYEN,
    BRAINTREE_CLASSIC,
    BRAINTREE_GRAPHQL,
    CHECKOUT,
    DEFAULT,
    HELCIM,
    NO_KEYS,
    PROFILES,
    QONTO,
    STRIPE_V1,
    STRIPE_V2,
    TWICE_IN_FLIGHT,
    Answer,
    KeyProfile,
    ScriptedGateway,
    declines,
    fails,
    late,
    settles,
    times_out,
    waits,
)
from orderkit.payments.outcomes import Outcome

MINUTE = timedelta(minutes=1)


def under(profile: KeyProfile, *answers: Answer) -> tuple[ScriptedGateway, HandClock]:
    clock = HandClock()
    gateway = ScriptedGateway.under(profile, clock)
    gateway.play(*answers)
    return gateway, clock


def heard(gateway: ScriptedGateway, asked: Instruction) -> Outcome | None:
    """The answer to a sale; None where the line dropped."""
    try:
        return gateway.sale(asked)
    except TimeoutError:
        return None


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@pytest.mark.parametrize("after", [True, False])
def test_while_keys_are_kept_a_repeat_moves_nothing_twice(profile: KeyProfile, after: bool) -> None:
    """Whatever was lost, the same key within the declared time moves the money once at most (I-33, I-37): this is what
    the capability promises, under each contract."""
    for fault in (times_out(after=after), fails(after=after), late(MINUTE), waits(), settles(MINUTE)):
        gateway, clock = under(profile, fault)
        asked = new("sale")
        heard(gateway, asked)
        while clock.at - HandClock().at < min(gateway.capabilities.keys_kept, 3 * MINUTE):
            heard(gateway, asked)
            clock.advance(MINUTE / 2)
        clock.advance(timedelta(hours=1))
        assert gateway.moved("sale") <= 10_00
        gateway.assert_keys_were_kept()


@pytest.mark.parametrize(
    ("profile", "first", "again"),
    [
        (STRIPE_V1, declines(), Declined("card_declined")),
        (STRIPE_V1, fails(after=True), Unknown("500: internal server error")),
        (STRIPE_V1, fails(after=False), Unknown("500: internal server error")),
        (STRIPE_V2, declines(), Approved("sale_1", eur("10.00"))),
        (STRIPE_V2, fails(after=False), Approved("sale_1", eur("10.00"))),
        (STRIPE_V2, fails(after=True), Unknown("500: internal server error")),
        (STRIPE_V2, waits(), Pending("sale_1")),
        (BRAINTREE_GRAPHQL, fails(after=True), Approved("sale_1", eur("10.00"))),
        (CHECKOUT, declines(), Approved("sale_1", eur("10.00"))),
        (CHECKOUT, fails(after=True), Approved("sale_2", eur("10.00"))),
        (CHECKOUT, times_out(after=True), Approved("sale_1", eur("10.00"))),
        (NO_KEYS, times_out(after=True), Approved("sale_2", eur("10.00"))),
        (BRAINTREE_CLASSIC, times_out(after=True), Unknown("duplicate_transaction: look the earlier one up")),
        (DEFAULT, fails(after=True), Approved("sale_1", eur("10.00"))),
        (DEFAULT, declines(), Declined("card_declined")),
    ],
)
def test_what_a_repeated_key_is_answered(profile: KeyProfile, first: Answer, again: Outcome) -> None:
    """What is stored, and whether the first answer or the present state is told, is the contract's."""
    gateway, _ = under(profile, first)
    asked = new("sale")
    heard(gateway, asked)
    assert gateway.sale(asked) == again


@pytest.mark.parametrize(("profile", "now"), [(STRIPE_V1, Pending), (BRAINTREE_GRAPHQL, Approved)])
def test_first_answer_or_present_state(profile: KeyProfile, now: type[Outcome]) -> None:
    """When what was pending is done, some gateways repeat what they first said, others tell what is so by now."""
    gateway, clock = under(profile, settles(MINUTE))
    asked = new("sale")
    gateway.sale(asked)
    clock.advance(MINUTE)
    assert isinstance(gateway.sale(asked), now)
    assert isinstance(gateway.look_up(asked), Approved)


@pytest.mark.parametrize("profile", [STRIPE_V1, QONTO, ADYEN, HELCIM])
def test_an_old_key_is_a_new_request(profile: KeyProfile) -> None:
    """After its time a key names nothing any more, and the money moves again (I-37)."""
    gateway, clock = under(profile)
    asked = new("sale")
    gateway.sale(asked)
    clock.advance(profile.ttl - MINUTE / 60)
    gateway.sale(asked)
    assert gateway.moved("sale") == 10_00
    clock.advance(MINUTE / 60)
    gateway.sale(asked)
    assert gateway.moved("sale") == 20_00


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_key_that_comes_back_with_another_request(profile: KeyProfile) -> None:
    """It is an error, or goes unnoticed by the gateway; it is found out at the end in any case (I-34)."""
    gateway, _ = under(profile)
    asked = new("sale")
    gateway.sale(asked)
    answer = gateway.sale(evolve(asked, amount=eur("12.00")))
    if profile.on_mismatch == "error":
        assert answer == Unknown("400: the key stands for another request")
    if profile.has_keys:
        assert gateway.moved("sale") == 10_00
    with pytest.raises(AssertionError, match=str(asked.key)):
        gateway.assert_keys_were_kept()


@pytest.mark.parametrize(
    ("profile", "answer", "moved"),
    [
        (STRIPE_V1, Unknown("409: a call with this key is under way"), 10_00),
        (STRIPE_V2, Approved("sale_1", eur("10.00")), 10_00),
        (TWICE_IN_FLIGHT, Approved("sale_1", eur("10.00")), 20_00),
        (NO_KEYS, Approved("sale_1", eur("10.00")), 20_00),
    ],
)
def test_a_second_call_while_the_first_is_under_way(profile: KeyProfile, answer: Outcome, moved: int) -> None:
    """It is refused, waits for the first, or is processed as well; only where nothing is declared the money moves
    twice (I-37)."""
    gateway, clock = under(profile, late(5 * MINUTE))
    asked = new("sale")
    assert heard(gateway, asked) is None
    clock.advance(MINUTE)
    assert gateway.look_up(asked) == NeverSeen()
    assert gateway.sale(asked) == answer
    clock.advance(5 * MINUTE)
    assert gateway.moved("sale") == moved
    assert moved == 10_00 or not gateway.capabilities.keys_kept


@pytest.mark.parametrize(("profile", "refusal"), [(BRAINTREE_CLASSIC, Rejected), (HELCIM, Declined)])
def test_what_only_looks_like_a_duplicate(profile: KeyProfile, refusal: type[Outcome]) -> None:
    """The same operation over the same amount of a payment is refused under another key as well, for a while, and the
    money does not move; another amount, or a first one that was declined, is none (F003)."""
    gateway, clock = under(profile, Answer(), declines())
    sold = new("sale", "30.00")
    gateway.sale(sold)
    assert isinstance(gateway.refund(act(sold, "refund", "5.00")), Declined)
    assert isinstance(gateway.refund(act(sold, "refund", "5.00")), Approved)
    assert isinstance(gateway.refund(act(sold, "refund", "5.00")), refusal)
    assert isinstance(gateway.refund(act(sold, "refund", "6.00")), Approved)
    clock.advance(profile.duplicate_window)
    assert isinstance(gateway.refund(act(sold, "refund", "5.00")), Approved)
    assert gateway.moved("refund") == 16_00


def test_capabilities_follow_from_the_contract() -> None:
    """An honest adapter declares keys only where they are certain, and looks up only what it can find again."""
    clock = HandClock()
    kept = {name: ScriptedGateway.under(each, clock).capabilities.keys_kept for name, each in PROFILES.items()}
    assert {name for name, for_how_long in kept.items() if not for_how_long} == {
        *("braintree_classic", "qonto", "stripe_v2", "checkout", "no_keys", "twice_in_flight")
    }
    assert kept["stripe_v1"] == timedelta(hours=24)
    blind = ScriptedGateway.under(STRIPE_V1, clock, carries_metadata=False)
    unsearchable = ScriptedGateway.under(evolve(NO_KEYS, looks_up=False), clock, unseen_for=5 * MINUTE)
    assert not blind.capabilities.looks_up
    assert (unsearchable.capabilities.looks_up, unsearchable.capabilities.grace) == (False, 5 * MINUTE)
