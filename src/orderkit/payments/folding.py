"""The fold: what a payment amounts to, and its status, as one total function of its operations.

Nothing is added up over time here: the same operations in any order give the same figures (I-23).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar
from uuid import UUID

from attrs import evolve, frozen

from orderkit.money.numbers import half_up
from orderkit.payments.records import Operation

Key = TypeVar("Key")

_INBOUND = ("authorize", "sale")
_FLYING = frozenset({"waiting", "in_flight", "in_doubt"})


@frozen(kw_only=True)
class Figures:
    """A payment's amounts in minor units of one currency; `-ing` is asked for and not yet definitive.

    `credited` is what was moved to the customer's credit account instead of being sent back; `uncovered` what was
    captured beyond every authorization.
    """

    authorizing: int
    charging: int
    capturing: int
    voiding: int
    refunding: int
    crediting: int
    held: int
    captured: int
    voided: int
    refunded: int
    charged_back: int
    credited: int
    uncovered: int
    in_doubt: bool
    needs_customer: bool
    failed: bool

    @property
    def capturable(self) -> int:
        """What may still be asked for by a capture."""
        return max(0, self.held - self.capturing - self.voiding)

    @property
    def returned(self) -> int:
        """What has left the shop again, in whatever way."""
        return self.refunded + self.charged_back + self.credited

    @property
    def refundable(self) -> int:
        """What may still be asked back: captured, and neither back nor on its way back."""
        return max(0, self.captured - self.returned - self.refunding - self.crediting)

    @property
    def inbound(self) -> int:
        """What may still arrive: in flight, or held."""
        return self.authorizing + self.charging + self.held

    @property
    def net(self) -> int:
        """What stayed with the shop (I-07)."""
        return self.captured - self.returned

    @property
    def status(self) -> str:
        """The payment's status key; the first that applies."""
        ladder = (
            ("charged_back", 0 < self.captured <= self.charged_back),
            ("authorized", self.held > 0),
            ("refunded", 0 < self.captured <= self.returned),
            ("captured", self.captured > 0),
            ("unknown", self.in_doubt and self.authorizing + self.charging > 0),
            ("requires_action", self.needs_customer),
            ("started", self.authorizing + self.charging > 0),
            ("voided", self.voided > 0),
        )
        return next((key for key, applies in ladder if applies), "failed")


@frozen
class Movement:
    """What one object of the gateway moved: in the payment's currency, and what it counts for in the order's."""

    operation: Operation
    moved: int
    settles: int


def counted(operations: Iterable[Operation]) -> tuple[Movement, ...]:
    """Every movement that took place, once: however often and in whatever order it was told (I-26, row SX-09).

    What we asked for is one movement by our key. What the gateway told of by itself is one by (type, reference), and
    the same one as an operation of ours with that reference; the larger amount counts. What moved in all, where the
    gateway tells only that, counts as far as it exceeds the single movements of its type.
    """
    asked: list[Operation] = []
    told: dict[tuple[UUID, str, str | None], Operation] = {}
    totals: dict[tuple[UUID, str], Operation] = {}
    for each in operations:
        if each.kind != "succeeded":
            continue
        if not each.reported:
            asked.append(each)
        elif each.cumulative:
            _keep_larger(totals, (each.payment_id, each.type), each)
        else:
            _keep_larger(told, (each.payment_id, each.type, each.reference), each)
    single = [_movement(_larger(each, told.pop((each.payment_id, each.type, each.reference), each))) for each in asked]
    single.extend(_movement(each) for each in told.values())
    return _exactly_settled((*single, *_excess(single, totals)))


def _exactly_settled(movements: tuple[Movement, ...]) -> tuple[Movement, ...]:
    """Captures of a payment in another currency count for what they come to in all, so that parts of an authorization
    settle exactly what the whole does, however it was cut."""
    if all(each.operation.settles.currency == each.operation.amount.currency for each in movements):
        return movements
    held = {each.operation.payment_id: each for each in movements if each.operation.type == "authorize"}
    captured: Counter[UUID] = Counter()
    made: list[Movement] = []
    for each in sorted(movements, key=lambda each: each.operation.id):
        whole = held.get(each.operation.payment_id)
        if each.operation.type == "capture" and whole is not None and whole.moved:
            before = captured[each.operation.payment_id]
            captured[each.operation.payment_id] = before + each.moved
            upto, from_ = (half_up(minor * whole.settles, whole.moved) for minor in (before + each.moved, before))
            each = evolve(each, settles=upto - from_)
        made.append(each)
    return tuple(made)


