"""The doors to the gateways: somebody else may go on before a call arrives and before its answer does, and answers are
lost, late or nonsense as the run decides.

A door never decides what money does; that is the gateway's. It asks the laws of a call while nothing else runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

from attrs import define

from orderkit.adapters.credit import CreditGateway
from orderkit.adapters.scripted import (
    Answer,
    ScriptedGateway,
    answers_nonsense,
    approves,
    asks_customer,
    declines,
    fails,
    late,
    rejects,
    settles,
    times_out,
    waits,
)
from orderkit.capabilities import Capabilities
from orderkit.payments.outcomes import Declined, NeverSeen, Outcome, Unknown
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Event, Inquiry, Instruction, PaymentGateway
from orderkit.testing.simulation.known_defects import KNOWN
from orderkit.testing.simulation.turns import Turns


class Watcher(Protocol):
    """Who is told of calls, while nothing else runs."""

    def arriving(self, gateway: str, able: Capabilities, asked: Instruction) -> None:
        """The call is about to take effect."""

    def arrived(self, gateway: str, asked: Instruction) -> None:
        """It has taken effect, if it ever will; nobody has heard the answer."""

    def latest(self, gateway: str, able: Capabilities, asked: Instruction) -> datetime:
        """Until when a call that has begun arrives, by the gateway's word."""

    def break_word(self, asked: Instruction) -> None:
        """The gateway will do what it promised not to do: take effect after its grace."""

    def hit(self, fault: str, asked: Instruction) -> None: ...


def _late(latest: datetime, now: datetime) -> Answer:
    """Later than anybody waits, and not later than the gateway promises."""
    by = min(timedelta(seconds=50), latest - now - timedelta(seconds=1))
    return late(by) if by > timedelta(0) else times_out(after=True)


_PLAYED: Final[tuple[tuple[str, int, Callable[[], Answer]], ...]] = (
    ("answer lost after effect", 6, lambda: times_out(after=True)),
    ("answer lost before effect", 6, lambda: times_out(after=False)),
    ("server error after effect", 3, lambda: fails(after=True)),
    ("server error before effect", 2, lambda: fails(after=False)),
    ("declined", 4, declines),
    ("rejected", 2, rejects),
    ("pending", 4, waits),
    ("asks customer", 2, asks_customer),
    ("settles later", 2, lambda: settles(timedelta(minutes=20))),
    ("fails later", 2, lambda: settles(timedelta(minutes=20), Declined("refused_later"))),
    ("nonsense: other currency", 1, lambda: answers_nonsense("other_currency")),
    ("nonsense: too much", 1, lambda: answers_nonsense("too_much")),
    ("nonsense: zero", 1, lambda: answers_nonsense("zero")),
    ("nonsense: negative", 1, lambda: answers_nonsense("negative")),
    ("nonsense: no outcome", 1, lambda: answers_nonsense("no_outcome")),
)
GATEWAY_FAULTS: Final = (*(name for name, _, _ in _PLAYED), "late effect", "late beyond grace")
_WEIGHTS: Final = (*(0 if name in KNOWN else weight for name, weight, _ in _PLAYED), 4, 1)
ASKING_FAULTS: Final = ("look-up lost", "look-up refused")


