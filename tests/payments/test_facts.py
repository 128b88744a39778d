"""Payments as facts: what a gateway tells comes to the same amounts in every order and however often it is told."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from uuid import UUID

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from orderkit.families.concluding import conclude
from orderkit.family import OrderFamily
from orderkit.money import Money
from orderkit.orders.records import NewLine
from orderkit.payments.folding import Figures, fold, funds_credited
from orderkit.payments.outcomes import Approved, Declined, Outcome, Pending, Unknown
from orderkit.payments.records import OperationKind
from orderkit.payments.reporting import reported
from orderkit.payments.reports import Report
from orderkit.standing import Standing, stand
from orderkit.testing.families import (
    begun_capture,
    begun_payment,
    case_of,
    ids_for,
    new_family,
    next_of,
    sent,
)


def eur(minor: int) -> Money:
    return Money.of_minor(minor, "EUR")


def authorized(minor: int = 10_000) -> OrderFamily:
    """An order over 100.00 whose one payment asked to hold `minor`, without an answer yet."""
    family = new_family(NewLine("DESK", "A desk", unit_price=Money("100.00", "EUR")))
    family = next_of(family, begun_payment(family, eur(minor), capture=False))
    return next_of(family, sent(family))


def told(family: OrderFamily, *reports: Report) -> OrderFamily:
    """The family after these reports on its one payment, in this order."""
    for report in reports:
        ids = ids_for("acme", 1, version=family.order.version + 1)
        after = reported(
            case_of(family), family.payments[0].id, report, operation_id=ids.new(family.order.changed_at), final=False
        )
        concluded = conclude(case_of(family), after, new_id=lambda ids=ids, at=family.order.changed_at: ids.new(at))
        family = next_of(family, concluded.family)
    return family


def figures(family: OrderFamily) -> Figures:
    return fold(family.operations_of(family.payments[0].id))


def approved(type: OperationKind, minor: int, reference: str, **more: object) -> Report:
    return Report(type=type, reference=reference, outcome=Approved(reference, eur(minor)), **more)  # type: ignore[arg-type]  # what a report names


@pytest.mark.row("S3-31")
def test_the_buckets_of_a_payment() -> None:
    """100 authorized, 30 captured, 10 refunded, 20 released: 50 are still held and can be captured, 20 go back."""
    family = authorized()
    key = family.operations[0].id
    family = told(
        family,
        approved("authorize", 10_000, "auth", key=key),
        approved("capture", 3_000, "cap"),
        approved("refund", 1_000, "ref"),
        approved("void", 2_000, "rel"),
    )
    now = figures(family)
    assert (now.held, now.capturable, now.refundable) == (5_000, 5_000, 2_000)
    assert (now.captured, now.refunded, now.voided) == (3_000, 1_000, 2_000)
    assert (family.payments[0].status, family.payments[0].authorized) == ("authorized", eur(5_000))


@frozen
class Told:
    """What a gateway could tell about one payment, and what it really did."""

    reports: tuple[Report, ...]
    truth: Counter[str]


KINDS: tuple[OperationKind, ...] = (
    "capture",
    "void",
    "refund",
    "refund_reversal",
    "chargeback",
    "chargeback_reversal",
    "fee",
)
EARLIER: tuple[Outcome, ...] = (Pending("p"), Unknown("u"), Declined("d"))


@st.composite
def stories(draw: st.DrawFn, key: UUID) -> Told:
    """Objects of a gateway, each told once or often, with earlier and lower answers besides, and a running total."""
    held = draw(st.integers(1, 10_000))
    truth: Counter[str] = Counter({"authorize": held})
    reports = [approved("authorize", held, "auth", key=key)]
    for number in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(KINDS))
        minor = draw(st.integers(1, 5_000))
        truth[kind] += minor
        final = approved(kind, minor, f"{kind}_{number}", payment_id=UUID(int=7))
        reports.append(final)
        if draw(st.booleans()):
            reports.append(evolve(final, outcome=draw(st.sampled_from(EARLIER))))
        if draw(st.booleans()):  # an earlier, smaller answer about the same object
            reports.append(evolve(final, outcome=Approved(final.reference, eur(draw(st.integers(1, minor))))))
    if truth["capture"] and draw(st.booleans()):
        reports.append(approved("capture", draw(st.integers(1, truth["capture"])), "auth", cumulative=True))
    return Told(tuple(reports), truth)


@pytest.mark.row("SX-09")
@given(st.data())
def test_facts_in_any_order_come_to_the_same(data: st.DataObject) -> None:
    """Every permutation and duplication of what a gateway tells gives the same amounts, the same payment status and the
    same standing of the order; the amounts are those of the gateway's own sums (I-22, I-23, I-26, F010, F042, F043)."""
    family = authorized()
    story = data.draw(stories(family.operations[0].id))
    again = data.draw(st.lists(st.sampled_from(story.reports), max_size=4))
    shuffled = data.draw(st.permutations((*story.reports, *again)))
    once, other = told(family, *story.reports), told(family, *shuffled)

    assert figures(once) == figures(other)
    assert without_attention(stand(once)) == without_attention(stand(other))
    assert _as_told(once) == _as_told(other)
    assert _to_look_at(once) == _to_look_at(other)
    now, truth = figures(other), story.truth
    assert now.captured == truth["capture"]
    assert now.refunded == truth["refund"] - truth["refund_reversal"]
    assert now.charged_back == truth["chargeback"] - truth["chargeback_reversal"]
    assert now.held == max(0, truth["authorize"] - truth["capture"] - truth["void"])


