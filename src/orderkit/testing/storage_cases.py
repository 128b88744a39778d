"""What the storage suite stores: a family in which every field of every record says something, and how it changes.

The figures need not make sense together, because a store does not judge them; they only have to come back. What the
suite's tests share beside that is in `storage_steps.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from attrs import evolve

from orderkit.family import OrderFamily
from orderkit.items.records import Item
from orderkit.jsons import Json
from orderkit.money import Money, Price
from orderkit.orders.records import Adjustment, Attention, FieldValue, Line, Order, Source, Terms
from orderkit.payments.outcomes import Redirect, Wait
from orderkit.payments.records import Operation, Payment
from orderkit.personal import PersonalValue
from orderkit.refunds.records import Refund, RefundLine
from orderkit.requests.records import PaymentRequest
from orderkit.testing.families import FINGERPRINT, NOON, SCOPE, change_of

TEXT = '„Größe“ №5: чашка ☕️ 磁器 עברית\n\t\'; DROP TABLE orders; --\\ "quoted" %s {} ✂️'
EXTRA: dict[str, Json] = {
    "acme.gift": {"wrap": True, "times": 1, "text": TEXT, "nothing": None, "deep": [[], {}, [1, [False, "1"]]]},
    "acme.large": 2**63 - 1,
    "acme.empty": "",
}
LATE = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone.utc)
EARLY = datetime(1969, 7, 20, 20, 17, 40, 1, tzinfo=timezone.utc)
ODD = NOON + timedelta(microseconds=123_457)


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
        requests=_requests(id, money),
        payments=_payments(id, money),
        operations=_operations(id, money),
        refunds=_refunds(id, money),
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
    payments = tuple(_changed_payment(each) for each in family.payments)
    operations = tuple(_changed_operation(each) for each in family.operations)
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


def _order(id: Callable[[int], UUID], *, number: int, scope: str, currency: str) -> Order:
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


def _lines(id: Callable[[int], UUID], money: Callable[[int], Money], currency: str) -> tuple[Line, ...]:
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


def _items(id: Callable[[int], UUID], money: Callable[[int], Money]) -> tuple[Item, ...]:
    first = Item(
        id=id(21), order_id=id(1), line_id=id(12), quantity=2, amount=money(667), status="pending", kind="pending"
    )
    part = evolve(
        first, id=id(29), quantity=1, amount=money(333), split_from_id=id(21), status="delivered", kind="active"
    )
    return first, part, evolve(first, id=id(22), line_id=id(11), quantity=1, amount=money(-1))


def _requests(id: Callable[[int], UUID], money: Callable[[int], Money]) -> tuple[PaymentRequest, ...]:
    first = PaymentRequest(
        id=id(31),
        order_id=id(1),
        number=7_000_000_001,
        amount=money(1001),
        due=money(1002),
        reserved=money(1003),
        settled=money(1004),
        status="open",
        kind="open",
        opened_at=ODD,
        due_on=date(2026, 2, 28),
        split=True,
    )
    return first, evolve(first, id=id(32), number=2, due_on=None, split=False, status="cancelled", kind="cancelled")


def _payments(id: Callable[[int], UUID], money: Callable[[int], Money]) -> tuple[Payment, ...]:
    foreign = Money("12.345", "KWD")
    first = Payment(
        id=id(41),
        order_id=id(1),
        request_id=id(31),
        gateway="card",
        account="acct-1",
        method="tok_visa",
        amount=foreign,
        rate=Decimal("0.0081234500"),
        status="requires_action",
        kind="under_way",
        live=True,
        authorized=foreign + foreign,
        captured=foreign * 3,
        refunded=foreign * 4,
        charged_back=foreign * 5,
        started_at=ODD,
        next_step=Redirect("https://bank.example/3ds?a=1&b=ü"),
        extra=EXTRA,
    )
    plain = {name: money(minor) for minor, name in enumerate(("authorized", "captured", "refunded", "charged_back"))}
    waiting = evolve(
        first, id=id(42), amount=money(9), rate=Decimal(1), method=None, next_step=Wait(TEXT), extra={}, **plain
    )
    return first, waiting, evolve(waiting, id=id(43), request_id=id(32), next_step=None, live=False)


def _operations(id: Callable[[int], UUID], money: Callable[[int], Money]) -> tuple[Operation, ...]:
    foreign = Money("12.345", "KWD")
    first = Operation(
        id=id(51),
        order_id=id(1),
        payment_id=id(41),
        type="authorize",
        amount=foreign,
        settles=money(500),
        status="requires_action",
        kind="in_flight",
        asked_at=ODD,
        send_before=ODD + timedelta(minutes=2),
        next_check_at=ODD + timedelta(minutes=5),
        moved=foreign + foreign,
        refund_id=id(61),
        reference="pi_1",
        next_step=Redirect("https://bank.example/3ds"),
        code="unknown",
        message=TEXT,
        answered_at=LATE,
        final=True,
    )
    bare = evolve(
        first,
        payment_id=id(42),
        amount=money(5),
        moved=None,
        refund_id=None,
        reference=None,
        next_step=None,
        code=None,
        message=None,
        next_check_at=None,
        answered_at=None,
        final=False,
    )
    return (
        first,
        evolve(bare, id=id(52), type="sale", next_step=Wait()),
        evolve(bare, id=id(53), type="capture"),
        evolve(bare, id=id(54), type="void"),
        evolve(bare, id=id(55), type="refund", refund_id=id(61), moved=money(0)),
        evolve(bare, id=id(56), type="refund_reversal"),
        evolve(bare, id=id(57), type="chargeback"),
        evolve(bare, id=id(58), type="chargeback_reversal"),
    )


def _refunds(id: Callable[[int], UUID], money: Callable[[int], Money]) -> tuple[Refund, ...]:
    lines = (
        # In the order in which they were selected, which is not the order of the items.
        RefundLine(item_id=id(29), quantity=1, amount=money(300), fee=money(33)),
        RefundLine(item_id=id(21), quantity=2, amount=money(0), fee=money(667)),
    )
    first = Refund(
        id=id(61),
        order_id=id(1),
        lines=lines,
        status="done",
        kind="done",
        requested_at=ODD,
        reference="file:7",
        finished_at=LATE,
    )
    return first, evolve(
        first, id=id(62), lines=lines[1:], reference=None, finished_at=None, status="requested", kind="asked"
    )


def _attention(id: Callable[[int], UUID]) -> tuple[Attention, ...]:
    params = {"amount": "1.00 EUR", "times": 1, "certain": True, "left": None, "text": TEXT}
    first = Attention(id=id(71), order_id=id(1), code="overpaid", params=params, opened_at=ODD, closed_at=LATE)
    return first, evolve(first, id=id(72), code="late_money", params={}, closed_at=None)


def _personal(id: Callable[[int], UUID]) -> tuple[PersonalValue, ...]:
    return (
        PersonalValue(id(1), "customer.name", "customer:c-1", TEXT, "0a" * 16),
        PersonalValue(id(1), "note", "customer:c-1", "x" * 20_000, "ff" * 16),
        PersonalValue(id(21), "holder", "user:u-7", "", "00" * 16),
    )


def _fields(id: Callable[[int], UUID]) -> tuple[FieldValue, ...]:
    return (
        FieldValue(id(1), "order", "acme.flag", True),
        FieldValue(id(1), "order", "acme.none", None),
        FieldValue(id(1), "order", "acme.number", 1),
        FieldValue(id(1), "order", "acme.text", "1"),
        FieldValue(id(21), "item", "acme.text", TEXT),
    )


def _changed_payment(payment: Payment) -> Payment:
    other = payment.amount + payment.amount
    return evolve(
        payment,
        status="voided",
        kind="failed",
        live=False,
        authorized=other,
        captured=other,
        refunded=other,
        charged_back=other,
        next_step=None if payment.next_step else Wait("tomorrow"),
        extra={"acme.now": [1]},
    )


def _changed_operation(operation: Operation) -> Operation:
    return evolve(
        operation,
        settles=operation.settles + operation.settles,
        status="unknown",
        kind="in_doubt",
        next_check_at=LATE if operation.next_check_at is None else None,
        moved=operation.amount * 3,
        reference="ref",
        next_step=None if operation.next_step else Redirect("https://bank.example/again"),
        code="c",
        message="m",
        answered_at=ODD,
        final=not operation.final,
    )
