"""The smallest schedule that still breaks the law: commands are left out, then faults and changes of hands.

Delta debugging over the decisions of a run that failed; each candidate is played in full, within a time that is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import define, field

from orderkit.testing.simulation.choices import REST, SETUP
from orderkit.testing.simulation.running import Outcome

Streams = dict[str, list[int]]
Play = Callable[[Mapping[str, Sequence[int]]], Outcome]


@define
class Shrinking:
    """Makes a failing run smaller.

    Attributes:
        play: plays a record of decisions.
        goes_on: False when there is no more time.
        tried: how many candidates were played.
    """

    smallest: Outcome
    play: Play
    goes_on: Callable[[], bool]
    tried: int = field(default=0, init=False)

    def shrink(self) -> Outcome:
        """The smallest failing run that was found."""
        while self.goes_on():
            before = _size(self.smallest)
            self._leave_out_commands()
            self._take_defaults()
            if _size(self.smallest) >= before:
                break
        return self.smallest

    def _leave_out_commands(self) -> None:
        """In ever smaller groups."""
        width = max(1, len(self._commands()) // 2)
        while width:
            start = 0
            while start < len(self._commands()):
                group = set(self._commands()[start : start + width])
                smaller = {name: taken for name, taken in self._streams().items() if name not in group}
                if not self._is_smaller(smaller):
                    start += width
            width //= 2

    def _take_defaults(self) -> None:
        """Decision by decision, the last ones first."""
        for name in reversed(list(self._streams())):
            if name == SETUP:
                continue
            for position in reversed(range(len(self._streams().get(name, ())))):
                taken = self._streams().get(name, [])
                if position < len(taken) and taken[position] and not (position == 0 and name != REST):
                    changed = [*taken[:position], 0, *taken[position + 1 :]]
                    self._is_smaller({**self._streams(), name: changed})

    def _is_smaller(self, record: Streams) -> bool:
        if not self.goes_on():
            return False
        self.tried += 1
        outcome = self.play(record)
        if outcome.broken != self.smallest.broken or _size(outcome) >= _size(self.smallest):
            return False
        self.smallest = outcome
        return True

    def _streams(self) -> Streams:
        return {name: list(taken) for name, taken in self.smallest.record.items()}

    def _commands(self) -> list[str]:
        return [name for name, taken in self.smallest.record.items() if name not in (SETUP, REST) and any(taken)]


def _size(outcome: Outcome) -> tuple[int, int, int]:
    """Commands first, then eventful decisions, then lines."""
    record = outcome.record
    commands = sum(1 for name, taken in record.items() if name not in (SETUP, REST) and any(taken))
    eventful = sum(1 for name, taken in record.items() if name != SETUP for each in taken if each)
    return commands, eventful, len(outcome.log.lines)


def decisions(record: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """A record as text, a stream a line."""
    return (f"{name}: {' '.join(map(str, taken))}" for name, taken in record.items() if any(taken))
