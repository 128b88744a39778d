"""The gateway's own side: its bank, what is still going to happen there, and the events it writes about it.

Money moves here and nowhere else. How a call reaches it, and what its caller hears, is in `gateway`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from attrs import define, evolve, field

from orderkit.adapters.scripted.agenda import Agenda
from orderkit.adapters.scripted.answers import Answer
from orderkit.adapters.scripted.bank import Bank, Booking, BookingType, refusal, said_of
from orderkit.adapters.scripted.post import Postbox
from orderkit.adapters.scripted.reporting import Reporter
from orderkit.adapters.scripted.wire import event_type, written
from orderkit.keys import EPOCH
from orderkit.money import Money
from orderkit.payments.outcomes import Approved, Declined, Outcome, Pending, Rejected, RequiresAction
from orderkit.payments.reports import Report
from orderkit.ports.clock import Clock
from orderkit.ports.gateway import Event, Instruction


class NoTimePasses:
    """The clock of a gateway that was given none: it stands still."""

    def now(self) -> datetime:
        return EPOCH


@define(kw_only=True)
class House:
    """One account at the gateway, as the gateway sees it.

    Attributes:
        holds_for: after this an authorization lapses by itself (F065).
        strict: what belongs to a payment that did not begin here is refused too.
        releases_rest: whether a capture gives the rest of its authorization free (F070).
    """

    clock: Clock
    bank: Bank
    reporter: Reporter
    releases_rest: Callable[[Instruction], bool]
    holds_for: timedelta | None = None
    strict: bool = False
    post: Postbox = field(factory=Postbox, init=False)
    agenda: Agenda = field(factory=Agenda, init=False)
    lock: threading.RLock = field(factory=threading.RLock, init=False, repr=False)

    def catch_up(self) -> datetime:
        """Let everything happen that is due, and say what time it is."""
        now = self.clock.now()
        self.agenda.run(now)
        return now

    def act(self, asked: Instruction, answer: Answer, at: datetime) -> Outcome | None:
        """What an answer does; None where that is nothing."""
        if answer.does == "nothing":
            return None
        if answer.does == "moves":
            return self.move(asked, answer.at_most, at)
        accepted = self._accepted(asked, answer, self.bank.new_reference(asked.type, reserve=True))
        self.decide(asked, accepted, at)
        if answer.settles_after is not None:
            self.agenda.enter(
                at + answer.settles_after,
                lambda due: self.finish(asked, answer.settles_as or Approved("", answer.at_most), due),
                key=asked.key,
            )
        return accepted

    def refused(self, asked: Instruction) -> str | None:
        """Why the bank does not do this; None where it does."""
        if not self.strict and self.bank.root(asked.payment_id) is None:
            return None
        return refusal(self.bank.account(asked.payment_id, deciding=asked.key), asked.type, asked.amount)

    def move(self, asked: Instruction, at_most: Money | None, at: datetime, reference: str | None = None) -> Outcome:
        """Book what was asked, or as much of it as may move; the bank's bounds have the last word."""
        why = self.refused(asked)
        if why is not None:
            return self.decide(asked, Rejected(why), at)
        amount = asked.amount if at_most is None else min(at_most, asked.amount)
        if asked.type == "void":
            self._cancel_attempts(asked, at)
            held = max(0, self.bank.account(asked.payment_id).held)
            amount = Money.of_minor(min(amount.minor, held), amount.currency)
        self.bank.answered.pop(asked.key, None)
        booking = self._booked(asked, amount, at, reference or self.bank.new_reference(asked.type))
        self._follow_up(asked, booking, at)
        return said_of(booking)

    def finish(self, asked: Instruction, outcome: Outcome, at: datetime) -> None:
        """Decide what became of an operation that was waiting, or whose call got lost."""
        self.agenda.drop(asked.key)
        if self.bank.booked(asked.key) is not None:
            return
        if not isinstance(outcome, Approved):
            self.decide(asked, outcome, at)
            return
        known = self.bank.answered.get(asked.key)
        reference = known.reference if isinstance(known, Pending | RequiresAction) else None
        self.move(asked, outcome.amount, at, reference)

    def decide(self, asked: Instruction, outcome: Outcome, at: datetime) -> Outcome:
        """Keep what became of an operation that is not booked, and tell of it."""
        self.bank.answered[asked.key] = outcome
        report = self.reporter.of_answer(asked)
        if report is not None:
            self.tell(report, at=at)
        return outcome

    def enter(self, booking: Booking, at: datetime) -> Booking:
        """Book what nobody asked for through us, and tell of it."""
        entered = self.bank.add(evolve(booking, at=at))
        self.tell(self.reporter.of_booking(entered), at=at)
        return entered

    def tell(self, *reports: Report, at: datetime) -> None:
        """Write one event about these, as of the instant at which it happened."""
        event = Event(id=f"evt_{len(self.post.written) + 1}", type=event_type(reports[0]), reports=reports)
        self.post.post(event.id, written(event, at), at)

    def unasked(self, payment_id: UUID, type: BookingType, amount: Money) -> Booking:
        """A line on a payment that no call of ours caused; not written yet."""
        root = self.bank.root(payment_id)
        if root is None:
            raise LookupError(f"no payment {payment_id} at this bank")
        reference = self.bank.new_reference(type)
        return evolve(root, key=None, type=type, amount=amount, reference=reference, on=root.reference)

    def _booked(self, asked: Instruction, amount: Money, at: datetime, reference: str) -> Booking:
        root = self.bank.root(asked.payment_id)
        return self.bank.add(
            Booking(
                key=asked.key,
                type=cast(BookingType, asked.type),
                amount=amount,
                payment_id=asked.payment_id,
                reference=reference,
                on=root.reference if root is not None else None,
                scope=asked.scope,
                at=at,
            )
        )

    def _follow_up(self, asked: Instruction, booking: Booking, at: datetime) -> None:
        """Tell of a booking, and of what the bank does by itself because of it."""
        reports = [self.reporter.of_booking(booking)]
        rest = self._rest(booking)
        if asked.type == "capture" and rest and self.releases_rest(asked):
            release = self.bank.add(evolve(self.unasked(asked.payment_id, "release", rest), key=asked.key, at=at))
            reports.append(self.reporter.of_booking(release))
        if asked.type == "authorize" and self.holds_for is not None:
            self.agenda.enter(at + self.holds_for, lambda due: self._lapse(booking, due))
        self.tell(*reports, at=at)

    def _rest(self, booking: Booking) -> Money:
        return Money.of_minor(max(0, self.bank.account(booking.payment_id).held), booking.amount.currency)

    def _lapse(self, authorization: Booking, at: datetime) -> None:
        rest = self._rest(authorization)
        if rest:
            self.enter(self.unasked(authorization.payment_id, "release", rest), at)

    def _cancel_attempts(self, void: Instruction, at: datetime) -> None:
        """A void calls off what might still bring money: attempts that wait, and calls that are under way."""
        under_way = [self.bank.asked[key] for key in self.agenda.calls()]
        for asked in (*self.bank.waiting(void.payment_id), *under_way):
            if asked.payment_id == void.payment_id and asked.type in ("authorize", "sale"):
                self.agenda.drop(asked.key)
                self.decide(asked, Declined("canceled"), at)

    def _accepted(self, asked: Instruction, answer: Answer, reference: str) -> Outcome:
        return Pending(reference) if answer.redirect is None else RequiresAction(reference, answer.redirect)
