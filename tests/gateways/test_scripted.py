"""The scripted gateway passes the exam, and its ledger and script do what their tests rely on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from attrs import evolve

from orderkit import Approved, Declined, Instruction, Money, NeverSeen, PaymentGateway, Pending, RequiresAction, Unknown
from orderkit.adapters.scripted import (
    ALL_CAPABILITIES,
    DEFAULT,
    PROFILES,
    Answer,
    KeyProfile,
    ScriptedGateway,
    answers_nonsense,
    approves,
    asks_customer,
    declines,
    fails,
    rejects,
    times_out,
    waits,
)
from orderkit.ports.clock import SystemClock
from orderkit.testing.gateway_events import Signed
from orderkit.testing.gateway_suite import GatewaySuite

TAKEN = evolve(ALL_CAPABILITIES, currencies=frozenset({"EUR", "JPY"}))


class _Exam(GatewaySuite):
    """It declines the card that a test calls declined, and approves the rest."""

    declined_method = "tok_declined"

    def ready(self, gateway: ScriptedGateway) -> ScriptedGateway:
        gateway.on_call = lambda asked: gateway.play(declines()) if asked.method == self.declined_method else None
        return gateway

    def signed_event(self, gateway: PaymentGateway, at: datetime) -> Signed | None:
        assert isinstance(gateway, ScriptedGateway)
        gateway.sale(self.instruction("sale"))
        (event,) = gateway.events()
        return event.body, gateway.signed(event.body, at)


class TestScriptedGateway(_Exam):
    """As it comes."""

    @pytest.fixture
    def gateway(self) -> PaymentGateway:
        return self.ready(ScriptedGateway())


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
class TestScriptedGatewayUnderAProfile(_Exam):
    """Whatever a key is worth, with captures told one by one."""

    @pytest.fixture
    def gateway(self, profile: KeyProfile) -> PaymentGateway:
        return self.ready(ScriptedGateway.under(profile, SystemClock(), capabilities=TAKEN))


@pytest.mark.parametrize("carries_metadata", [True, False])
@pytest.mark.parametrize("several_captures", [True, False])
class TestScriptedGatewayThatTellsTotals(_Exam):
    """Captures told as one growing total, with our keys and without, with several captures and with one."""

    @pytest.fixture
    def gateway(self, carries_metadata: bool, several_captures: bool) -> PaymentGateway:
        able = evolve(TAKEN, several_captures=several_captures)
        return self.ready(
            ScriptedGateway.under(
                DEFAULT, SystemClock(), capabilities=able, carries_metadata=carries_metadata, tells_totals=True
            )
        )


def sale(amount: str = "10.00") -> Instruction:
    return GatewaySuite().instruction("sale", amount)


@pytest.mark.parametrize(
    ("answer", "outcome", "moves"),
    [
        (approves(), Approved("sale_1", Money("10.00", "EUR")), 10_00),
        (approves(at_most=Money("4.00", "EUR")), Approved("sale_1", Money("4.00", "EUR")), 4_00),
        (approves(at_most=Money("40.00", "EUR")), Approved("sale_1", Money("10.00", "EUR")), 10_00),
        (declines("stolen"), Declined("stolen"), 0),
        (waits(), Pending("sale_1"), 0),
        (asks_customer("https://bank.example/x"), RequiresAction("sale_1", "https://bank.example/x"), 0),
        (fails(after=True), Unknown("500: internal server error"), 10_00),
        (fails(after=False), Unknown("500: internal server error"), 0),
        (answers_nonsense("other_currency"), Approved("sale_1", Money("10.00", "CHF")), 10_00),
        (answers_nonsense("too_much"), Approved("sale_1", Money("20.00", "EUR")), 10_00),
        (answers_nonsense("zero"), Approved("sale_1", Money("0.00", "EUR")), 10_00),
        (answers_nonsense("negative"), Approved("sale_1", Money("-10.00", "EUR")), 10_00),
        (answers_nonsense("no_outcome"), {"status": "ok"}, 10_00),
        (Answer("moves", Declined("odd")), Declined("odd"), 10_00),
    ],
)
def test_an_answer_says_one_thing_and_does_one(answer: Answer, outcome: object, moves: int) -> None:
    """What the caller hears and what the ledger books are chosen apart, so that a gateway can lie."""
    gateway = ScriptedGateway()
    gateway.play(answer)
    assert gateway.sale(sale()) == outcome
    assert gateway.moved("sale") == moves


@pytest.mark.parametrize("after", [True, False])
def test_a_call_that_is_lost(after: bool) -> None:
    """A dropped connection raises, before or after the money moved; a look-up knows which."""
    gateway, asked = ScriptedGateway(), sale()
    gateway.play(times_out(after=after))
    with pytest.raises(TimeoutError):
        gateway.sale(asked)

    assert gateway.moved("sale") == (10_00 if after else 0)
    assert isinstance(gateway.look_up(asked), Approved if after else NeverSeen)
    assert isinstance(gateway.sale(asked), Approved)
    assert gateway.moved("sale") == 10_00


def test_what_waits_is_finished_later() -> None:
    """Something accepted is decided on afterwards, whole or in part, and the next look-up tells."""
    gateway, first, second = ScriptedGateway(), sale(), sale()
    gateway.play(waits(), waits())
    gateway.sale(first)
    gateway.sale(second)
    gateway.finish(first.key, Approved("done", Money("4.00", "EUR")))
    gateway.finish(second.key, Declined("later"))

    assert gateway.look_up(first) == Approved("sale_1", Money("4.00", "EUR"))
    assert gateway.look_up(second) == Declined("later")
    assert (gateway.moved("sale"), gateway.moved("sale", first.payment_id)) == (4_00, 4_00)


def test_a_key_that_comes_back_with_another_request_is_found_out() -> None:
    """Amount, operation, payment and what it acts on belong to a key for good (I-34)."""
    asked = sale()
    changes: tuple[Callable[[Instruction], Instruction], ...] = (
        lambda one: evolve(one, amount=Money("10.01", "EUR")),
        lambda one: evolve(one, type="refund"),
        lambda one: evolve(one, on="another"),
        lambda one: evolve(one, payment_id=one.order_id),
    )
    for change in changes:
        gateway = ScriptedGateway()
        gateway.sale(asked)
        gateway.sale(asked)
        gateway.assert_keys_were_kept()
        gateway.sale(change(asked))
        with pytest.raises(AssertionError, match=str(asked.key)):
            gateway.assert_keys_were_kept()


def test_nothing_is_released_that_was_taken() -> None:
    """A void of a sale that went through is refused: the money has moved."""
    gateway, sold = ScriptedGateway(), sale()
    gateway.sale(sold)
    suite = GatewaySuite()
    refused = gateway.void(suite.acting(sold, "void", "10.00", "sale_1"))
    assert (refused, gateway.moved("void")) == (rejects("already_captured").says, 0)
