"""The simulated world: one shop with everything around it, and the laws asked at every step of it.

It is built by a setup and driven by decisions; nothing in it reads a real clock, a real source of chance or a network.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from attrs import define, field

from orderkit.adapters.credit import CreditGateway
from orderkit.adapters.offline import OfflineGateway
from orderkit.adapters.scripted import ScriptedGateway
from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.capabilities import Capabilities
from orderkit.desk import Orderkit
from orderkit.ports.gateway import Instruction, PaymentGateway
from orderkit.ports.storage import Change, Storage
from orderkit.shop import Shop
from orderkit.testing.simulation.breaking import Broken
from orderkit.testing.simulation.channels import Receiver
from orderkit.testing.simulation.choices import Choices
from orderkit.testing.simulation.counting import Counts
from orderkit.testing.simulation.doors import CardDoor, CreditDoor, Door
from orderkit.testing.simulation.known import SCOPE, Known
from orderkit.testing.simulation.laws import Call, Step
from orderkit.testing.simulation.ledgers import Oracle
from orderkit.testing.simulation.noticing import seen
from orderkit.testing.simulation.parts import CLERK, Parts, card_of, new_folder, profile_of, storage_of, tables
from orderkit.testing.simulation.ports import CountedIds, VirtualClock
from orderkit.testing.simulation.setup import Setup
from orderkit.testing.simulation.stores import SimulatedStorage, Written
from orderkit.testing.simulation.table import ARRIVED_LAWS, ARRIVING_LAWS, COMMIT_LAWS
from orderkit.testing.simulation.turns import Log, Turns

T = TypeVar("T")


@define
class World:
    """One shop, its gateways, its customers, and what is known of them all."""

    setup: Setup
    choices: Choices
    parts: Parts = field(factory=Parts)
    counts: Counts = field(factory=Counts)
    log: Log = field(factory=Log)
    clock: VirtualClock = field(factory=VirtualClock)
    ids: CountedIds = field(factory=CountedIds)
    known: Known = field(factory=Known)
    turns: Turns = field(init=False)
    card: ScriptedGateway = field(init=False)
    oracle: Oracle = field(init=False)
    storage: SimulatedStorage = field(init=False)
    receiver: Receiver = field(init=False)
    gateways: dict[str, PaymentGateway] = field(factory=dict, init=False)
    doors: list[Door] = field(factory=list, init=False)
    arriving_by: dict[str, datetime] = field(factory=dict, init=False)
    _folder: Path = field(factory=new_folder, init=False)
    _opened: Storage = field(init=False)

    def __attrs_post_init__(self) -> None:
        setup = self.setup
        self.turns = Turns(
            self.choices,
            self.log,
            changes=setup.changes,
            crashes=setup.crashes,
            falls=setup.falls,
            restart=self.restart,
            on_death=self._died,
            tick=lambda: self.clock.advance(timedelta(milliseconds=1)),
        )
        self.card = card_of(setup, self.clock)
        self.oracle = Oracle(self.card)
        self._opened = self.parts.opened(storage_of(setup, self._folder))
        self.storage = SimulatedStorage(
            self._opened,
            self.turns,
            self.counts,
            one_writes=setup.store == "sqlite",
            faults=setup.store_faults,
            on_commit=self.committed,
        )
        self.receiver = Receiver(self.turns, self.counts, faults=setup.store_faults)
        self._build_doors()

    def _build_doors(self) -> None:
        faults = self.setup.gateway_faults
        credit = CreditGateway(self.storage, self.clock)
        card = CardDoor(
            name="card",
            inner=self.card,
            turns=self.turns,
            watcher=self,
            arriving_by=self.arriving_by,
            faults=faults,
            now=self.clock.now,
        )
        doors: dict[str, Door] = {
            "card": card,
            "bank": self._plain(Door, "bank", OfflineGateway()),
            "credit": self._plain(CreditDoor, "credit", credit),
        }
        self.doors.extend(doors.values())
        self.gateways.update((name, self.parts.gateway(name, door)) for name, door in doors.items())

    def _plain(self, door: type[Door], name: str, inner: PaymentGateway) -> Door:
        """A door behind which nothing is scripted."""
        return door(
            name=name,
            inner=inner,
            turns=self.turns,
            watcher=self,
            arriving_by=self.arriving_by,
            faults=self.setup.gateway_faults // 4,
        )

    # what runs in it

    def desk(self) -> Orderkit:
        """A desk of its own for every worker, as for every process."""
        return self.parts.desk(
            storage=self.storage,
            profile=profile_of(self.setup),
            gateways=self.gateways,
            channels={"events": self.receiver},
            clock=self.clock,
            ids=self.ids,
        )

    def shop(self, desk: Orderkit) -> Shop:
        return desk.scope(SCOPE, actor=CLERK)

    def pick(self, *weights: int) -> int:
        """A decision of the command that runs."""
        return self.choices.pick(self.turns.current.stream, weights)

    def one_of(self, of: Sequence[T]) -> T:
        return of[self.pick(*(1,) * len(of))]

    def advance(self, by: timedelta) -> None:
        """Time passes, as far as no call is on its way that has to arrive before."""
        latest = min(self.arriving_by.values(), default=None)
        if latest is not None:
            by = min(by, max(timedelta(0), latest - self.clock.at - timedelta(seconds=1)))
        self.clock.advance(by)
        self.log.add(self.turns.current.name, f"time passes: {by}")
        self.oracle.news()

    def restart(self) -> None:
        """The process has fallen, and a new one opens what is on the disk."""
        self.log.add("", "the process starts again")
        self._opened = self.storage.inner = self.parts.fallen(self._opened)
        self.known.read_again(self.storage.inner)
        for key in self.oracle.booked_keys:
            if key not in self.known.operations:
                raise Broken("I-09", "every line of the gateway has an operation", f"none for {key} after a fall")

    def close(self) -> None:
        """Let the disk go."""
        if isinstance(self._opened, SqlStorage):
            self._opened.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    # what is asked of it

    def committed(self, written: Written) -> None:
        """Ask every law of a commit, by what the store says now."""
        for customer, entry in zip(written.customers, written.credit, strict=True):
            self.known.accounts[customer, entry.amount.currency].append(entry)
        self.oracle.news()
        for change in written.changes:
            self._changed(change)

    def _changed(self, change: Change) -> None:
        id = change.after.order.id
        with self.storage.inner.reading() as store:
            family = store.family(SCOPE, id)
        step = Step(self.known, self.oracle, tables(), change, self.known.families.get(id), family)
        for law in COMMIT_LAWS:
            law.ask(step)
        self.known.take(change, family)
        self.counts.sometimes.update(seen(step))

    def arriving(self, gateway: str, able: Capabilities, asked: Instruction) -> None:
        self.counts.figures["gateway calls"] += 1
        known = self.oracle.asked.get(asked.key)
        call = self._call(gateway, able, asked, is_again=known is not None)
        if known is not None:
            self.counts.sometimes["a key came to a gateway a second time"] += 1
        for law in ARRIVING_LAWS:
            law.ask(call)
        self.oracle.asked.setdefault(asked.key, (asked, self.clock.at))

    def arrived(self, gateway: str, asked: Instruction) -> None:
        self.oracle.news()
        call = self._call(gateway, self.gateways[gateway].capabilities, asked, is_again=True)
        for law in ARRIVED_LAWS:
            law.ask(call)

    def latest(self, gateway: str, able: Capabilities, asked: Instruction) -> datetime:
        stored = self.known.operation(asked.key)
        return (self.clock.at if stored is None else stored.send_before) + able.grace

    def break_word(self, asked: Instruction) -> None:
        self.known.excused.add(asked.order_id)

    def hit(self, fault: str, asked: Instruction) -> None:
        self.counts.figures["gateway faults"] += 1
        stored = self.known.operation(asked.key)
        self.counts.hit(fault, asked.type if fault not in ("look-up lost", "look-up refused") else "any")
        if stored is not None and fault in ("look-up lost", "look-up refused"):
            self.counts.hit(fault, stored.status)

    def _call(self, gateway: str, able: Capabilities, asked: Instruction, *, is_again: bool) -> Call:
        first, first_at = self.oracle.asked.get(asked.key, (asked, self.clock.at))
        return Call(
            known=self.known,
            oracle=self.oracle,
            gateway=gateway,
            able=able,
            asked=asked,
            first=first,
            first_at=first_at,
            now=self.clock.at,
            is_again=is_again,
            units=self.turns.current.units,
        )

    def _died(self, where: str, whole: bool) -> None:
        self.counts.figures["falls" if whole else "crashes"] += 1
        self.counts.hit("the process dies" if whole else "a worker dies", where)
        if self.arriving_by:
            self.counts.sometimes["somebody died while a call was on its way"] += 1
