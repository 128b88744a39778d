"""Paying: sale, authorize, capture, void, abandon, and what a person confirms; each in three steps."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from attrs import evolve

from orderkit.cases import Case
from orderkit.currencies import exponent
from orderkit.errors import InvalidRequest, Plain, Refusal, TransitionRefused
from orderkit.family import OrderFamily
from orderkit.money import Money
from orderkit.payments.decisions import (
    Begun,
    Charged,
    begin_abandon,
    begin_capture,
    begin_credit_of_excess,
    begin_payment,
    begin_refund_of_excess,
    begin_sending,
    begin_void,
    without_unsent,
)
from orderkit.payments.events import PaymentStarted
from orderkit.payments.folding import open_attempts
from orderkit.payments.outcomes import Approved, Declined, Outcome
from orderkit.payments.records import Operation, Payment
from orderkit.payments.settling import settle
from orderkit.personal import Person, PersonalValue
from orderkit.ports.storage import Reading
from orderkit.services import texts
from orderkit.services.asking import looked_up, rejoined
from orderkit.services.commands import Command, Committed, Decide, Decision, change
from orderkit.services.units import outside
from orderkit.services.wiring import Wiring

LONGEST_COMMENT = 2_000


def pay(
    wiring: Wiring,
    command: Command,
    order_id: UUID,
    *,
    via: str,
    method: str | None,
    amount: Money | None,
    capture: bool,
    one_click: bool = False,
    comment: str | None = None,
    currency: str | None = None,
) -> Payment:
    """Start a payment of the order's open request through the gateway, and record the answer."""
    _check_comment(comment)
    charged = None if currency is None else _quoted(wiring, order_id, currency)

    def decide(case: Case) -> Decision:
        begun = begin_payment(
            case,
            _request_to_pay(case),
            _checked(amount),
            through=wiring.account(via),
            method=method,
            capture=capture,
            payment_id=wiring.ids.new(case.at),
            operation_id=wiring.ids.new(case.at),
            one_click=one_click,
            charged=charged,
        )
        begun = _with_comment(wiring, begun, comment)
        started = PaymentStarted(order_id, begun.operation.payment_id, via, begun.operation.amount)
        return _decision(wiring, case, begun, "pay", started)

    asked = _with(command, via=via, method=method, amount=_text(amount), capture=capture)
    if one_click or comment is not None or currency is not None:
        asked = _with(asked, one_click=one_click, comment=comment, currency=currency)
    committed = change(wiring, asked, lambda store: store.family(wiring.scope, order_id), decide)
    return _payment(rejoined(wiring, command.actor, committed), committed)


def capture(wiring: Wiring, command: Command, payment_id: UUID, *, amount: Money | None) -> Payment:
    """Capture what is authorized, in full or in part (rows S3-35 to S3-37)."""

    def decide(case: Case) -> Decision:
        through = wiring.account_of(case.family.payment(payment_id))
        begun = begin_capture(case, payment_id, _checked(amount), through=through, operation_id=wiring.ids.new(case.at))
        return _decision(wiring, case, begun, "capture")

    return _on_payment(wiring, _with(command, amount=_text(amount)), payment_id, decide)


def void(wiring: Wiring, command: Command, payment_id: UUID) -> Payment:
    """Release what is authorized and not captured."""

    def decide(case: Case) -> Decision:
        through = wiring.account_of(case.family.payment(payment_id))
        begun = begin_void(case, payment_id, through=through, operation_id=wiring.ids.new(case.at))
        return _decision(wiring, case, begun, "void")

    return _on_payment(wiring, command, payment_id, decide)


