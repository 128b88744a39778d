"""Turns: several workers, each a thread, of which exactly one runs; at every port call it is decided who goes on.

Only the baton lives here, and how workers die. A worker that dies raises `Crash`, which no `except Exception` catches;
when the whole process dies all of them do, one after the other, before any is born again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from attrs import define, field

from orderkit.testing.simulation.choices import REST, SETUP, Choices


class Crash(BaseException):
    """The worker is gone, in the middle of whatever it was doing."""


class Stopped(BaseException):
    """The run is over: something that must hold did not."""


@define(eq=False)
class Worker:
    """One thread that runs commands.

    Attributes:
        command: the number of the command it is at; its decisions stand in the stream `stream`.
        units: how many units of work it has open.
        wants: what only one at a time may have, and this one waits for.
    """

    name: str
    command: int = 0
    units: int = 0
    wants: bool = False
    is_dead: bool = False
    is_done: bool = False
    stream: str = SETUP
    gate: threading.Lock = field(factory=threading.Lock, repr=False)


@define
class Log:
    """What happened, line by line: who, where, and what was decided there."""

    lines: list[tuple[str, str, str]] = field(factory=list)

    def add(self, who: str, where: str, what: str = "") -> None:
        self.lines.append((who, where, what))

    def text(self) -> str:
        """All lines, numbered."""
        return "\n".join(
            f"{number:4} {who:<4} {where}{' -> ' + what if what else ''}"
            for number, (who, where, what) in enumerate(self.lines, 1)
        )


@define
class Turns:
    """Who runs.

    Attributes:
        changes: how often the baton changes hands: the weight of every other worker against 10 for going on.
        crashes, falls: the weights of a worker's death, and of the whole process's, against 1000.
        restart: what is done when the whole process has died, before any worker is born again.
        tick: done at every port call: it takes a moment.
        on_death: told where somebody died, and whether with the whole process.
    """

    choices: Choices
    log: Log
    changes: int = 2
    crashes: int = 0
    falls: int = 0
    restart: Callable[[], None] = lambda: None
    on_death: Callable[[str, bool], None] = lambda where, whole: None
    tick: Callable[[], None] = lambda: None
    failure: BaseException | None = field(default=None, init=False)
    current: Worker = field(factory=lambda: Worker("main", stream=REST), init=False)
    writer: Worker | None = field(default=None, init=False)
    falling: bool = field(default=False, init=False)
    _workers: list[Worker] = field(factory=list, init=False)
    _over: threading.Lock = field(factory=threading.Lock, init=False)

    def run(self, bodies: Sequence[Callable[[Worker], None]]) -> None:
        """Let every body run to its end on a thread of its own, in turns.

        Raises:
            BaseException: what the first worker to fail raised.
        """
        main = self.current
        self._workers = [Worker(f"w{number}") for number in range(1, len(bodies) + 1)]
        threads = [
            threading.Thread(target=self._live, args=(worker, body), name=worker.name, daemon=True)
            for worker, body in zip(self._workers, bodies, strict=True)
        ]
        self._over.acquire()
        for worker, thread in zip(self._workers, threads, strict=True):
            worker.gate.acquire()
            thread.start()
        self._hand_to(self._workers[0])
        with self._over:
            pass
        for thread in threads:
            thread.join()
        self.current, self._workers = main, []
        if self.failure is not None:
            raise self.failure

    def pause(self, where: str) -> None:
        """A port is called: somebody else may go on, and whoever calls may die.

        Raises:
            Crash: here the worker dies. Stopped: the run is over.
        """
        me = self.current
        self.tick()
        if not self._workers:
            self.log.add(me.name, where)
            return
        self._check(me)
        others = [each for each in self._workers if each is not me and self._may_run(each)]
        dying = [10 * self.crashes, 10 * self.falls] if self.crashes + self.falls else []
        weights = [10_000, *[1_000 * self.changes] * len(others), *dying]
        place = self.choices.pick(me.stream, weights)
        if place == 0:
            self.log.add(me.name, where)
        elif place <= len(others):
            self.log.add(me.name, where, others[place - 1].name)
            self._switch(me, others[place - 1])
        else:
            self._die(me, where, whole=place > len(others) + 1)

    def acquire(self) -> None:
        """Be the only one who writes; whoever is, goes on first."""
        me = self.current
        if not self._workers:
            return
        me.wants = True
        while self.writer is not None:
            ready = [each for each in self._workers if each is not me and self._may_run(each)]
            ready.sort(key=lambda each: each is not self.writer)
            place = self.choices.pick(me.stream, [10] * len(ready))
            self.log.add(me.name, "waits to write", ready[place].name)
            self._switch(me, ready[place])
        me.wants = False
        self.writer = me

    def release(self) -> None:
        """Let others write."""
        if self.writer is self.current:
            self.writer = None

    def fail(self, failure: BaseException) -> None:
        """The run is over because of this; every worker stops at its next step."""
        if self.failure is None:
            self.failure = failure

    def reborn(self, me: Worker) -> None:
        """A worker that died goes on; when the whole process fell, as soon as all of it is down."""
        me.wants, me.units = False, 0
        while True:
            if self.failure is not None:
                raise Stopped
            if not self.falling:
                return
            me.is_dead = True
            alive = [each for each in self._workers if not each.is_dead and not each.is_done]
            if alive:
                self._switch(me, alive[0], check=False)  # it may fall again before this one is born
                continue
            self.falling = False
            for each in self._workers:
                each.is_dead = False
            self.restart()

    def _live(self, worker: Worker, body: Callable[[Worker], None]) -> None:
        worker.gate.acquire()
        try:
            self.reborn(worker)
            body(worker)
        except Stopped:
            pass
        except BaseException as failure:  # noqa: BLE001  # the run's caller gets it
            self.fail(failure)
        worker.is_done, worker.wants = True, False
        self.release()
        ready = [each for each in self._workers if self._may_run(each)]
        if ready:
            self._hand_to(ready[self.choices.pick(REST, [10] * len(ready))])
        else:
            self._over.release()

    def _may_run(self, worker: Worker) -> bool:
        if worker.is_done:
            return False
        if self.failure is not None:
            return True
        if self.falling:
            return not worker.is_dead
        return not (worker.wants and self.writer not in (None, worker))

    def _switch(self, me: Worker, other: Worker, *, check: bool = True) -> None:
        self._hand_to(other)
        me.gate.acquire()
        if check:
            self._check(me)

    def _hand_to(self, worker: Worker) -> None:
        self.current = worker
        worker.gate.release()

    def _check(self, me: Worker) -> None:
        if self.failure is not None:
            raise Stopped
        if self.falling:
            raise Crash

    def _die(self, me: Worker, where: str, *, whole: bool) -> None:
        self.falling = self.falling or whole
        self.on_death(where, whole)
        self.log.add(me.name, where, "the whole process dies" if whole else "dies")
        raise Crash
