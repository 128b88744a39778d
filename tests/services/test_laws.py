"""Random lives of orders, with a gateway that answers as it pleases: after every step every law holds."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.laws import OPEN_KINDS, check
from tests.services.lives import Life, opened

import orderkit


@pytest.mark.row("SX-10")
@settings(max_examples=100)
@given(data=st.data(), steps=st.integers(5, 30))
def test_the_laws_hold_at_every_step(data: st.DataObject, steps: int) -> None:
    """I-02, I-05 to I-13, I-17, I-18, I-20, I-22, I-23, I-33, I-34, I-66, and history replays to what is stored."""
    life = opened(data)
    figures: dict[UUID, tuple[int, int]] = {}
    said: dict[UUID, tuple[object, ...]] = {}
    for _ in range(steps):
        life.go_on()
        for order_id in life.orders:
            check(life.stall, life.book, order_id)
        _only_rise(life, figures)
        _stay_as_asked(life, said)
        life.stall.card.assert_keys_were_kept()

    life.settle()
    for order_id in life.orders:
        family = life.stall.family(order_id)
        assert all(each.kind not in OPEN_KINDS or life.is_bank(each) for each in family.operations)
        check(life.stall, life.book, order_id)


def _only_rise(life: Life, figures: dict[UUID, tuple[int, int]]) -> None:
    """I-22: what was captured and refunded never decreases."""
    for payment in life.payments():
        captured, refunded = figures.get(payment.id, (0, 0))
        assert payment.captured.minor >= captured
        assert payment.refunded.minor >= refunded
        figures[payment.id] = (payment.captured.minor, payment.refunded.minor)


def _stay_as_asked(life: Life, said: dict[UUID, tuple[object, ...]]) -> None:
    """I-12: what was asked for is frozen: amounts, currency, gateway, account, method, and when it was asked."""
    for payment in life.payments():
        asked = (payment.amount, payment.rate, payment.gateway, payment.account, payment.method, payment.request_id)
        assert said.setdefault(payment.id, asked) == asked
        for each in life.stall.family(payment.order_id).operations:
            operation = (each.type, each.amount, each.asked_at, each.payment_id, each.refund_id)
            assert said.setdefault(each.id, operation) == operation


def test_no_amount_is_a_float_and_no_balance_escapes_the_laws() -> None:
    """Row SX-10: no field of any record or fact is a float; and the only balances there are belong to credit accounts,
    whose law is in test_credit (a balance is never negative). Value vouchers do not exist yet: whoever adds their room
    adds the law of their balance, and then names it here."""
    rooms = Path(orderkit.__file__).parent
    found = {path: path.read_text("utf-8") for path in rooms.rglob("*.py") if "benchmarks" not in path.parts}
    records = [
        text for path, text in found.items() if path.name in ("records.py", "events.py", "journal.py", "standing.py")
    ]
    assert len(records) > 8
    assert not any(re.search(r"^    \w+: .*\bfloat\b", text, re.M) for text in records)
    with_balance = {path.parent.name for path, text in found.items() if re.search(r"^    balance: ", text, re.M)}
    assert with_balance == {"credit"}
