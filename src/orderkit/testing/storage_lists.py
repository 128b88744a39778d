"""The storage suite's eighth part: lists and sums, with a naive fold over the families as the yardstick."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

from attrs import evolve

from orderkit.errors import Plain
from orderkit.families.placing import NewOrder
from orderkit.families.refunding import RefundItem
from orderkit.family import OrderFamily
from orderkit.money import Money
from orderkit.orders.records import Customer, FieldValue, NewLine, Source
from orderkit.ports.storage import OrderFilter, OrderRow, Storage
from orderkit.standing import stand
from orderkit.testing.families import (
    NOON,
    SCOPE,
    answered,
    begun_payment,
    begun_refund,
    cancelled,
    change_of,
    family_of,
    new_family,
)
from orderkit.testing.storage_cases import full_family
from orderkit.testing.storage_steps import commit, go_on, keep, listed, with_attention

EUR = NewLine("MUG", "A mug", unit_price=Money("10.00", "EUR"), quantity=2)
JPY = NewLine("TEA", "茶", unit_price=Money(500, "JPY"))

FIELD_FILTERS: tuple[dict[str, Plain], ...] = ({}, {"acme.size": 1}, {"acme.size": True, "acme.gift": None})


class Lists:
    """Pages and totals."""

    def test_a_row_says_how_the_order_stands(self, storage: Storage) -> None:
        """A row shows the order, the title of its first line with the counts (row S0-05), and its money (S0-09)."""
        for family in (keep(storage, full_family(number=7)), *_shop(storage)):
            (row,) = listed(storage, OrderFilter(number=family.order.number)).rows
            assert row == _row_of(family)
            assert row.placed_at.utcoffset() == timedelta(0)

    def test_filters_combine(self, storage: Storage) -> None:
        """For every combination of conditions the page is what a naive conjunction finds (row S0-25)."""
        families = _shop(storage)
        combinations = product(
            ((), ("placed",), ("paid", "cancelled"), ("unheard of",)),
            ((), ("open", "active"), ("paying",)),
            (None, "c-1", "nobody"),
            (None, "web"),
            (None, True, False),
            FIELD_FILTERS,
        )
        for statuses, kinds, customer, channel, attention, fields in combinations:
            wanted = OrderFilter(
                statuses=statuses,
                kinds=kinds,
                customer_id=customer,
                channel=channel,
                needs_attention=attention,
                fields=fields,
            )
            expected = {each.order.number for each in families if _matches(wanted, each)}
            assert {row.number for row in listed(storage, wanted).rows} == expected, wanted

    def test_field_filters_tell_types_apart(self, storage: Storage) -> None:
        """A field that holds True is not found as 1, nor 1 as "1", nor one that was never set as None."""
        values = (True, 1, "1", None, False, 0, "")
        for number, value in enumerate(values, start=1):
            keep(storage, _with_field(new_family(number=number), value))
        keep(storage, new_family(number=90))
        for number, value in enumerate(values, start=1):
            rows = listed(storage, OrderFilter(fields={"acme.field": value})).rows
            assert [row.number for row in rows] == [number]

    def test_fields_of_relatives_do_not_find_the_order(self, storage: Storage) -> None:
        """Orders are filtered by their own fields; what an item holds under the same name is the item's."""
        family = keep(storage, full_family())
        assert listed(storage, OrderFilter(fields={"acme.text": "1"})).rows[0].id == family.order.id
        item = next(each for each in family.fields if each.on == "item")
        assert listed(storage, OrderFilter(fields={item.name: item.value})).rows == ()

    def test_lists_are_newest_first(self, storage: Storage) -> None:
        """Orders come by the instant they were placed, the latest first; of the same instant, by id downwards."""
        families = _many(storage)
        expected = sorted(families, key=lambda each: (each.order.placed_at, each.order.id), reverse=True)
        assert [row.id for row in listed(storage).rows] == [each.order.id for each in expected]

    def test_pages_show_every_order_once(self, storage: Storage) -> None:
        """Page by page of any size every order is shown once, and the last says that nothing follows (row SX-22)."""
        families = _many(storage)
        everything = [row.id for row in listed(storage).rows]
        for limit in range(1, len(families) + 2):
            assert [row.id for row in _all_pages(storage, OrderFilter(), limit=limit)] == everything
        assert listed(storage, limit=len(families)).next is None
        assert listed(storage, limit=len(families) - 1).next is not None

    def test_pages_of_a_filter_show_its_orders_alone(self, storage: Storage) -> None:
        """Paging through a filter leaves nothing out and lets nothing else in."""
        _many(storage)
        wanted = OrderFilter(customer_id="c-1")
        assert _all_pages(storage, wanted, limit=2) == list(listed(storage, wanted).rows)
        assert {row.customer_id for row in _all_pages(storage, wanted, limit=1)} == {"c-1"}

    def test_orders_that_arrive_while_paging_move_nothing(self, storage: Storage) -> None:
        """New orders between two pages neither repeat nor hide an order that was there (row S1-14)."""
        _many(storage)
        everything = [row.id for row in listed(storage).rows]
        first = listed(storage, limit=3)
        for number, at in ((50, NOON + timedelta(days=9)), (51, first.rows[1].placed_at)):
            keep(storage, new_family(number=number, at=at))
        with storage.reading() as reading:
            rest = reading.page(SCOPE, OrderFilter(), after=first.next, limit=1000)
        shown = [row.id for row in (*first.rows, *rest.rows)]
        assert [id for id in shown if id in everything] == everything
        assert len(shown) == len(set(shown))

    def test_lists_follow_changes(self, storage: Storage) -> None:
        """A change shows in lists and sums as soon as it is committed."""
        family = keep(storage, new_family())
        assert [row.status for row in listed(storage).rows] == ["placed"]
        commit(storage, change_of(family, cancelled(family)))
        assert listed(storage, OrderFilter(statuses=("placed",))).rows == ()
        assert [row.kind for row in listed(storage).rows] == ["cancelled"]

    def test_other_scopes_do_not_show(self, storage: Storage) -> None:
        """Lists and sums hold nothing of another scope (row S0-01)."""
        keep(storage, new_family())
        assert listed(storage, scope="other").rows == ()
        with storage.reading() as reading:
            assert reading.totals("other") == ()

    def test_totals_are_sums_per_currency(self, storage: Storage) -> None:
        """For each currency, in order of its code, the sums are those over the orders; currencies never mix (I-61)."""
        families = [
            *_shop(storage),
            keep(storage, new_family(JPY, number=60)),
            keep(storage, full_family("KWD", number=61)),
        ]
        sums: dict[str, list[OrderFamily]] = defaultdict(list)
        for family in families:
            sums[family.order.currency].append(family)
        with storage.reading() as reading:
            totals = reading.totals(SCOPE)
        assert [each.currency for each in totals] == sorted(sums) == ["EUR", "JPY", "KWD"]
        for each in totals:
            standings = [stand(family) for family in sums[each.currency]]
            assert each.orders == len(standings)
            assert each.total.minor == sum(one.total.minor for one in standings)
            assert each.paid.minor == sum(one.paid.minor for one in standings)
            assert each.refunded.minor == sum(one.refunded.minor for one in standings)
            assert each.due.minor == sum(one.due.minor for one in standings)


