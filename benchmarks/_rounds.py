"""How sides are measured: they take turns, each on fresh ground, and what counts is the median over the rounds.

Only records and the taking of turns live here. A ratio is taken within a round, where both sides met the same noise.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median

from attrs import field, frozen

Work = Callable[[], object]


@frozen
class Side:
    """One way to do the work. `ready` makes everything ready in an empty folder and gives what is then timed."""

    name: str
    ready: Callable[[Path], AbstractContextManager[Work]]


@frozen(kw_only=True)
class Benchmark:
    """A comparison. The first side is what the others are set against.

    Attributes:
        title: what is done, in a line; unit, units: what is counted, and how many of it one turn does.
        counts: figures without noise, by name and side (statements, rows), shown beside the times.
        notes: what a reader has to know to judge the figures.
    """

    title: str
    unit: str
    units: int
    sides: tuple[Side, ...]
    counts: Mapping[str, Mapping[str, float]] = field(factory=dict)
    notes: tuple[str, ...] = ()


@frozen
class Turn:
    """What one side took in one round: seconds on the wall's clock, and of the processor."""

    wall: float
    processor: float


@frozen
class Result:
    """What was measured: the turns of each side, by round."""

    name: str
    benchmark: Benchmark
    turns: Mapping[str, tuple[Turn, ...]]

    def rates(self, side: str) -> list[float]:
        """Units per second, by round."""
        return [self.benchmark.units / turn.wall for turn in self.turns[side]]

    def processor(self, side: str) -> float:
        """Milliseconds of the processor per unit; the median."""
        return median(turn.processor for turn in self.turns[side]) * 1000 / self.benchmark.units

    def ratio(self, side: str) -> float:
        """The side's rate as a share of the first side's, within each round; the median."""
        first = self.benchmark.sides[0].name
        return median(theirs / ours for theirs, ours in zip(self.rates(side), self.rates(first), strict=True))

    def as_json(self) -> dict[str, object]:
        """Every figure, for another program."""
        sides = {
            side.name: {
                "per_second": median(self.rates(side.name)),
                "ratio_to_first": self.ratio(side.name),
                "processor_ms_per_unit": self.processor(side.name),
                "wall_seconds": [turn.wall for turn in self.turns[side.name]],
            }
            for side in self.benchmark.sides
        }
        benchmark = self.benchmark
        return {
            "name": self.name,
            "title": benchmark.title,
            "unit": benchmark.unit,
            "units_per_turn": benchmark.units,
            "sides": sides,
            "counts": {name: dict(of_side) for name, of_side in benchmark.counts.items()},
            "notes": list(benchmark.notes),
        }


def run_in_turns(name: str, benchmark: Benchmark, *, rounds: int, tell: Callable[[str], None]) -> Result:
    """Let every side take its turn in every round; who goes first moves on by one each time."""
    turns: dict[str, list[Turn]] = {side.name: [] for side in benchmark.sides}
    for number in range(rounds):
        tell(f"round {number + 1} of {rounds}")
        first = number % len(benchmark.sides)
        for side in (*benchmark.sides[first:], *benchmark.sides[:first]):
            with tempfile.TemporaryDirectory(prefix="orderkit-turn-") as folder, side.ready(Path(folder)) as work:
                turns[side.name].append(_timed(work))
    return Result(name, benchmark, {side: tuple(each) for side, each in turns.items()})


def _timed(work: Work) -> Turn:
    gc.collect()
    processor, wall = time.process_time(), time.perf_counter()
    work()
    return Turn(time.perf_counter() - wall, time.process_time() - processor)
