"""Dice that look random and fall the same way in every run with the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

from attrs import define, field

T = TypeVar("T")


@define
class Dice:
    """Numbers from a seed; whoever rolls in the same order gets the same ones."""

    seed: str
    _rolled: int = field(default=0, init=False)

    def roll(self) -> float:
        """From 0 up to, and without, 1."""
        self._rolled += 1
        digest = hashlib.sha256(f"{self.seed} {self._rolled}".encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.roll()

    def below(self, end: int) -> int:
        return int(self.roll() * end)

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def weighed(self, weights: Mapping[T, float]) -> T:
        """One of the keys, each as often as its weight says."""
        mark = self.roll() * sum(weights.values())
        for choice, weight in weights.items():
            mark -= weight
            if mark < 0:
                return choice
        return choice
