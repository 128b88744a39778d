"""Declared fields ride along with orders, and what is personal can be erased for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from attrs import evolve
from tests.services.stalls import BUYER, NewStall, Scopes, Stall, line, new_stall

from orderkit import Actor, Address, Customer, Field, InvalidRequest, NewOrder, OrderFilter
from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.extensions import Value
from orderkit.history import replay, verify, without_personal

REGION = Field("shop.region")
BOXES = Field("shop.boxes", type="number")
GIFT = Field("shop.gift", type="flag")
ITEMS = Field("shop.pending_items", type="number", derive=lambda family: sum(e.kind == "pending" for e in family.items))
GREETING = Field("shop.greeting", personal=True)
FIELDS = (REGION, BOXES, GIFT, ITEMS, GREETING)


def found(stall: Stall, **fields: str | int | bool | None) -> list[int]:
    wanted = {f"shop.{name}": value for name, value in fields.items()}
    return sorted(each.number for each in stall.shop.orders.list(OrderFilter(fields=wanted)).rows)


def test_declared_fields_can_be_filtered_by(new: NewStall) -> None:
    """What was given when an order was placed, and what is derived with every change, is found by its value; a flag is
    no number, and an order without the value is not found."""
    stall = new(fields=FIELDS)
    north: dict[str, Value] = {"shop.region": "north", "shop.boxes": 1, "shop.gift": True}
    for given in (north, {"shop.region": "south"}, {}):
        stall.shop.orders.place(customer=BUYER, lines=[line(offer="A"), line(offer="B")], fields=given)
    assert (found(stall, region="north"), found(stall, region="south"), found(stall, region="")) == ([1], [2], [])
    assert (found(stall, boxes=1), found(stall, gift=True), found(stall, gift=False)) == ([1], [1], [])
    assert found(stall, region="north", boxes=2) == []
    assert found(stall, pending_items=2) == [1, 2, 3]

    second = stall.shop.orders.numbered(2)
    stall.shop.items.move(stall.family(second).items[0].id, "deliver")
    assert (found(stall, pending_items=2), found(stall, pending_items=1)) == ([1, 3], [2])


def test_a_personal_field_is_no_filter(new: NewStall) -> None:
    """Nobody can search for a personal value."""
    stall = new(fields=FIELDS)
    stall.shop.orders.place(customer=BUYER, lines=[line()], fields={"shop.greeting": "Dear Ada"})
    with pytest.raises(InvalidRequest, match="is_declared"):
        stall.shop.orders.list(OrderFilter(fields={"shop.greeting": "Dear Ada"}))


def full_order() -> NewOrder:
    """An order with something personal in every place that can hold it."""
    return NewOrder(
        customer=Customer("c-1", "Ada Example", "ada@example.com"),
        lines=(line("50.00", 2),),
        bill_to=Address(name="Ada Example", street="1 Analytical Row", postal_code="01001", city="Kyiv", country="UA"),
        ship_to=Address(name="Grace Example", city="Lviv"),
        ip="203.0.113.7",
        note="The bell is broken",
    )


SECRETS = (
    *("Ada Example", "ada@example.com", "1 Analytical Row", "01001", "Kyiv", "Grace Example", "Lviv"),
    *("203.0.113.7", "The bell is broken", "Dear Ada", "she asked for it", "moved abroad"),
)


def everything(stall: Stall) -> str:
    """All that can still be read about the orders of the scope."""
    ids = [each.id for each in stall.shop.orders.list().rows]
    with stall.storage.reading() as store:
        sent = [each for each in store.messages("events", limit=100_000) if each.order_id in ids]
    details = [stall.shop.orders.details(each) for each in ids]
    values = [(one.name, one.value) for each in details for one in each.family.personal]
    return repr((stall.shop.orders.list(), sent, details, values, [stall.shop.orders.history(each) for each in ids]))


def test_erasing_a_person_keeps_orders_and_their_proof(new: NewStall) -> None:
    """Name, e-mail, address, IP, note, greeting and reasons are gone from everything that can be read; orders, amounts
    and statuses stay, the chain still verifies and replays, and the order lives on (SX-26, I-68)."""
    stall = new(fields=FIELDS)
    stall.shop.orders.place_order(full_order(), fields={"shop.greeting": "Dear Ada", "shop.region": "north"})
    order_id = stall.shop.orders.numbered(1)
    stall.shop.pay(order_id, via="card", reason="she asked for it")
    stall.shop.items.move(stall.family(order_id).items[0].id, "deliver", reason="moved abroad")
    before = stall.shop.orders.details(order_id)
    told = everything(stall)
    assert [each for each in SECRETS if each not in told] == []

    assert stall.shop.erase("c-1") == len(before.family.personal) - 1  # the clerk's name is the clerk's
    after = stall.shop.orders.details(order_id)
    told = everything(stall)

    assert [each for each in SECRETS if each in told] == []
    assert (after.customer, after.bill_to, after.ship_to) == (Customer("c-1"), None, None)
    assert (after.standing, after.family.order) == (before.standing, before.family.order)
    assert [each.reason for each in stall.shop.orders.history(order_id)] == [None] * 4
    verify(stall.entries(order_id))
    assert replay(stall.entries(order_id)) == without_personal(stall.family(order_id))
    assert found(stall, region="north") == [1]

    stall.shop.refund(order_id, [after.family.items[0].id], reason="a new reason")
    verify(stall.entries(order_id))
    assert stall.shop.orders.history(order_id)[-2].reason == "a new reason"


def test_nothing_personal_is_in_history_or_messages(new: NewStall) -> None:
    """Even before anything is erased, history and outgoing messages hold commitments and no words."""
    stall = new(fields=FIELDS)
    placed = stall.shop.orders.place_order(full_order(), fields={"shop.greeting": "Dear Ada"}, reason="moved abroad")
    stall.shop.orders.cancel(placed.id, confirm=True, reason="she asked for it")
    with stall.storage.reading() as store:
        bodies = [each.body for each in store.messages("events", limit=100_000) if each.order_id == placed.id]
    written = repr((stall.entries(placed.id), bodies))

    assert [each for each in SECRETS if each in written] == []
    assert all(each.commitment in written for each in stall.family(placed.id).personal)


def test_erasing_one_person_leaves_the_others(stall: Stall) -> None:
    """Another customer's values, and the clerk's name on the erased one's orders, stay; erasing twice finds nothing."""
    mine, theirs = (
        stall.place(),
        evolve(stall.shop, actor=Actor.user("u-9", name="Kim Clerk")).orders.place(
            customer=Customer("c-2", "Grace Example"), lines=[line()]
        ),
    )
    assert stall.shop.erase("c-1") == 2
    assert stall.shop.erase("c-1") == 0
    assert stall.shop.orders.details(theirs.id).customer == Customer("c-2", "Grace Example")
    assert [each.value for each in stall.family(mine.id).personal] == ["Jo Clerk"]


