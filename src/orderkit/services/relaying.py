"""The relay: facts leave the outbox over their channels, each at least once, under an id that never changes (I-32).

A message is leased in a commit of its own, handed over with no unit of work open, and then written down as delivered,
postponed or given up, again in a commit of its own: a crash in between costs no message, and sends at most one twice.
What is given up stays to be seen, and `resend` brings it back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias, TypeVar
from uuid import UUID

from attrs import evolve, frozen

from orderkit.errors import Busy, CommitUnknown, InvalidRequest, OutsideCallInUnitOfWork, StaleRecord, StorageError
from orderkit.ports.clock import Clock
from orderkit.ports.delivery import Channel, Delivered, DeliveryOutcome, Never, NotNow
from orderkit.ports.exchange import Delivery, Message
from orderkit.ports.storage import Storage, UnitOfWork
from orderkit.services.units import outside, unit_of_work

T = TypeVar("T")
Fate: TypeAlias = Literal["delivered", "postponed", "given_up"]

SCHEDULE: Final = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long to wait before each try: three days and a bit, as Standard Webhooks has it; after the last one, give up."""

BATCH: Final = 10
"""How many messages are leased at once: few enough that even a channel that times out every time is done in time."""

LEASE: Final = timedelta(minutes=5)
MARGIN: Final = timedelta(minutes=1)
"""What must be left of the lease when a message is handed over, so that nobody else sends it meanwhile."""

LONGEST_REQUESTED_WAIT: Final = timedelta(hours=24)
"""A receiver may ask to be left alone, and not for ever."""

WRITTEN_AGAIN: Final = 20
RESENT_AT_ONCE: Final = 10_000


@frozen(kw_only=True)
class Relayed:
    """How many messages were handed over, put off to a later try, and given up."""

    delivered: int = 0
    postponed: int = 0
    given_up: int = 0


def relay(
    storage: Storage,
    clock: Clock,
    channels: Mapping[str, Channel],
    *,
    owner: str,
    limit: int,
    schedule: Sequence[timedelta] = SCHEDULE,
) -> Relayed:
    """Hand over what is due on each channel, the longest due first; any number of workers may do so at once.

    One message that cannot be delivered stops no other (F112). A channel that hangs holds up those after it: give it a
    worker of its own.

    Args:
        channels: by the names under which the messages were written.
        owner: who holds the leases: a name that no other worker has.
        limit: how many messages per channel at most.
        schedule: how long to wait before the first try, the second and so on.

    Raises:
        OutsideCallInUnitOfWork: a unit of work is open, or the store is part of a host's transaction.
        Busy: the store could not be written; what was not written down is handed over again.
    """
    if storage.joins_host_transaction:
        raise OutsideCallInUnitOfWork("the relay")
    outside("the relay", lambda: None)  # said here, before anything is leased
    fates: Counter[Fate] = Counter()
    for name, channel in channels.items():
        way = _Way(storage=storage, clock=clock, name=name, channel=channel, owner=owner, schedule=tuple(schedule))
        fates.update(way.deliver_due(limit))
    return Relayed(delivered=fates["delivered"], postponed=fates["postponed"], given_up=fates["given_up"])


def resend(storage: Storage, clock: Clock, channel: str, *, ids: Collection[UUID] | None = None) -> tuple[UUID, ...]:
    """Make messages that were given up due at once, with all their tries before them; all or none of them.

    Args:
        ids: which ones; None is all there are, the oldest ten thousand of them.

    Returns:
        The ids, in the order in which the messages were written.

    Raises:
        InvalidRequest: one was not given up on this channel; it waits, was delivered, or never was.
    """
    now = clock.now()
    with unit_of_work(storage) as work:
        dead = {each.message.id: each for each in work.dead_messages(channel, limit=RESENT_AT_ONCE)}
        unknown = sorted(str(each) for each in ids or () if each not in dead)
        if unknown:
            raise InvalidRequest("ids", "is_given_up", channel=channel, found=", ".join(unknown))
        revived = tuple(each for each in dead.values() if ids is None or each.message.id in ids)
        for each in revived:
            work.put_delivery(evolve(each, attempts=0, due_at=now))
    return tuple(each.message.id for each in revived)


