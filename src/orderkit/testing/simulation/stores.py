"""The store in front of the real one: at every call somebody else may go on, and commits go wrong as they really do.

A commit may be refused (`Busy`), be lost with nobody knowing (`CommitUnknown`, written or not), or end with its
process. What was written is told only after it stands. On a store that lets one write at a time, the others wait here,
never in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from attrs import define, field

from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.errors import Busy, CommitUnknown, StaleRecord
from orderkit.ports.exchange import InboxEvent
from orderkit.ports.storage import Change, Reading, RefusedRequest, Storage, UnitOfWork
from orderkit.testing.simulation.counting import Counts
from orderkit.testing.simulation.turns import Turns

Fault = Literal["none", "busy", "busy_at_commit", "unknown_unwritten", "unknown_written"]
_FAULTS: Final[tuple[Fault, ...]] = ("none", "busy", "busy_at_commit", "unknown_unwritten", "unknown_written")


@define
class Written:
    """What one unit of work wrote."""

    changes: list[Change] = field(factory=list)
    credit: list[CreditEntry] = field(factory=list)
    customers: list[str] = field(factory=list)
    events: list[InboxEvent] = field(factory=list)
    others: int = 0

    @property
    def what(self) -> str:
        """In a word."""
        if self.changes:
            return self.changes[0].entry.event
        if self.credit:
            return f"credit_{self.credit[0].kind}"
        if self.events:
            return f"event_{self.events[0].status}"
        return "outbox" if self.others else "nothing"


class WatchedUnit:
    """A unit of work that says what was written in it, and stops before every write of a family."""

    def __init__(self, work: UnitOfWork, written: Written, turns: Turns) -> None:
        self._work, self._written, self._turns = work, written, turns

    def __getattr__(self, name: str) -> object:
        return getattr(self._work, name)

    def write(self, change: Change) -> None:
        self._turns.pause(f"write {change.entry.event}")
        self._work.write(change)
        self._written.changes.append(change)

    def write_credit(self, before: CreditAccount, entry: CreditEntry, after: CreditAccount) -> bool:
        self._turns.pause(f"write credit_{entry.kind}")
        is_new = self._work.write_credit(before, entry, after)
        if is_new:
            self._written.credit.append(entry)
            self._written.customers.append(before.customer_id)
        return is_new

    def receive(self, event: InboxEvent) -> bool:
        is_new = self._work.receive(event)
        if is_new:
            self._written.events.append(event)
        return is_new

    def put_event(self, event: InboxEvent) -> None:
        self._written.events.append(event)
        self._work.put_event(event)

    def consume(self, ids: Sequence[UUID], channel: str) -> None:
        self._written.others += 1
        self._work.consume(ids, channel)

    def claim(self, channel: str, *, owner: str, at: datetime, until: datetime, limit: int) -> object:
        self._written.others += 1
        return self._work.claim(channel, owner=owner, at=at, until=until, limit=limit)


@define
class SimulatedStorage:
    """The store that the desks of a run are given.

    Attributes:
        inner: the real one; another object after the process has fallen.
        one_writes: only one unit of work at a time, as on SQLite.
        faults: how many of a hundred units of work go wrong.
        on_commit: told what was written, when it stands and before anybody else runs.
    """

    inner: Storage
    turns: Turns
    counts: Counts
    one_writes: bool = False
    faults: int = 0
    on_commit: Callable[[Written], None] = lambda written: None

    @property
    def joins_host_transaction(self) -> bool:
        return self.inner.joins_host_transaction

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        try:
            with self._begun() as work:
                yield work
        except StaleRecord:
            self.counts.sometimes["two decided on one order at once"] += 1
            raise

    @contextmanager
    def _begun(self) -> Iterator[UnitOfWork]:
        me = self.turns.current
        self.turns.pause("begin")
        fault = self._fault()
        if fault == "busy":
            raise Busy("simulated: the database is locked")
        written = Written()
        with self._alone(), self.inner.begin() as work:
            me.units += 1
            try:
                yield WatchedUnit(work, written, self.turns)  # type: ignore[misc]  # the rest it leaves to the real one
                self.turns.pause(f"commit {written.what}")
                if fault != "none":
                    self._hit(fault, written.what)
                if fault == "busy_at_commit":
                    raise Busy("simulated: could not serialise")
                if fault == "unknown_unwritten":
                    raise CommitUnknown("simulated: the connection was lost while committing")
            finally:
                me.units -= 1
        self.counts.figures["commits"] += 1
        self.on_commit(written)
        self.turns.pause(f"committed {written.what}")
        if fault == "unknown_written":
            raise CommitUnknown("simulated: the connection was lost while committing")

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        self.turns.pause("read")
        with self.inner.reading() as store:
            yield store

    def number_block(self, scope: str, series: str, size: int) -> int:
        self.turns.pause("number")
        with self._alone():
            return self.inner.number_block(scope, series, size)

    def note_refusal(self, refused: RefusedRequest) -> None:
        self.turns.pause("note refusal")
        with self._alone():
            self.inner.note_refusal(refused)

    def refusals(self, scope: str, *, limit: int) -> tuple[RefusedRequest, ...]:
        return self.inner.refusals(scope, limit=limit)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self.one_writes:
            yield
            return
        self.turns.acquire()
        try:
            yield
        finally:
            self.turns.release()

    def _fault(self) -> Fault:
        if not self.faults:
            return "none"
        weights = [4 * (100 - self.faults), *[self.faults] * 4]
        return _FAULTS[self.turns.choices.pick(self.turns.current.stream, weights)]

    def _hit(self, fault: Fault, what: str) -> None:
        self.counts.figures["store faults"] += 1
        self.counts.hit(fault, what)
        self.turns.log.add(self.turns.current.name, f"commit {what}", fault)
