"""The second and third step of a command: ask the gateway with no unit of work open, then record what came of it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from orderkit.actors import Actor
from orderkit.cases import Case
from orderkit.errors import OutsideCallInUnitOfWork
from orderkit.family import OrderFamily
from orderkit.money import Money
from orderkit.payments.decisions import begin_sending
from orderkit.payments.outcomes import (
    Approved,
    Declined,
    NeverSeen,
    Outcome,
    Pending,
    Rejected,
    RequiresAction,
    Unknown,
)
from orderkit.payments.records import Operation
from orderkit.payments.settling import abandoned, settle
from orderkit.ports.gateway import Instruction, PaymentGateway
from orderkit.ports.storage import Reading
from orderkit.services.commands import Committed, Decision, record
from orderkit.services.units import outside
from orderkit.services.wiring import Wiring

_OUTCOMES = (Approved, Pending, RequiresAction, Declined, Rejected, Unknown)
_MAY_BE_SENT = ("created", "sending", "unknown")


def carry_out(wiring: Wiring, family: OrderFamily, operation_id: UUID, *, again: bool = False) -> OrderFamily:
    """Ask the gateway for an operation that is written down as `sending`, and record the outcome.

    After `send_before` the call does not begin any more: nobody is charged an hour later (design §4, Recovery). What
    was called before (`again`) may have happened all the same, so it stays open; the rest was never sent.
    Inside a host's transaction nothing is sent; `proceed` goes on after the host's commit.
    """
    operation = family.operation(operation_id)
    if wiring.storage.joins_host_transaction or operation.status != "sending":
        return family
    now = wiring.clock.now()
    if now >= operation.send_before:
        return family if again else never_sent(wiring, family.order.id, operation)
    _, gateway = wiring.gateway_of(family.payment(operation.payment_id), operation)
    if again and now - operation.asked_at >= gateway.capabilities.keys_kept:
        return family  # the gateway may have forgotten the key: it would do it a second time (I-37)
    name, ask = _door(wiring, family, operation)
    instruction = instruction_for(family, operation)
    outcome = _answer(f"the gateway's {operation.type}", instruction, lambda: ask(instruction))
    return settled(wiring, family.order.id, operation_id, outcome, actor=Actor.gateway(name))


def settled(wiring: Wiring, order_id: UUID, operation_id: UUID, outcome: Outcome, *, actor: Actor) -> OrderFamily:
    """Record what came of an operation, until it is stored."""

    def decide(case: Case) -> Decision:
        family = settle(case, operation_id, outcome)
        answered = family.operation(operation_id)
        return Decision(family, f"{answered.type}_{answered.status}")

    return record(wiring, actor, f"operation:{operation_id.hex}", _family(wiring, order_id), decide).family


def proceed(wiring: Wiring, actor: Actor, order_id: UUID) -> OrderFamily:
    """Drive every open operation of an order on: send what was written and not sent, look up what has no answer."""
    with wiring.storage.reading() as store:
        family = store.family(wiring.scope, order_id)
    for operation in family.operations:
        family = drive(wiring, actor, family, operation.id)
    return family


def drive(wiring: Wiring, actor: Actor, family: OrderFamily, operation_id: UUID) -> OrderFamily:
    """Bring one operation on, under the same key; what is definitive, or waits for a person, stays as it is (I-33)."""
    operation = family.operation(operation_id)
    if operation.kind in ("succeeded", "failed") or operation.reported or wiring.storage.joins_host_transaction:
        return family
    if operation.status == "created":
        return send(wiring, actor, family, operation)
    now = wiring.clock.now()  # before it is asked: what it has not seen by now may arrive while it answers
    heard = looked_up(wiring, family, operation)
    if heard is not None or operation.status not in _MAY_BE_SENT:
        return heard or family
    able = wiring.gateway_of(family.payment(operation.payment_id), operation)[1].capabilities
    if now - operation.asked_at < able.keys_kept:
        return send(wiring, actor, family, operation)
    if able.looks_up and now >= operation.send_before + able.grace:
        # The gateway is certain that it never saw it, and the key is too old to try again (I-37, I-43).
        return never_sent(wiring, family.order.id, operation)
    return family


def looked_up(wiring: Wiring, family: OrderFamily, operation: Operation) -> OrderFamily | None:
    """What the gateway says became of the operation, recorded; None where it cannot say or has never seen it."""
    answer = look_up(wiring, family, operation)
    if answer is None or isinstance(answer, NeverSeen):
        return None
    name, _ = wiring.gateway_of(family.payment(operation.payment_id), operation)
    return settled(wiring, family.order.id, operation.id, answer, actor=Actor.gateway(name))


def look_up(wiring: Wiring, family: OrderFamily, operation: Operation) -> Outcome | NeverSeen | None:
    """What the gateway says became of the operation; None where it cannot be asked."""
    _, gateway = wiring.gateway_of(family.payment(operation.payment_id), operation)
    if not gateway.capabilities.looks_up:
        return None
    return _look_up(gateway, instruction_for(family, operation))


def send(wiring: Wiring, actor: Actor, family: OrderFamily, operation: Operation) -> OrderFamily:
    """Under the same key. Somebody is present who asks for it, so `send_before` starts anew.

    Where somebody else was faster and has an answer by now, that answer stands; and an attempt that is being called
    off is not sent again, because it might arrive after its void (I-42).
    """
    began = False

    def decide(case: Case) -> Decision:
        nonlocal began
        now = case.family.operation(operation.id)
        began = now.status in _MAY_BE_SENT and not _is_called_off(case.family, now)
        if not began:
            return Decision(case.family, f"{operation.type}_answered")
        return Decision(begin_sending(case, operation.id).family, f"{operation.type}_sending")

    cause = f"operation:{operation.id.hex}"
    sending = record(wiring, actor, cause, _family(wiring, family.order.id), decide).family
    if not began:
        return sending
    return carry_out(wiring, sending, operation.id, again=operation.status != "created")


def _is_called_off(family: OrderFamily, operation: Operation) -> bool:
    """A void of the attempt's payment is under way, or has been granted."""
    if operation.type not in ("authorize", "sale"):
        return False
    voids = (each for each in family.operations_of(operation.payment_id) if each.type == "void")
    return any(each.kind != "failed" for each in voids)