def abandon(wiring: Wiring, command: Command, payment_id: UUID) -> Payment:
    """Give up an attempt that has no answer: the gateway is asked first, then told to cancel (I-42, design §11).

    What was never sent, or what the gateway has never seen although its grace is over, ends without telling it
    anything (I-43); and nothing is ever sent again in order to be given up.

    Raises:
        TransitionRefused: the gateway says meanwhile that the money has moved or is held, or the call may still be
            on its way to it.
    """
    never_seen = _never_seen(wiring, payment_id)

    def decide(case: Case) -> Decision:
        through = wiring.account_of(case.family.payment(payment_id))
        family = without_unsent(case, payment_id, through=through, never_seen=never_seen)
        if not open_attempts(family.operations_of(payment_id)):
            return Decision(family, "abandon", made={"payment": payment_id.hex})
        begun = begin_abandon(
            evolve(case, family=family), payment_id, through=through, operation_id=wiring.ids.new(case.at)
        )
        return _decision(wiring, case, begun, "abandon")

    return _on_payment(wiring, command, payment_id, decide)


def _never_seen(wiring: Wiring, payment_id: UUID) -> frozenset[UUID]:
    """Of a payment's attempts without an answer those that its gateway has never seen; of the others it is recorded
    what the gateway says."""
    with wiring.storage.reading() as store:
        family = store.family(wiring.scope, store.order_of(wiring.scope, "payment", payment_id))
    sent = [each for each in open_attempts(family.operations_of(payment_id)) if each.status != "created"]
    if not sent or wiring.storage.joins_host_transaction:
        return frozenset()
    able = wiring.account_of(family.payment(payment_id)).capabilities
    if not able.looks_up:
        return frozenset()
    now = wiring.clock.now()  # before it is asked: what it has not seen by now may arrive while it answers
    unheard = [each for each in sent if looked_up(wiring, family, each) is None]
    return frozenset(each.id for each in unheard if now >= each.send_before + able.grace)


def refund_excess(wiring: Wiring, command: Command, payment_id: UUID, *, amount: Money | None) -> Payment:
    """Send back what was paid above what is owed, all of it or `amount`, the way it came."""

    def decide(case: Case) -> Decision:
        through = wiring.account_of(case.family.payment(payment_id))
        begun = begin_refund_of_excess(
            case, payment_id, _checked(amount), through=through, operation_id=wiring.ids.new(case.at)
        )
        return _decision(wiring, case, begun, "refund_excess")

    return _on_payment(wiring, _with(command, amount=_text(amount)), payment_id, decide)


def credit_excess(wiring: Wiring, command: Command, payment_id: UUID, *, amount: Money | None) -> Payment:
    """Move what was paid above what is owed, all of it or `amount`, to the customer's credit account."""

    def decide(case: Case) -> Decision:
        begun = begin_credit_of_excess(
            case,
            payment_id,
            _checked(amount),
            keeps_credit=wiring.keeps_credit,
            operation_id=wiring.ids.new(case.at),
        )
        return _decision(wiring, case, begun, "credit_excess")

    return _on_payment(wiring, _with(command, amount=_text(amount)), payment_id, decide)


def confirm(wiring: Wiring, command: Command, payment_id: UUID, *, amount: Money | None) -> Payment:
    """A person has seen the money: all of it, or `amount` (row S4-39). A fact, so it may exceed what is due."""
    outcome = Approved(f"confirmed by {command.actor}", amount)
    return _reported(wiring, _with(command, amount=_text(amount)), payment_id, "confirm", outcome, amount)


def reject(wiring: Wiring, command: Command, payment_id: UUID) -> Payment:
    """A person says that the money will not come."""
    return _reported(wiring, command, payment_id, "reject", Declined("rejected_by_person"), None)


def _reported(
    wiring: Wiring, command: Command, payment_id: UUID, event: str, outcome: Outcome, amount: Money | None
) -> Payment:
    def decide(case: Case) -> Decision:
        payment = case.family.payment(payment_id)
        able = wiring.account(payment.gateway).capabilities
        case.permit(payment, event, amount=_checked(amount), capabilities=able)
        attempts = open_attempts(case.family.operations_of(payment_id))
        waiting = next(each for each in attempts if each.kind == "in_flight")
        return Decision(settle(case, waiting.id, outcome), event, made={"payment": payment_id.hex})

    return _on_payment(wiring, command, payment_id, decide)


