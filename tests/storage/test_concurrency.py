"""Pairs of money commands on two real PostgreSQL connections: both load, meet at a barrier, decide, and write.

SQLite and memory prove nothing here, as their units of work never overlap. The decisions are the library's own pure
ones; a loser decides again on what is stored by then, as services do, and must be refused by a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Barrier
from typing import cast

import pytest
from attrs import define, evolve

from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.adapters.sqlalchemy.databases.contract import Driver, Question
from orderkit.adapters.sqlalchemy.rows.wire import Row
from orderkit.adapters.sqlalchemy.writing import SqlUnitOfWork
from orderkit.errors import Busy, KeyReused, StaleRecord, TransitionError
from orderkit.families.concluding import conclude
from orderkit.family import OrderFamily
from orderkit.history import replay, without_personal
from orderkit.money import Money
from orderkit.payments.decisions import begin_void
from orderkit.payments.folding import fold
from orderkit.ports.storage import CommandKey, Storage
from orderkit.testing.families import (
    CARD,
    SCOPE,
    answered,
    begun_capture,
    begun_payment,
    begun_refund,
    cancelled,
    case_of,
    change_of,
    ids_of,
    new_family,
)
from orderkit.testing.postgres import database
from orderkit.testing.storage_steps import (
    PATIENCE_SECONDS,
    commit,
    go_on,
    keep,
    keep_paid,
    key_for,
    load,
    together,
    with_attention,
)

Start = Callable[[Storage], OrderFamily]
Step = Callable[[OrderFamily], OrderFamily]


@pytest.fixture(scope="module")
def migrated(postgres_dsn: str) -> Iterator[str]:
    with database(postgres_dsn) as url:
        storage = SqlStorage(url, durability="relaxed")
        storage.migrate()
        storage.close()
        yield str(storage.url.database)


@pytest.fixture
def storage(postgres_dsn: str, migrated: str) -> Iterator[SqlStorage]:
    with database(postgres_dsn, template=migrated) as url:
        storage = SqlStorage(url, durability="relaxed", busy_timeout=PATIENCE_SECONDS)
        yield storage
        storage.close()


def placed(storage: Storage) -> OrderFamily:
    """An order of 30.00, with nothing paid."""
    return keep(storage, new_family())


def held(storage: Storage) -> OrderFamily:
    """An order whose 30.00 are authorized."""
    family = placed(storage)
    family = go_on(storage, family, begun_payment(family, capture=False))
    return go_on(storage, family, answered(family))


def authorize(family: OrderFamily) -> OrderFamily:
    return begun_payment(family, capture=False)


def capture_most(family: OrderFamily) -> OrderFamily:
    """18.00 of 30.00: as 60 of 100, twice is too much."""
    return begun_capture(family, Money("18.00", "EUR"))


def void(family: OrderFamily) -> OrderFamily:
    new_id = ids_of(family)
    begun = begin_void(case_of(family), family.payments[-1].id, through=CARD, operation_id=new_id())
    return conclude(case_of(family), begun.family, new_id=new_id).family


def change_at_barrier(storage: Storage, family: OrderFamily, barrier: Barrier, step: Step) -> None:
    """One unit of work on a connection of its own, which has loaded the order when the other one has, too."""
    with storage.begin() as work:
        before = work.family(SCOPE, family.order.id)
        barrier.wait()
        work.write(change_of(before, step(before)))


def change_again(storage: Storage, family: OrderFamily, step: Step) -> None:
    now = load(storage, family.order.id)
    commit(storage, change_of(now, step(now)))


def require_consistent(storage: Storage, family: OrderFamily, *, version: int) -> OrderFamily:
    """The stored family has the version, its history rebuilds it, and no more is asked for than there is."""
    after = load(storage, family.order.id)
    assert after.order.version == version
    with storage.reading() as reading:
        assert replay(reading.history(SCOPE, family.order.id)) == without_personal(after)
    for payment in after.payments:
        figures = fold(after.operations_of(payment.id))
        assert figures.capturing + figures.voiding <= figures.held
        assert figures.refunding + figures.refunded <= figures.captured
        assert figures.inbound + figures.captured <= payment.amount.minor
    return after


@pytest.mark.row("SX-15")
@pytest.mark.parametrize(
    ("start", "one", "other"),
    [
        pytest.param(held, capture_most, capture_most, id="capture-capture"),
        pytest.param(held, capture_most, void, id="capture-void"),
        pytest.param(held, void, void, id="void-void"),
        pytest.param(keep_paid, begun_refund, begun_refund, id="refund-refund"),
        pytest.param(placed, cancelled, authorize, id="cancel-authorize"),
        pytest.param(placed, cancelled, begun_payment, id="cancel-sale"),
        pytest.param(placed, cancelled, cancelled, id="cancel-cancel"),
        pytest.param(placed, begun_payment, begun_payment, id="sale-sale"),
        pytest.param(placed, begun_payment, authorize, id="sale-authorize"),
    ],
)
def test_of_two_money_commands_that_exclude_one_another_one_is_committed(
    storage: SqlStorage, start: Start, one: Step, other: Step
) -> None:
    """I-19, SX-15: both decided on the same version; one commits, one is stale, and decided again it is refused."""
    family = start(storage)
    barrier = Barrier(2, timeout=PATIENCE_SECONDS)
    outcomes = together(*(partial(change_at_barrier, storage, family, barrier, step) for step in (one, other)))
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "StaleRecord"]
    loser = (one, other)[[isinstance(each, StaleRecord) for each in outcomes].index(True)]
    after = require_consistent(storage, family, version=family.order.version + 1)
    assert len(after.operations) + len(after.refunds) <= len(family.operations) + 2
    with pytest.raises(TransitionError):
        change_again(storage, family, loser)
    assert load(storage, family.order.id) == after


def test_a_command_that_may_follow_on_the_other_is_committed_when_it_is_decided_again(storage: SqlStorage) -> None:
    """Attention was opened while a capture was decided: the capture is stale, and goes through the second time."""
    family = held(storage)
    barrier = Barrier(2, timeout=PATIENCE_SECONDS)
    steps = (capture_most, with_attention)
    outcomes = together(*(partial(change_at_barrier, storage, family, barrier, step) for step in steps))
    loser = steps[[isinstance(each, StaleRecord) for each in outcomes].index(True)]
    change_again(storage, family, loser)
    after = require_consistent(storage, family, version=family.order.version + 2)
    assert (len(after.attention), len(after.operations)) == (1, len(family.operations) + 1)


def place_at_barrier(storage: Storage, number: int, barrier: Barrier, request: str) -> None:
    """Place an order under the one key, which is free when both callers look it up."""
    family = new_family(number=number)
    key = key_for(family, request=request)
    with storage.begin() as work:
        assert work.key(key.scope, key.verb, key.target, key.key) is None
        barrier.wait()
        work.write(change_of(None, family, key=key))


def stored_key(storage: Storage) -> CommandKey | None:
    wanted = key_for(new_family())
    with storage.reading() as reading:
        return reading.key(wanted.scope, wanted.verb, wanted.target, wanted.key)


def orders_in(storage: Storage) -> int:
    with storage.reading() as reading:
        return sum(each.orders for each in reading.totals(SCOPE))


@pytest.mark.parametrize(("requests", "conflict"), [(("this", "this"), StaleRecord), (("this", "that"), KeyReused)])
def test_two_placements_under_one_key_make_one_order(
    storage: SqlStorage, requests: tuple[str, str], conflict: type[Exception]
) -> None:
    """SX-14, I-20: neither saw the other's key; the second finds it in its commit, and whose request it stands for."""
    barrier = Barrier(2, timeout=PATIENCE_SECONDS)
    callers = enumerate(requests, start=1)
    outcomes = together(*(partial(place_at_barrier, storage, number, barrier, asked) for number, asked in callers))
    assert sorted(type(each).__name__ for each in outcomes) == sorted(["NoneType", conflict.__name__])
    assert orders_in(storage) == 1
    winner = new_family(number=[each is None for each in outcomes].index(True) + 1)
    made = stored_key(storage)
    assert made is not None
    assert made.made == {"order": winner.order.id.hex}
    require_consistent(storage, winner, version=1)


