"""One run: a world is set up, its workers live, it comes to rest, and whatever must hold is asked. A pure function of
its seed, or of a record of decisions.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from orderkit.journal import JournalEntry
from orderkit.testing.simulation.acts import Acts
from orderkit.testing.simulation.asking import Memory
from orderkit.testing.simulation.breaking import Broken
from orderkit.testing.simulation.choices import Choices, Record
from orderkit.testing.simulation.counting import Counts
from orderkit.testing.simulation.parts import Parts
from orderkit.testing.simulation.rest_laws import REST_LAWS, STORED_LAWS, Ended, journal_of
from orderkit.testing.simulation.resting import Rest
from orderkit.testing.simulation.setup import Setup, drawn
from orderkit.testing.simulation.turns import Log, Worker
from orderkit.testing.simulation.world import World


@frozen(kw_only=True)
class Outcome:
    """What a run came to.

    Attributes:
        broken: the id of the law that did not hold; None where all did. `why` is its sentence and what was found.
        record: every decision, by stream: with it the run can be played again, as a whole or in part.
        journal: every entry, for a judge that is not ours.
    """

    seed: int
    setup: Setup
    broken: str | None
    why: str
    log: Log
    record: Mapping[str, Sequence[int]]
    counts: Counts
    journal: tuple[JournalEntry, ...] = field(default=(), repr=False)


def run(seed: int, *, record: Record | None = None, parts: Parts | None = None) -> Outcome:
    """Play one run; with `record` its decisions are taken from there, and what is missing there is uneventful."""
    choices = Choices(seed, record)
    setup = drawn(choices)
    world = World(setup, choices, parts or Parts())
    broken, why = None, ""
    journal: tuple[JournalEntry, ...] = ()
    log = logging.getLogger("orderkit")
    level = log.level
    log.setLevel(logging.CRITICAL)  # it is full of the faults that are made here
    try:
        _live(world)
        journal = tuple(journal_of(world))
    except Broken as found:
        broken, why = found.id, str(found)
    except Exception:  # noqa: BLE001  # whatever it is, a shop in which nothing goes wrong any more raises it
        broken, why = "error", traceback.format_exc()
    finally:
        world.close()
        log.setLevel(level)
    world.counts.figures["runs"] += 1
    world.counts.figures[f"runs on {setup.store}"] += 1
    return Outcome(
        seed=seed,
        setup=setup,
        broken=broken,
        why=why,
        log=world.log,
        record=choices.taken,
        counts=world.counts,
        journal=journal,
    )


def _live(world: World) -> None:
    memory = Memory()

    def body(worker: Worker) -> None:
        Acts(world, worker, memory).live(worker)

    world.turns.run([body] * world.setup.workers)
    rest = Rest(world)
    ended = Ended(world, memory, rest)
    if world.setup.mode == "liveness":
        rest.come()
        for law in REST_LAWS:
            law.ask(ended)
    for law in STORED_LAWS:
        law.ask(ended)