def without_attention(standing: Standing) -> Standing:
    """Whether somebody was asked to look depends on what was seen on the way; the amounts may not."""
    return evolve(standing, needs_attention=False)


def _to_look_at(family: OrderFamily) -> set[object]:
    """What a person is asked to look at about payments; what was true only for a moment on the way is closed again."""
    own = ("captured_above_authorized", "returned_above_captured")
    return {(each.code, *each.params.items()) for each in family.attention if each.code in own and not each.closed_at}


def _as_told(family: OrderFamily) -> object:
    payment = family.payments[0]
    return (payment.status, payment.authorized, payment.captured, payment.refunded, payment.charged_back, payment.live)


def test_an_answer_and_its_webhook_are_one_capture() -> None:
    """Our own answer and the event about it count once, whichever comes first, with our key or without (I-30, F010,
    F050)."""
    base = told(authorized(), approved("authorize", 10_000, "auth", key=authorized().operations[0].id))
    base = next_of(base, begun_capture(base, eur(6_000)))
    base = next_of(base, sent(base))
    key = base.operations[-1].id
    answer = approved("capture", 6_000, "cap_1", key=key)
    echo = approved("capture", 6_000, "cap_1")
    total = approved("capture", 6_000, "auth", cumulative=True)
    for order in permutations((answer, echo, total)):
        assert figures(told(base, *order)).captured == 6_000


def test_a_running_total_counts_what_was_not_told_singly() -> None:
    """30 captured by us and 50 captured in all: somebody captured 20 at the gateway's own desk."""
    base = told(authorized(), approved("authorize", 10_000, "auth", key=authorized().operations[0].id))
    now = figures(told(base, approved("capture", 3_000, "cap"), approved("capture", 5_000, "auth", cumulative=True)))
    assert (now.captured, now.held) == (5_000, 5_000)


@pytest.mark.row("S4-32")
def test_funds_credited_are_the_amount_less_the_fee() -> None:
    """100 with a fee of 2.75 leave 97.25; an unknown fee says nothing; it may come late, in a currency of its own."""
    family = told(authorized(), approved("sale", 10_000, "sale"))
    assert funds_credited(family.operations) == ()
    fee = Report(
        type="fee", reference="txn", outcome=Approved("txn", Money("2.75", "USD")), credited=Money("97.25", "USD")
    )
    family = told(family, fee, fee)
    assert [(each.moved, each.credited) for each in funds_credited(family.operations)] == [
        (Money("2.75", "USD"), Money("97.25", "USD"))
    ]
    assert figures(family).captured == 10_000


def test_a_fact_above_its_ceiling_is_kept_and_somebody_is_told() -> None:
    """More captured than authorized, more returned than captured: recorded all the same, and told once (I-05, I-06)."""
    base = told(authorized(), approved("authorize", 10_000, "auth", key=authorized().operations[0].id))
    over = told(base, approved("capture", 12_000, "cap"), approved("capture", 12_000, "cap"))
    assert figures(over).captured == 12_000
    assert [each.code for each in over.attention if each.code.startswith("captured")] == ["captured_above_authorized"]
    back = told(over, approved("refund", 9_000, "re"), approved("chargeback", 9_000, "dp"))
    assert "returned_above_captured" in {each.code for each in back.attention}


def test_a_refund_that_fails_later_leaves_the_money_with_the_shop() -> None:
    """A refund succeeded and came back: the payment is captured again, and the order owes nothing more (F078)."""
    family = told(authorized(), approved("sale", 10_000, "sale"))
    returned = told(family, approved("refund", 10_000, "re_1"))
    assert returned.payments[0].status == "refunded"
    back = told(returned, approved("refund_reversal", 10_000, "re_1"))
    assert (back.payments[0].status, stand(back).net_paid) == ("captured", eur(10_000))


def test_a_release_of_the_rest_is_no_refund() -> None:
    """60 of 100 captured and the rest released by the gateway: 40 released, nothing refunded (F070)."""
    base = told(authorized(), approved("authorize", 10_000, "auth", key=authorized().operations[0].id))
    now = figures(told(base, approved("capture", 6_000, "cap"), approved("void", 4_000, "auth")))
    assert (now.captured, now.voided, now.refunded, now.held) == (6_000, 4_000, 0, 0)
