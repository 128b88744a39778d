"""What a gateway tells of by itself becomes part of the payment it is about, or waits until that is known."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from attrs import frozen

from orderkit.actors import Actor
from orderkit.cases import Case
from orderkit.errors import NotFound, Refusal
from orderkit.family import OrderFamily
from orderkit.payments.records import Payment
from orderkit.payments.reporting import reported
from orderkit.payments.reports import Report
from orderkit.ports.storage import Reading, Storage
from orderkit.services.commands import Decision, record
from orderkit.services.wiring import Wiring

WiringOf = Callable[[str], Wiring]


@frozen
class Place:
    """Where a payment is."""

    scope: str
    order_id: UUID
    payment_id: UUID


@frozen(kw_only=True)
class Sender:
    """Which gateway tells it, as the host wired it, and for which scope; empty where the host named none."""

    gateway: str
    account: str
    scope: str = ""


def place_of(storage: Storage, sender: Sender, report: Report) -> Place | Refusal:
    """The payment that a report is about: by our key or id, else by the gateway's reference; or why there is none.

    Only payments of the sender's account are meant (I-29), and only of the scope that the host named.
    """
    if report.scope and sender.scope and report.scope != sender.scope:
        return Refusal("is_of_this_scope", {"scope": report.scope})
    scope = report.scope or sender.scope
    with storage.reading() as store:
        found = _ours(store, scope, report) if scope else None
        found = found or _theirs(store, sender, report)
        if found is None or (sender.scope and found.scope != sender.scope):
            return Refusal("is_known_payment", {"reference": report.on or report.reference})
        payment = store.family(found.scope, found.order_id).payment(found.payment_id)
    if (payment.gateway, payment.account) != (sender.gateway, sender.account):
        return Refusal("is_of_this_account", {"reference": report.on or report.reference})
    return found


def _ours(store: Reading, scope: str, report: Report) -> Place | None:
    try:
        if report.key is not None:
            order_id = store.order_of(scope, "operation", report.key)
            operation = store.family(scope, order_id).operation(report.key)
            return Place(scope, order_id, operation.payment_id)
        if report.payment_id is not None:
            return Place(scope, store.order_of(scope, "payment", report.payment_id), report.payment_id)
    except NotFound:
        return None
    return None


def _theirs(store: Reading, sender: Sender, report: Report) -> Place | None:
    for reference in dict.fromkeys((report.on, report.reference)):
        if reference:
            found = store.payment_with_reference(sender.gateway, sender.account, reference)
            if found is not None:
                return Place(*found)
    return None


def take(wiring: Wiring, place: Place, report: Report, *, cause: str) -> OrderFamily:
    """Record a report on its payment, until it is stored; telling it again changes nothing (I-20, I-26).

    Raises:
        InvalidRequest: it cannot be about this payment: another currency, or no amount.
    """

    def decide(case: Case) -> Decision:
        payment = case.family.payment(place.payment_id)
        family = reported(
            case, place.payment_id, report, operation_id=wiring.ids.new(case.at), final=_is_final(wiring, payment)
        )
        return Decision(family, f"{report.type}_reported")

    def find(store: Reading) -> OrderFamily:
        return store.family(place.scope, place.order_id)

    with wiring.storage.reading() as store:
        name = find(store).payment(place.payment_id).gateway
    return record(wiring, Actor.gateway(name), cause, find, decide).family


def _is_final(wiring: Wiring, payment: Payment) -> bool:
    known = wiring.gateways(wiring.scope).get(payment.gateway)
    return known is not None and not known.capabilities.several_captures
