"""Decisions: every one that a run takes, drawn by its seed or taken from a record; nothing else decides anything.

They stand in streams, one per command of each worker, so that a command can be left out of a record and all the
others still decide as they did.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from attrs import define, field

Record: TypeAlias = Mapping[str, Sequence[int]]
"""What was decided, by stream: places in the lists that were offered. What is missing is 0, the uneventful one."""

SETUP: Final = "setup"
REST: Final = "rest"
"""The streams of what a run is set up with, and of what happens when its commands are through."""


@define
class Choices:
    """Decides, and writes down what it decided."""

    seed: int
    record: Record | None = None
    taken: dict[str, list[int]] = field(factory=dict, init=False)
    _random: random.Random = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  # it has to be the same for the same seed

    def pick(self, stream: str, weights: Sequence[int]) -> int:
        """A place in the list of weights, the heavier ones more often. The first is what nothing happens at."""
        if len(weights) < 2:
            return 0
        taken = self.taken.setdefault(stream, [])
        place = self._drawn(weights) if self.record is None else self._recorded(stream, len(taken), weights)
        taken.append(place)
        return place

    def _drawn(self, weights: Sequence[int]) -> int:
        rest = self._random.random() * sum(weights)
        for place, weight in enumerate(weights):
            rest -= weight
            if rest < 0:
                return place
        return 0

    def _recorded(self, stream: str, position: int, weights: Sequence[int]) -> int:
        known = (self.record or {}).get(stream, ())
        place = known[position] if position < len(known) else 0
        return place if place < len(weights) and weights[place] else 0
