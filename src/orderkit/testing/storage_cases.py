"""What the storage suite stores: a family in which every field of every record says something, and how it changes.

The figures need not make sense together, because a store does not judge them; they only have to come back. What the
suite's tests share beside that is in `storage_steps.py`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from attrs import evolve

from orderkit.errors import Plain
from orderkit.family import OrderFamily
from orderkit.items.records import Item
from orderkit.money import Money, Price
from orderkit.orders.records import Adjustment, Attention, FieldValue, Line, Order, Source, Terms
from orderkit.personal import PersonalValue
from orderkit.testing.families import FINGERPRINT, SCOPE, change_of
from orderkit.testing.storage_payment_cases import (
    changed_operation,
    changed_payment,
    full_operations,
    full_payments,
    full_refunds,
    full_requests,
)
from orderkit.testing.storage_values import EARLY, EXTRA, LATE, ODD, TEXT, Local, Minor


def id_of(number: int, *, family: int = 1) -> UUID:
    """An id of the sample; those of a higher number sort behind."""
    return UUID(int=0x019C_A000_0000_7000_8000_0000_0000_0000 + (family << 16) + number)


def full_family(currency: str = "EUR", *, number: int = 1, scope: str = SCOPE) -> OrderFamily:
    """A family at version 1 in which every record is present and every field has a value of its own."""

    def money(minor: int) -> Money:
        return Money.of_minor(minor, currency)

    def id(local: int) -> UUID:
        return id_of(local, family=number)

    family = OrderFamily(
        order=_order(id, number=number, scope=scope, currency=currency),
        lines=_lines(id, money, currency),
        items=_items(id, money),
        requests=full_requests(id, money),
        payments=full_payments(id, money),
        operations=full_operations(id, money),
        refunds=full_refunds(id, money),
        attention=_attention(id),
        personal=_personal(id),
        fields=_fields(id),
    )
    return change_of(None, family).after


def changed_family(family: OrderFamily) -> OrderFamily:
    """The full family one version later: every field that can ever change has another value."""
    other = Money.of_minor(77, family.order.currency)
    order = evolve(
        family.order,
        status="completed",
        kind="done",
        lifecycles="0" * 16,
        external_invoice_number="INV-2",
        extra={"acme.gift": {"wrap": 1}},
    )
    items = tuple(
        evolve(each, quantity=each.quantity + 1, amount=other, status="r", kind="returned") for each in family.items
    )
    requests = tuple(
        evolve(
            each, due=other, reserved=other, settled=other, status="s", kind="paid", due_on=date(2027, 1, 1), split=True
        )
        for each in family.requests
    )
    payments = tuple(changed_payment(each) for each in family.payments)
    operations = tuple(changed_operation(each) for each in family.operations)
    refunds = tuple(evolve(each, status="failed", kind="failed", finished_at=LATE) for each in family.refunds)
    attention = tuple(evolve(each, closed_at=ODD) for each in family.attention)
    fields = tuple(evolve(each, value=f"now {each.name}") for each in family.fields)
    return change_of(
        family,
        evolve(
            family,
            order=order,
            items=items,
            requests=requests,
            payments=payments,
            operations=operations,
            refunds=refunds,
            attention=attention,
            fields=fields,
        ),
    ).after


def _order(id: Local, *, number: int, scope: str, currency: str) -> Order:
    return Order(
        id=id(1),
        scope=scope,
        number=number,
        type="purchase",
        status="placed",
        kind="open",
        lifecycles=FINGERPRINT,
        version=1,
        currency=currency,
        customer_id="c-1",
        placed_at=EARLY,
        recorded_at=ODD,
        changed_at=ODD,
        author="user:u-1",
        locale="uk-UA",
        source=Source("import:uk-retail", TEXT),
        ordering_account="acc-1",
        contract="con-1",
        promotion="pro-1",
        affiliate="aff-1",
        external_invoice_number="INV-1",
        parent_id=id(90),
        copied_from_id=id(91),
        extra=EXTRA,
    )


def _lines(id: Local, money: Minor, currency: str) -> tuple[Line, ...]:
    adjustments = (
        Adjustment("discount", "SPRING", TEXT, Decimal("0.190"), money(1000), money(190)),
        Adjustment("discount", "SPRING", "by amount", None, money(810), money(10)),
        Adjustment("tax", "VAT", "included", Decimal("0.07125"), money(800), money(53), True),
        Adjustment("tax", "LEVY", "on top", Decimal("0"), money(800), money(0), False),
    )
    terms = Terms(partial_payment=True, minimum_share=Decimal("0.250"), most_units=10**9, refundable_until=LATE)
    first = Line(
        id=id(12),
        order_id=id(1),
        position=0,
        offer="MUG-1",
        title=TEXT,
        category="kitchen",
        item_kind="product",
        quantity=3,
        unit_price=Price.of_coefficient(3_333_333_333, 9, currency),
        adjustments=adjustments,
        terms=terms,
        extra=EXTRA,
    )
    # Its id is before the first one's: it is the position that puts lines in order.
    second = evolve(first, id=id(11), position=1, category=None, quantity=1, adjustments=(), terms=Terms(), extra={})
    return first, second


def _items(id: Local, money: Minor) -> tuple[Item, ...]:
    first = Item(
        id=id(21), order_id=id(1), line_id=id(12), quantity=2, amount=money(667), status="pending", kind="pending"
    )
    part = evolve(
        first, id=id(29), quantity=1, amount=money(333), split_from_id=id(21), status="delivered", kind="active"
    )
    return first, part, evolve(first, id=id(22), line_id=id(11), quantity=1, amount=money(-1))


def _attention(id: Local) -> tuple[Attention, ...]:
    params: dict[str, Plain] = {"amount": "1.00 EUR", "times": 1, "certain": True, "left": None, "text": TEXT}
    first = Attention(id=id(71), order_id=id(1), code="overpaid", params=params, opened_at=ODD, closed_at=LATE)
    return first, evolve(first, id=id(72), code="late_money", params={}, closed_at=None)


def _personal(id: Local) -> tuple[PersonalValue, ...]:
    return (
        PersonalValue(id(1), "customer.name", "customer:c-1", f"Жанна д'Арк {TEXT}", "0a" * 16),
        PersonalValue(id(1), "note", "customer:c-1", "x" * 20_000, "ff" * 16),
        PersonalValue(id(21), "holder", "user:u-7", "", "00" * 16),
    )


def _fields(id: Local) -> tuple[FieldValue, ...]:
    return (
        FieldValue(owner_id=id(1), on="order", name="acme.flag", value=True),
        FieldValue(owner_id=id(1), on="order", name="acme.none", value=None),
        FieldValue(owner_id=id(1), on="order", name="acme.number", value=1),
        FieldValue(owner_id=id(1), on="order", name="acme.text", value="1"),
        FieldValue(owner_id=id(21), on="item", name="acme.text", value=TEXT),
    )
