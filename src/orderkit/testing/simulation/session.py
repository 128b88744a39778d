"""A session: many runs on several processes, their figures together, and what they never met."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from typing import Final

from attrs import define, field, frozen

from orderkit.journal import JournalEntry
from orderkit.ports.clock import SystemClock
from orderkit.testing.simulation.counting import Counts
from orderkit.testing.simulation.running import Outcome, run
from orderkit.testing.simulation.shrinking import Shrinking

CHUNK: Final = 20
JUDGED: Final = 10
"""Of so many runs the journal of one is kept for a judge that is not ours."""
_MOST_FAILURES: Final = 5


@frozen
class Chunk:
    """What some runs came to."""

    runs: int
    counts: Counts
    failed: tuple[Outcome, ...]
    journals: dict[int, tuple[JournalEntry, ...]]


@define
class Figures:
    """What all runs came to so far."""

    runs: int = 0
    seconds: float = 0.0
    counts: Counts = field(factory=Counts)
    failed: list[Outcome] = field(factory=list)
    journals: dict[int, tuple[JournalEntry, ...]] = field(factory=dict)

    def add(self, chunk: Chunk) -> None:
        self.runs += chunk.runs
        self.counts.add(chunk.counts)
        self.failed.extend(chunk.failed)
        self.journals.update(chunk.journals)


def play(first: int, count: int) -> Chunk:
    """Runs with these seeds, in this process."""
    counts, failed, journals = Counts(), [], {}
    for seed in range(first, first + count):
        outcome = run(seed)
        counts.add(outcome.counts)
        if outcome.broken is not None:
            failed.append(outcome)
        elif seed % JUDGED == 0:
            journals[seed] = outcome.journal
    return Chunk(count, counts, tuple(failed), journals)


def play_all(
    first: int, runs: int, *, jobs: int, minutes: float, progress: Callable[[Figures], None] = lambda figures: None
) -> Figures:
    """Runs with the seeds from `first` on, until all are played, time is over, or enough have failed."""
    began, figures = _seconds(), Figures()
    chunks = _chunks(first, runs)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        waiting: set[Future[Chunk]] = {pool.submit(play, *chunk) for chunk in islice(chunks, 2 * jobs)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for each in done:
                figures.add(each.result())
            figures.seconds = _seconds() - began
            progress(figures)
            if figures.seconds < 60 * minutes and len(figures.failed) < _MOST_FAILURES:
                waiting |= {pool.submit(play, *chunk) for chunk in islice(chunks, len(done))}
    figures.seconds = _seconds() - began
    return figures


def smallest(failed: Outcome, *, seconds: float = 30.0) -> Outcome:
    """The smallest schedule that breaks the same law, as far as can be found in the time given."""
    until = _seconds() + seconds
    shrinking = Shrinking(failed, lambda record: run(failed.seed, record=record), lambda: _seconds() < until)
    return shrinking.shrink()


def _chunks(first: int, runs: int) -> Iterator[tuple[int, int]]:
    for start in range(first, first + runs, CHUNK):
        yield start, min(CHUNK, first + runs - start)


def _seconds() -> float:
    """How long a session takes is no part of any run."""
    return SystemClock().now().timestamp()
