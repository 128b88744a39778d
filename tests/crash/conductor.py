"""The conductor: has a scene played on an empty database, brings everything to rest, and says what it came to.

What then has to agree with what is in `verdict` and `promises`.
"""

from __future__ import annotations

import time
from collections import Counter as Tally
from datetime import datetime, timedelta, timezone
from pathlib import Path

from attrs import evolve, frozen
from tests.crash.bank import Plain
from tests.crash.desks import SCOPE, Counter, counter
from tests.crash.dice import Dice
from tests.crash.notes import Notes
from tests.crash.scene import WORKERS, Scene, bank_process
from tests.crash.stores import store
from tests.crash.verdict import Found, differences, families

from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.ports.exchange import DueOperation

LONGEST_REST_SECONDS = 120.0
LEASES_ARE_OVER = timedelta(minutes=10)


@frozen(kw_only=True)
class Figures:
    """What a sweep came to.

    Attributes:
        kills: of workers; server_kills: of the database's server.
        repeated: commands that a dead worker never heard about and that were asked again.
        left_open: operations without an answer when the last worker had died, by status; recovered: how many of them
            came to an answer; after: all operations by status in the end.
        ledger: lines in the bank's own ledger; calls: how often the bank was called, repeats included.
        differences: what does not agree; empty is what everybody hopes for.
    """

    database: str
    seed: str
    kills: int
    server_kills: int
    repeated: int
    left_open: dict[str, int]
    recovered: int
    found: Found
    seconds: float
    differences: tuple[str, ...]

    def __str__(self) -> str:
        found = self.found
        lines = {
            "kills": f"{self.kills} of workers, {self.server_kills} of the database's server",
            "orders": found.orders,
            "payments": found.payments,
            "open after the last kill": _told(self.left_open),
            "recovered": self.recovered,
            "operations": _told(found.operations),
            "commands": f"{_told(found.commands)}; {self.repeated} repeated after a kill",
            "bank": f"{found.ledger} lines in its ledger, {found.calls} calls, {found.acknowledged} webhooks taken",
            "messages": f"{found.messages}, delivered {found.deliveries} times",
            "left to a person": _told(found.attention),
            "seconds": f"{self.seconds:.0f}",
            "differences": len(self.differences),
        }
        told = [f"  {name:26}{value}" for name, value in lines.items()]
        return "\n".join((f"crash sweep on {self.database}, seed {self.seed}", *told, *self.differences))


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"


def sweep(database: str, *, kills: int, seed: str, folder: Path) -> Figures:
    """Let workers sell under fire until so many of them were killed, then recover and compare.

    Raises:
        RuntimeError: a worker died of something else than SIGKILL, or the database cannot be started.
    """
    begun = time.monotonic()
    with store(database, folder) as kept, bank_process(seed) as port:
        _migrate(kept.url)
        scene = Scene(kept=kept, port=port, folder=folder, dice=Dice(f"{seed} kills"), seed=seed)
        try:
            scene.play(kills)
        finally:
            scene.end()
        at = counter(kept.url, port, name="recovery", folder=folder)
        try:
            return evolve(_judged(at, scene, folder), seconds=time.monotonic() - begun)
        finally:
            at.storage.close()


def _migrate(url: str) -> None:
    storage = SqlStorage(url)
    storage.migrate()
    storage.close()


def _judged(at: Counter, scene: Scene, folder: Path) -> Figures:
    """Everything at rest, and what does not agree then."""
    left_open = Tally(each.status for each in _open(at))
    repeated = _press_again(at, folder)
    restless = [] if _come_to_rest(at) else ["operations are still open"]
    open_now = _open(at)
    echoes = _deliver_the_rest(at)
    _relay_what_was_leased(scene, folder)
    books: Plain = at.bank.call("GET", "/books")
    found, differ = differences(at, books, folder)
    return Figures(
        database=scene.kept.name,
        seed=scene.seed,
        kills=scene.kills,
        server_kills=scene.server_kills,
        repeated=repeated,
        left_open=dict(left_open),
        recovered=sum(left_open.values()) - len(open_now),
        found=found,
        seconds=0.0,
        differences=(*restless, *echoes, *differ),
    )


def _open(at: Counter) -> tuple[DueOperation, ...]:
    until = datetime.now(timezone.utc) + timedelta(days=1)
    with at.storage.reading() as store:
        return store.open_operations(SCOPE, asked_until=until, limit=10_000)


def _press_again(at: Counter, folder: Path) -> int:
    """What the last workers never heard about is asked once more; how many commands the killed had left in all."""
    from tests.crash.worker import Worker

    for name in WORKERS:
        notes = Notes(folder / f"notes-{name}")
        Worker(at, notes, name, Dice(name)).begin()
    lines = [line for name in WORKERS for line in Notes(folder / f"notes-{name}").lines()]
    return sum(line["what"] == "repeats" for line in lines)


def _come_to_rest(at: Counter) -> bool:
    """Do what is due until nothing has to be done any more; False where that takes too long."""
    until = time.monotonic() + LONGEST_REST_SECONDS
    while time.monotonic() < until:
        at.desk.run_due(limit=500)
        with at.storage.reading() as store:
            waiting = store.due_events(until=datetime.now(timezone.utc) + timedelta(days=9), limit=1)
        if not _open(at) and not waiting:
            return True
        time.sleep(0.2)
    return False


def _deliver_the_rest(at: Counter) -> list[str]:
    """Every webhook that was sent comes once more, or late: none has anything new to say (I-20, I-26, I-30)."""
    before = {each.order.id: each for each in families(at)}
    books: Plain = at.bank.call("GET", "/books")
    for event in at.bank.call("GET", "/all_events"):
        receipt = at.desk.receive("card", event["body"].encode(), {"signature": event["signature"]})
        if receipt.status not in ("applied", "duplicate"):
            return [f"webhook {event['id']}: {receipt}"]
        if receipt.status == "applied" and event["id"] in books["acknowledged"]:
            return [f"webhook {event['id']} was acknowledged and is not in the inbox (I-27)"]
        at.bank.acknowledge(event["id"])
    changed = [each.order.id for each in families(at) if before[each.order.id] != each]
    return [f"order {each} was changed by a webhook that came after recovery" for each in changed]


def _relay_what_was_leased(scene: Scene, folder: Path) -> None:
    """What dead workers had leased is free after minutes; here at once, for a relay whose clock is ahead."""
    ahead = counter(scene.kept.url, scene.port, name="late", folder=folder, ahead=LEASES_ARE_OVER)
    try:
        while ahead.desk.run_due(limit=1_000).anything:
            pass
    finally:
        ahead.storage.close()
