"""Events: one table from what Stripe says to what is recorded; what contradicts itself is never a success."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.adapters.stripe import StripeGateway
from orderkit.adapters.stripe.webhooks import READERS
from orderkit.errors import InvalidRequest
from orderkit.payments.outcomes import Approved
from orderkit.payments.reports import Report

GATEWAY = StripeGateway("sk_test")
KEY, PAYMENT, CAPTURE = (UUID(f"0192f3a0-0000-7000-8000-00000000000{digit}") for digit in (1, 2, 3))
NAMES = {"orderkit_operation": str(KEY), "orderkit_payment": str(PAYMENT), "orderkit_scope": "acme"}
DECLINED = {"code": "card_declined", "decline_code": "insufficient_funds", "message": "no"}


def event(type: str, about: Any, **more: Any) -> bytes:
    data = {"object": about, **({"previous_attributes": more.pop("before")} if "before" in more else {})}
    return json.dumps({"id": "evt_1", "object": "event", "type": type, "data": data, **more}).encode()


def intent(status: str, **more: Any) -> dict[str, Any]:
    """Ten euros by a sale of ours."""
    received = 1000 if status == "succeeded" else 0
    said = {"id": "pi_1", "object": "payment_intent", "status": status, "amount": 1000, "amount_received": received}
    return {**said, "currency": "eur", "capture_method": "automatic", "metadata": NAMES, **more}


def hold(status: str, **more: Any) -> dict[str, Any]:
    """Ten euros held by an authorization of ours."""
    return intent(status, **{"capture_method": "manual", "latest_charge": "ch_1", **more})


def charge(**more: Any) -> dict[str, Any]:
    said = {"id": "ch_1", "object": "charge", "status": "succeeded", "captured": True, "amount": 1000}
    amounts = {"amount_captured": 1000, "amount_refunded": 0, "currency": "eur", "payment_intent": "pi_1"}
    return {**said, **amounts, "metadata": NAMES, "failure_code": None, **more}


def refund(status: str, **more: Any) -> dict[str, Any]:
    said = {"id": "re_1", "object": "refund", "status": status, "amount": 400, "currency": "eur"}
    return {**said, "payment_intent": "pi_1", "metadata": NAMES, "balance_transaction": "txn_1", **more}


def dispute(status: str, *movements: int, **more: Any) -> dict[str, Any]:
    balance = [
        {"id": f"txn_{number}", "amount": amount, "fee": 1500 if amount < 0 else 0, "net": amount, "currency": "eur"}
        for number, amount in enumerate(movements)
    ]
    said = {"id": "dp_1", "object": "dispute", "status": status, "amount": 1000, "currency": "eur"}
    return {**said, "payment_intent": "pi_1", "metadata": {}, "balance_transactions": balance, **more}


def brief(report: Report) -> str:
    """Kind, reference, what came of it, and of which it names which: in one line."""
    outcome = report.outcome
    amount = f" {outcome.amount}" if isinstance(outcome, Approved) else f" {getattr(outcome, 'code', '')}"
    named = " keyed" if report.key else ""
    return f"{report.type} {report.reference} {type(outcome).__name__}{amount.rstrip()}{named}" + (
        " in all" if report.cumulative else ""
    )


CAUGHT = f"pi_1/{CAPTURE.hex}"
TABLE = [
    ("payment_intent.succeeded", intent("succeeded"), ["sale pi_1 Approved 10.00 EUR keyed"]),
    ("payment_intent.succeeded", intent("succeeded", amount_received=None), ["sale pi_1 Approved 10.00 EUR keyed"]),
    ("payment_intent.processing", intent("processing"), ["sale pi_1 Pending keyed"]),
    (
        "payment_intent.requires_action",
        intent("requires_action", next_action={"type": "redirect_to_url", "redirect_to_url": {"url": "https://b"}}),
        ["sale pi_1 RequiresAction keyed"],
    ),
    (
        "payment_intent.payment_failed",
        intent("requires_payment_method", last_payment_error=DECLINED),
        ["sale pi_1 Declined insufficient_funds keyed"],
    ),
    ("payment_intent.canceled", intent("canceled"), ["sale pi_1 Declined canceled keyed"]),
    ("payment_intent.amount_capturable_updated", hold("requires_capture"), ["authorize pi_1 Approved 10.00 EUR keyed"]),
    (
        "payment_intent.succeeded",
        hold("succeeded"),
        ["authorize pi_1 Approved 10.00 EUR keyed", "capture pi_1/captured Approved 10.00 EUR in all"],
    ),
    (
        "payment_intent.succeeded",
        hold("succeeded", amount_received=600, metadata={**NAMES, f"capture_{CAPTURE.hex}": "600"}),
        [
            "authorize pi_1 Approved 10.00 EUR keyed",
            f"capture {CAUGHT} Approved 6.00 EUR keyed",
            "void pi_1 Approved 4.00 EUR",
        ],
    ),
    (
        "payment_intent.succeeded",
        hold("succeeded", amount_received=600, metadata={**NAMES, f"capture_{CAPTURE.hex}": "6000"}),
        [
            "authorize pi_1 Approved 10.00 EUR keyed",
            "capture pi_1/captured Approved 6.00 EUR in all",
            "void pi_1 Approved 4.00 EUR",
        ],
    ),
    (
        "payment_intent.amount_capturable_updated",
        hold("requires_capture", amount_received=600, metadata={**NAMES, f"capture_{CAPTURE.hex}": "400"}),
        [
            "authorize pi_1 Approved 10.00 EUR keyed",
            f"capture {CAUGHT} Approved 4.00 EUR keyed",
            "capture pi_1/captured Approved 6.00 EUR in all",
        ],
    ),
    ("payment_intent.canceled", hold("canceled"), ["void pi_1 Approved 10.00 EUR"]),
    ("payment_intent.canceled", hold("canceled", latest_charge=None), ["authorize pi_1 Declined canceled keyed"]),
    ("payment_intent.succeeded", intent("succeeded", metadata={}), []),
    ("payment_intent.succeeded", intent("succeeded", metadata={"orderkit_payment": "7"}), []),
    ("charge.captured", charge(amount_captured=600), ["capture pi_1/captured Approved 6.00 EUR in all"]),
    ("charge.captured", charge(payment_intent=None), []),
    ("charge.refunded", charge(amount_refunded=300), ["refund pi_1/refunded Approved 3.00 EUR in all"]),
    ("charge.refunded", charge(amount_captured=600, amount_refunded=400), []),
    (
        "charge.refunded",
        charge(amount_captured=600, amount_refunded=500),
        ["refund pi_1/refunded Approved 1.00 EUR in all"],
    ),
    ("refund.created", refund("succeeded"), ["refund re_1 Approved 4.00 EUR keyed"]),
    ("refund.created", refund("succeeded", metadata={}), ["refund re_1 Approved 4.00 EUR"]),
    ("refund.created", refund("succeeded", metadata={}, balance_transaction=None), []),
    ("refund.created", refund("pending"), ["refund re_1 Pending keyed"]),
    ("refund.updated", refund("requires_action"), ["refund re_1 Pending keyed"]),
    ("refund.updated", refund("canceled"), ["refund re_1 Declined canceled keyed"]),
    ("charge.refund.updated", refund("succeeded"), ["refund re_1 Approved 4.00 EUR keyed"]),
    (
        "refund.failed",
        refund("failed", failure_reason="declined", failure_balance_transaction="txn_2"),
        ["refund re_1 Approved 4.00 EUR keyed", "refund_reversal re_1 Approved 4.00 EUR"],
    ),
    ("refund.failed", refund("failed", failure_reason="declined"), ["refund re_1 Declined declined keyed"]),
    ("charge.dispute.created", dispute("warning_needs_response"), []),
    ("charge.dispute.created", dispute("needs_response"), []),
    (
        "charge.dispute.funds_withdrawn",
        dispute("needs_response", -1000),
        ["chargeback dp_1 Approved 10.00 EUR", "fee txn_0 Approved 15.00 EUR"],
    ),
    (
        "charge.dispute.closed",
        dispute("lost", -1000),
        ["chargeback dp_1 Approved 10.00 EUR", "fee txn_0 Approved 15.00 EUR"],
    ),
    (
        "charge.dispute.funds_reinstated",
        dispute("won", -1000, 1000),
        [
            "chargeback dp_1 Approved 10.00 EUR",
            "chargeback_reversal dp_1 Approved 10.00 EUR",
            "fee txn_0 Approved 15.00 EUR",
        ],
    ),
    ("charge.dispute.updated", dispute("prevented"), []),
    ("customer.created", {"id": "cus_1"}, []),
    ("payment_intent.created", intent("requires_payment_method"), []),
    ("a.type.of.tomorrow", "anything", []),
]


@pytest.mark.parametrize(
    ("type", "about", "told"), TABLE, ids=[f"{number} {row[0]}" for number, row in enumerate(TABLE)]
)
def test_what_an_event_says(type: str, about: Any, told: list[str]) -> None:
    """Each event of the table says this and no more, and the same however often it is read (F061, F070, F078)."""
    read = GATEWAY.event(event(type, about))
    assert (read.id, read.type) == ("evt_1", type)
    assert [brief(each) for each in read.reports] == told
    assert GATEWAY.event(event(type, about)) == read
    for report in read.reports:
        assert report.on == "pi_1"
        assert (report.scope, report.payment_id) in (("acme", PAYMENT), (None, None))


def test_every_event_that_is_read_stands_in_the_table() -> None:
    """No reader is without a row."""
    assert READERS.keys() == {type for type, _, _ in TABLE} & READERS.keys()


CONTRADICTIONS = [
    ("payment_intent.succeeded", intent("canceled")),
    ("payment_intent.succeeded", intent("succeeded", last_payment_error=DECLINED)),
    ("payment_intent.succeeded", intent("succeeded", amount_received=0)),
    ("payment_intent.succeeded", intent("succeeded", amount_received=1001)),
    ("payment_intent.succeeded", hold("succeeded", amount_received=None)),
    ("payment_intent.succeeded", intent("succeeded", amount="1000")),
    ("payment_intent.succeeded", intent("succeeded", amount=10.0)),
    ("payment_intent.succeeded", intent("succeeded", amount=-1000, amount_received=-1000)),
    ("payment_intent.succeeded", intent("succeeded", amount=10**30, amount_received=10**30)),
    ("payment_intent.succeeded", intent("succeeded", currency="zzz")),
    ("payment_intent.succeeded", intent("succeeded", currency=None)),
    ("payment_intent.succeeded", intent("requires_capture")),
    ("payment_intent.succeeded", intent("approved")),
    ("payment_intent.succeeded", "pi_1"),
    ("payment_intent.succeeded", None),
    ("payment_intent.payment_failed", intent("succeeded")),
    ("payment_intent.payment_failed", intent("requires_payment_method")),
    ("payment_intent.processing", intent("processing", amount_received=1000)),
    ("payment_intent.processing", intent("processing", last_payment_error=DECLINED)),
    ("payment_intent.canceled", intent("canceled", amount_received=1000)),
    ("payment_intent.requires_action", intent("succeeded")),
    ("payment_intent.amount_capturable_updated", intent("requires_capture")),
    ("charge.captured", charge(captured=False)),
    ("charge.captured", charge(status="failed")),
    ("charge.captured", charge(failure_code="card_declined")),
    ("charge.captured", charge(amount_captured=0)),
    ("charge.captured", charge(amount_captured=1001)),
    ("charge.refunded", charge(amount_refunded=1001)),
    ("charge.refunded", charge(status="failed", amount_refunded=100)),
    ("refund.failed", refund("succeeded")),
    ("refund.updated", refund("succeeded", failure_reason="declined")),
    ("refund.updated", refund("succeeded", failure_balance_transaction="txn_2")),
    ("refund.updated", refund("done")),
    ("refund.updated", refund("succeeded", amount=0)),
    ("charge.dispute.closed", dispute("lost", -1000, 1000)),
    ("charge.dispute.closed", dispute("lost")),
    ("charge.dispute.closed", dispute("won", 1000)),
    ("charge.dispute.updated", dispute("warning_closed", -1000)),
    ("charge.dispute.updated", dispute("forgotten")),
]


@pytest.mark.parametrize(("type", "about"), CONTRADICTIONS)
def test_what_contradicts_itself_is_no_success(type: str, about: Any) -> None:
    """An unknown or contradictory combination gives a reason and no report, so the event is parked (F061, I-10)."""
    with pytest.raises(InvalidRequest) as refused:
        GATEWAY.event(event(type, about))
    assert (refused.value.field, refused.value.refusal.code) == ("body", "is_consistent")
    assert refused.value.refusal.params["problem"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'{"id": "evt_1"}',
        b'{"type": "x"}',
        b'{"id": 7, "type": "x"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"id": "", "type": "x"}',
    ],
    ids=range(12),
)
def test_what_is_no_event_is_refused(body: bytes) -> None:
    """Not JSON, no object, no id: refused with a reason, never another exception."""
    with pytest.raises(InvalidRequest) as refused:
        GATEWAY.event(body)
    assert (refused.value.field, refused.value.refusal.code) == ("body", "is_event")


@given(
    type=st.sampled_from(sorted(READERS)),
    about=st.sampled_from([intent("succeeded"), hold("canceled"), charge(), refund("failed"), dispute("won", -5, 5)]),
    changes=st.dictionaries(
        st.sampled_from("id status amount amount_received currency capture_method metadata latest_charge".split()),
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.lists(st.none()), st.just({})),
        max_size=4,
    ),
)
def test_nonsense_is_read_or_refused_and_nothing_else(type: str, about: Any, changes: Any) -> None:
    """Whatever an authentic event holds, it is read or refused with a reason; nothing else escapes (I-10)."""
    with suppress(InvalidRequest):
        assert GATEWAY.event(event(type, {**about, **changes})).type == type


def test_a_refund_that_never_succeeded_only_failed() -> None:
    """Where the event says that the refund was pending before, it is declined and nothing came back (F078)."""
    failed = refund("failed", failure_reason="declined", failure_balance_transaction="txn_2")
    read = GATEWAY.event(event("refund.failed", failed, before={"status": "pending"}))
    assert [brief(each) for each in read.reports] == ["refund re_1 Declined declined keyed"]


def test_events_of_connected_accounts_are_not_ours() -> None:
    """An event that names a connected account says nothing about this one."""
    assert GATEWAY.event(event("payment_intent.succeeded", intent("succeeded"), account="acct_2")).reports == ()
