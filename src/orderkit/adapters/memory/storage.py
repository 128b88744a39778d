"""The memory store itself: units of work, and the one place where they are committed.

The lock is held for one question or one commit, never for a unit of work: two of them overlap as they do on a database,
and the loser is found by its versions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import RLock
from typing import ClassVar, TypeVar
from uuid import UUID

from attrs import define, field

from orderkit.adapters.memory.contents import Contents, Series
from orderkit.adapters.memory.questions import Questions
from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.errors import Busy, StorageError
from orderkit.personal import Person
from orderkit.ports.exchange import Delivery, InboxEvent
from orderkit.ports.storage import Change, Reading, RefusedRequest, UnitOfWork

Step = Callable[[Contents], object]
T = TypeVar("T")


@define
class MemoryUnitOfWork(Questions):
    """Writes over the contents, so that it sees what it wrote, and remembers every step for the commit."""

    steps: list[Step] = field(factory=list, init=False)
    _ended: bool = field(default=False, init=False)

    def write(self, change: Change) -> None:
        self._take(lambda contents: contents.write(change))

    def next_in_series(self, scope: str, issuer: str, series: str) -> int:
        place: Series = (scope, issuer, series)
        with self._lock:
            number = self._contents.series.get(place, 0) + 1
            self._take(lambda contents: contents.count(place, number))
        return number

    def erase(self, scope: str, person: Person) -> int:
        return self._take(lambda contents: contents.erase(scope, str(person)))

    def consume(self, ids: Sequence[UUID], channel: str) -> None:
        self._take(lambda contents: contents.consume(tuple(ids), channel))

    def claim(self, channel: str, *, owner: str, at: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
        with self._lock:
            claimed = self._contents.claimable(channel, at=at, limit=limit)
            self._take(lambda contents: contents.lease(claimed, owner=owner, at=at, until=until))
        return claimed

    def put_delivery(self, delivery: Delivery) -> None:
        self._take(lambda contents: contents.put_delivery(delivery))

    def receive(self, event: InboxEvent) -> bool:
        what = f"the event {event.event_id!r} was received"
        return self._promise(lambda contents: contents.receive(event), otherwise=what)

    def put_event(self, event: InboxEvent) -> None:
        self._take(lambda contents: contents.put_event(event))

    def write_credit(self, before: CreditAccount, entry: CreditEntry, after: CreditAccount) -> bool:
        what = f"the credit entry {entry.id} was added"
        return self._promise(lambda contents: contents.write_credit(before, entry, after), otherwise=what)

    def end(self) -> None:
        self._ended = True

    def _promise(self, step: Callable[[Contents], bool], *, otherwise: str) -> bool:
        """Whether the step had an effect. If it had, it must have one in the commit, too, which comes later."""

        def kept(contents: Contents) -> bool:
            if not step(contents):
                raise Busy(f"{otherwise} meanwhile; make the same call again")
            return True

        with self._lock:
            had_effect = self._take(step)
            self.steps[-1] = kept if had_effect else step
        return had_effect

    def _take(self, step: Callable[[Contents], T]) -> T:
        if self._ended:
            raise StorageError("the unit of work has ended; begin another one")
        with self._lock:
            result = step(self._contents)
        self.steps.append(step)
        return result


class MemoryStorage:
    """A store that lives as long as this object, for tests and trials; safe for any number of threads."""

    contents: ClassVar[type[Contents]] = Contents

    def __init__(self) -> None:
        self._lock = RLock()
        self._contents = self.contents()
        self._blocks: dict[tuple[str, str], int] = {}
        self._refusals: list[RefusedRequest] = []

    @property
    def joins_host_transaction(self) -> bool:
        return False

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        work = MemoryUnitOfWork(self._lock, self._contents.over())
        try:
            yield work
            self.commit(work.steps)
        finally:
            work.end()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        yield Questions(self._lock, self._contents)

    def commit(self, steps: Sequence[Step]) -> None:
        """Take all steps again, over what is committed by now, and make them part of it; or none of them."""
        with self._lock:
            now = self._contents.over()
            for step in steps:
                step(now)
            self._contents.take_in(now)

    def number_block(self, scope: str, series: str, size: int) -> int:
        if size < 1:
            raise StorageError(f"size: a block holds at least one number, not {size}")
        with self._lock:
            first = self._blocks.get((scope, series), 0) + 1
            self._blocks[scope, series] = first + size - 1
        return first

    def note_refusal(self, refused: RefusedRequest) -> None:
        with self._lock:
            self._refusals.append(refused)

    def refusals(self, scope: str, *, limit: int) -> tuple[RefusedRequest, ...]:
        with self._lock:
            own = [each for each in self._refusals if each.scope == scope]
        return tuple(sorted(own, key=lambda each: (each.at, each.id), reverse=True)[:limit])
