"""The relay: every fact leaves at least once under one id, on every store, whatever channel, worker or commit fails."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from attrs import define, field, frozen
from hypothesis import given
from hypothesis import strategies as st
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser
from tests.conftest import NewDatabase
from tests.services.stalls import BUYER, CLERK, StillClock, line
from tests.services.stores import Crash, DyingStorage

from orderkit import Orderkit, Storage
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.errors import Busy, CommitUnknown, InvalidRequest, OutsideCallInUnitOfWork, StorageError
from orderkit.ports.delivery import Channel, Delivered, DeliveryOutcome, Never, NotNow
from orderkit.ports.exchange import Delivery, Message
from orderkit.ports.storage import UnitOfWork
from orderkit.services.relaying import BATCH, LEASE, LONGEST_REQUESTED_WAIT, SCHEDULE, Relayed, relay, resend
from orderkit.services.units import unit_of_work

ROOT = Path(__file__).resolve().parents[2]
DAY = timedelta(days=1)
_names = count(1)


@pytest.fixture(scope="module")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "shop.db"
    storage = SqlStorage(f"sqlite:///{path}", durability="relaxed")
    storage.migrate()
    storage.close()
    return path


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """The store to try, one of each kind for all tests; each test has channels of its own."""
    if request.param == "memory":
        yield MemoryStorage()
        return
    if request.param == "sqlite":
        copy = tmp_path_factory.mktemp("store") / "shop.db"
        shutil.copy(request.getfixturevalue("sqlite_file"), copy)
        sql = SqlStorage(f"sqlite:///{copy}", durability="relaxed")
    else:
        new: NewDatabase = request.getfixturevalue("new_postgres_database")
        sql = SqlStorage(new(), durability="relaxed")
        sql.migrate()
    yield sql
    sql.close()


@define
class Target:
    """A channel that does with each message as it is told, `Delivered` by default, and keeps what it was handed."""

    does: Callable[[Message], DeliveryOutcome] = lambda message: Delivered()
    handed: list[Message] = field(factory=list)
    taken: list[Message] = field(factory=list)

    def deliver(self, message: Message) -> DeliveryOutcome:
        self.handed.append(message)
        outcome = self.does(message)
        if isinstance(outcome, Delivered):
            self.taken.append(message)
        return outcome


@frozen
class Desk:
    """An outbox with facts of some orders in it, on one channel of this test's own, and the clock of its worker."""

    storage: Storage
    clock: StillClock
    name: str

    def relay(self, channel: Channel, *, owner: str = "w-1", limit: int = 1000, on: object = None) -> Relayed:
        """Relay what is due; `on` is the same store under stress."""
        over = on or self.storage
        return relay(over, self.clock, {self.name: channel}, owner=owner, limit=limit)  # type: ignore[arg-type]  # the rest it leaves to a real one

    def place(self, orders: int, *, on: object = None) -> None:
        """So many new orders, of two facts each."""
        storage: Storage = on or self.storage  # type: ignore[assignment]  # the rest it leaves to a real one
        shop = Orderkit(storage=storage, channels=(self.name,), clock=self.clock).scope(self.name, actor=CLERK)
        for _ in range(orders):
            shop.orders.place(customer=BUYER, lines=[line()])

    def waiting(self) -> list[Message]:
        with self.storage.reading() as store:
            return list(store.messages(self.name, limit=10_000))

    def dead(self) -> list[Delivery]:
        with self.storage.reading() as store:
            return list(store.dead_messages(self.name, limit=10_000))


def new_desk(storage: Storage, *, orders: int) -> Desk:
    made = Desk(storage, StillClock(), f"events-{next(_names)}")
    made.place(orders)
    return made


def ids(messages: list[Message]) -> list[UUID]:
    return [each.id for each in messages]


def test_every_fact_leaves_once_and_nothing_is_left(storage: Storage) -> None:
    """I-32: what the channel takes is what was written, as it was written, and it is not handed over again."""
    desk = new_desk(storage, orders=7)
    written, target = desk.waiting(), Target()
    assert len(written) == 14
    assert desk.relay(target) == Relayed(delivered=14)
    assert sorted(target.taken, key=lambda each: each.id) == sorted(written, key=lambda each: each.id)
    assert desk.relay(target) == Relayed()
    assert (desk.waiting(), desk.dead(), len(target.handed)) == ([], [], 14)