def test_erasing_stays_within_the_scope(stall: Stall, scopes: Scopes) -> None:
    """A customer of the same reference in another scope is somebody else."""
    elsewhere = new_stall(stall.storage, scopes.new())
    order = elsewhere.place()
    stall.place()
    stall.shop.erase("c-1")
    assert elsewhere.shop.orders.details(order.id).customer == BUYER


def test_what_is_erased_stands_in_no_table(new_sqlite: Callable[[], SqlStorage]) -> None:
    """After erasing, no row of any table holds one of the values, nor a salt that could prove a guess (SX-26)."""
    storage = new_sqlite()
    stall = new_stall(storage, "shop", fields=FIELDS)
    order = stall.shop.orders.place_order(full_order(), fields={"shop.greeting": "Dear Ada"}, reason="moved abroad")
    stall.shop.orders.cancel(order.id, confirm=True, reason="she asked for it")
    erased = [each for each in stall.family(order.id).personal if each.name != "author.name"]
    assert all(each.value in _dump(storage) and each.salt in _dump(storage) for each in erased)

    assert stall.shop.erase("c-1") == len(erased)
    assert [each for each in (*SECRETS, *(one.salt for one in erased)) if each in _dump(storage)] == []


def _dump(storage: SqlStorage) -> str:
    with closing(sqlite3.connect(str(storage._url.database))) as connection:
        return "\n".join(connection.iterdump())
