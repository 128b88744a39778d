"""What must hold for an order at every step, whatever was done to it: each law with its id and a yardstick of its own.

The yardsticks are the gateway's own ledger, the book of a person at the bank, and plain arithmetic over the lines;
none asks the library for what it checks.
"""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from uuid import UUID

from attrs import define, field
from tests.services.stalls import Stall

from orderkit import Line, OrderFamily, Payment, Standing
from orderkit.family import in_order
from orderkit.history import replay, verify, without_personal
from orderkit.lifecycles import Lifecycle

OPEN_KINDS = ("waiting", "in_flight", "in_doubt")
_NOUNS = {
    "items": "item",
    "requests": "payment_request",
    "payments": "payment",
    "operations": "operation",
    "refunds": "refund",
}


@define
class Book:
    """What a person at the bank saw come and go, in minor units by payment."""

    came: Counter[UUID] = field(factory=Counter)
    went: Counter[UUID] = field(factory=Counter)


def moved_in(stall: Stall, book: Book, payment: Payment) -> int:
    """What really came in by a payment."""
    card = stall.card
    return card.moved("sale", payment.id) + card.moved("capture", payment.id) + book.came[payment.id]


def moved_back(stall: Stall, book: Book, payment: Payment) -> int:
    return stall.card.moved("refund", payment.id) + book.went[payment.id]


def check(stall: Stall, book: Book, order_id: UUID) -> None:
    """Every law of a step."""
    details = stall.shop.orders.details(order_id)
    family = details.family
    totals_come_from_lines(family, details.standing)
    ceilings_hold(family)
    money_agrees(stall, book, family)
    obligations_hold(stall, book, family, details.standing)
    history_is_whole(stall, family)
    moves_are_declared(stall, family)
    rows_stand_as_details(stall, family, details.standing)


def totals_come_from_lines(family: OrderFamily, standing: Standing) -> None:
    """I-02, I-13: the total is the sum of the lines, each price times quantity less discounts plus excluded taxes; the
    items share it out exactly, in whole units and nothing negative."""
    for line in family.lines:
        assert line.total.minor == _line_total(line) >= 0
        mine = [each for each in family.items if each.line_id == line.id]
        assert sum(each.amount.minor for each in mine) == line.total.minor
        assert sum(each.quantity for each in mine) == line.quantity
        assert all(each.quantity >= 1 and each.amount.minor >= 0 for each in mine)
    assert standing.total.minor == sum(_line_total(each) for each in family.lines)


def _line_total(line: Line) -> int:
    price = Fraction(line.unit_price.amount) * 100 * line.quantity
    assert price.denominator == 1
    signs = {("discount", False): -1, ("tax", False): 1, ("tax", True): 0}
    return int(price) + sum(signs[each.kind, each.included] * each.amount.minor for each in line.adjustments)


def ceilings_hold(family: OrderFamily) -> None:
    """I-05, I-06: no more is captured than was authorized, and no more goes back, what is on its way included, than was
    captured."""
    for payment in family.payments:
        done: Counter[str] = Counter()
        flying: Counter[str] = Counter()
        for each in family.operations_of(payment.id):
            if each.kind == "succeeded":
                assert each.moved is not None
                done[each.type] += each.moved.minor
            elif each.kind in OPEN_KINDS:
                flying[each.type] += each.amount.minor
        assert 0 <= done["capture"] + flying["capture"] <= done["authorize"]
        assert 0 <= done["refund"] + flying["refund"] <= done["sale"] + done["capture"]
        assert (payment.captured.minor, payment.refunded.minor) == (done["sale"] + done["capture"], done["refund"])


def money_agrees(stall: Stall, book: Book, family: OrderFamily) -> None:
    """I-07 to I-10: what is recorded really moved, what moved has an operation that was written down, and where nothing
    is open both agree to the cent."""
    own = {each.id for each in family.operations}
    mine = {each.id for each in family.payments}
    assert {each.key for each in stall.card.ledger if each.payment_id in mine} <= own
    for payment in family.payments:
        came, went = moved_in(stall, book, payment), moved_back(stall, book, payment)
        assert payment.captured.minor <= came
        assert payment.refunded.minor <= went
        if all(each.kind not in OPEN_KINDS for each in family.operations_of(payment.id)):
            assert (payment.captured.minor, payment.refunded.minor) == (came, went)


def obligations_hold(stall: Stall, book: Book, family: OrderFamily, standing: Standing) -> None:
    """I-11, I-07: more than is owed comes in only where somebody is asked to look, and then it is an explicit credit;
    what is due is what is owed and not here, never negative."""
    kept = sum(moved_in(stall, book, each) - moved_back(stall, book, each) for each in family.payments)
    settled = all(each.kind not in OPEN_KINDS for each in family.operations)
    if settled:
        assert standing.net_paid.minor == kept
        assert standing.due.minor - standing.credit.minor == standing.owed.minor - kept
        assert min(standing.due.minor, standing.credit.minor) == 0
    if standing.credit.minor > 0:
        assert {"overpaid", "late_money"} & {each.code for each in family.attention}
    for request in family.requests:
        live = [each for each in family.payments if each.request_id == request.id and each.live]
        assert len(live) <= 1
        assert request.reserved.minor <= request.amount.minor


def history_is_whole(stall: Stall, family: OrderFamily) -> None:
    """I-18, I-66, SX-16: rows are consecutive, chained and in time; each has an actor, a time and a cause; from them
    alone the stored records are rebuilt."""
    entries = stall.entries(family.order.id)
    verify(entries)
    assert len(entries) == family.order.version
    assert all(each.actor.partition(":")[2] and each.cause and each.event for each in entries)
    assert in_order(replay(entries)) == in_order(without_personal(family))


def moves_are_declared(stall: Stall, family: OrderFamily) -> None:
    """I-17: every change of a status that history tells leads along rows of the declared table."""
    tables = stall.desk.lifecycles
    now: dict[object, str] = {}
    for entry in stall.entries(family.order.id):
        changes = json.loads(entry.changes)
        told = [("order", "order", changes["order"])]
        told += [(_NOUNS[noun], id, one) for noun in _NOUNS for id, one in changes.get(noun, {}).items()]
        for table, record, changed in told:
            if "status" in changed:
                before = now.get(record, tables[table].initial.key)
                assert changed["status"] in _reached(tables[table], before), (table, before, changed["status"])
                now[record] = changed["status"]


def _reached(table: Lifecycle, start: str) -> set[str]:
    """The statuses that rows lead to from one, in as many steps as one commit may take."""
    reached, edge = {start}, {start}
    while edge:
        rows = (move for status in edge for event in table.events for move in table.rows(status, event))
        edge = {move.target_key for move in rows if move.target_key is not None} - reached
        reached |= edge
    return reached


def rows_stand_as_details(stall: Stall, family: OrderFamily, standing: Standing) -> None:
    """I-23: the columns that lists are filtered and sorted by are the fold."""
    row = next(each for each in stall.shop.orders.list().rows if each.id == family.order.id)
    assert (row.status, row.kind, row.number) == (family.order.status, family.order.kind, family.order.number)
    assert (row.total, row.paid, row.refunded) == (standing.total, standing.paid, standing.refunded)
    assert (row.authorized, row.in_flight, row.due) == (standing.authorized, standing.in_flight, standing.due)
    assert row.transaction_status == standing.transaction_status
    assert row.needs_attention == standing.needs_attention