def test_no_more_than_the_limit_is_handed_over(storage: Storage) -> None:
    """A worker can take small steps."""
    desk, target = new_desk(storage, orders=8), Target()
    assert [desk.relay(target, limit=each) for each in (0, 1, 12)] == [
        Relayed(),
        Relayed(delivered=1),
        Relayed(delivered=12),
    ]
    assert len(desk.waiting()) == 3


def test_channels_are_apart_and_share_the_ids(storage: Storage) -> None:
    """I-32: what one channel cannot deliver, another one does; both know the fact by one id."""
    clock, names = StillClock(), (f"events-{next(_names)}", f"events-{next(_names)}")
    shop = Orderkit(storage=storage, channels=names, clock=clock).scope(names[0], actor=CLERK)
    shop.orders.place(customer=BUYER, lines=[line()])
    broken, sound = Target(lambda message: NotNow("closed")), Target()
    told = relay(storage, clock, {names[0]: broken, names[1]: sound}, owner="w-1", limit=100)
    assert told == Relayed(delivered=2, postponed=2)
    assert sorted(ids(broken.handed)) == sorted(ids(sound.taken))


def test_a_message_is_tried_by_the_schedule_and_then_given_up(storage: Storage) -> None:
    """A15: ten tries within 75 h 35 min 5 s, none a moment early, then it is dead, and seen to be."""
    desk = new_desk(storage, orders=1)
    target = Target(lambda message: NotNow("closed") if message.type == "order.placed" else Delivered())
    begun = desk.clock.now()
    for wait in SCHEDULE:
        if wait:
            desk.clock.advance(wait - timedelta(milliseconds=1))
            assert desk.relay(target) == Relayed()
            desk.clock.advance(timedelta(milliseconds=1))
        assert desk.dead() == []
        told = desk.relay(target)
        assert (told.postponed or told.given_up) == 1
    assert told == Relayed(given_up=1)
    assert desk.clock.now() - begun == timedelta(hours=75, minutes=35, seconds=5)
    (dead,) = desk.dead()
    assert (dead.attempts, dead.due_at, dead.error) == (10, None, "closed")
    assert dead.message == target.handed[-1]
    desk.clock.advance(30 * DAY)
    assert (desk.relay(target), desk.waiting()) == (Relayed(), [])


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        (timedelta(minutes=3), timedelta(minutes=3)),
        (timedelta(seconds=1), SCHEDULE[1]),
        (timedelta(seconds=-9), SCHEDULE[1]),
        (timedelta(days=9000), LONGEST_REQUESTED_WAIT),
    ],
)
def test_a_receiver_may_ask_for_more_time_but_not_for_ever(asked: timedelta, wait: timedelta) -> None:
    """`retry_after` lengthens the wait that the schedule has, up to a day."""
    desk = new_desk(MemoryStorage(), orders=1)
    target = Target(lambda message: NotNow("busy", asked))
    assert desk.relay(target) == Relayed(postponed=2)
    desk.clock.advance(wait - timedelta(milliseconds=1))
    assert desk.relay(target) == Relayed()
    desk.clock.advance(timedelta(milliseconds=1))
    assert desk.relay(target) == Relayed(postponed=2)


def test_what_nobody_will_ever_take_is_given_up_at_once(storage: Storage) -> None:
    """`Never` is not tried again, and stays to be seen with its reason."""
    desk, target = new_desk(storage, orders=1), Target(lambda message: Never("answered 410 Gone"))
    assert desk.relay(target) == Relayed(given_up=2)
    desk.clock.advance(DAY)
    assert desk.relay(target) == Relayed()
    assert [(each.attempts, each.error) for each in desk.dead()] == [(1, "answered 410 Gone")] * 2


def test_one_message_that_raises_stops_no_other(storage: Storage) -> None:
    """F112: of ten orders the fourth one's messages raise; those of the other nine leave, and it is tried again."""
    desk = new_desk(storage, orders=10)
    bad = desk.waiting()[6].order_id

    def notify(message: Message) -> DeliveryOutcome:
        if message.order_id == bad:
            raise ConnectionError("the mail server hung up")
        return Delivered()

    target = Target(notify)
    assert desk.relay(target) == Relayed(delivered=18, postponed=2)
    assert {each.order_id for each in desk.waiting()} == {bad}
    target.does = lambda message: Delivered()
    desk.clock.advance(SCHEDULE[1])
    assert desk.relay(target) == Relayed(delivered=2)