@define(kw_only=True)
class Door:
    """A way to one gateway: nothing is scripted, but answers may be lost before or after the effect.

    Attributes:
        faults: how many of a hundred calls go wrong.
        arriving_by: until when the calls under way arrive; the clock waits for them.
    """

    name: str
    inner: PaymentGateway
    turns: Turns
    watcher: Watcher
    arriving_by: dict[str, datetime]
    faults: int = 0

    @property
    def account(self) -> str:
        return self.inner.account

    @property
    def capabilities(self) -> Capabilities:
        return self.inner.capabilities

    def authorize(self, instruction: Instruction) -> Outcome:
        return self._call(instruction, self.inner.authorize)

    def sale(self, instruction: Instruction) -> Outcome:
        return self._call(instruction, self.inner.sale)

    def capture(self, instruction: Instruction) -> Outcome:
        return self._call(instruction, self.inner.capture)

    def void(self, instruction: Instruction) -> Outcome:
        return self._call(instruction, self.inner.void)

    def refund(self, instruction: Instruction) -> Outcome:
        return self._call(instruction, self.inner.refund)

    def look_up(self, instruction: Instruction) -> Outcome | NeverSeen:
        self.turns.pause(f"{self.name} look-up")
        self._may_be_lost(f"{self.name} look-up", instruction)
        answer = self.inner.look_up(instruction)
        self.turns.pause(f"{self.name} look-up answered {type(answer).__name__}")
        return answer

    def _call(self, asked: Instruction, ask: Callable[[Instruction], Outcome]) -> Outcome:
        me, where = self.turns.current, f"{self.name} {asked.type}"
        latest = self.watcher.latest(self.name, self.capabilities, asked)
        self.arriving_by[me.name] = latest
        try:
            self.turns.pause(where)
            self.watcher.arriving(self.name, self.capabilities, asked)
            said = self._carried_out(asked, ask, latest)
            self.watcher.arrived(self.name, asked)
        finally:
            self.arriving_by.pop(me.name, None)
        self.turns.pause(f"{where} answered {said if isinstance(said, str) else type(said).__name__}")
        if isinstance(said, Exception):
            raise said
        return said

    def _carried_out(
        self, asked: Instruction, ask: Callable[[Instruction], Outcome], latest: datetime
    ) -> Outcome | Exception:
        fault = self._picked(("answer lost after effect", "answer lost before effect"), (1, 1), asked)
        if fault == "answer lost before effect":
            return TimeoutError("simulated: nobody answered")
        said = ask(asked)
        return TimeoutError("simulated: nobody answered") if fault else said

    def _picked(self, names: tuple[str, ...], weights: tuple[int, ...], asked: Instruction | Inquiry) -> str:
        """The fault that is decided on; none is the empty text."""
        if not self.faults:
            return ""
        fine = max(1, sum(weights) * (100 - self.faults) // self.faults)
        place = self.turns.choices.pick(self.turns.current.stream, (fine, *weights))
        if place == 0:
            return ""
        self.turns.log.add(self.turns.current.name, self.name, names[place - 1])
        if isinstance(asked, Instruction):
            self.watcher.hit(names[place - 1], asked)
        return names[place - 1]

    def _may_be_lost(self, where: str, asked: Instruction | Inquiry) -> None:
        if self._picked(ASKING_FAULTS, (1, 1), asked):
            raise TimeoutError(f"simulated: the {where} was not answered")


def _raised_as_value(ask: Callable[[Instruction], Outcome], asked: Instruction) -> Outcome | Exception:
    try:
        return ask(asked)
    except TimeoutError as lost:
        return lost


@define(kw_only=True)
class CardDoor(Door):
    """The door to the scripted gateway: what it answers is played, and it sends events and keeps books."""

    inner: ScriptedGateway
    now: Callable[[], datetime]

    def authenticate(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
        self.inner.authenticate(body, headers, at=at)

    def event(self, body: bytes) -> Event:
        return self.inner.event(body)

    def statement(self, inquiry: Inquiry) -> tuple[Report, ...] | Unknown:
        self.turns.pause(f"{self.name} statement")
        self._may_be_lost(f"{self.name} statement", inquiry)
        answer = self.inner.statement(inquiry)
        self.turns.pause(f"{self.name} statement answered")
        return answer

    def _carried_out(
        self, asked: Instruction, ask: Callable[[Instruction], Outcome], latest: datetime
    ) -> Outcome | Exception:
        if self.inner.script:  # somebody has said already what is answered
            return _raised_as_value(ask, asked)
        fault = self._picked(GATEWAY_FAULTS, _WEIGHTS, asked)
        self.inner.play(self._answer(fault, asked, latest))
        said = _raised_as_value(ask, asked)
        self.inner.script.clear()  # a key that was known already takes no answer off the script
        return said

    def _answer(self, fault: str, asked: Instruction, latest: datetime) -> Answer:
        played = next((made for name, _, made in _PLAYED if name == fault), None)
        if played is not None:
            return played()
        if fault == "late effect":
            return _late(latest, self.now())
        if fault == "late beyond grace":
            self.watcher.break_word(asked)
            return late(timedelta(hours=3))
        return approves()


@define(kw_only=True)
class CreditDoor(Door):
    """The door to customers' credit, which lies in the very store that the orders are in."""

    inner: CreditGateway

    def grant(self, instruction: Instruction) -> Outcome:
        return self._call(instruction, self.inner.grant)
