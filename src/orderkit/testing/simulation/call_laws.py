"""The step laws about keys, intents and doubt (C4, C5): at every call, and at every commit that draws from one."""

from __future__ import annotations

from orderkit.payments.outcomes import Pending, RequiresAction
from orderkit.payments.records import Operation
from orderkit.testing.simulation.laws import Call, Step, require
from orderkit.testing.simulation.ledgers import IN_DOUBT, OPEN_KINDS, came_in, held

_DIRECTION = {"authorize": "in", "sale": "in", "capture": "capture", "void": "void", "refund": "back", "credit": "back"}


def key_names_one_request(call: Call) -> None:
    require(call.asked == call.first, call.asked, "came first as", call.first)


def no_unit_of_work_is_open(call: Call) -> None:
    require(call.units == 0, f"{call.units} open at", call.asked)


def intent_is_durable(call: Call) -> None:
    stored = call.known.operation(call.asked.key)
    require(stored is not None, "nothing is written down of", call.asked)
    if stored is not None:
        require(stored.status != "created", "not marked as being sent:", stored)
        require((stored.type, stored.amount) == (call.asked.type, call.asked.amount), stored, call.asked)


def expired_keys_are_not_sent(call: Call) -> None:
    if not call.is_again:
        return
    age, kept = call.now - call.first_at, call.able.keys_kept
    require(age < kept, f"sent again after {age}, and keys are kept for {kept}:", call.asked)


def doubt_blocks_its_direction(step: Step) -> None:
    if step.before is None:
        return
    for each in step.intents:
        way = _DIRECTION[each.type]
        blocks = OPEN_KINDS if way == "in" else (IN_DOUBT,)
        for other in step.before.operations:
            if _DIRECTION.get(other.type) == way and _is_near(step, each, other):
                require(other.kind not in blocks, each, "beside", other)


def _is_near(step: Step, operation: Operation, other: Operation) -> bool:
    """Of one payment; what brings money in, of one request that is not split."""
    if operation.payment_id == other.payment_id or _DIRECTION[operation.type] != "in":
        return operation.payment_id == other.payment_id
    request_id = step.after.payment(operation.payment_id).request_id
    same = step.after.payment(other.payment_id).request_id == request_id
    return same and not step.after.request(request_id).split


def unknown_is_not_failed(step: Step) -> None:
    then = {} if step.before is None else {each.id: each.kind for each in step.before.operations}
    for each in step.after.operations:
        if each.kind != "failed" or then.get(each.id) == "failed" or step.is_excused:
            continue
        if step.after.payment(each.payment_id).gateway != "card":
            continue
        booked, sums = step.oracle.booked(each.id), step.oracle.sums(each.payment_id)
        gone = each.type == "authorize" and held(sums) + came_in(sums) == 0  # held for a while, and given free again
        require(booked is None or gone, each, "failed, and has moved:", booked)
        truth = step.oracle.answered(each.id)
        require(not isinstance(truth, Pending | RequiresAction), each, "failed, and the gateway says", truth)


def cancelling_asks_first(step: Step) -> None:
    if step.change.entry.event != "cancel" or step.is_excused:
        return
    for payment in step.after.payments:
        if payment.gateway == "card":
            sums = step.oracle.sums(payment.id)
            require(came_in(sums) - sums["refund"] + held(sums) <= 0, payment, "at the gateway:", sums)
            open_keys = [each for each in step.after.operations_of(payment.id) if each.type in ("sale", "authorize")]
            for each in open_keys:
                truth = step.oracle.answered(each.id)
                require(not isinstance(truth, Pending | RequiresAction), each, "cancelled over", truth)
