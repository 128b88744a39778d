"""The storage suite's fourth part: threads that are let go at the same moment, and units of work that overlap.

Whether a store blocks or refuses is its own affair; what is counted is what was committed.
"""

from __future__ import annotations

from functools import partial
from threading import Barrier, Event

import pytest

from orderkit.errors import Busy, StaleRecord
from orderkit.family import OrderFamily
from orderkit.history import replay, without_personal
from orderkit.ports.storage import Storage
from orderkit.testing.families import SCOPE, change_of, new_family
from orderkit.testing.storage_steps import (
    PATIENCE_SECONDS,
    commit,
    insist,
    keep,
    load,
    noted,
    together,
    with_attention,
)

WRITERS = 4
CHANGES_EACH = 5
PAUSE_SECONDS = 0.002


class Races:
    """Threads change and read the same orders."""

    overlaps: bool

    def test_of_many_writers_one_wins(self, storage: Storage) -> None:
        """Of several threads that decided on the same version, exactly one commits; the others are told so."""
        family = keep(storage, new_family())
        changes = [change_of(family, noted(family, f"writer {number}")) for number in range(WRITERS)]
        outcomes = together(*(partial(commit, storage, change) for change in changes))
        assert sorted(isinstance(each, StaleRecord | Busy) for each in outcomes) == [False] + [True] * (WRITERS - 1)
        winner = next(change for change, each in zip(changes, outcomes, strict=True) if each is None)
        assert load(storage, family.order.id) == winner.after

    def test_accepted_changes_add_up(self, storage: Storage) -> None:
        """Threads that change one order again and again lose nothing: every accepted change is in it, once."""
        family = keep(storage, new_family())
        outcomes = together(*(partial(_hammer, storage, family, writer) for writer in range(WRITERS)))
        assert outcomes == [CHANGES_EACH] * WRITERS
        after = load(storage, family.order.id)
        notes = sorted((after.order.contract or "").split())
        assert notes == sorted(f"{writer}.{count}" for writer in range(WRITERS) for count in range(CHANGES_EACH))
        assert after.order.version == 1 + WRITERS * CHANGES_EACH
        with storage.reading() as reading:
            assert replay(reading.history(SCOPE, family.order.id)) == without_personal(after)

    def test_readers_see_no_half_of_a_commit(self, storage: Storage) -> None:
        """While an order is being changed, whoever loads it finds all of a change or nothing of it."""
        family = keep(storage, new_family())
        done = Event()
        read, reader = partial(_read_until, storage, family, done), 2
        outcomes = together(partial(_grow, storage, family, done), *([read] * reader))
        torn = [each for each in outcomes if each is not None]
        assert torn == []

    def test_overlapping_units_of_work_do_not_both_commit(self, storage: Storage) -> None:
        """Of two units of work that have both loaded the order before either writes, exactly one commits."""
        if not self.overlaps:
            pytest.skip("the store lets one unit of work wait for the other")
        family = keep(storage, new_family())
        loaded = Barrier(2, timeout=PATIENCE_SECONDS)
        outcomes = together(*(partial(_change_after, storage, family, loaded, note) for note in ("one", "two")))
        assert sorted(isinstance(each, StaleRecord | Busy) for each in outcomes) == [False, True]
        assert load(storage, family.order.id).order.version == 2

    def test_an_open_unit_of_work_is_refused_when_it_was_overtaken(self, storage: Storage) -> None:
        """A unit of work that is still open when another one commits cannot write over it."""
        if not self.overlaps:
            pytest.skip("the store lets one unit of work wait for the other")
        family = keep(storage, new_family())
        with pytest.raises(StaleRecord):
            _overtaken(storage, family)
        assert load(storage, family.order.id).order.contract == "quick"


def _hammer(storage: Storage, family: OrderFamily, writer: int) -> int:
    for count in range(CHANGES_EACH):
        insist(partial(_add_note, storage, family, f"{writer}.{count}"))
    return CHANGES_EACH


def _add_note(storage: Storage, family: OrderFamily, note: str) -> None:
    now = load(storage, family.order.id)
    # Give the others time to load the same version: on a fast store they would never meet otherwise.
    Event().wait(PAUSE_SECONDS)
    commit(storage, change_of(now, noted(now, f"{now.order.contract or ''} {note}")))


def _grow(storage: Storage, family: OrderFamily, done: Event) -> None:
    """Change the order's own row and a relative's table, in one commit each time."""
    try:
        for _ in range(WRITERS * CHANGES_EACH):
            now = load(storage, family.order.id)
            commit(storage, change_of(now, noted(with_attention(now), str(now.order.version))))
    finally:
        done.set()


def _read_until(storage: Storage, family: OrderFamily, done: Event) -> str | None:
    """What of a loaded family belonged to another version than the rest."""
    while not done.is_set():
        now = load(storage, family.order.id)
        expected = str(now.order.version - 1) if now.order.version > 1 else None
        if len(now.attention) != now.order.version - 1 or now.order.contract != expected:
            return f"version {now.order.version} with {len(now.attention)} entries, {now.order.contract}"
    return None


def _overtaken(storage: Storage, family: OrderFamily) -> None:
    with storage.begin() as slow:
        now = slow.family(SCOPE, family.order.id)
        commit(storage, change_of(family, noted(family, "quick")))
        slow.write(change_of(now, noted(now, "slow")))


def _change_after(storage: Storage, family: OrderFamily, loaded: Barrier, note: str) -> None:
    with storage.begin() as work:
        now = work.family(SCOPE, family.order.id)
        loaded.wait()
        work.write(change_of(now, noted(now, note)))
