"""What a run has met: faults by the state of what they hit, and things that have to happen sometimes.

A session that never met what it lists has proved nothing about it, so it fails and names it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import define, field


@define
class Counts:
    """Tallies; those of several runs add up.

    Attributes:
        figures: how many runs, commands, commits, calls and so on.
        pairs: how often a fault hit something in a state, as ``fault | state``.
        sometimes: how often something rare was seen.
    """

    figures: Counter[str] = field(factory=Counter)
    pairs: Counter[str] = field(factory=Counter)
    sometimes: Counter[str] = field(factory=Counter)

    def hit(self, fault: str, state: str) -> None:
        self.pairs[f"{fault} | {state}"] += 1

    def add(self, other: Counts) -> None:
        self.figures.update(other.figures)
        self.pairs.update(other.pairs)
        self.sometimes.update(other.sometimes)


def never_met(counts: Counts, pairs: Iterable[str], sometimes: Iterable[str]) -> list[str]:
    """What is listed and was not met."""
    missing = [each for each in pairs if not counts.pairs[each]]
    return missing + [each for each in sometimes if not counts.sometimes[each]]