@define
class Interrupted:
    """A driver between whose first and last questions somebody else commits, as READ COMMITTED lets them."""

    driver: Driver
    commits: list[Callable[[], None]]

    def ask_all(self, questions: Sequence[Question]) -> list[list[Row]]:
        half = len(questions) // 2
        first = self.driver.ask_all(questions[:half])
        if self.commits:
            self.commits.pop()()
        return [*first, *self.driver.ask_all(questions[half:])]


@pytest.mark.parametrize("times", [1, 3])
def test_a_family_is_loaded_as_one_commit_left_it(storage: SqlStorage, times: int) -> None:
    """Changes that are committed while a unit of work loads the family are in it whole, however often that happens."""
    family = placed(storage)

    def grow() -> None:
        change_again(storage, family, with_attention)

    with storage.begin() as work:
        assert isinstance(work, SqlUnitOfWork)
        work.driver = cast("Driver", Interrupted(work.driver, [grow] * times))
        loaded = work.family(SCOPE, family.order.id)
    assert (loaded.order.version, len(loaded.attention)) == (1 + times, times)
    assert loaded == load(storage, family.order.id)


def test_a_family_that_never_stands_still_is_busy(storage: SqlStorage) -> None:
    """Rather than put two commits together, a unit of work gives up."""
    family = placed(storage)
    with storage.begin() as work:
        assert isinstance(work, SqlUnitOfWork)
        work.driver = cast(
            "Driver", Interrupted(work.driver, [partial(change_again, storage, family, with_attention)] * 50)
        )
        with pytest.raises(Busy):
            work.family(SCOPE, family.order.id)


def test_the_database_keeps_a_second_live_payment_out(storage: SqlStorage) -> None:
    """S0-28: a change whose `before` hides the live payment is stale by the unique index, not by an error of it."""
    family = placed(storage)
    paying = go_on(storage, family, begun_payment(family))
    blind = evolve(paying, payments=(), operations=())
    again = begun_payment(evolve(family, order=paying.order, head=paying.head), capture=False)
    with pytest.raises(StaleRecord):
        commit(storage, change_of(blind, evolve(again, requests=paying.requests)))
    assert load(storage, family.order.id) == paying
