"""A gateway whose every answer the caller chooses, with a ledger of its own. Made for tests and demos.

It shares no table and no decision with the library: what moved is written here alone, so the ledger can judge what
orderkit believes (invariants I-08 to I-10, I-33, I-34).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Literal
from uuid import UUID

from attrs import define, field, frozen

from orderkit.capabilities import Capabilities
from orderkit.money import Money
from orderkit.payments.outcomes import (
    Approved,
    Declined,
    NeverSeen,
    Outcome,
    Pending,
    Rejected,
    RequiresAction,
    Unknown,
)
from orderkit.ports.gateway import Instruction

ALL_CAPABILITIES = Capabilities(
    authorize=True,
    partial_capture=True,
    several_captures=True,
    void=True,
    refund=True,
    partial_refund=True,
    looks_up=True,
    keys_kept=timedelta(hours=24),
    grace=timedelta(minutes=1),
)


@frozen
class Answer:
    """One scripted answer: what happens at the gateway, and what the caller gets to hear.

    Attributes:
        does: `moves` the money, or `nothing`.
        says: the outcome the caller hears; None is the plain truth.
        raises: raised instead of an answer, after the effect: a dropped connection.
        at_most: no more than this moves; None is all that was asked for.
    """

    does: Literal["moves", "nothing"] = "moves"
    says: Outcome | None = None
    raises: Exception | None = None
    at_most: Money | None = None


def approves(at_most: Money | None = None) -> Answer:
    """The money moves, or a part of it, and the gateway says so."""
    return Answer(at_most=at_most)


def declines(code: str = "card_declined") -> Answer:
    return Answer("nothing", Declined(code))


def rejects(code: str = "invalid_request") -> Answer:
    return Answer("nothing", Rejected(code))


def waits() -> Answer:
    """Accepted, not final: nothing has moved yet; `finish` decides later."""
    return Answer("nothing", Pending("pending"))


def asks_customer(url: str = "https://bank.example/3ds") -> Answer:
    return Answer("nothing", RequiresAction("action", url))


def times_out(*, after: bool) -> Answer:
    """The connection drops: after the money moved, or before anything happened."""
    return Answer("moves" if after else "nothing", raises=TimeoutError("the gateway did not answer in time"))


@frozen(kw_only=True)
class Booking:
    """One line of the gateway's own ledger."""

    key: UUID
    type: str
    amount: Money
    payment_id: UUID
    reference: str


@define
class ScriptedGateway:
    """Plays the answers it is given, one per call, then approves everything.

    A repeated key replays the first answer and moves nothing; a key that comes back with another request is a defect
    of the caller and raises AssertionError at the end of a test through `assert_keys_were_kept` (I-34).
    """

    account: str = "scripted"
    capabilities: Capabilities = ALL_CAPABILITIES
    script: deque[Answer] = field(factory=deque, converter=deque)
    on_call: Callable[[Instruction], None] | None = None
    ledger: list[Booking] = field(factory=list, init=False)
    calls: list[Instruction] = field(factory=list, init=False)
    _answered: dict[UUID, Outcome] = field(factory=dict, init=False)
    _asked: dict[UUID, Instruction] = field(factory=dict, init=False)
    _reused: list[UUID] = field(factory=list, init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False, repr=False)

    def play(self, *answers: Answer) -> None:
        """Add answers to the script."""
        self.script.extend(answers)

    def authorize(self, instruction: Instruction) -> Outcome:
        return self._call(instruction)

    def sale(self, instruction: Instruction) -> Outcome:
        return self._call(instruction)

    def capture(self, instruction: Instruction) -> Outcome:
        return self._call(instruction)

    def void(self, instruction: Instruction) -> Outcome:
        return self._call(instruction)

    def refund(self, instruction: Instruction) -> Outcome:
        return self._call(instruction)

    def look_up(self, instruction: Instruction) -> Outcome | NeverSeen:
        with self._lock:
            booked = self._booked(instruction.key)
            if booked is not None:
                return Approved(booked.reference, booked.amount)
            return self._answered.get(instruction.key, NeverSeen())

    def finish(self, key: UUID, outcome: Outcome) -> None:
        """Decide what became of an operation that was waiting; the next look-up says so."""
        with self._lock:
            if isinstance(outcome, Approved):
                self._book(self._asked[key], outcome.amount)
            self._answered[key] = outcome

    def moved(self, type: str, payment_id: UUID | None = None) -> int:
        """Minor units that really moved by operations of one type, of one payment or of all."""
        return sum(
            each.amount.minor for each in self.ledger if each.type == type and payment_id in (None, each.payment_id)
        )

    def assert_keys_were_kept(self) -> None:
        """Raise AssertionError if one key ever stood for two requests (I-34)."""
        if self._reused:
            raise AssertionError(f"keys that came back with another request: {self._reused}")

    def _call(self, instruction: Instruction) -> Outcome:
        if self.on_call is not None:
            self.on_call(instruction)
        with self._lock:
            self.calls.append(instruction)
            first = self._asked.setdefault(instruction.key, instruction)
            if first != instruction:
                self._reused.append(instruction.key)
            known = self.look_up(instruction)
            if not isinstance(known, NeverSeen | Unknown):
                return known
            if instruction.type == "void" and self.moved("sale", instruction.payment_id):
                return Rejected("already_captured")
            return self._play(instruction, self.script.popleft() if self.script else approves())

    def _play(self, instruction: Instruction, answer: Answer) -> Outcome:
        truth: Outcome | None = None
        if answer.does == "moves":
            amount = instruction.amount if answer.at_most is None else min(answer.at_most, instruction.amount)
            truth = Approved(self._book(instruction, amount).reference, amount)
        if answer.raises is not None:
            raise answer.raises.with_traceback(None)  # the same answer may be played many times
        outcome = answer.says or truth or Unknown("the script says nothing")
        if truth is None:
            self._answered[instruction.key] = outcome
        return outcome

    def _book(self, instruction: Instruction, amount: Money | None) -> Booking:
        booking = Booking(
            key=instruction.key,
            type=instruction.type,
            amount=instruction.amount if amount is None else amount,
            payment_id=instruction.payment_id,
            reference=f"{instruction.type}_{len(self.ledger) + 1}",
        )
        self.ledger.append(booking)
        return booking

    def _booked(self, key: UUID) -> Booking | None:
        return next((each for each in self.ledger if each.key == key), None)
