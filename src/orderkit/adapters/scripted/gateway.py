"""The scripted gateway as its callers meet it: calls come in, keys are honoured, the script says what is heard.

What moves is decided by the answer and booked in `house`; nothing of the library's own decisions is asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from attrs import define, evolve, field

from orderkit.adapters.scripted.answers import Answer, approves
from orderkit.adapters.scripted.bank import Bank, Booking
from orderkit.adapters.scripted.dashboard import Dashboard
from orderkit.adapters.scripted.house import House, NoTimePasses
from orderkit.adapters.scripted.intake import Intake
from orderkit.adapters.scripted.key_profiles import DEFAULT, KeyProfile
from orderkit.adapters.scripted.post import Postbox, SignedEvent
from orderkit.adapters.scripted.reporting import Reporter
from orderkit.adapters.scripted.wire import check, read, signed
from orderkit.capabilities import Capabilities
from orderkit.payments.outcomes import NeverSeen, Outcome
from orderkit.payments.reports import Report
from orderkit.ports.clock import Clock
from orderkit.ports.gateway import Event, Inquiry, Instruction

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


@define
class ScriptedGateway:
    """Plays the answers it is given, one per call, then approves everything, within the bounds of its bank.

    A repeated key is answered as the profile says; one that comes back with another request is a defect of the caller
    and raises AssertionError at the end of a test through `assert_keys_were_kept` (I-34).

    Attributes:
        on_call: called before anything else with what was asked, holding no lock; what it raises, the caller gets.
        on_look_up: the same before a look-up or a statement.
        profile: what keys are worth; `under` makes the capabilities that go with it.
        carries_metadata: reports bring back our key, scope and payment; otherwise they name references alone.
        tells_totals: captures are told as one growing total per authorization.
        unseen_for: for so long after a call its operation is missing from look-ups and statements.
        holds_for: after this an authorization lapses.
        strict: what belongs to a payment that did not begin here is refused too; otherwise it is taken on trust.
    """

    account: str = "scripted"
    capabilities: Capabilities = ALL_CAPABILITIES
    script: deque[Answer] = field(factory=deque, converter=deque)
    on_call: Callable[[Instruction], None] | None = None
    clock: Clock = field(factory=NoTimePasses, kw_only=True)
    profile: KeyProfile = field(default=DEFAULT, kw_only=True)
    on_look_up: Callable[[Instruction | Inquiry], None] | None = field(default=None, kw_only=True)
    carries_metadata: bool = field(default=True, kw_only=True)
    tells_totals: bool = field(default=False, kw_only=True)
    unseen_for: timedelta = field(default=timedelta(0), kw_only=True)
    holds_for: timedelta | None = field(default=None, kw_only=True)
    strict: bool = field(default=False, kw_only=True)
    secret: str = field(default="scripted", kw_only=True, repr=False)
    _house: House = field(init=False)
    _intake: Intake = field(init=False)

    def __attrs_post_init__(self) -> None:
        bank = Bank()
        reporter = Reporter(bank=bank, carries_metadata=self.carries_metadata, tells_totals=self.tells_totals)
        self._house = House(
            clock=self.clock,
            bank=bank,
            reporter=reporter,
            holds_for=self.holds_for,
            strict=self.strict,
            releases_rest=lambda asked: asked.final or not self.capabilities.several_captures,
        )
        self._intake = Intake(self._house, self.profile, self.unseen_for)

    @classmethod
    def under(
        cls,
        profile: KeyProfile,
        clock: Clock,
        *,
        capabilities: Capabilities = ALL_CAPABILITIES,
        account: str = "scripted",
        carries_metadata: bool = True,
        tells_totals: bool = False,
        unseen_for: timedelta = timedelta(0),
        holds_for: timedelta | None = None,
    ) -> Self:
        """A gateway with this contract, strict, and with the capabilities that an honest adapter declares for it."""
        able = evolve(
            capabilities,
            keys_kept=profile.keys_kept,
            looks_up=profile.looks_up and carries_metadata,
            grace=max(capabilities.grace, unseen_for),
        )
        return cls(
            account,
            able,
            clock=clock,
            profile=profile,
            carries_metadata=carries_metadata,
            tells_totals=tells_totals,
            unseen_for=unseen_for,
            holds_for=holds_for,
            strict=True,
        )

    # what a test says and asks

    @property
    def calls(self) -> list[Instruction]:
        """Every instruction that came in, the oldest first."""
        return self._intake.calls

    def play(self, *answers: Answer) -> None:
        """Add answers to the script."""
        self.script.extend(answers)

    @property
    def ledger(self) -> list[Booking]:
        """Every movement so far, the oldest first: the oracle."""
        with self._house.lock:
            self._house.catch_up()
            return self._house.bank.ledger

    @property
    def dashboard(self) -> Dashboard:
        """What somebody else does at the gateway."""
        return Dashboard(self._house)

    @property
    def post(self) -> Postbox:
        """The events on their way: lose, repeat, delay and mix them here."""
        return self._house.post

    def finish(self, key: UUID, outcome: Outcome) -> None:
        """Decide what became of an operation that was waiting; the next look-up says so."""
        with self._house.lock:
            at = self._house.catch_up()
            self._house.finish(self._asked[key], outcome, at)

    def moved(self, type: str, payment_id: UUID | None = None) -> int:
        """Minor units that really moved by operations of one type, of one payment or of all."""
        return sum(
            each.amount.minor for each in self.ledger if each.type == type and payment_id in (None, each.payment_id)
        )

    def next_due(self) -> datetime | None:
        """When the gateway does something by itself next (a late effect, a settlement, a lapse); None for never."""
        with self._house.lock:
            return self._house.agenda.next_due()

    def assert_keys_were_kept(self) -> None:
        """Raise AssertionError if one key ever stood for two requests (I-34)."""
        if self._intake.reused:
            raise AssertionError(f"keys that came back with another request: {self._intake.reused}")

    # calls

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
        if self.on_look_up is not None:
            self.on_look_up(instruction)
        with self._house.lock:
            at = self._house.catch_up()
            seen = self._intake.visible(instruction.key, at)
            return self._house.bank.truth(instruction.key) if seen else NeverSeen()

    def statement(self, inquiry: Inquiry) -> tuple[Report, ...]:
        """All that the bank knows of a payment: by our metadata, or else by its own reference."""
        if self.on_look_up is not None:
            self.on_look_up(inquiry)
        with self._house.lock:
            at = self._house.catch_up()
            payment_id = self._intake.meant(inquiry, carries_metadata=self.carries_metadata)
            if payment_id is None:
                return ()
            return self._house.reporter.statement(payment_id, visible=lambda key: self._intake.visible(key, at))

    # events

    def events(self) -> tuple[SignedEvent, ...]:
        """The events that can be delivered now and were not acknowledged; signed anew, as every try is."""
        with self._house.lock:
            now = self._house.catch_up()
            return tuple(SignedEvent(each.body, self.signed(each.body, now)) for each in self.post.due(now))

    def acknowledge(self, body: bytes) -> None:
        """The host has taken this event; one delivery of it is done."""
        with self._house.lock:
            self.post.acknowledge(body)

    def signed(self, body: bytes, at: datetime) -> dict[str, str]:
        """The headers of a body, any body, that the gateway sends at this instant."""
        return signed(body, at, self.secret)

    def authenticate(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
        check(body, headers, self.secret, at=at)

    def event(self, body: bytes) -> Event:
        return read(body)

    # within

    @property
    def _asked(self) -> dict[UUID, Instruction]:
        return self._house.bank.asked

    @property
    def _answered(self) -> dict[UUID, Outcome]:
        return self._house.bank.answered

    def _call(self, instruction: Instruction) -> Outcome:
        if self.on_call is not None:
            self.on_call(instruction)
        with self._house.lock:
            return self._intake.take(instruction, self.capabilities, self._next_answer)

    def _next_answer(self) -> Answer:
        return self.script.popleft() if self.script else approves()
