"""The storage suite's part on delivery: a message is leased by one worker, tried again, given up, and revived."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from attrs import evolve

from orderkit.errors import Busy
from orderkit.ports.exchange import Delivery, Message
from orderkit.ports.storage import Storage
from orderkit.testing.families import NOON, change_of, new_family
from orderkit.testing.storage_steps import (
    CHANNEL,
    PATIENCE_SECONDS,
    GivenUp,
    commit,
    insist,
    message_for,
    rolled_back,
    together,
    waiting,
)
from orderkit.testing.storage_values import LATE, ODD, TEXT

WORKERS = 4
MESSAGES = 24
BATCH = 3
MINUTE = timedelta(minutes=1)


class Deliveries:
    """How messages leave: at least once, by one worker at a time, and never silently lost (I-32, S0-29)."""

    overlaps: bool

    def reopened(self, storage: Storage) -> Storage:
        raise NotImplementedError

    def test_a_new_message_is_due_at_its_own_time(self, storage: Storage) -> None:
        """It was never tried, and can be claimed from its `at` on, not before."""
        (message,) = _published(storage, 1)
        assert _claim(storage, at=message.at - timedelta(microseconds=1)) == ()
        assert _claim(storage, at=message.at) == (Delivery(message=message, due_at=message.at),)

    def test_the_longest_due_is_claimed_first(self, storage: Storage) -> None:
        """Messages are claimed by the time they are due, then by id, no more than asked for, of one channel alone."""
        messages = _published(storage, 5)
        other = _published(storage, 1, number=2, channel="warehouse")
        late = NOON + MINUTE
        _put(storage, Delivery(message=messages[0], due_at=late))
        _put(storage, Delivery(message=messages[3], due_at=NOON - MINUTE))
        claimed = _claim(storage, at=late, limit=3) + _claim(storage, at=late)
        assert [each.message for each in claimed] == [messages[place] for place in (3, 1, 2, 4, 0)]
        assert _messages(_claim(storage, channel="warehouse")) == other

    def test_what_is_leased_is_nobody_elses(self, storage: Storage) -> None:
        """Until the lease ends nobody gets the message, not even its owner again; then it is free."""
        _published(storage, 1)
        until = NOON + MINUTE
        claimed = _claim(storage, at=NOON, until=until)
        assert len(claimed) == 1
        just_before = until - timedelta(microseconds=1)
        again = self.reopened(storage)
        assert _claim(again, owner="another", at=just_before) == _claim(again, at=just_before) == ()
        assert _claim(again, owner="another", at=until) == claimed

    def test_a_leased_message_still_waits(self, storage: Storage) -> None:
        """A lease moves nothing: until it is consumed, the message is among those that wait."""
        messages = _published(storage, 2)
        _claim(storage)
        assert waiting(storage) == messages

    def test_a_lease_that_was_given_up_was_never_taken(self, storage: Storage) -> None:
        """After a rollback the message is free."""
        messages = _published(storage, 1)
        with rolled_back(), storage.begin() as work:
            assert len(work.claim(CHANNEL, owner="w", at=NOON, until=LATE, limit=9)) == 1
            assert work.claim(CHANNEL, owner="w", at=NOON, until=LATE, limit=9) == ()
            raise GivenUp
        assert _messages(_claim(storage)) == messages

    def test_a_consumed_message_is_never_claimed(self, storage: Storage) -> None:
        """What was delivered is gone for every worker, and stays in the other channels."""
        messages = _published(storage, 2)
        theirs = _published(storage, 1, number=2, channel="warehouse")
        _consume(storage, messages[0])
        assert _messages(_claim(storage)) == messages[1:]
        assert _messages(_claim(storage, channel="warehouse")) == theirs

    def test_a_message_that_failed_is_tried_again_when_it_is_due(self, storage: Storage) -> None:
        """Attempts, error and next try are written and come back; the lease is given back, the due time holds."""
        (message,) = _published(storage, 1)
        (delivery,) = _claim(storage)
        failed = _put(storage, evolve(delivery, attempts=3, error=TEXT, due_at=ODD))
        assert waiting(storage) == (message,)
        again = self.reopened(storage)
        assert _claim(again, at=ODD - timedelta(microseconds=1)) == ()
        assert _claim(again, at=ODD) == (failed,)
        _put(storage, evolve(delivery, attempts=4, error=None, due_at=NOON))
        assert [(each.attempts, each.error) for each in _claim(storage)] == [(4, None)]

    def test_a_message_that_was_given_up_is_visible_and_not_sent(self, storage: Storage) -> None:
        """It waits no longer and is never claimed; with its attempts and error it is among the dead, oldest first."""
        messages = _published(storage, 4)
        theirs = _published(storage, 1, number=2, channel="warehouse")
        for each in (*reversed(messages[1:]), *theirs):
            _put(storage, Delivery(message=each, attempts=9, error=each.type))
        dead = tuple(Delivery(message=each, attempts=9, error=each.type) for each in messages[1:])
        again = self.reopened(storage)
        assert waiting(again) == messages[:1]
        assert _messages(_claim(again, at=LATE)) == messages[:1]
        assert _dead(again) == dead
        assert _dead(again, limit=2) == dead[:2]
        assert _messages(_dead(again, channel="warehouse")) == theirs

    def test_a_dead_message_can_be_sent_again(self, storage: Storage) -> None:
        """Given a time, it waits and is claimed like any other, and is dead no more."""
        (message,) = _published(storage, 1)
        dead = _put(storage, Delivery(message=message, attempts=9, error="gone"))
        revived = _put(storage, evolve(dead, attempts=0, due_at=NOON + MINUTE))
        assert _dead(storage) == ()
        assert waiting(storage) == (message,)
        assert _claim(storage, at=NOON) == ()
        assert _claim(storage, at=NOON + MINUTE) == (revived,)

    def test_what_was_consumed_stays_consumed(self, storage: Storage) -> None:
        """A worker that reports late neither sends again nor gives up what another one delivered."""
        (message,) = _published(storage, 1)
        (delivery,) = _claim(storage)
        _consume(storage, message)
        for due_at in (NOON, None):
            _put(storage, evolve(delivery, attempts=1, error="late", due_at=due_at))
        assert (waiting(storage), _claim(storage, at=LATE), _dead(storage)) == ((), (), ())

    def test_a_dead_message_can_be_consumed(self, storage: Storage) -> None:
        """Somebody who delivered it after all takes it from the dead."""
        (message,) = _published(storage, 1)
        _put(storage, Delivery(message=message, attempts=9))
        _consume(storage, message)
        assert _dead(storage) == ()

    def test_delivering_changes_one_message_alone(self, storage: Storage) -> None:
        """The same message on another channel, and one that nobody wrote, are left as they are."""
        (message,) = _published(storage, 1)
        (theirs,) = _published(storage, 1, channel="warehouse", place=False)
        assert message.id == theirs.id
        _put(storage, Delivery(message=message))
        _put(storage, Delivery(message=evolve(message, channel="nobody"), due_at=NOON))
        assert _messages(_claim(storage, channel="warehouse")) == (theirs,)
        assert _claim(storage, channel="nobody") == _dead(storage, channel="nobody") == ()

    def test_two_workers_never_get_the_same_message(self, storage: Storage) -> None:
        """Threads that claim until nothing is left get every message once between them."""
        messages = _published(storage, MESSAGES)
        claimed = together(*(partial(_claim_all, storage, f"worker {number}") for number in range(WORKERS)))
        taken = [message.id for each in claimed if isinstance(each, list) for message in each]
        assert sorted(taken) == [each.id for each in messages]

    def test_overlapping_workers_never_get_the_same_message(self, storage: Storage) -> None:
        """Two that claim before either commits hold different messages; a store may refuse one of them instead."""
        if not self.overlaps:
            pytest.skip("the store lets one unit of work wait for the other")
        _published(storage, 2)
        claimed = Barrier(2, timeout=PATIENCE_SECONDS)
        outcomes = together(*(partial(_claim_at_barrier, storage, owner, claimed) for owner in ("one", "two")))
        accepted = [each for each in outcomes if isinstance(each, tuple)]
        refused = [each for each in outcomes if not isinstance(each, tuple)]
        assert [type(each) for each in refused] in ([], [Busy])
        taken = [each.message.id for delivery in accepted for each in delivery]
        assert len(taken) == len(set(taken)) == len(accepted)


def _published(
    storage: Storage, count: int, *, number: int = 1, channel: str = CHANNEL, place: bool = True
) -> tuple[Message, ...]:
    """So many new messages of one order, in order of their ids, all of the same instant."""
    family = new_family(number=number)
    messages = tuple(evolve(message_for(family, each, channel=channel), at=NOON) for each in range(count))
    before = None if place else family
    commit(storage, change_of(before, family, messages=messages))
    return messages


def _claim(
    storage: Storage,
    *,
    owner: str = "worker",
    channel: str = CHANNEL,
    at: datetime = NOON,
    until: datetime = LATE,
    limit: int = 100,
) -> tuple[Delivery, ...]:
    with storage.begin() as work:
        return work.claim(channel, owner=owner, at=at, until=until, limit=limit)


def _claim_all(storage: Storage, owner: str) -> list[Message]:
    """What one worker gets, batch by batch, while others claim too."""
    taken: list[Message] = []
    # Every batch but the last has a message; a store that leases nothing would go on for ever.
    for _ in range(MESSAGES + 1):
        claimed = insist(partial(_claim, storage, owner=owner, limit=BATCH))
        if not claimed:
            break
        taken.extend(each.message for each in claimed)
    return taken


def _claim_at_barrier(storage: Storage, owner: str, claimed: Barrier) -> tuple[Delivery, ...]:
    with storage.begin() as work:
        mine = work.claim(CHANNEL, owner=owner, at=NOON, until=LATE, limit=1)
        claimed.wait()
    return mine


def _put(storage: Storage, delivery: Delivery) -> Delivery:
    with storage.begin() as work:
        work.put_delivery(delivery)
    return delivery


def _consume(storage: Storage, message: Message) -> None:
    with storage.begin() as work:
        work.consume([message.id], message.channel)


def _dead(storage: Storage, *, channel: str = CHANNEL, limit: int = 100) -> tuple[Delivery, ...]:
    with storage.reading() as reading:
        return reading.dead_messages(channel, limit=limit)


def _messages(deliveries: tuple[Delivery, ...]) -> tuple[Message, ...]:
    return tuple(each.message for each in deliveries)
