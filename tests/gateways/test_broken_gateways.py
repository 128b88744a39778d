"""The gateway suite catches adapters that are broken on purpose, each by the test that states the fact it breaks."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
from attrs import evolve

from orderkit import Approved, Declined, Instruction, Money, NeverSeen, Unknown
from orderkit.adapters.scripted import ScriptedGateway, declines
from orderkit.payments.outcomes import Outcome
from orderkit.testing.gateway_suite import GatewaySuite


class Suite(GatewaySuite):
    """The exam as the broken ones take it."""

    declined_method = "tok_declined"
    __test__ = False


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
    """Declares parts of what it does not declare."""

    def __init__(self) -> None:
        super().__init__(capabilities=evolve(ScriptedGateway().capabilities, authorize=False, refund=False))


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
}


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
    except (AssertionError, ConnectionError, LookupError):
        return True
    return False


@pytest.mark.parametrize("kind", CAUGHT_BY, ids=lambda kind: kind.__name__)
def test_a_broken_adapter_is_caught(kind: type[ScriptedGateway]) -> None:
    """Each deliberate defect fails the tests of the fact it breaks, and the sound adapter fails none (SX-30)."""
    found = failures(kind)
    assert found >= CAUGHT_BY[kind]
    assert bool(found) == bool(CAUGHT_BY[kind])
