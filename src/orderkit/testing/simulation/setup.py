"""What a run is set up with: which store, which gateway's contract, how many workers, how much goes wrong.

Only that choice lives here; the run's seed makes it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal, TypeVar

from attrs import frozen

from orderkit.adapters.scripted import PROFILES, KeyProfile
from orderkit.testing.simulation.choices import SETUP, Choices

T = TypeVar("T")

StoreKind = Literal["memory", "sqlite"]
Mode = Literal["liveness", "safety"]


@frozen(kw_only=True)
class Setup:
    """One run's conditions.

    Attributes:
        mode: in `liveness` the faults stop at last and everything has to come to rest; in `safety` they never stop.
        workers: how many; commands: how many each of them gives.
        contract: what the card gateway's keys are worth, by the name of its profile.
        looks_up, several_captures, carries_metadata, tells_totals: what that gateway can do.
        unseen_for: for how long after a call it is missing from look-ups; within what the gateway declares.
        holds_for: when an authorization lapses; None is never.
        by_person: refunds wait for somebody's approval.
        gateway_faults, store_faults: how many of a hundred calls go wrong.
        changes, crashes, falls: see `Turns`.
    """

    mode: Mode = "liveness"
    store: StoreKind = "memory"
    workers: int = 2
    commands: int = 6
    contract: str = "default"
    looks_up: bool = True
    several_captures: bool = True
    carries_metadata: bool = True
    tells_totals: bool = False
    unseen_for: timedelta = timedelta(0)
    holds_for: timedelta | None = None
    by_person: bool = False
    gateway_faults: int = 0
    store_faults: int = 0
    changes: int = 2
    crashes: int = 0
    falls: int = 0

    @property
    def keys(self) -> KeyProfile:
        return PROFILES[self.contract]


_CONTRACTS: Final = tuple(PROFILES)
_MODES: Final[tuple[Mode, ...]] = ("liveness", "safety")
_STORES: Final[tuple[StoreKind, ...]] = ("memory", "sqlite")


def drawn(choices: Choices) -> Setup:
    """The conditions that a run's decisions make."""

    def one(of: tuple[T, ...], *weights: int) -> T:
        return of[choices.pick(SETUP, weights or (1,) * len(of))]

    return Setup(
        mode=one(_MODES, 6, 4),
        store=one(_STORES, 5, 5),
        workers=one((2, 3, 4), 5, 4, 1),
        commands=one((10, 15, 7), 4, 3, 3),
        contract=one(_CONTRACTS, 4, *(1,) * (len(_CONTRACTS) - 1)),
        looks_up=one((True, False), 8, 2),
        several_captures=one((True, False), 6, 4),
        carries_metadata=one((True, False), 9, 1),
        tells_totals=one((False, True), 9, 1),
        unseen_for=one((timedelta(0), timedelta(seconds=30)), 7, 3),
        holds_for=one((None, timedelta(days=5)), 7, 3),
        by_person=one((False, True), 8, 2),
        gateway_faults=one((0, 15, 40), 2, 5, 4),
        store_faults=one((0, 4, 12), 3, 5, 2),
        changes=one((2, 1, 5), 4, 3, 3),
        crashes=one((0, 8, 25), 4, 4, 2),
        falls=one((0, 3, 8), 5, 3, 2),
    )
