"""Stores with one deliberate defect each: the storage suite has to catch every one of them (row SX-30).

They are how the suite itself is examined. `failures` runs it against any store without a test runner, so that an
adapter's author can see at once what it says.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import pytest
from attrs import evolve

from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.memory.contents import Contents, changed
from orderkit.adapters.memory.exchange import event_key
from orderkit.adapters.memory.storage import MemoryUnitOfWork, Step
from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.errors import NotFound
from orderkit.family import OrderFamily
from orderkit.journal import JournalEntry
from orderkit.orders.records import Order
from orderkit.ports.exchange import Delivery, InboxEvent
from orderkit.ports.storage import Change, Storage, UnitOfWork
from orderkit.testing.storage_suite import StorageSuite

RELATIVES = ("lines", "items", "requests", "payments", "operations", "refunds", "attention")


def failures(suite: StorageSuite, new_storage: Callable[[], Storage]) -> dict[str, BaseException]:
    """What each test of the suite that fails has to say, by its name; each test gets an empty store of its own."""
    found: dict[str, BaseException] = {}
    for name, test in inspect.getmembers(suite, inspect.ismethod):
        if name.startswith("test_"):
            try:
                test(new_storage())
            except pytest.skip.Exception:
                continue
            except (Exception, pytest.fail.Exception) as problem:  # noqa: BLE001  # whatever it is, the test failed
                found[name] = problem
    return found


class _Versionless(Contents):
    def check_version(self, change: Change) -> None:
        if change.before is None:
            super().check_version(change)


class LostUpdate(MemoryStorage):
    """Writes over whatever is stored, whichever version that is."""

    contents = _Versionless


class _VersionPerRecord(Contents):
    def check_version(self, change: Change) -> None:
        stored = self.families.get(change.after.order.id)
        if change.before is None or stored is None or stored.order.scope != change.scope:
            super().check_version(change)
        elif self._clashes(stored, change.before, change.after):
            raise self.stale(change)

    def _clashes(self, stored: OrderFamily, before: OrderFamily, after: OrderFamily) -> bool:
        was = _said(before.order)
        if was not in (_said(stored.order), _said(after.order)):
            return True
        return any(
            {each.id: each for each in getattr(stored, name)}.get(record.id) != then
            for name in RELATIVES
            for then, record in changed(getattr(before, name), getattr(after, name))
        )

    def merged(self, change: Change) -> OrderFamily:
        merged = super().merged(change)
        if change.before is None or _said(change.before.order) != _said(change.after.order):
            return merged
        stored = self.families[merged.order.id].order
        return merged.with_order(evolve(stored, version=stored.version + 1, changed_at=change.after.order.changed_at))


def _said(order: Order) -> Order:
    """What the order's row says beside what changes with every change."""
    return evolve(order, version=0, changed_at=order.recorded_at)


class WriteSkew(MemoryStorage):
    """Compares the records that change, one by one, and not the version of their order."""

    contents = _VersionPerRecord


class _Repeating(Contents):
    def check_key(self, change: Change) -> None:
        key = change.key
        known = self.keys.get((key.scope, key.verb, key.target, key.key)) if key else None
        if key is not None and known is not None and known.fingerprint != key.fingerprint:
            super().check_key(change)


class DoubleApply(MemoryStorage):
    """Applies a repeated request once more, as long as it is the same one."""

    contents = _Repeating


class _Keyless(Contents):
    def write(self, change: Change) -> None:
        super().write(evolve(change, key=None))


class KeyIgnored(MemoryStorage):
    """Stores no key."""

    contents = _Keyless


class _Forgetful(Contents):
    def receive(self, event: InboxEvent) -> bool:
        known = self.inbox.get(event_key(event))
        if known is not None and known.status == "applied":
            self.inbox[event_key(event)] = event
            return True
        return super().receive(event)


class ForgottenDuplicate(MemoryStorage):
    """Knows an event until it is applied, and takes it for a new one when it comes again."""

    contents = _Forgetful


class _Leaseless(Contents):
    def lease(self, claimed: Sequence[Delivery], *, owner: str, at: datetime, until: datetime) -> None:
        """Nobody holds anything."""


class LeaseIgnored(MemoryStorage):
    """Gives every worker whatever is due, whoever holds it."""

    contents = _Leaseless


class _Overwriting(Contents):
    def write_credit(self, before: CreditAccount, entry: CreditEntry, after: CreditAccount) -> bool:
        stored = self.credit_account(before.scope, before.customer_id, before.currency)
        return super().write_credit(evolve(before, version=stored.version), entry, after)


class LostCredit(MemoryStorage):
    """Writes an account over whatever is stored, whichever version that is."""

    contents = _Overwriting


class _Unposted(Contents):
    def post(self, scope: str, entries: Sequence[JournalEntry]) -> None:
        super().post(scope, [evolve(entry, postings=entry.postings[:2]) for entry in entries])


class DroppedPostings(MemoryStorage):
    """Keeps two postings of each journal entry, which is what most of them have."""

    contents = _Unposted


class NoRollback(MemoryStorage):
    """Writes at once: what came before a refusal, or was given up, stays."""

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        yield MemoryUnitOfWork(self._lock, self._contents)


class _Scopeless(Contents):
    def family(self, scope: str, order_id: UUID) -> OrderFamily:
        if order_id not in self.families:
            raise NotFound("order", order_id)
        return self.families[order_id]


class ScopeLeak(MemoryStorage):
    """Finds an order by its id alone."""

    contents = _Scopeless


class LostCommit(MemoryStorage):
    """Acknowledges every commit and makes every second one durable, with the one before it."""

    def __init__(self) -> None:
        super().__init__()
        self._durable = self.contents()
        self._pending: list[Sequence[Step]] = []

    def commit(self, steps: Sequence[Step]) -> None:
        super().commit(steps)
        self._pending.append(steps)
        if len(self._pending) == 2:
            for each in self._pending:
                self._write_through(each)
            self._pending.clear()

    def _write_through(self, steps: Sequence[Step]) -> None:
        now = self._durable.over()
        for step in steps:
            step(now)
        self._durable.take_in(now)

    def restarted(self) -> Storage:
        """The store as a new process finds it."""
        again = MemoryStorage()
        again._contents = self._durable
        again._blocks, again._refusals = self._blocks, self._refusals
        return again


class RestartingSuite(StorageSuite):
    """The suite for a store that can be restarted within the process."""

    def reopened(self, storage: Storage) -> Storage:
        return storage.restarted() if isinstance(storage, LostCommit) else storage