def sending(wiring: Wiring, case: Case, family: OrderFamily, operations: tuple[Operation, ...]) -> OrderFamily:
    """The operations marked as being sent, in the very commit of the intent; not inside a host's transaction."""
    if wiring.storage.joins_host_transaction:
        return family
    for each in operations:
        family = begin_sending(evolve(case, family=family), each.id).family
    return family


def _decision(wiring: Wiring, case: Case, begun: Begun, event: str, *facts: PaymentStarted) -> Decision:
    operation = begun.operation
    made = {"payment": operation.payment_id.hex, "operations": operation.id.hex}
    return Decision(sending(wiring, case, begun.family, (operation,)), event, facts, made)


def _on_payment(wiring: Wiring, command: Command, payment_id: UUID, decide: Decide) -> Payment:
    def find(store: Reading) -> OrderFamily:
        return store.family(wiring.scope, store.order_of(wiring.scope, "payment", payment_id))

    committed = change(wiring, command, find, decide)
    return _payment(rejoined(wiring, command.actor, committed), committed)


def _payment(family: OrderFamily, committed: Committed) -> Payment:
    return family.payment(committed.id("payment"))


def _quoted(wiring: Wiring, order_id: UUID, currency: str) -> Charged | None:
    """The rate that is frozen with the payment; None where the order is in that currency already (row S4-35)."""
    with wiring.storage.reading() as store:
        own = store.family(wiring.scope, order_id).order.currency
    exponent(currency)
    if currency == own:
        return None
    rates = wiring.rates
    now = wiring.clock.now()
    quoted = (
        None if rates is None else outside("exchange rates", lambda: rates.rate(wiring.scope, own, currency, at=now))
    )
    if not isinstance(quoted, Decimal) or not quoted.is_finite() or quoted <= 0:
        raise InvalidRequest("currency", "has_rate", currency=currency, order_currency=own)
    return Charged(currency, quoted)


def _check_comment(comment: str | None) -> None:
    if comment is None:
        return
    if not isinstance(comment, str):
        raise InvalidRequest("comment", "is_text", type=type(comment).__name__)
    if len(comment) > LONGEST_COMMENT:
        raise InvalidRequest("comment", "is_short_enough", length=len(comment), most=LONGEST_COMMENT)
    texts.checked(comment, "comment")


def _with_comment(wiring: Wiring, begun: Begun, comment: str | None) -> Begun:
    """The buyer's words, kept with the personal values of whoever pays where a person reads them (row S4-38)."""
    payment = begun.family.payment(begun.operation.payment_id)
    if not comment or not wiring.account(payment.gateway).capabilities.confirmed_by_person:
        return begun
    customer = str(Person("customer", begun.family.order.customer_id))
    said = PersonalValue(payment.id, "comment", customer, comment, wiring.ids.salt())
    return Begun(evolve(begun.family, personal=(*begun.family.personal, said)), begun.operation)


def _request_to_pay(case: Case) -> UUID:
    """The first request that is open; without one the order's table says why it cannot be paid."""
    for each in case.family.requests:
        if each.kind == "open":
            return each.id
    case.permit(case.family.order, "pay")
    raise TransitionRefused("order", case.family.order.status, "pay", Refusal("something_is_open"))


def _with(command: Command, **request: Plain) -> Command:
    return evolve(command, request={**command.request, **request})


def _text(amount: Money | None) -> str | None:
    return None if amount is None else str(amount)


def _checked(amount: Money | None) -> Money | None:
    if amount is not None and not isinstance(amount, Money):
        raise InvalidRequest("amount", "is_money", type=type(amount).__name__, example='Money("9.99", "EUR")')
    return amount
