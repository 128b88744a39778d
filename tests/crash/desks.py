"""The desk as every process of the sweep wires it: one shop, one bank, one channel, and a profile in a hurry.

Times are short so that nobody has to turn a clock: a lost call is looked up after a third of a second, and what the
bank has never seen counts as never sent six seconds after it was asked for.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from attrs import evolve, field, frozen
from tests.crash.bank_gateway import BankGateway

from orderkit import Actor, Delivered, Message, Orderkit, Policies, Shop, profiles
from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.ports.clock import Clock, SystemClock

SCOPE = "crash"
IN_A_HURRY = Policies(
    send_within=timedelta(seconds=1),
    look_ups=(timedelta(seconds=0.3), timedelta(seconds=1), timedelta(seconds=2)),
    give_up_after=timedelta(minutes=20),
)


@frozen
class FileChannel:
    """Appends the id of each message to a file, durable before it counts as delivered."""

    path: Path

    def deliver(self, message: Message) -> Delivered:
        file = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        try:
            os.write(file, f"{message.id}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)
        return Delivered()


@frozen
class AheadClock:
    """The real time, and so much more: for what a dead worker had leased for minutes."""

    by: timedelta
    _clock: Clock = field(factory=SystemClock)

    def now(self) -> datetime:
        return self._clock.now() + self.by


@frozen
class Counter:
    """A desk with the shop that works at it."""

    desk: Orderkit
    shop: Shop
    storage: SqlStorage
    bank: BankGateway


def counter(url: str, port: int, *, name: str, folder: Path, ahead: timedelta = timedelta(0)) -> Counter:
    """A desk on this database and this bank, for whoever has this name."""
    storage, bank = SqlStorage(url), BankGateway(port)
    desk = Orderkit(
        storage=storage,
        profile=evolve(profiles.retail, policies=IN_A_HURRY),
        gateways={"card": bank},
        channels={"events": FileChannel(folder / f"delivered-{name}")},
        clock=AheadClock(ahead),
    )
    return Counter(desk, desk.scope(SCOPE, actor=Actor.user(name)), storage, bank)
