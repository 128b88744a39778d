"""What a run is made of: its tables, its desk, its store and its gateway, each as plain as a host would have it.

Whoever examines the simulator puts something broken in their place, by `Parts`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from attrs import evolve, frozen

from orderkit.actors import Actor
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.scripted import ALL_CAPABILITIES, ScriptedGateway
from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.desk import Orderkit
from orderkit.lifecycles import Lifecycle
from orderkit.policies import Policies
from orderkit.ports.gateway import PaymentGateway
from orderkit.ports.storage import Storage
from orderkit.profiles import Profile, retail
from orderkit.testing.simulation.ports import VirtualClock
from orderkit.testing.simulation.setup import Setup

CLERK = Actor.user("u-7", roles={"sales"})


@cache
def tables() -> Mapping[str, Lifecycle]:
    """The tables of every run; compiled once, because that takes longer than a short run."""
    return retail.lifecycles()


@frozen
class CompiledProfile(Profile):
    """The plain shop with its tables compiled already."""

    def lifecycles(self, extensions: object = ()) -> Mapping[str, Lifecycle]:
        return tables()


def profile_of(setup: Setup) -> Profile:
    policies = Policies(approve_refunds="by_person" if setup.by_person else "at_once")
    return CompiledProfile(
        name=retail.name, order=retail.order, item=retail.item, item_kinds=retail.item_kinds, policies=policies
    )


def _as_it_is(storage: Storage) -> Storage:
    return storage


def _behind_its_door(name: str, door: PaymentGateway) -> PaymentGateway:
    return door


def _opened_again(storage: Storage) -> Storage:
    """What a new process opens after the old one fell."""
    if isinstance(storage, SqlStorage):
        storage.close()
        return SqlStorage(storage.url, durability="relaxed")
    return storage


@frozen
class Parts:
    """What a run is made of; whoever examines the simulator replaces one of them by one that is broken.

    Attributes:
        opened: the store itself; fallen: what a new process finds of it.
        gateway: what the desks call, of its name and its door.
        desk: makes a desk.
    """

    opened: Callable[[Storage], Storage] = _as_it_is
    fallen: Callable[[Storage], Storage] = _opened_again
    gateway: Callable[[str, PaymentGateway], PaymentGateway] = _behind_its_door
    desk: Callable[..., Orderkit] = Orderkit


def card_of(setup: Setup, clock: VirtualClock) -> ScriptedGateway:
    card = ScriptedGateway.under(
        setup.keys,
        clock,
        capabilities=evolve(ALL_CAPABILITIES, several_captures=setup.several_captures),
        carries_metadata=setup.carries_metadata,
        tells_totals=setup.tells_totals,
        unseen_for=setup.unseen_for,
        holds_for=setup.holds_for,
    )
    card.capabilities = evolve(card.capabilities, looks_up=card.capabilities.looks_up and setup.looks_up)
    return card


def _fastest() -> str | None:
    """A place in memory where there is one; the file is as real there."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a folder of its own is made in it


@cache
def _template() -> bytes:
    """A database with the tables and nothing in them, migrated once per process."""
    with tempfile.TemporaryDirectory(prefix="orderkit-template-", dir=_fastest()) as folder:
        file = Path(folder) / "shop.db"
        storage = SqlStorage(f"sqlite:///{file}", durability="relaxed")
        storage.migrate()
        storage.close()
        return file.read_bytes()


def storage_of(setup: Setup, folder: Path) -> Storage:
    """An empty store; a file of its own where it is one on disk."""
    if setup.store == "memory":
        return MemoryStorage()
    file = folder / "shop.db"
    file.write_bytes(_template())
    return SqlStorage(f"sqlite:///{file}", durability="relaxed")


def new_folder() -> Path:
    """A place for a run's files."""
    return Path(tempfile.mkdtemp(prefix="orderkit-", dir=_fastest()))
