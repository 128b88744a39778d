"""A worker: sells, refunds, cancels, takes webhooks and does what is due, until somebody kills it.

    python -m tests.crash.worker --database URL --port PORT --folder FOLDER --name NAME --seed SEED

Every command has a key, and is noted before it is asked for and after it was answered; a new worker of the same name
first repeats what the one before it never heard about, as a customer would who presses the button again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import UUID

from attrs import define, field
from tests.crash.commands import COMMANDS
from tests.crash.desks import Counter, counter
from tests.crash.dice import Dice
from tests.crash.notes import Asked, Notes, Plain

from orderkit import InvalidRequest, KeyReused, NotFound, OrderFamily, StorageError, TransitionError

PAUSE_SECONDS = 0.03
SLOW_ANSWERS = 0.08
"""How many answers take their time: whoever dies meanwhile has done what nobody was told of."""
WEIGHTS = {
    "sell": 22.0,
    "hold": 18.0,
    "pay": 8.0,
    "capture": 12.0,
    "refund": 12.0,
    "cancel": 7.0,
    "void": 4.0,
    "abandon": 3.0,
    "webhooks": 10.0,
    "due": 10.0,
    "sync": 3.0,
}


@define
class Worker:
    """One worker at its counter."""

    at: Counter
    notes: Notes
    name: str
    dice: Dice
    _asked: int = field(default=0, init=False)

    def begin(self) -> None:
        """Repeat what nobody heard about; keys go on behind those that were used."""
        self._asked = sum(line["what"] == "asks" for line in self.notes.lines())
        for asked in self.notes.unheard():
            self.notes.write("repeats", key=asked.key)
            self.carry_out(asked)

    def ask(self, verb: str, args: Plain) -> Plain | None:
        """A new command, noted first; what came of it, or None where it was refused."""
        self._asked += 1
        asked = Asked(f"{self.name}-{self._asked}", verb, args)
        self.notes.write("asks", key=asked.key, verb=verb, args=args)
        return self.carry_out(asked)

    def carry_out(self, asked: Asked) -> Plain | None:
        """Ask, again under the same key while the store cannot be used, and note the answer."""
        while True:
            try:
                made = COMMANDS[asked.verb](self.at.shop, asked.key, asked.args)
            except (TransitionError, InvalidRequest) as error:
                self.notes.write("refused", key=asked.key, why=str(error))
                return None
            except NotFound as error:  # what was there is there for ever
                self.notes.write("lost", key=asked.key, why=str(error))
                return None
            except KeyReused:
                raise
            except StorageError:
                time.sleep(PAUSE_SECONDS)
                continue
            if self.dice.roll() < SLOW_ANSWERS:
                time.sleep(self.dice.between(0.05, 0.3))
            self.notes.write("done", key=asked.key, verb=asked.verb, made=made)
            return made

    def step(self) -> None:
        """One thing that a worker does."""
        getattr(self, f"do_{self.dice.weighed(WEIGHTS)}")()

    # selling

    def do_sell(self) -> None:
        order = self._placed()
        self.ask("pay", {"order": order["order"], "minor": None, "capture": True})

    def do_hold(self) -> None:
        order = self._placed()
        paid = self.ask("pay", {"order": order["order"], "minor": None, "capture": False})
        if paid is not None and paid["status"] == "authorized":
            self.ask("capture", {"payment": paid["payment"], "minor": self.dice.one_of([None, 100, 250])})

    def do_pay(self) -> None:
        """What is open on some order, or a part of it; often there is nothing, and then it is refused."""
        family = self._some_family()
        minor = self.dice.one_of([None, 100, 333])
        self.ask("pay", {"order": str(family.order.id), "minor": minor, "capture": self.dice.roll() < 0.6})

    def _placed(self) -> Plain:
        lines = [(100 + self.dice.below(2_000), 1 + self.dice.below(3)) for _ in range(1 + self.dice.below(2))]
        placed = self.ask("place", {"lines": lines})
        assert placed is not None, "an order of good lines was refused"
        return placed

    # on what others sold

    def do_capture(self) -> None:
        self._on_some_payment("capture", {"minor": self.dice.one_of([None, 100, 250])})

    def do_void(self) -> None:
        self._on_some_payment("void", {})

    def do_abandon(self) -> None:
        self._on_some_payment("abandon", {})

    def do_refund(self) -> None:
        family = self._some_family()
        item = self.dice.one_of(family.items)
        self.ask("refund", {"order": str(family.order.id), "items": [(str(item.id), self.dice.one_of([None, 1]))]})

    def do_cancel(self) -> None:
        self.ask("cancel", {"order": str(self._some_family().order.id)})

    def _on_some_payment(self, verb: str, args: Plain) -> None:
        payments = self._some_family().payments
        if payments:
            self.ask(verb, {"payment": str(self.dice.one_of(payments).id), **args})

    def _some_family(self) -> OrderFamily:
        """One of the latest orders, whoever placed it."""
        rows = self._read(lambda: self.at.shop.orders.list(limit=25).rows)
        order_id = self.dice.one_of(rows).id if rows else UUID(self._placed()["order"])
        found: OrderFamily = self._read(lambda: self.at.shop.orders.details(order_id).family)
        return found

    # what nobody asks for

    def do_webhooks(self) -> None:
        """Take what the bank has to say; it is acknowledged only where it is kept."""
        try:
            for event in self.at.bank.events(20):
                headers = {"signature": event["signature"]}
                receipt = self.at.desk.receive("card", event["body"].encode(), headers)
                assert receipt.http_status == 200, receipt
                self.at.bank.acknowledge(event["id"])
        except (StorageError, OSError, HTTPException, ValueError):
            time.sleep(PAUSE_SECONDS)

    def do_due(self) -> None:
        try:
            self.at.desk.run_due(limit=30)
        except StorageError:
            time.sleep(PAUSE_SECONDS)

    def do_sync(self) -> None:
        family = self._some_family()
        self._read(lambda: self.at.shop.sync_payments(family.order.id))

    def _read(self, ask: Callable[[], Any]) -> Any:
        while True:
            try:
                return ask()
            except NotFound:
                raise
            except StorageError:
                time.sleep(PAUSE_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("database", "port", "folder", "name", "seed"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()
    folder = Path(given.folder)
    at = counter(given.database, int(given.port), name=given.name, folder=folder)
    notes = Notes(folder / f"notes-{given.name}")
    worker = Worker(at, notes, given.name, Dice(given.seed))
    parent = os.getppid()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    worker.begin()
    while os.getppid() == parent:  # nobody works on for a conductor that is gone
        worker.step()


if __name__ == "__main__":
    main()