def never_sent(wiring: Wiring, order_id: UUID, operation: Operation) -> OrderFamily:
    """Give up an operation that certainly never reached its gateway: nobody is charged an hour later."""

    def decide(case: Case) -> Decision:
        if case.family.operation(operation.id) != operation:  # somebody has sent it meanwhile, or has an answer
            return Decision(case.family, f"{operation.type}_answered")
        given_up = abandoned(case, operation, code="never_sent")
        return Decision(case.family.with_operation(given_up), f"{operation.type}_never_sent")

    cause = f"operation:{operation.id.hex}"
    return record(wiring, Actor.system(), cause, _family(wiring, order_id), decide).family


def _family(wiring: Wiring, order_id: UUID) -> Callable[[Reading], OrderFamily]:
    return lambda store: store.family(wiring.scope, order_id)


def _door(wiring: Wiring, family: OrderFamily, operation: Operation) -> tuple[str, Callable[[Instruction], Outcome]]:
    """The name of the gateway that carries the operation out, and its verb for it."""
    name, gateway = wiring.gateway_of(family.payment(operation.payment_id), operation)
    if operation.type == "credit":
        return name, wiring.credit_keeper()[1].grant
    verbs: dict[str, Callable[[Instruction], Outcome]] = {
        "authorize": gateway.authorize,
        "sale": gateway.sale,
        "capture": gateway.capture,
        "void": gateway.void,
        "refund": gateway.refund,
    }
    return name, verbs[operation.type]


def _look_up(gateway: PaymentGateway, instruction: Instruction) -> Outcome | NeverSeen:
    seen: list[NeverSeen] = []

    def ask() -> Outcome:
        answer = gateway.look_up(instruction)
        if isinstance(answer, NeverSeen):
            seen.append(answer)
            return Unknown("never seen")
        return answer

    answer = _answer("the gateway's look-up", instruction, ask)
    return seen[0] if seen else answer


def _answer(what: str, instruction: Instruction, ask: Callable[[], Outcome]) -> Outcome:
    """The answer, or `Unknown` where the adapter raised or answered nonsense: it may have happened all the same."""
    try:
        answer = outside(what, ask)
    except OutsideCallInUnitOfWork:
        raise
    except Exception as error:
        return Unknown(f"{type(error).__name__}: {error}")
    if not isinstance(answer, _OUTCOMES):
        return Unknown(f"the adapter answered {answer!r}, which is no outcome")
    moved = answer.amount if isinstance(answer, Approved) else None
    if moved is not None and not _can_be(moved, instruction.amount):
        return Unknown(f"the adapter answered that {moved} moved where {instruction.amount} was asked")
    return answer


def _can_be(moved: Money, asked: Money) -> bool:
    """More than was asked is nonsense in an answer; a report may say so, because facts may exceed what we asked for."""
    return moved.currency == asked.currency and 0 < moved.minor <= asked.minor


def instruction_for(family: OrderFamily, operation: Operation) -> Instruction:
    """What the gateway is told, all of it from what is written down."""
    payment = family.payment(operation.payment_id)
    return Instruction(
        key=operation.id,
        type=operation.type,
        amount=operation.amount,
        method=payment.method,
        on=operation.acts_on_reference,
        on_key=operation.acts_on,
        final=operation.final,
        scope=family.order.scope,
        payment_id=payment.id,
        order_id=family.order.id,
        order_number=family.order.number,
        customer_id=family.order.customer_id,
    )


def rejoined(wiring: Wiring, actor: Actor, committed: Committed) -> OrderFamily:
    """What a command's operations came to: carried out where they are new, driven on where the key was used before."""
    family = committed.family
    for hexed in filter(None, committed.made.get("operations", "").split(",")):
        operation_id = UUID(hex=hexed)
        if committed.repeated:
            family = drive(wiring, actor, family, operation_id)
        else:
            family = carry_out(wiring, family, operation_id)
    return family
