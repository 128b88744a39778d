"""Recovery: operations whose answer never came are looked up, given up or sent again under the same key.

It selects by `next_check_at`, which is written with every intent, so what a dead process left is found too (F029).
Nothing rests on a lease: two workers that recover the same operation come to the same end.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from attrs import frozen

from orderkit.actors import Actor
from orderkit.cases import Case
from orderkit.errors import OrderkitError, Plain, TransitionError
from orderkit.family import OrderFamily
from orderkit.orders.decisions import noticed
from orderkit.orders.events import AttentionOpened
from orderkit.payments.outcomes import NeverSeen
from orderkit.payments.records import Operation
from orderkit.payments.settling import looked_up_again
from orderkit.ports.clock import Clock
from orderkit.ports.storage import Reading, Storage
from orderkit.services.asking import look_up, never_sent, send, settled
from orderkit.services.commands import Command, Decision, record
from orderkit.services.paying import abandon
from orderkit.services.reporting import WiringOf
from orderkit.services.synchronizing import synchronize
from orderkit.services.wiring import Wiring

_log = logging.getLogger("orderkit.recovery")

_CUSTOMER_PRESENT = ("authorize", "sale")
"""What somebody waits for: it is never begun late, so nobody is charged an hour after they gave up (design §4)."""


@frozen
class Recovered:
    """How many operations were looked at, and what they came to, by status."""

    looked_at: int
    by_status: Mapping[str, int]


def recover(storage: Storage, clock: Clock, wiring_of: WiringOf, *, limit: int) -> Recovered:
    """Look at every operation that is due, of every scope; one that fails does not stop the others (F112)."""
    with storage.reading() as store:
        due = store.due_operations(until=clock.now(), limit=limit)
    came_to: Counter[str] = Counter()
    for each in due:
        try:
            family = recover_operation(wiring_of(each.scope), each.order_id, each.operation_id)
            came_to[family.operation(each.operation_id).status] += 1
        except OrderkitError:
            _log.warning("operation %s could not be recovered now", each.operation_id, exc_info=True)
            came_to["failed"] += 1
    return Recovered(len(due), dict(came_to))


def recover_operation(wiring: Wiring, order_id: UUID, operation_id: UUID) -> OrderFamily:
    """Bring one operation on, whatever state a process left it in; what is definitive stays as it is (I-40)."""
    with wiring.storage.reading() as store:
        family = store.family(wiring.scope, order_id)
    operation = family.operation(operation_id)
    if operation.kind in ("succeeded", "failed"):
        return family
    if not _can_be_asked(wiring, family, operation):
        return _later(wiring, order_id, operation, "gateway_is_wired")
    if operation.reported:
        synchronize(wiring, order_id)
        return _later(wiring, order_id, operation, None)
    family = _unsent(wiring, family, operation) if operation.status == "created" else _asked(wiring, family, operation)
    family = _expired(wiring, family, family.operation(operation_id))
    return _later(wiring, order_id, family.operation(operation_id), None)


def _expired(wiring: Wiring, family: OrderFamily, operation: Operation) -> OrderFamily:
    """An attempt that the customer left: its gateway is told to call it off, and the order can be paid anew (F111)."""
    last = operation.asked_at + wiring.profile.policies.attempts_last
    if operation.status != "requires_action" or wiring.clock.now() < last:
        return family
    command = Command(verb="abandon", actor=Actor.system(), target=str(operation.payment_id), reason="expired")
    try:
        abandon(wiring, command, operation.payment_id)
    except TransitionError:  # it has an answer by now, or this gateway cannot call it off
        _log.info("the attempt %s has expired and could not be given up", operation.id, exc_info=True)
    with wiring.storage.reading() as store:
        return store.family(wiring.scope, family.order.id)


def _can_be_asked(wiring: Wiring, family: OrderFamily, operation: Operation) -> bool:
    try:
        wiring.gateway_of(family.payment(operation.payment_id), operation)
    except OrderkitError:
        return False
    return True


def _unsent(wiring: Wiring, family: OrderFamily, operation: Operation) -> OrderFamily:
    """What was written down in a host's transaction and never sent."""
    late = wiring.clock.now() >= operation.send_before
    if operation.type in _CUSTOMER_PRESENT and late:
        return never_sent(wiring, family.order.id, operation)
    return send(wiring, Actor.system(), family, operation)


def _asked(wiring: Wiring, family: OrderFamily, operation: Operation) -> OrderFamily:
    """What may have reached the gateway: its own answer decides, and only where it has none, its keys (I-37, I-43)."""
    now = wiring.clock.now()  # before it is asked: what it has not seen by now may arrive while it answers
    answer = look_up(wiring, family, operation)
    name, gateway = wiring.gateway_of(family.payment(operation.payment_id), operation)
    if answer is not None and not isinstance(answer, NeverSeen):
        return settled(wiring, family.order.id, operation.id, answer, actor=Actor.gateway(name))
    if operation.status not in ("sending", "unknown"):
        return family
    able = gateway.capabilities
    waited_for = operation.type in _CUSTOMER_PRESENT
    if isinstance(answer, NeverSeen) and now >= operation.send_before + able.grace:
        if waited_for or now - operation.asked_at >= able.keys_kept:
            return never_sent(wiring, family.order.id, operation)
        return send(wiring, Actor.system(), family, operation)
    if answer is None and not waited_for and now - operation.asked_at < able.keys_kept:
        return send(wiring, Actor.system(), family, operation)
    return family


def _later(wiring: Wiring, order_id: UUID, operation: Operation, why: str | None) -> OrderFamily:
    """What is still open is looked at again by schedule; after a while a person is told (row SX-29)."""

    def find(store: Reading) -> OrderFamily:
        return store.family(wiring.scope, order_id)

    def decide(case: Case) -> Decision:
        now = case.family.operation(operation.id)
        if now.kind in ("succeeded", "failed") or now.next_check_at is None or now.next_check_at > case.at:
            return Decision(case.family, f"{now.type}_answered")
        family = looked_up_again(case, now.id)
        params: dict[str, Plain] = {"operation": str(now.id), "type": now.type, "amount": str(now.amount)}
        entry = None
        if why is not None:
            entry = noticed(family, why, params, id=wiring.ids.new(case.at), at=case.at)
        elif case.at - now.asked_at >= case.policies.give_up_after:
            entry = noticed(family, "outcome_is_known", params, id=wiring.ids.new(case.at), at=case.at)
        if entry is None:
            return Decision(family, f"{now.type}_looked_up")
        facts = (AttentionOpened(order_id, entry.code),)
        return Decision(family.with_attention(entry), f"{now.type}_looked_up", facts)

    with wiring.storage.reading() as store:
        family = find(store)
    known = family.operation(operation.id)
    if known.kind in ("succeeded", "failed") or known.next_check_at is None:
        return family
    if known.next_check_at > wiring.clock.now():
        return family
    return record(wiring, Actor.system(), f"operation:{operation.id.hex}", find, decide).family
