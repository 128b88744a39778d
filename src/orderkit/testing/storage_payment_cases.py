"""The money side of the storage suite's full family: requests, payments, operations and refunds, every field set."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from attrs import evolve

from orderkit.money import Money
from orderkit.payments.outcomes import Redirect, Wait
from orderkit.payments.records import Operation, Payment
from orderkit.refunds.records import Refund, RefundLine
from orderkit.requests.records import PaymentRequest
from orderkit.testing.storage_values import EXTRA, LATE, ODD, TEXT, Local, Minor

FOREIGN = Money("12.345", "KWD")
"""What the first payment is in, whatever the order's currency is."""


def full_requests(id: Local, money: Minor) -> tuple[PaymentRequest, ...]:
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


def full_payments(id: Local, money: Minor) -> tuple[Payment, ...]:
    first = Payment(
        id=id(41),
        order_id=id(1),
        request_id=id(31),
        gateway="card",
        account="acct-1",
        method="tok_visa",
        amount=FOREIGN,
        rate=Decimal("0.0081234500"),
        status="requires_action",
        kind="under_way",
        live=True,
        authorized=FOREIGN + FOREIGN,
        captured=FOREIGN * 3,
        refunded=FOREIGN * 4,
        charged_back=FOREIGN * 5,
        started_at=ODD,
        next_step=Redirect("https://bank.example/3ds?a=1&b=ü"),
        merchant=TEXT,
        one_click=True,
        extra=EXTRA,
    )
    waiting = evolve(
        first,
        id=id(42),
        amount=money(9),
        rate=Decimal(1),
        method=None,
        authorized=money(1),
        captured=money(2),
        refunded=money(3),
        charged_back=money(4),
        next_step=Wait(TEXT),
        merchant="Shop",
        one_click=False,
        extra={},
    )
    ended = evolve(waiting, id=id(43), request_id=id(32), next_step=None, live=False, merchant=None, one_click=None)
    return first, waiting, ended


def full_operations(id: Local, money: Minor) -> tuple[Operation, ...]:
    first = Operation(
        id=id(51),
        order_id=id(1),
        payment_id=id(41),
        type="authorize",
        amount=FOREIGN,
        settles=money(500),
        status="requires_action",
        kind="in_flight",
        asked_at=ODD,
        send_before=ODD + timedelta(minutes=2),
        next_check_at=ODD + timedelta(minutes=5),
        moved=FOREIGN + FOREIGN,
        refund_id=id(61),
        reference="pi_1",
        next_step=Redirect("https://bank.example/3ds"),
        code="unknown",
        message=TEXT,
        answered_at=LATE,
        final=True,
        cumulative=True,
        credited=Money("0.003", "BHD"),
        acts_on=id(77),
        acts_on_reference="auth_77",
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
        cumulative=False,
        credited=None,
        acts_on=None,
        acts_on_reference=None,
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
        evolve(bare, id=id(59), type="credit"),
        evolve(bare, id=id(60), type="fee", credited=Money("-1", "JPY")),
    )


def full_refunds(id: Local, money: Minor) -> tuple[Refund, ...]:
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


def changed_payment(payment: Payment) -> Payment:
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
        merchant=None if payment.merchant else "Another shop",
        one_click={True: False, False: None, None: True}[payment.one_click],
        extra={"acme.now": [1]},
    )


def changed_operation(operation: Operation) -> Operation:
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
        cumulative=not operation.cumulative,
        credited=Money("12.50", "EUR") if operation.credited is None else None,
        acts_on=operation.id if operation.acts_on is None else None,
        acts_on_reference=TEXT if operation.acts_on_reference is None else None,
    )