def _keep_larger(known: dict[Key, Operation], key: Key, operation: Operation) -> None:
    known[key] = _larger(known.get(key, operation), operation)


def _larger(one: Operation, other: Operation) -> Operation:
    return other if _moved(other) > _moved(one) else one


def _moved(operation: Operation) -> int:
    return (operation.amount if operation.moved is None else operation.moved).minor


def _movement(operation: Operation) -> Movement:
    return Movement(operation, _moved(operation), operation.settles.minor)


def _excess(single: list[Movement], totals: dict[tuple[UUID, str], Operation]) -> Iterator[Movement]:
    for (payment_id, type), total in totals.items():
        same = [each for each in single if (each.operation.payment_id, each.operation.type) == (payment_id, type)]
        missing = _moved(total) - sum(each.moved for each in same)
        if missing > 0:
            settled = max(0, total.settles.minor - sum(each.settles for each in same))
            yield Movement(total, missing, settled)


def open_attempts(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The operations that may still bring money by themselves, the oldest first."""
    return tuple(each for each in operations if each.type in _INBOUND and each.kind in _FLYING)


def fold(operations: Iterable[Operation], *, settled: bool = False) -> Figures:
    """The figures of one payment's operations, in its own currency; with `settled` in the order's."""
    every = tuple(operations)
    done: Counter[str] = Counter()
    flying: Counter[str] = Counter()
    for movement in counted(every):
        done[movement.operation.type] += movement.settles if settled else movement.moved
    for each in every:
        if each.kind in _FLYING:
            flying[each.type] += (each.settles if settled else each.amount).minor
    states = {(each.type, each.status) for each in every}
    uncaptured = max(0, done["authorize"] - done["capture"])
    final = any(each.type == "capture" and each.final and each.kind == "succeeded" for each in every)
    held = 0 if final else max(0, uncaptured - done["void"])
    return Figures(
        authorizing=flying["authorize"],
        charging=flying["sale"],
        capturing=flying["capture"],
        voiding=flying["void"],
        refunding=flying["refund"],
        crediting=flying["credit"],
        held=held,
        captured=done["sale"] + done["capture"],
        voided=uncaptured - held,
        refunded=done["refund"] - done["refund_reversal"],
        charged_back=done["chargeback"] - done["chargeback_reversal"],
        credited=done["credit"],
        uncovered=max(0, done["capture"] - done["authorize"]),
        in_doubt=any(status == "unknown" for _, status in states),
        needs_customer=any((kind, "requires_action") in states for kind in _INBOUND),
        failed=any((kind, status) in states for kind in _INBOUND for status in ("declined", "rejected", "abandoned")),
    )


def sent_back(operations: Iterable[Operation]) -> Iterator[tuple[UUID, int]]:
    """What went back under each refund of items, in the order's currency; less what came back when one failed later.

    A reversal belongs to the refund whose gateway reference it carries (F078).
    """
    movements = counted(operations)
    refunds = {
        (each.operation.payment_id, each.operation.reference): each.operation.refund_id
        for each in movements
        if each.operation.type == "refund"
    }
    for each in movements:
        operation = each.operation
        if operation.type == "refund" and operation.refund_id is not None:
            yield operation.refund_id, each.settles
        elif operation.type == "refund_reversal":
            refund_id = operation.refund_id or refunds.get((operation.payment_id, operation.reference))
            if refund_id is not None:
                yield refund_id, -each.settles


def sent_back_elsewhere(operations: Iterable[Operation]) -> int:
    """What somebody sent back at the gateway itself, for no item of ours, in the order's currency; less what came back
    when such a refund failed later."""
    movements = counted(operations)
    refunds = {
        (each.operation.payment_id, each.operation.reference)
        for each in movements
        if each.operation.type == "refund" and each.operation.reported and each.operation.refund_id is None
    }
    signs = {"refund": 1, "refund_reversal": -1}
    return sum(
        signs[each.operation.type] * each.settles
        for each in movements
        if each.operation.type in signs and (each.operation.payment_id, each.operation.reference) in refunds
    )


def funds_credited(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The fees that are known, once each: `moved` is the fee, `credited` what is left for us (row S4-32)."""
    return tuple(each.operation for each in counted(operations) if each.operation.type == "fee")
