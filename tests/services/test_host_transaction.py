"""Commands inside a transaction of the host's: its rows and ours commit together, and nobody is called before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from attrs import define
from sqlalchemy import Connection, Engine, create_engine, event, text
from tests.services.stalls import BUYER, CLERK, NewStall, Stall, eur, line

from orderkit import KeyReused, NotFound, Payment, Shop, TransitionRefused
from orderkit.adapters.sqlalchemy import SqlStorage

pytestmark = pytest.mark.parametrize("storage", ["sqlite", "postgresql"], indirect=True)


class GivenUp(Exception):
    """The host gives its transaction up."""


@define
class Host:
    """A host with a table of its own in the same database, and one transaction at a time."""

    stall: Stall
    engine: Engine

    @contextmanager
    def transaction(self) -> Iterator[tuple[Connection, Shop]]:
        """The host's transaction, and the desk inside it."""
        with self.engine.connect() as connection, connection.begin():
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            storage = self.stall.storage
            assert isinstance(storage, SqlStorage)
            scope = self.stall.shop.wiring.scope
            yield connection, self.stall.desk.scope(scope, actor=CLERK, storage=storage.within(connection))

    def baskets(self) -> int:
        with self.engine.connect() as connection:
            return len(connection.execute(text("SELECT id FROM baskets")).all())


@pytest.fixture
def host(new: NewStall, storage: SqlStorage) -> Iterator[Host]:
    """A host whose own table is in the store's database."""
    engine = create_engine(storage._url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _leave_begin_to_the_host)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS baskets"))
        connection.execute(text("CREATE TABLE baskets (id INTEGER)"))
    yield Host(new(), engine)
    engine.dispose()


def _leave_begin_to_the_host(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")


def place_and_pay(connection: Connection, shop: Shop) -> Payment:
    connection.execute(text("INSERT INTO baskets (id) VALUES (1)"))
    order = shop.orders.place(customer=BUYER, lines=[line("50.00", 2)], key="cart-1")
    return shop.pay(order.id, via="card", key="cart-1")


def test_nothing_is_sent_before_the_host_commits(host: Host) -> None:
    """An order placed and paid inside the host's transaction is written down and not sent; after the commit `proceed`
    sends it, once (design §5)."""
    with host.transaction() as (connection, shop):
        payment = place_and_pay(connection, shop)
        assert (payment.status, host.stall.card.calls) == ("started", [])
        assert shop.proceed(payment.order_id).status == "in_payment"
        assert host.stall.card.calls == []
        assert [each.status for each in shop.orders.details(payment.order_id).family.operations] == ["created"]

    assert host.baskets() == 1
    for _ in range(2):
        assert host.stall.shop.proceed(payment.order_id).status == "paid"
    assert (host.stall.card.moved("sale"), len(host.stall.card.calls)) == (100_00, 1)


def test_a_rollback_leaves_nothing(host: Host) -> None:
    """When the host rolls back there is no order, no key and no message, and nobody was called."""
    with suppress(GivenUp), host.transaction() as (connection, shop):
        payment = place_and_pay(connection, shop)
        raise GivenUp

    assert (host.baskets(), host.stall.card.calls, host.stall.shop.orders.list().rows) == (0, [], ())
    with pytest.raises(NotFound):
        host.stall.shop.orders.details(payment.order_id)
    assert host.stall.place(line("1.00"), key="cart-1").id != payment.order_id


def test_a_refusal_leaves_the_hosts_rows(host: Host) -> None:
    """A command that is refused takes nothing of the host's transaction with it."""
    with host.transaction() as (connection, shop):
        payment = place_and_pay(connection, shop)
        with pytest.raises(TransitionRefused):
            shop.pay(payment.order_id, via="card")
        with pytest.raises(KeyReused):
            shop.orders.place(customer=BUYER, lines=[line()], key="cart-1")

    assert (host.baskets(), len(host.stall.shop.orders.list().rows)) == (1, 1)


def test_the_key_goes_on_after_the_commit(host: Host) -> None:
    """Instead of `proceed` the host may repeat the command under its key."""
    with host.transaction() as (connection, shop):
        payment = place_and_pay(connection, shop)
    again = host.stall.shop.pay(payment.order_id, via="card", key="cart-1")
    assert (again.id, again.status) == (payment.id, "captured")


def test_what_was_not_sent_is_given_up_without_a_call(host: Host) -> None:
    """An attempt that never left the shop ends at once when it is given up; the gateway hears nothing."""
    with host.transaction() as (connection, shop):
        payment = place_and_pay(connection, shop)
    assert host.stall.shop.payments.abandon(payment.id).status == "failed"
    assert host.stall.shop.proceed(payment.order_id).status == "placed"
    assert host.stall.card.calls == []


def test_a_refund_waits_for_the_commit_as_well(host: Host) -> None:
    """A refund of several payments inside the host's transaction is sent afterwards, each part once."""
    order = host.stall.place(line("100.00", partial=True))
    for amount in ("40.00", "60.00"):
        host.stall.shop.pay(order.id, via="card", amount=eur(amount))
    with host.transaction() as (_, shop):
        refund = shop.refund(order.id, [host.stall.family(order.id).items[0].id])
        assert (refund.status, host.stall.card.moved("refund")) == ("processing", 0)

    assert host.stall.shop.proceed(order.id).status == "refunded"
    assert host.stall.card.moved("refund") == 100_00


def test_cancelling_needs_no_world(host: Host) -> None:
    """What asks nobody outside is done in the host's transaction, and undone with it."""
    order = host.stall.place()
    with suppress(GivenUp), host.transaction() as (_, shop):
        assert shop.orders.cancel(order.id, confirm=True).status == "cancelled"
        raise GivenUp
    assert host.stall.family(order.id).order.status == "placed"