def test_a_channel_that_answers_nonsense_has_said_nothing() -> None:
    """What is no outcome counts as not now."""
    desk = new_desk(MemoryStorage(), orders=1)
    assert desk.relay(Target(lambda message: None)) == Relayed(postponed=2)  # type: ignore[arg-type, return-value]  # a slip


@pytest.mark.parametrize(
    ("raised", "kept"),
    [
        ("no route to https://ada:pa55word@hooks.example/x", "no route to https://…hooks.example/x"),
        ("GET https://hooks.example/x?token=s3cret failed", "GET https://hooks.example/x… failed"),
        ("bad secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "bad secret …"),
        ("key 'sk_live_51H8abcdefghijklmnop'", "key '…'"),
        ("two\nlines\x1b[31m", "two lines [31m"),
        ("a plain reason, with 25 words or 1,000", "a plain reason, with 25 words or 1,000"),
    ],
)
def test_a_reason_is_kept_without_what_may_be_a_secret(raised: str, kept: str) -> None:
    """Logins, queries and long tokens do not get into the outbox, where many can read them."""
    desk = new_desk(MemoryStorage(), orders=1)

    def fail(message: Message) -> DeliveryOutcome:
        raise OSError(raised)

    relay(desk.storage, desk.clock, {desk.name: Target(fail)}, owner="w-1", limit=1, schedule=SCHEDULE[:1])
    assert [each.error for each in desk.dead()] == [f"OSError: {kept}"]
    relay(desk.storage, desk.clock, {desk.name: Target(lambda message: Never(raised))}, owner="w-1", limit=1)
    assert desk.dead()[1].error == kept


def test_a_reason_is_never_longer_than_a_line_or_two() -> None:
    """A channel that raises a whole page does not fill the database."""
    desk = new_desk(MemoryStorage(), orders=1)
    desk.relay(Target(lambda message: Never("no " * 1_000_000)))
    assert {len(each.error or "") <= 300 for each in desk.dead()} == {True}


@pytest.mark.parametrize("before_commit", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", [1, 2, 3, 4])
def test_a_crash_at_any_commit_loses_nothing(storage: Storage, dies_at: int, before_commit: bool) -> None:
    """I-32: a worker dies right before or after any commit; a second one delivers all; at most one comes twice."""
    desk, target = new_desk(storage, orders=2), Target()
    written, dying = desk.waiting(), DyingStorage(storage)
    dying.die(at=dies_at, before_commit=before_commit)
    with pytest.raises(Crash):
        desk.relay(target, on=dying)
    desk.clock.advance(LEASE)
    desk.relay(target, owner="w-2")
    times = Counter(ids(target.taken))
    assert set(times) == set(ids(written))
    assert sum(times.values()) == len(written) + (before_commit and dies_at > 1)
    assert desk.waiting() == []


def test_a_crash_in_the_channel_itself_loses_nothing(storage: Storage) -> None:
    """The process dies while the message is on its way: it comes again with the same id when the lease is over."""
    desk = new_desk(storage, orders=1)

    def die(message: Message) -> DeliveryOutcome:
        raise Crash

    with pytest.raises(Crash):
        desk.relay(Target(die))
    target = Target()
    assert desk.relay(target, owner="w-2") == Relayed()
    desk.clock.advance(LEASE - timedelta(milliseconds=1))
    assert desk.relay(target, owner="w-2") == Relayed()
    desk.clock.advance(timedelta(milliseconds=1))
    assert desk.relay(target, owner="w-2") == Relayed(delivered=2)


def test_a_fact_that_was_not_committed_never_leaves(storage: Storage) -> None:
    """F053: no message of an order whose commit failed; of the same order, placed again, exactly its own."""
    desk, target = new_desk(storage, orders=0), Target()
    dying = DyingStorage(storage)
    dying.die(at=1, before_commit=True)
    with pytest.raises(Crash):
        desk.place(1, on=dying)
    assert desk.relay(target) == Relayed()
    desk.place(1)
    assert desk.relay(target) == Relayed(delivered=2)
    assert len({each.order_id for each in target.taken}) == 1


def test_workers_side_by_side_send_nothing_twice(storage: Storage) -> None:
    """Four workers at once: every message is handed over by one of them alone."""
    desk = new_desk(storage, orders=20)
    targets, start = [Target() for _ in range(4)], threading.Barrier(4, timeout=60)

    def work(number: int) -> Relayed:
        start.wait()
        return desk.relay(targets[number], owner=f"w-{number}")

    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(work, range(4)))
    assert sum(each.delivered for each in told) == 40
    assert len({id for target in targets for id in ids(target.handed)}) == 40
    assert desk.waiting() == []


def test_a_worker_whose_channel_is_slow_leaves_the_rest_to_others(storage: Storage) -> None:
    """Nothing is handed over near a lease's end; what there is no time for can be had at once, and comes once."""
    desk = new_desk(storage, orders=BATCH)

    def slowly(message: Message) -> DeliveryOutcome:
        desk.clock.advance(timedelta(seconds=50))
        return Delivered()

    slow, other = Target(slowly), Target()
    first = desk.relay(slow, limit=BATCH)
    assert 0 < first.delivered < BATCH
    assert desk.relay(other, owner="w-2") == Relayed(delivered=2 * BATCH - first.delivered)
    assert len({*ids(slow.taken), *ids(other.taken)}) == 2 * BATCH


def test_what_a_worker_lost_to_its_lease_is_not_taken_from_another(storage: Storage) -> None:
    """A worker that slept through its lease writes nothing over what another one has made of the messages since."""
    desk = new_desk(storage, orders=1)

    def sleeps(message: Message) -> DeliveryOutcome:
        desk.clock.advance(LEASE)
        desk.relay(Target(lambda message: Never("gone")), owner="w-2")
        return Delivered()

    assert desk.relay(Target(sleeps)) == Relayed(delivered=1)
    assert len(desk.dead()) == 1


def test_a_channel_is_called_with_no_unit_of_work_open(storage: Storage) -> None:
    """I-35: the channel may open one of its own; a relay inside one is a defect, and leases nothing."""
    desk = new_desk(storage, orders=1)

    def writes(message: Message) -> DeliveryOutcome:
        with desk.storage.begin() as work:
            work.next_in_series(desk.name, "acme", "notes")
        return Delivered()

    with unit_of_work(storage), pytest.raises(OutsideCallInUnitOfWork):
        desk.relay(Target(writes))
    assert desk.relay(Target(writes)) == Relayed(delivered=2)


def test_inside_a_hosts_transaction_nothing_is_sent() -> None:
    """I-35: what the host has not committed yet cannot be leased."""

    class Hosted(MemoryStorage):
        @property
        def joins_host_transaction(self) -> bool:
            return True

    target = Target()
    with pytest.raises(OutsideCallInUnitOfWork):
        relay(Hosted(), StillClock(), {"events": target}, owner="w-1", limit=1)
    assert target.handed == []


@define
class Stubborn:
    """A store whose commits fail so many times, before or after they were written."""

    storage: Storage
    fails: int
    error: StorageError
    written: bool

    def __getattr__(self, name: str) -> object:
        return getattr(self.storage, name)

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        fails, self.fails = self.fails > 0, self.fails - 1
        with self.storage.begin() as work:
            yield work
            if fails and not self.written:
                raise self.error
        if fails:
            raise self.error


@pytest.mark.parametrize(
    ("error", "written"), [(Busy("locked"), False), (CommitUnknown("lost"), False), (CommitUnknown("lost"), True)]
)
@pytest.mark.parametrize("outcome", [Delivered(), NotNow("closed"), Never("gone")])
def test_what_became_of_a_message_is_written_until_it_is_written(
    storage: Storage, error: StorageError, written: bool, outcome: DeliveryOutcome
) -> None:
    """A store that is busy, or whose commits nobody knows of, changes nothing in what is written, and sends no copy."""
    desk = new_desk(storage, orders=1)
    stubborn = Stubborn(storage, 0, error, written)

    def deliver(message: Message) -> DeliveryOutcome:
        stubborn.fails = 3
        return outcome

    target = Target(deliver)
    told = desk.relay(target, on=stubborn)
    assert told.delivered + told.postponed + told.given_up == len(target.handed) == 2
    assert len(desk.waiting()) == told.postponed
    assert len(desk.dead()) == told.given_up


def test_a_store_that_cannot_be_written_at_all_is_told(storage: Storage) -> None:
    """The worker stops in place of sending the same again and again; the message stays."""
    desk = new_desk(storage, orders=1)
    stubborn = Stubborn(storage, 0, Busy("locked"), written=False)

    def deliver(message: Message) -> DeliveryOutcome:
        stubborn.fails = 1000
        return Delivered()

    with pytest.raises(Busy):
        desk.relay(Target(deliver), on=stubborn)
    assert len(desk.waiting()) == 2


def test_what_was_given_up_can_be_sent_again(storage: Storage) -> None:
    """Under the same id, with all its tries before it; the others stay dead."""
    desk, gone = new_desk(storage, orders=2), Target(lambda message: Never("gone"))
    assert desk.relay(gone) == Relayed(given_up=4)
    chosen = [each.message.id for each in desk.dead()][1:3]
    assert resend(storage, desk.clock, desk.name, ids=chosen) == tuple(chosen)
    assert len(desk.dead()) == 2
    assert sorted(ids(desk.waiting())) == sorted(chosen)
    assert desk.relay(Target(lambda message: NotNow("closed"))) == Relayed(postponed=2)
    desk.clock.advance(SCHEDULE[1])
    target = Target()
    assert desk.relay(target) == Relayed(delivered=2)
    assert sorted(ids(target.taken)) == sorted(chosen)
    assert len(resend(storage, desk.clock, desk.name)) == 2
    assert desk.relay(target) == Relayed(delivered=2)
    assert resend(storage, desk.clock, desk.name) == ()


def test_what_was_not_given_up_is_not_sent_again(storage: Storage) -> None:
    """A message that waits, was delivered, is on another channel or never was is refused by its id, and then nothing is
    revived."""
    desk = new_desk(storage, orders=2)
    fates = iter([Never("gone"), Delivered(), NotNow("closed"), Never("gone")])
    target = Target(lambda message: next(fates))
    assert desk.relay(target) == Relayed(delivered=1, postponed=1, given_up=2)
    dead = [each.message.id for each in desk.dead()]
    for other in (target.handed[1].id, target.handed[2].id, UUID(int=7)):
        with pytest.raises(InvalidRequest, match=str(other)) as refused:
            resend(storage, desk.clock, desk.name, ids=[*dead, other])
        assert refused.value.refusal.code == "is_given_up"
    with pytest.raises(InvalidRequest):
        resend(storage, desk.clock, "another", ids=dead)
    assert len(desk.dead()) == 2


@given(st.lists(st.sampled_from(["delivered", "not now", "never", "raises", "dies before", "dies after"]), max_size=40))
def test_a_consumer_that_remembers_ids_sees_every_fact_once(fates: list[str]) -> None:
    """I-32: however tries, workers and receivers fail on the way, in the end each fact was taken, once per id."""
    desk, left = new_desk(MemoryStorage(), orders=3), iter(fates)
    written, taken = desk.waiting(), []

    def deliver(message: Message) -> DeliveryOutcome:
        fate = next(left, "delivered")
        if fate in ("delivered", "dies after"):
            taken.append(message)
        if fate.startswith("dies"):
            raise Crash
        if fate == "raises":
            raise RuntimeError("no")
        return {"not now": NotNow("closed"), "never": Never("gone")}.get(fate, Delivered())

    for round in count():
        with suppress(Crash):
            desk.relay(Target(deliver), owner=f"w-{round}")
        resend(desk.storage, desk.clock, desk.name)
        desk.clock.advance(DAY)
        if not desk.waiting():
            break
    assert {each.id: each for each in taken} == {each.id: each for each in written}
    again = Counter(ids(taken))
    assert sum(again.values()) - len(again) <= fates.count("dies after")


def test_the_page_on_events_can_be_typed() -> None:
    """Every block of docs/events.md runs, in the order in which it is read."""
    page = Sybil(parsers=[PythonCodeBlockParser()]).parse(ROOT / "docs" / "events.md")
    assert [each.evaluate() for each in page.examples()] == [None] * 4
    assert page.namespace["told"] == Relayed(delivered=2)
