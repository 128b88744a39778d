"""The storage suite's part on what comes in: an event is kept raw, once, for ever, and settled once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from attrs import evolve

from orderkit.ports.exchange import EventStatus, InboxEvent
from orderkit.ports.storage import Storage
from orderkit.testing.families import NOON, SCOPE
from orderkit.testing.storage_cases import id_of
from orderkit.testing.storage_steps import GivenUp, insisting, rolled_back, together
from orderkit.testing.storage_values import EARLY, LATE, ODD, TEXT

SENDERS = 4
STATUSES: tuple[EventStatus, ...] = ("received", "parked", "applied", "dead")
BODY = b'\xff\x00\xfe {"a": "' + TEXT.encode() + b'"}\r\n' + bytes(range(256)) * 400


class Inbox:
    """Events of gateways, unique by (gateway, account, event id) (I-27, I-28)."""

    def reopened(self, storage: Storage) -> Storage:
        raise NotImplementedError

    def test_an_event_comes_back_as_it_came(self, storage: Storage) -> None:
        """Every field is returned unaltered, the body byte by byte, after a restart too (I-27)."""
        event = evolve(_event(1), body=BODY, event_id=TEXT, type=TEXT, reason=TEXT, attempts=7, due_at=LATE)
        bare = evolve(_event(2), scope="", body=b"", received_at=EARLY, due_at=None)
        assert _receive(storage, event, bare) == [True, True]
        again = self.reopened(storage)
        assert [_stored(again, event), _stored(again, bare)] == [event, bare]
        assert _stored(again, evolve(event, event_id="unknown")) is None

    def test_an_event_is_received_once(self, storage: Storage) -> None:
        """A second event of the same gateway, account and id is a duplicate, whatever else it says (I-27)."""
        event = _event(1)
        assert _receive(storage, event) == [True]
        again = evolve(event, id=id_of(2), scope="other", body=b"other", received_at=ODD)
        assert _receive(storage, again, event) == [False, False]
        assert _stored(storage, event) == event

    def test_the_same_id_of_another_account_is_another_event(self, storage: Storage) -> None:
        """Ids belong to the gateway and the account that gave them, upper and lower case apart."""
        event = _event(1)
        others = (evolve(event, gateway="pay"), evolve(event, account="acct-2"), evolve(event, event_id="EVT-1"))
        assert _receive(storage, event, *others) == [True] * 4
        assert [_stored(storage, each) for each in (event, *others)] == [event, *others]

    def test_a_duplicate_is_known_for_ever(self, storage: Storage) -> None:
        """Whatever became of an event, applied or not, and after a restart, it is not received again (I-27)."""
        events = [_event(number) for number in range(len(STATUSES))]
        _receive(storage, *events)
        settled = [
            _put(storage, evolve(event, status=status, due_at=None))
            for event, status in zip(events, STATUSES, strict=True)
        ]
        again = self.reopened(storage)
        assert _receive(again, *events) == [False] * len(events)
        assert [_stored(again, each) for each in events] == settled

    def test_a_duplicate_within_a_unit_of_work_is_known(self, storage: Storage) -> None:
        """A unit of work sees what it received."""
        with storage.begin() as work:
            assert work.receive(_event(1))
            assert not work.receive(_event(1))
            assert work.event("card", "acct-1", "evt-1") == _event(1)

    def test_an_event_that_was_given_up_never_came(self, storage: Storage) -> None:
        """A rolled-back receipt leaves nothing, so that the gateway's next try is no duplicate."""
        with rolled_back(), storage.begin() as work:
            assert work.receive(_event(1))
            raise GivenUp
        assert _stored(self.reopened(storage), _event(1)) is None
        assert _receive(storage, _event(1)) == [True]

    def test_what_becomes_of_an_event_is_written(self, storage: Storage) -> None:
        """Status, type, reason, attempts and next try are written; what came stays as it came."""
        event, other = _event(1), _event(2)
        _receive(storage, event, other)
        settled = evolve(event, status="parked", type="charge.refunded", reason=TEXT, attempts=3, due_at=LATE)
        _put(storage, evolve(settled, id=id_of(9), body=b"", received_at=EARLY, scope="x"))
        assert _stored(self.reopened(storage), event) == settled
        assert _stored(storage, other) == other

    def test_an_applied_event_stays_applied(self, storage: Storage) -> None:
        """Whoever was slower cannot turn it back, whatever it came to there (I-28)."""
        event = _event(1)
        _receive(storage, event)
        applied = _put(storage, evolve(event, status="applied", type="t", due_at=None))
        for status in STATUSES:
            _put(storage, evolve(event, status=status, reason="late", attempts=1, due_at=NOON))
            assert _stored(storage, event) == applied
        assert _due(storage) == ()

    def test_a_dead_event_can_be_applied_after_all(self, storage: Storage) -> None:
        """Given up is not for good: a person may have it tried again."""
        event = _event(1)
        _receive(storage, event)
        _put(storage, evolve(event, status="dead", due_at=None))
        revived = _put(storage, evolve(event, status="received"))
        assert _due(storage) == (revived,)

    def test_what_is_put_and_given_up_is_not_written(self, storage: Storage) -> None:
        """An event that was applied in a unit of work that was rolled back is as it was before."""
        _receive(storage, _event(1))
        with rolled_back(), storage.begin() as work:
            work.put_event(evolve(_event(1), status="applied"))
            raise GivenUp
        assert _stored(storage, _event(1)) == _event(1)

    def test_an_unknown_event_is_not_made_by_putting_it(self, storage: Storage) -> None:
        """Only what was received can be settled."""
        _put(storage, evolve(_event(1), status="applied"))
        assert _stored(storage, _event(1)) is None

    def test_due_events_come_by_the_time_of_their_next_try(self, storage: Storage) -> None:
        """Those neither applied nor dead of every scope, due by then, the longest due first, no more than asked for."""
        events = [evolve(_event(number), due_at=NOON - timedelta(minutes=number)) for number in range(1, 7)]
        events[1] = evolve(events[1], status="parked", scope="other")
        events[2] = evolve(events[2], status="applied")
        events[3] = evolve(events[3], status="dead")
        events[4] = evolve(events[4], due_at=None)
        _receive(storage, *events)
        due = (events[5], events[1], events[0])
        assert _due(storage) == due
        with storage.reading() as reading:
            assert reading.due_events(until=NOON - timedelta(minutes=2), limit=9) == due[:2]
            assert reading.due_events(until=NOON, limit=1) == due[:1]

    def test_events_are_listed_by_status(self, storage: Storage) -> None:
        """Those in any of the statuses come oldest first, no more than asked for."""
        events = [
            evolve(_event(number), status=status, received_at=NOON - timedelta(minutes=number))
            for number, status in enumerate((*STATUSES, "dead"), start=1)
        ]
        _receive(storage, *events)
        assert _in(storage, ["dead"]) == (events[4], events[3])
        assert _in(storage, ["received", "dead", "dead", "parked"]) == (events[4], events[3], events[1], events[0])
        assert _in(storage, STATUSES) == tuple(reversed(events))
        assert _in(storage, STATUSES, limit=2) == (events[4], events[3])
        assert _in(storage, []) == ()

    def test_an_event_that_comes_twice_at_the_same_moment_is_received_once(self, storage: Storage) -> None:
        """Of several callers that receive it at once, one adds it; to the others it is a duplicate (I-27)."""
        senders = [partial(_receive, storage, evolve(_event(1), id=id_of(number))) for number in range(SENDERS)]
        outcomes = together(*(insisting(sender) for sender in senders))
        assert sorted(map(str, outcomes)) == ["[False]"] * (SENDERS - 1) + ["[True]"]
        stored = _stored(storage, _event(1))
        assert stored is not None
        assert stored.id == id_of(outcomes.index([True]))


def _event(number: int) -> InboxEvent:
    return InboxEvent(
        id=id_of(number),
        gateway="card",
        account="acct-1",
        event_id=f"evt-{number}",
        scope=SCOPE,
        body=b"{}",
        received_at=NOON,
        due_at=NOON,
    )


def _receive(storage: Storage, *events: InboxEvent) -> list[bool]:
    """Whether each of the events was new."""
    with storage.begin() as work:
        return [work.receive(each) for each in events]


def _put(storage: Storage, event: InboxEvent) -> InboxEvent:
    with storage.begin() as work:
        work.put_event(event)
    return event


def _stored(storage: Storage, event: InboxEvent) -> InboxEvent | None:
    with storage.reading() as reading:
        return reading.event(event.gateway, event.account, event.event_id)


def _due(storage: Storage) -> tuple[InboxEvent, ...]:
    with storage.reading() as reading:
        return reading.due_events(until=NOON, limit=9)


def _in(storage: Storage, statuses: Sequence[EventStatus], *, limit: int = 9) -> tuple[InboxEvent, ...]:
    with storage.reading() as reading:
        return reading.events(statuses, limit=limit)
