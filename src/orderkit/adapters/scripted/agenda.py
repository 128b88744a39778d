"""What is going to happen, and when: late effects, settlements, authorizations that lapse. No clock is read here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from attrs import define, field, frozen

Act = Callable[[datetime], None]


@frozen(kw_only=True)
class Entry:
    """One act, to be done at `due`; `key` is the operation it belongs to, `call` whether it is a call under way."""

    due: datetime
    number: int
    act: Act
    key: UUID | None = None
    call: bool = False


@define
class Agenda:
    """Acts in the order in which they are due; those of one instant in the order in which they were entered."""

    _entries: list[Entry] = field(factory=list, init=False)
    _entered: int = field(default=0, init=False)

    def enter(self, due: datetime, act: Act, *, key: UUID | None = None, call: bool = False) -> None:
        """Do this at `due`."""
        self._entered += 1
        self._entries.append(Entry(due=due, number=self._entered, act=act, key=key, call=call))
        self._entries.sort(key=lambda each: (each.due, each.number))

    def next_due(self) -> datetime | None:
        """When something happens next; None when nothing will."""
        return self._entries[0].due if self._entries else None

    def run(self, until: datetime) -> None:
        """Do what is due, each as of its own instant, so that it does not matter when somebody looks."""
        while self._entries and self._entries[0].due <= until:
            entry = self._entries.pop(0)
            entry.act(entry.due)

    def calls(self) -> tuple[UUID, ...]:
        """The keys of the calls that are under way."""
        return tuple(each.key for each in self._entries if each.call and each.key is not None)

    def hurry(self, key: UUID, at: datetime) -> None:
        """Do what is entered for a call under way now."""
        for entry in [each for each in self._entries if each.call and each.key == key]:
            self._entries.remove(entry)
            entry.act(at)

    def drop(self, key: UUID) -> None:
        """Whatever was going to come of this operation does not happen."""
        self._entries = [each for each in self._entries if each.key != key]
