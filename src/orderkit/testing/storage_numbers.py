"""The storage suite's seventh part: numbers, messages on their way out, and the log of what was refused."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

from orderkit.ports.storage import Message, RefusedRequest, Storage
from orderkit.testing.families import NOON, SCOPE, change_of, new_family
from orderkit.testing.storage_cases import id_of
from orderkit.testing.storage_steps import (
    GivenUp,
    commit,
    insist,
    keep,
    message_for,
    noted,
    rolled_back,
    together,
    waiting,
)
from orderkit.testing.storage_values import TEXT

CALLERS = 4
NUMBERS_EACH = 6


class Numbers:
    """Blocks may have holes and are never given twice; series have none."""

    def reopened(self, storage: Storage) -> Storage:
        raise NotImplementedError

    def test_blocks_rise_and_do_not_touch(self, storage: Storage) -> None:
        """Each block of numbers begins behind the one before it, from 1 on, whatever their sizes (row S1-02)."""
        taken: list[int] = []
        for size in (3, 1, 20, 1):
            first = storage.number_block(SCOPE, "order", size)
            taken.extend(range(first, first + size))
        assert taken[0] == 1
        assert taken == sorted(set(taken))

    def test_blocks_belong_to_their_scope_and_series(self, storage: Storage) -> None:
        """Every series of every scope counts for itself."""
        assert storage.number_block(SCOPE, "order", 10) == 1
        assert storage.number_block(SCOPE, "request", 10) == 1
        assert storage.number_block("other", "order", 10) == 1

    def test_no_number_is_given_twice(self, storage: Storage) -> None:
        """Threads that take blocks at the same moment get different numbers, each of them rising ones."""
        blocks = together(*(partial(_take_blocks, storage) for _ in range(CALLERS)))
        taken = [first for each in blocks if isinstance(each, list) for first in each]
        numbers = [number for first in taken for number in (first, first + 1)]
        assert len(numbers) == len(set(numbers)) == 2 * CALLERS * NUMBERS_EACH
        assert all(each == sorted(each) for each in blocks if isinstance(each, list))

    def test_a_block_is_gone_once_it_was_given(self, storage: Storage) -> None:
        """After a restart numbering goes on behind every block that was given out."""
        first = storage.number_block(SCOPE, "order", 20)
        assert self.reopened(storage).number_block(SCOPE, "order", 1) >= first + 20

    def test_a_series_counts_from_one(self, storage: Storage) -> None:
        """A series gives 1, 2, 3 and so on, within a unit of work and from one to the next, by issuer and scope."""
        with storage.begin() as work:
            assert [work.next_in_series(SCOPE, "we", "invoice") for _ in range(2)] == [1, 2]
            assert work.next_in_series(SCOPE, "they", "invoice") == 1
            assert work.next_in_series(SCOPE, "we", "credit-note") == 1
            assert work.next_in_series("other", "we", "invoice") == 1
        with self.reopened(storage).begin() as work:
            assert work.next_in_series(SCOPE, "we", "invoice") == 3

    def test_a_rolled_back_number_is_given_again(self, storage: Storage) -> None:
        """A unit of work that was given up leaves no gap in the series (I-57)."""
        with storage.begin() as work:
            work.next_in_series(SCOPE, "we", "invoice")
        with rolled_back(), storage.begin() as work:
            assert work.next_in_series(SCOPE, "we", "invoice") == 2
            raise GivenUp
        with storage.begin() as work:
            assert work.next_in_series(SCOPE, "we", "invoice") == 2

    def test_a_series_has_no_gap_under_concurrency(self, storage: Storage) -> None:
        """Threads that count and sometimes give up get, together, every number once and none left out (I-57)."""
        given = together(*(partial(_count, storage, caller) for caller in range(CALLERS)))
        numbers = sorted(number for each in given if isinstance(each, list) for number in each)
        assert numbers == list(range(1, CALLERS * NUMBERS_EACH + 1))


class Outbox:
    """Messages leave with the commit that wrote them, and once per channel (I-32)."""

    def test_messages_come_back_as_they_were_written(self, storage: Storage) -> None:
        """Every field of a message is returned unaltered, in its own channel alone."""
        family = new_family()
        mine = message_for(family, body=f'{{"text":"{TEXT}"}}')
        theirs = message_for(family, channel="warehouse")
        assert mine.id == theirs.id
        commit(storage, change_of(None, family, messages=(mine, theirs)))
        assert waiting(storage) == (mine,)
        assert waiting(storage, "warehouse") == (theirs,)
        assert waiting(storage, "nobody") == ()

    def test_the_oldest_messages_come_first(self, storage: Storage) -> None:
        """Messages come by age and then by id, no more than asked for, whenever they were written."""
        family, other = keep(storage, new_family()), keep(storage, new_family(number=2))
        young = tuple(message_for(other, position) for position in (4, 3))
        old = tuple(message_for(family, position) for position in (2, 1))
        commit(storage, change_of(other, noted(other, "x"), messages=young))
        commit(storage, change_of(family, noted(family, "x"), messages=old))
        in_order = (old[1], old[0], young[1], young[0])
        assert waiting(storage) == in_order
        with storage.reading() as reading:
            assert reading.messages("shop", limit=3) == in_order[:3]

    def test_a_consumed_message_does_not_come_again(self, storage: Storage) -> None:
        """What was consumed for one channel is gone from it for good, and waits on in the others."""
        messages = _published(storage)
        _consume(storage, messages[0].id)
        assert waiting(storage) == messages[1:2]
        assert waiting(storage, "warehouse") == messages[2:]
        _consume(storage, messages[0].id, messages[1].id, id_of(99))
        assert waiting(storage) == ()

    def test_a_rolled_back_delivery_comes_again(self, storage: Storage) -> None:
        """When the unit of work that consumed a message is given up, the message waits as before."""
        messages = _published(storage)
        with rolled_back(), storage.begin() as work:
            work.consume([messages[0].id], "shop")
            assert work.messages("shop", limit=9) == messages[1:2]
            raise GivenUp
        assert waiting(storage) == messages[:2]

    def test_messages_of_a_later_commit_are_never_passed_over(self, storage: Storage) -> None:
        """A message that is committed after a younger one was consumed still comes, however early its time and id."""
        messages = _published(storage)
        _consume(storage, messages[1].id)
        family = keep(storage, new_family(number=2, at=NOON - timedelta(days=1)))
        early = message_for(family)
        commit(storage, change_of(family, noted(family, "late commit"), messages=(early,)))
        assert waiting(storage) == (early, messages[0])


class Refusals:
    """Refused requests are noted beside everything else (I-66, row S0-35)."""

    def reopened(self, storage: Storage) -> Storage:
        raise NotImplementedError

    def test_refused_requests_are_listed_newest_first(self, storage: Storage) -> None:
        """The log gives the latest refusals of a scope, no more than asked for, as noted, after a restart too."""
        noted_down = [_refused(number) for number in range(1, 6)]
        for each in noted_down:
            storage.note_refusal(each)
        storage.note_refusal(_refused(6, scope="other"))
        newest_first = tuple(reversed(noted_down))
        assert self.reopened(storage).refusals(SCOPE, limit=9) == newest_first
        assert storage.refusals(SCOPE, limit=2) == newest_first[:2]
        assert [repr(value) for value in storage.refusals(SCOPE, limit=1)[0].params.values()] == [
            repr(value) for value in noted_down[-1].params.values()
        ]

    def test_a_refusal_is_noted_in_a_commit_of_its_own(self, storage: Storage) -> None:
        """What is noted stays, although the unit of work that was refused is rolled back before."""
        with rolled_back(), storage.begin() as work:
            work.write(change_of(None, new_family()))
            raise GivenUp
        storage.note_refusal(_refused(1))
        assert storage.refusals(SCOPE, limit=9) == (_refused(1),)


def _take_blocks(storage: Storage) -> list[int]:
    return [insist(partial(storage.number_block, SCOPE, "order", 2)) for _ in range(NUMBERS_EACH)]


def _count(storage: Storage, caller: int) -> list[int]:
    """The numbers of the units of work that were committed; every other one is given up first."""
    kept = []
    for turn in range(NUMBERS_EACH):
        if (turn + caller) % 2:
            insist(partial(_count_in_vain, storage))
        kept.append(insist(partial(_count_once, storage)))
    return kept


def _count_once(storage: Storage) -> int:
    with storage.begin() as work:
        return work.next_in_series(SCOPE, "we", "invoice")


def _count_in_vain(storage: Storage) -> None:
    with rolled_back(), storage.begin() as work:
        work.next_in_series(SCOPE, "we", "invoice")
        raise GivenUp


def _published(storage: Storage) -> tuple[Message, ...]:
    """Two messages for the shop and one of them for the warehouse too."""
    family = new_family()
    messages = (message_for(family, 1), message_for(family, 2), message_for(family, 1, channel="warehouse"))
    commit(storage, change_of(None, family, messages=messages))
    return messages


def _consume(storage: Storage, *ids: UUID) -> None:
    with storage.begin() as work:
        work.consume(ids, "shop")


def _refused(number: int, *, scope: str = SCOPE) -> RefusedRequest:
    return RefusedRequest(
        id=id_of(number),
        scope=scope,
        target="" if number == 1 else id_of(number + 50).hex,
        verb="pay",
        actor="user:u-1",
        at=NOON + timedelta(seconds=number),
        code="is_payable",
        params={"a": TEXT, "b": number, "c": True, "d": None},
    )
