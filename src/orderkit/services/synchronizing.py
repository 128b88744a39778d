"""Synchronizing: the gateway is asked for all it knows about an order's payments, and what we did not know is recorded.

What the gateway does not know of and we hold is never undone; a person is told (row S3-34).
"""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from orderkit.actors import Actor
from orderkit.cases import Case
from orderkit.errors import Plain
from orderkit.family import OrderFamily
from orderkit.money import Money
from orderkit.orders.decisions import noticed
from orderkit.orders.events import AttentionOpened
from orderkit.payments.folding import counted
from orderkit.payments.outcomes import Approved, Unknown
from orderkit.payments.records import OperationKind, Payment
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Bookkeeper, Inquiry
from orderkit.ports.storage import Reading
from orderkit.services.asking import looked_up
from orderkit.services.commands import Decision, record
from orderkit.services.reporting import Place, take
from orderkit.services.units import outside
from orderkit.services.wiring import Wiring


@frozen(kw_only=True)
class Difference:
    """The gateway says less than we hold about one payment: `ours` and `theirs` have moved by operations of `type`."""

    payment_id: UUID
    type: OperationKind
    ours: Money
    theirs: Money


@frozen(kw_only=True)
class Synchronized:
    """What asking came to.

    Attributes:
        changed: how many operations are new, or have an answer that they had not.
        differences: where the gateway says less than we hold; nothing of ours was changed for them.
        unanswered: payments whose gateway could not say; ask again later.
    """

    changed: int
    differences: tuple[Difference, ...]
    unanswered: tuple[UUID, ...]


def synchronize(wiring: Wiring, order_id: UUID) -> Synchronized:
    """Ask every payment's gateway for all it knows, and record what is new (rows S3-33, S3-34).

    A second call without anything new at the gateways changes nothing.
    """
    before = _family(wiring, order_id)
    known = wiring.accounts(before.payments)
    differences: list[Difference] = []
    unanswered: list[UUID] = []
    for payment in before.payments:
        reports = _statement(wiring, before, payment) if payment.id in known else Unknown("not wired")
        if isinstance(reports, Unknown):
            unanswered.append(payment.id)
            continue
        place = Place(wiring.scope, order_id, payment.id)
        for report in reports:
            take(wiring, place, report, cause=f"sync:{payment.id.hex}")
        if reports:
            differences.extend(_less(_family(wiring, order_id), payment, reports))
    _look_up_the_rest(wiring, order_id)
    if differences:
        _tell(wiring, order_id, tuple(differences))
    after = _family(wiring, order_id)
    then = {each.id: (each.status, each.moved) for each in before.operations}
    changed = sum(then.get(each.id) != (each.status, each.moved) for each in after.operations)
    return Synchronized(changed=changed, differences=tuple(differences), unanswered=tuple(unanswered))


def _family(wiring: Wiring, order_id: UUID) -> OrderFamily:
    with wiring.storage.reading() as store:
        return store.family(wiring.scope, order_id)


def _statement(wiring: Wiring, family: OrderFamily, payment: Payment) -> tuple[Report, ...] | Unknown:
    """All that the gateway knows; nothing from one that keeps no books."""
    gateway = wiring.gateway(payment.gateway)
    if not isinstance(gateway, Bookkeeper):
        return ()
    operations = family.operations_of(payment.id)
    attempts = (each.reference for each in operations if each.type in ("authorize", "sale") and each.reference)
    inquiry = Inquiry(
        scope=wiring.scope,
        order_id=family.order.id,
        payment_id=payment.id,
        reference=next(attempts, None),
        keys=tuple(each.id for each in operations),
    )
    try:
        return outside("the gateway's statement", lambda: gateway.statement(inquiry))
    except Exception as error:
        return Unknown(f"{type(error).__name__}: {error}")


def _look_up_the_rest(wiring: Wiring, order_id: UUID) -> None:
    """What a statement did not settle is looked up by its key, for gateways that keep no books."""
    family = _family(wiring, order_id)
    known = wiring.accounts(family.payments)
    for each in family.operations:
        if each.kind in ("in_flight", "in_doubt") and not each.reported and each.payment_id in known:
            looked_up(wiring, family, each)


def _less(family: OrderFamily, payment: Payment, reports: tuple[Report, ...]) -> list[Difference]:
    """The types of which more has moved by our books than by the gateway's."""
    currency, found = payment.amount.currency, []
    kinds: tuple[OperationKind, ...] = ("capture", "sale", "refund", "chargeback")
    movements = counted(family.operations_of(payment.id))
    for kind in kinds:
        ours = sum(each.moved for each in movements if each.operation.type == kind)
        theirs = _theirs(kind, reports)
        if ours > theirs:
            found.append(
                Difference(
                    payment_id=payment.id,
                    type=kind,
                    ours=Money.of_minor(ours, currency),
                    theirs=Money.of_minor(theirs, currency),
                )
            )
    return found


def _theirs(kind: OperationKind, reports: tuple[Report, ...]) -> int:
    """What moved by this type in all, as the statement has it: single movements, or the running total if larger."""
    single: dict[str, int] = {}
    totals = [0]
    for each in reports:
        if each.type != kind or not isinstance(each.outcome, Approved) or each.outcome.amount is None:
            continue
        if each.cumulative:
            totals.append(each.outcome.amount.minor)
        else:
            single[each.reference] = max(single.get(each.reference, 0), each.outcome.amount.minor)
    return max(sum(single.values()), *totals)


def _tell(wiring: Wiring, order_id: UUID, differences: tuple[Difference, ...]) -> None:
    """Open an attention entry for each difference that no open entry tells of yet."""

    def decide(case: Case) -> Decision:
        family, facts = case.family, []
        for each in differences:
            params: dict[str, Plain] = {
                "payment": str(each.payment_id),
                "type": each.type,
                "ours": str(each.ours),
                "theirs": str(each.theirs),
            }
            entry = noticed(family, "gateway_agrees", params, id=wiring.ids.new(case.at), at=case.at)
            if entry is not None:
                family = family.with_attention(entry)
                facts.append(AttentionOpened(order_id, entry.code))
        return Decision(family, "gateway_disagreed", tuple(facts))

    def find(store: Reading) -> OrderFamily:
        return store.family(wiring.scope, order_id)

    record(wiring, Actor.system(), "sync", find, decide)