@frozen(kw_only=True)
class _Way:
    """One channel, and one worker's work on it."""

    storage: Storage
    clock: Clock
    name: str
    channel: Channel
    owner: str
    schedule: tuple[timedelta, ...]

    def deliver_due(self, limit: int) -> Iterator[Fate]:
        """Lease, hand over and write down, batch by batch, until nothing is due any more."""
        while limit > 0:
            now = self.clock.now()
            leased = self.lease(min(limit, BATCH), at=now)
            if not leased:
                return
            yield from self.deliver_leased(leased, now + LEASE)
            limit -= len(leased)

    def lease(self, limit: int, *, at: datetime) -> tuple[Delivery, ...]:
        return self.written(lambda work: work.claim(self.name, owner=self.owner, at=at, until=at + LEASE, limit=limit))

    def deliver_leased(self, leased: tuple[Delivery, ...], until: datetime) -> Iterator[Fate]:
        for place, delivery in enumerate(leased):
            if self.clock.now() > until - MARGIN:
                self.give_back(leased[place:], until)
                return
            yield self.deliver(delivery)

    def give_back(self, leased: tuple[Delivery, ...], until: datetime) -> None:
        """Let others have what there is no time for; once the lease is over, they may have it already."""

        def put(work: UnitOfWork) -> None:
            for each in leased:
                work.put_delivery(each)

        if self.clock.now() < until:
            self.written(put)

    def deliver(self, delivery: Delivery) -> Fate:
        """One message to its end, or to its next try."""
        message = delivery.message
        match _handed_over(self.channel, message):
            case Delivered():
                self.written(lambda work: work.consume([message.id], self.name))
                return "delivered"
            case NotNow(reason, retry_after) if delivery.attempts + 1 < len(self.schedule):
                self.put(delivery, reason, due_at=self.next_try(delivery.attempts + 1, retry_after))
                return "postponed"
            case NotNow(reason) | Never(reason):
                self.put(delivery, reason, due_at=None)
                return "given_up"

    def next_try(self, attempts: int, retry_after: timedelta | None) -> datetime:
        requested = min(retry_after or timedelta(0), LONGEST_REQUESTED_WAIT)
        return self.clock.now() + max(self.schedule[attempts], requested)

    def put(self, delivery: Delivery, reason: str, *, due_at: datetime | None) -> None:
        put = evolve(delivery, attempts=delivery.attempts + 1, due_at=due_at, error=reason)
        self.written(lambda work: work.put_delivery(put))

    def written(self, write: Callable[[UnitOfWork], T]) -> T:
        """Commit, again where somebody was in the way: each of these writes may be made twice."""
        last: StorageError | None = None
        for _ in range(WRITTEN_AGAIN):
            try:
                with unit_of_work(self.storage) as work:
                    return write(work)
            except (StaleRecord, Busy, CommitUnknown) as conflict:
                last = conflict
        raise Busy(f"the outbox could not be written, {WRITTEN_AGAIN} tries") from last


def _handed_over(channel: Channel, message: Message) -> DeliveryOutcome:
    """What became of a message."""
    try:
        outcome = outside(f"the channel {message.channel!r}", lambda: channel.deliver(message))
    except Exception as error:  # whatever a channel raises, nobody knows what became of the message
        return NotNow(_shown(f"{type(error).__name__}: {error}"))
    if isinstance(outcome, Delivered):
        return outcome
    if isinstance(outcome, NotNow | Never):
        return evolve(outcome, reason=_shown(outcome.reason))
    return NotNow(f"the channel answered with a {type(outcome).__name__}, which is no outcome")


_LOGIN: Final = r"(?<=://)[^/@\s]*@"
_QUERY: Final = r"\?\S+"
_LONG_WORD: Final = r"(?<![\w+/=-])(?=[\w+/=-]*\d)[\w+/=-]{20,}"
_SECRETS: Final = re.compile(f"{_LOGIN}|{_QUERY}|{_LONG_WORD}")
_LONGEST_REASON: Final = 300


def _shown(text: str) -> str:
    """A reason as it is kept for people: one line, and without what may be a password, a token or a query of a URL."""
    line = "".join(each if each.isprintable() else " " for each in text[: 10 * _LONGEST_REASON])
    return _SECRETS.sub("…", line)[:_LONGEST_REASON].strip()