def _shop(storage: Storage) -> list[OrderFamily]:
    """Eight orders that differ in everything a list can filter by."""
    families = []
    for number in range(8):
        new = NewOrder(
            customer=Customer(f"c-{number % 3}"),
            lines=(EUR, evolve(EUR, offer="CUP", title="A cup")) if number % 2 else (EUR,),
            source=(None, Source("web"), Source("web", "w-1"), Source("till", "t-1"))[number % 4],
            placed_at=NOON - timedelta(days=number % 5),
        )
        family = family_of(new, number=number + 10)
        if number % 3 == 0:
            family = _with_field(family, (1, True)[number // 3 % 2], "acme.size")
        if number % 2 == 0:
            family = _with_field(family, None, "acme.gift")
        families.append(_moved(storage, keep(storage, family), number))
    return families


def _moved(storage: Storage, family: OrderFamily, turn: int) -> OrderFamily:
    if turn % 4 == 1:
        family = go_on(storage, family, begun_payment(family))
    if turn % 8 == 1:
        family = go_on(storage, family, answered(family))
        family = go_on(storage, family, begun_refund(family, RefundItem(family.items[0].id, 1)))
        return go_on(storage, family, answered(family))
    if turn % 4 == 2:
        return go_on(storage, family, cancelled(family))
    if turn % 4 == 3:
        return go_on(storage, family, with_attention(family))
    return family


def _many(storage: Storage) -> list[OrderFamily]:
    """Orders of which some were placed at the same instant, stored in another order than they are listed in."""
    minutes = (3, 1, 1, 2, 1, 3, 0)
    return [
        keep(storage, new_family(number=number, customer=f"c-{number % 2}", at=NOON + timedelta(minutes=minute)))
        for number, minute in enumerate(minutes, start=1)
    ]


def _with_field(family: OrderFamily, value: str | int | bool | None, name: str = "acme.field") -> OrderFamily:
    field = FieldValue(owner_id=family.order.id, on="order", name=name, value=value)
    return change_of(None, evolve(family, fields=(*family.fields, field))).after


def _row_of(family: OrderFamily) -> OrderRow:
    order, standing = family.order, stand(family)
    return OrderRow(
        id=order.id,
        number=order.number,
        type=order.type,
        status=order.status,
        kind=order.kind,
        currency=order.currency,
        customer_id=order.customer_id,
        placed_at=order.placed_at,
        reference=order.source.reference if order.source else None,
        summary=family.lines[0].title,
        line_count=len(family.lines),
        item_count=sum(item.quantity for item in family.items),
        total=standing.total,
        paid=standing.paid,
        refunded=standing.refunded,
        authorized=standing.authorized,
        in_flight=standing.in_flight,
        due=standing.due,
        transaction_status=standing.transaction_status,
        needs_attention=any(entry.closed_at is None for entry in family.attention),
    )


def _matches(wanted: OrderFilter, family: OrderFamily) -> bool:
    order = family.order
    if wanted.statuses and order.status not in wanted.statuses:
        return False
    if wanted.kinds and order.kind not in wanted.kinds:
        return False
    if wanted.customer_id is not None and order.customer_id != wanted.customer_id:
        return False
    if wanted.channel is not None and (order.source is None or order.source.channel != wanted.channel):
        return False
    if wanted.needs_attention is not None and stand(family).needs_attention != wanted.needs_attention:
        return False
    held = {(each.name, repr(each.value)) for each in family.fields}
    return all((name, repr(value)) in held for name, value in wanted.fields.items())


def _all_pages(storage: Storage, wanted: OrderFilter, *, limit: int) -> list[OrderRow]:
    rows: list[OrderRow] = []
    cursor: tuple[datetime, UUID] | None = None
    with storage.reading() as reading:
        while True:
            page = reading.page(SCOPE, wanted, after=cursor, limit=limit)
            assert len(page.rows) <= limit
            rows.extend(page.rows)
            cursor = page.next
            if cursor is None:
                return rows
