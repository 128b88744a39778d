"""How a refund comes into being and follows its operations; pure."""

from __future__ import annotations

from uuid import UUID

from attrs import evolve

from orderkit.cases import Case
from orderkit.refunds.records import Refund, RefundLine


def requested(case: Case, lines: tuple[RefundLine, ...], *, id: UUID, reference: str | None = None) -> Refund:
    """A refund as it is asked for; approved in the same breath where the shop's policy says so (row S1-19)."""
    first = case.lifecycles["refund"].initial
    refund = Refund(
        id=id,
        order_id=case.family.order.id,
        lines=lines,
        status=first.key,
        kind=first.kind.key,
        requested_at=case.at,
        reference=reference,
    )
    return approved(case, refund) if case.policies.approve_refunds == "at_once" else refund


def approved(case: Case, refund: Refund) -> Refund:
    status = case.permit(refund, "approve")
    return evolve(refund, status=status.key, kind=status.kind.key)


def rejected(case: Case, refund: Refund) -> Refund:
    status = case.permit(refund, "reject")
    return evolve(refund, status=status.key, kind=status.kind.key, finished_at=case.at)


def carried(case: Case, refund: Refund, *, back: int) -> Refund:
    """The refund as its operations stand: done when all of it went back, failed when none is open and some did not.

    `back` is what went back and stayed there, in minor units of the order's currency.
    """
    operations = [each for each in case.family.operations if each.refund_id == refund.id]
    if refund.kind == "asked" or not operations:
        return refund
    if any(each.kind in ("waiting", "in_flight", "in_doubt") for each in operations):
        fact = "resume"
    else:
        fact = "finish" if back >= refund.amount.minor else "fail"
    status = case.follow(refund, fact)
    if status is None:
        return refund
    finished = case.at if status.kind.ended else None
    return evolve(refund, status=status.key, kind=status.kind.key, finished_at=finished)
