"""The gateway suite catches adapters that are broken on purpose, each by the test that states the fact it breaks."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest
from attrs import evolve

from orderkit import Approved, Declined, Instruction, InvalidRequest, Money, NeverSeen, PaymentGateway, Unknown
from orderkit.adapters.scripted import ScriptedGateway, declines
from orderkit.errors import OrderkitError
from orderkit.keys import EPOCH
from orderkit.payments.outcomes import Outcome
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Event, Inquiry
from orderkit.testing.gateway_events import Signed
from orderkit.testing.gateway_suite import GatewaySuite


class Suite(GatewaySuite):
    """The exam as the broken ones take it."""

    declined_method = "tok_declined"
    __test__ = False

    def signed_event(self, gateway: PaymentGateway, at: datetime) -> Signed | None:
        assert isinstance(gateway, ScriptedGateway)
        ScriptedGateway.sale(gateway, self.instruction("sale"))
        body = gateway.events()[-1].body
        return body, gateway.signed(body, at)


class Sound(ScriptedGateway):
    """Not broken; declines the declined card."""

    def sale(self, instruction: Instruction) -> Outcome:
        if instruction.method == Suite.declined_method:
            self.play(declines())
        return super().sale(instruction)


class ForgetsKeys(Sound):
    """Charges again for a key it has seen."""

    def sale(self, instruction: Instruction) -> Outcome:
        return super().sale(evolve(instruction, key=Suite().instruction("sale").key))


class RaisesDeclines(Sound):
    """Raises where it should answer."""

    def sale(self, instruction: Instruction) -> Outcome:
        answer = super().sale(instruction)
        if isinstance(answer, Declined):
            raise ConnectionError(answer.code)
        return answer


class DoubtsDeclines(Sound):
    """Takes a definitive no for a time-out."""

    def sale(self, instruction: Instruction) -> Outcome:
        answer = super().sale(instruction)
        return Unknown("declined?") if isinstance(answer, Declined) else answer


class HundredfoldYen(Sound):
    """Multiplies every amount by a hundred, also where the currency has no cents."""

    def sale(self, instruction: Instruction) -> Outcome:
        answer = super().sale(instruction)
        if isinstance(answer, Approved) and instruction.amount.currency == "JPY":
            return evolve(answer, amount=Money.of_minor(instruction.amount.minor * 100, "JPY"))
        return answer


class ForgetsOperations(Sound):
    """Knows nothing of what it did."""

    def look_up(self, instruction: Instruction) -> Outcome | NeverSeen:
        return NeverSeen()


class InventsOperations(Sound):
    """Says that what it never saw has happened."""

    def look_up(self, instruction: Instruction) -> Outcome | NeverSeen:
        return Approved("made_up")


class VoidsOnce(Sound):
    """Fails where the authorization is gone already."""

    def void(self, instruction: Instruction) -> Outcome:
        if self.moved("void", instruction.payment_id):
            raise LookupError("no such authorization")
        return super().void(instruction)


class Boasts(Sound):
    """Declares parts of what it does not declare, and does what it does not declare."""

    def __init__(self) -> None:
        super().__init__()
        self.capabilities = evolve(self.capabilities, authorize=False, refund=False)

    def authorize(self, instruction: Instruction) -> Outcome:
        return Approved("boasted")

    def refund(self, instruction: Instruction) -> Outcome:
        return Approved("boasted")


class SendsBackTooMuch(Sound):
    """Refunds whatever is asked, as a gateway seen in the wild does (localstripe)."""

    def refund(self, instruction: Instruction) -> Outcome:
        super().refund(instruction)
        return Approved(f"refund_{instruction.key}")


class CapturesTheReleased(Sound):
    """Captures what was voided."""

    def capture(self, instruction: Instruction) -> Outcome:
        super().capture(instruction)
        return Approved(f"capture_{instruction.key}")


class TellsTheRestAsRefunded(Sound):
    """Takes what a capture releases for a refund (F070)."""

    def statement(self, inquiry: Inquiry) -> tuple[Report, ...]:
        told = super().statement(inquiry)
        return tuple(evolve(each, type="refund") if each.type == "void" else each for each in told)


class CannotCountFils(Sound):
    """Raises where it cannot count."""

    def sale(self, instruction: Instruction) -> Outcome:
        if instruction.amount.currency == "KWD":
            raise ArithmeticError("three digits")
        return super().sale(instruction)


class ForgetsRefunds(Sound):
    """Leaves out of its statement what went back."""

    def statement(self, inquiry: Inquiry) -> tuple[Report, ...]:
        return tuple(each for each in super().statement(inquiry) if each.type != "refund")


class MakesUpStatements(Sound):
    """Tells of payments that it has never heard of."""

    def statement(self, inquiry: Inquiry) -> tuple[Report, ...]:
        money = Money("1.00", "EUR")
        return (*super().statement(inquiry), Report(type="sale", reference="x", outcome=Approved("x", money)))


class BelievesAnybody(Sound):
    """Checks no signature."""

    def authenticate(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
        return


class BelievesTheOld(Sound):
    """Checks the signature and not its age."""

    def authenticate(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
        for name, value in headers.items():
            stamp = re.search("t=([0-9]{1,11}),", value)
            if name.lower() == "scripted-signature" and stamp:
                at = min(at, EPOCH + timedelta(seconds=int(stamp[1])))
        super().authenticate(body, headers, at=at)


class BelievesTheFuture(Sound):
    """Checks the signature's age, and not that it lies ahead, as an official SDK does (reliability D4)."""

    def authenticate(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
        for name, value in headers.items():
            stamp = re.search("t=([0-9]{1,11}),", value)
            if name.lower() == "scripted-signature" and stamp:
                at = max(at, EPOCH + timedelta(seconds=int(stamp[1])))
        super().authenticate(body, headers, at=at)


class ReadsHeadersByCase(Sound):
    """Knows its header in one spelling only."""

    def authenticate(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
        super().authenticate(body, {name: headers[name] for name in headers if name.islower()}, at=at)


class RaisesOnNonsense(Sound):
    """Lets the JSON parser speak for itself."""

    def event(self, body: bytes) -> Event:
        json.loads(body)
        return super().event(body)


class GuessesWhatItDoesNotKnow(Sound):
    """Refuses types of events that it has no words for."""

    def event(self, body: bytes) -> Event:
        read = super().event(body)
        if not read.reports:
            raise InvalidRequest("body", "is_event")
        return read


class NamesEventsAnew(Sound):
    """Gives an event another id whenever it is read."""

    def event(self, body: bytes) -> Event:
        self.calls.append(Suite().instruction("sale"))
        return evolve(super().event(body), id=f"evt_{len(self.calls)}")


CAUGHT_BY = {
    Sound: set[str](),
    ForgetsKeys: {"test_a_repeated_key_is_the_same_operation"},
    RaisesDeclines: {"test_a_decline_is_an_answer"},
    DoubtsDeclines: {"test_a_decline_is_an_answer"},
    HundredfoldYen: {"test_currencies_without_digits"},
    ForgetsOperations: {"test_a_look_up_says_what_came_of_it"},
    InventsOperations: {"test_a_look_up_of_nothing_says_so"},
    VoidsOnce: {"test_what_is_held_is_released"},
    Boasts: {"test_the_capabilities_fit_together", "test_what_it_cannot_do_it_refuses"},
    SendsBackTooMuch: {"test_more_than_was_taken_is_not_sent_back"},
    CapturesTheReleased: {"test_nothing_is_taken_of_what_was_released", "test_a_last_capture_releases_the_rest"},
    TellsTheRestAsRefunded: {"test_a_last_capture_releases_the_rest"},
    CannotCountFils: {"test_whatever_the_currency_there_is_an_answer"},
    ForgetsRefunds: {"test_a_statement_says_what_was_answered"},
    MakesUpStatements: {
        "test_a_statement_of_nothing_is_empty",
        "test_a_statement_says_what_was_answered",
        "test_a_statement_of_what_was_refused_moves_nothing",
    },
    BelievesAnybody: {
        "test_an_event_that_is_not_signed_is_refused",
        "test_an_event_that_was_changed_on_its_way_is_refused",
        "test_an_event_of_another_time_is_refused",
    },
    BelievesTheOld: {"test_an_event_of_another_time_is_refused"},
    BelievesTheFuture: {"test_an_event_of_another_time_is_refused"},
    ReadsHeadersByCase: {"test_an_authentic_event_is_believed"},
    RaisesOnNonsense: {"test_nonsense_is_refused"},
    GuessesWhatItDoesNotKnow: {"test_an_event_of_an_unknown_type_says_nothing"},
    NamesEventsAnew: {"test_an_event_reads_the_same_twice"},
}


WAYS_TO_FAIL = (AssertionError, ArithmeticError, ConnectionError, LookupError, ValueError, OrderkitError)


def failures(kind: type[ScriptedGateway]) -> set[str]:
    """The tests of the suite that this adapter fails."""
    return {name for name, verbs in _tests() for verb in verbs if _fails(kind, name, verb)}


def _tests() -> Iterator[tuple[str, list[str | None]]]:
    for name, test in inspect.getmembers(Suite, inspect.isfunction):
        if name.startswith("test_"):
            takes_verb = "verb" in inspect.signature(test).parameters
            yield name, ["authorize", "void", "refund"] if takes_verb else [None]


def _fails(kind: type[ScriptedGateway], name: str, verb: str | None) -> bool:
    try:
        getattr(Suite(), name)(kind(), *([verb] if verb else []))
    except pytest.skip.Exception:
        return False
    except (*WAYS_TO_FAIL, pytest.fail.Exception):
        return True
    return False


@pytest.mark.parametrize("kind", CAUGHT_BY, ids=lambda kind: kind.__name__)
def test_a_broken_adapter_is_caught(kind: type[ScriptedGateway]) -> None:
    """Each deliberate defect fails the tests of the fact it breaks, and the sound adapter fails none (SX-30)."""
    found = failures(kind)
    assert found >= CAUGHT_BY[kind]
    assert bool(found) == bool(CAUGHT_BY[kind])
