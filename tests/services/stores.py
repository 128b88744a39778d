"""Stores that something happens to: a process that dies, a commit that takes long, somebody who is faster.

Each stands in front of a real store and leaves to it whatever it does not say itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from attrs import define, evolve, field, frozen
from tests.services.stalls import Stall, StillClock

from orderkit import Storage
from orderkit.ports.storage import Change, UnitOfWork


class Crash(BaseException):
    """The process is gone; nothing in between may catch it."""


@define
class DyingStorage:
    """The process dies at the `dies_at`-th commit from now: right after it, or right before it."""

    storage: Storage
    dies_at: int | None = None
    before_commit: bool = False
    commits: int = field(default=0, init=False)

    def __getattr__(self, name: str) -> object:
        return getattr(self.storage, name)

    def die(self, *, at: int, before_commit: bool) -> None:
        """Die at that commit, counted from now."""
        self.dies_at, self.before_commit, self.commits = at, before_commit, 0

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with self.storage.begin() as work:
            yield work
            self.commits += 1
            if self.commits == self.dies_at and self.before_commit:
                raise Crash
        if self.commits == self.dies_at:
            raise Crash


@define
class SlowStorage:
    """Every commit takes its time, which the clock tells."""

    storage: Storage
    clock: StillClock
    takes: timedelta

    def __getattr__(self, name: str) -> object:
        return getattr(self.storage, name)

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with self.storage.begin() as work:
            yield work
        self.clock.advance(self.takes)


@frozen
class _Between:
    work: UnitOfWork
    happens: Callable[[], None]

    def __getattr__(self, name: str) -> object:
        return getattr(self.work, name)

    def write(self, change: Change) -> None:
        self.happens()
        self.work.write(change)


@define
class BetweenLoadAndWrite:
    """Something happens in every unit of work when all is loaded and decided, and nothing is written yet."""

    storage: Storage
    happens: Callable[[], None]

    def __getattr__(self, name: str) -> object:
        return getattr(self.storage, name)

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with self.storage.begin() as work:
            yield _Between(work, self.happens)  # type: ignore[misc]  # the rest it leaves to the unit of work


def on(stall: Stall, storage: object) -> Stall:
    """The same stall, its commands on another store."""
    wiring = evolve(stall.shop.wiring, storage=storage)  # type: ignore[arg-type]  # the rest it leaves to a real one
    return evolve(stall, shop=evolve(stall.shop, wiring=wiring))
