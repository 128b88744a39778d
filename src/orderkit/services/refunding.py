"""Refunding items: asked for, approved or rejected, sent back through each payment, confirmed where a person pays."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from attrs import evolve

from orderkit.cases import Case
from orderkit.facts import Fact
from orderkit.families.refunding import RefundBegun, RefundItem, begin_refund, begin_sending_back, report_refund
from orderkit.family import OrderFamily
from orderkit.payments.outcomes import Approved, Declined, Outcome
from orderkit.ports.storage import Reading
from orderkit.refunds.decisions import approved, rejected
from orderkit.refunds.events import RefundApproved, RefundRejected, RefundRequested
from orderkit.refunds.records import Refund
from orderkit.services.asking import rejoined
from orderkit.services.commands import Command, Decide, Decision, change
from orderkit.services.paying import sending
from orderkit.services.wiring import Wiring


def refund(
    wiring: Wiring, command: Command, order_id: UUID, items: Sequence[RefundItem], *, reference: str | None
) -> Refund:
    """Refund items, in full or in part, over as many payments as it takes (rows S1-18 to S1-24)."""

    def decide(case: Case) -> Decision:
        begun = begin_refund(
            case,
            items,
            accounts=wiring.accounts(case.family.payments),
            new_id=wiring.new_id(case.at),
            reference=reference,
        )
        facts: tuple[Fact, ...] = (RefundRequested(order_id, begun.refund.id, begun.refund.amount),)
        if begun.refund.kind != "asked":
            facts = (*facts, RefundApproved(order_id, begun.refund.id))
        return _decision(wiring, case, begun, "refund", facts)

    command = evolve(command, request={"items": _as_given(items), "reference": reference})
    committed = change(wiring, command, lambda store: store.family(wiring.scope, order_id), decide)
    return rejoined(wiring, command.actor, committed).refund(committed.id("refund"))


def _as_given(items: Sequence[RefundItem]) -> str:
    """What was selected, for the fingerprint; no quantity means all, and zero never does (I-13)."""
    said = ((each.item_id, "all" if each.quantity is None else each.quantity, each.fee) for each in items)
    return ",".join(f"{item_id}:{quantity}:{'' if fee is None else fee}" for item_id, quantity, fee in said)


def approve(wiring: Wiring, command: Command, refund_id: UUID) -> Refund:
    """Approve a requested refund and send it back."""

    def decide(case: Case) -> Decision:
        agreed = approved(case, case.family.refund(refund_id))
        begun = begin_sending_back(
            evolve(case, family=case.family.with_refund(agreed)),
            refund_id,
            accounts=wiring.accounts(case.family.payments),
            new_id=wiring.new_id(case.at),
        )
        return _decision(wiring, case, begun, "approve_refund", (RefundApproved(agreed.order_id, refund_id),))

    return _on_refund(wiring, command, refund_id, decide)


def reject(wiring: Wiring, command: Command, refund_id: UUID) -> Refund:
    """Refuse a requested refund; the items may be asked for again."""

    def decide(case: Case) -> Decision:
        turned_down = rejected(case, case.family.refund(refund_id))
        facts = (RefundRejected(turned_down.order_id, refund_id),)
        family = case.family.with_refund(turned_down)
        return Decision(family, "reject_refund", facts, {"refund": refund_id.hex})

    return _on_refund(wiring, command, refund_id, decide)


def confirm(wiring: Wiring, command: Command, refund_id: UUID) -> Refund:
    """A person has paid the money back, wherever a person has to (bank transfer, cash)."""
    return _reported(wiring, command, refund_id, "confirm", Approved(f"confirmed by {command.actor}"))


def fail(wiring: Wiring, command: Command, refund_id: UUID) -> Refund:
    """A person says that the money could not be paid back."""
    return _reported(wiring, command, refund_id, "fail", Declined("rejected_by_person"))


def _reported(wiring: Wiring, command: Command, refund_id: UUID, event: str, outcome: Outcome) -> Refund:
    def decide(case: Case) -> Decision:
        by_person = wiring.confirmed_by_person(case.family.payments)
        family = report_refund(case, refund_id, outcome, event=event, by_person=by_person)
        return Decision(family, f"{event}_refund", made={"refund": refund_id.hex})

    return _on_refund(wiring, command, refund_id, decide)


def _decision(wiring: Wiring, case: Case, begun: RefundBegun, event: str, facts: tuple[Fact, ...]) -> Decision:
    family = sending(wiring, case, begun.family, begun.operations)
    operations = ",".join(each.id.hex for each in begun.operations)
    return Decision(family, event, facts, {"refund": begun.refund.id.hex, "operations": operations})


def _on_refund(wiring: Wiring, command: Command, refund_id: UUID, decide: Decide) -> Refund:
    def find(store: Reading) -> OrderFamily:
        return store.family(wiring.scope, store.order_of(wiring.scope, "refund", refund_id))

    committed = change(wiring, command, find, decide)
    return rejoined(wiring, command.actor, committed).refund(refund_id)
