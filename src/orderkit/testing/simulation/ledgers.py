"""What really happened to money, in plain sums: by the gateway's own ledger, by our rows, by a customer's account.

Everything is counted here anew, in minor units; nothing is asked of the library's own fold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from attrs import define, field

from orderkit.adapters.scripted import Booking, ScriptedGateway
from orderkit.credit.records import CreditEntry
from orderkit.family import OrderFamily
from orderkit.payments.outcomes import NeverSeen, Outcome
from orderkit.payments.records import Operation
from orderkit.ports.gateway import Instruction

OPEN_KINDS = ("waiting", "in_flight", "in_doubt")
IN_DOUBT = "in_doubt"


def is_told(operation: Operation) -> bool:
    """The gateway told of it by itself; nobody asked for it."""
    return operation.send_before <= operation.asked_at


def moved(operations: Iterable[Operation]) -> Counter[str]:
    """What moved by each type according to our rows: every object of the gateway once, running totals by their
    maximum."""
    single: dict[tuple[str, object], int] = {}
    ours: dict[tuple[str, str | None], tuple[str, object]] = {}
    totals: Counter[str] = Counter()
    done = [each for each in operations if each.kind == "succeeded"]
    for each in sorted(done, key=is_told):
        minor = (each.amount if each.moved is None else each.moved).minor
        if each.cumulative and is_told(each):
            totals[each.type] = max(totals[each.type], minor)
            continue
        place: tuple[str, object] = (each.type, each.id)
        if is_told(each):
            place = ours.get((each.type, each.reference), (each.type, each.reference))
        else:
            ours.setdefault((each.type, each.reference), place)
        single[place] = max(single.get(place, 0), minor)
    sums: Counter[str] = Counter()
    for (type, _), minor in single.items():
        sums[type] += minor
    for type, minor in totals.items():
        sums[type] = max(sums[type], minor)
    return sums


def flying(operations: Iterable[Operation]) -> Counter[str]:
    """What is asked for and not definitive, by type."""
    sums: Counter[str] = Counter()
    for each in operations:
        if each.kind in OPEN_KINDS:
            sums[each.type] += each.amount.minor
    return sums


def came_in(sums: Counter[str]) -> int:
    return sums["sale"] + sums["capture"]


def went_back(sums: Counter[str]) -> int:
    """What left us again, in whatever way."""
    lost = sums["refund"] - sums["refund_reversal"] + sums["chargeback"] - sums["chargeback_reversal"]
    return lost + sums["credit"]


def held(sums: Counter[str]) -> int:
    return max(0, sums["authorize"] - sums["capture"] - sums["void"] - sums["release"])


def total_of(family: OrderFamily) -> int:
    """What was sold: price times quantity, less discounts, plus the taxes that come on top."""
    sold = 0
    for line in family.lines:
        sold += line.unit_price.times(line.quantity).minor
        for each in line.adjustments:
            if each.kind == "discount":
                sold -= each.amount.minor
            elif not each.included:
                sold += each.amount.minor
    return sold


@define
class Oracle:
    """The card gateway's ledger, by payment and by key; read on as it grows.

    Attributes:
        asked: the first call under each key at any gateway, and when it came.
    """

    card: ScriptedGateway
    asked: dict[UUID, tuple[Instruction, datetime]] = field(factory=dict, init=False)
    _read: int = field(default=0, init=False)
    _by_payment: dict[UUID, Counter[str]] = field(factory=lambda: defaultdict(Counter), init=False)
    _by_key: dict[UUID, Booking] = field(factory=dict, init=False)

    def news(self) -> list[Booking]:
        """What was booked since the last time."""
        ledger = self.card.ledger
        new = ledger[self._read :]
        self._read = len(ledger)
        for each in new:
            self._by_payment[each.payment_id][each.type] += each.amount.minor
            if each.key is not None and each.type != "release":
                self._by_key[each.key] = each
        return new

    def sums(self, payment_id: UUID) -> Counter[str]:
        """What moved by each type."""
        return self._by_payment[payment_id]

    def booked(self, key: UUID) -> Booking | None:
        return self._by_key.get(key)

    def answered(self, key: UUID) -> Outcome | NeverSeen:
        """What the gateway itself would say has become of an operation."""
        asked = self.asked.get(key)
        return NeverSeen() if asked is None else self.card.look_up(asked[0])

    @property
    def booked_keys(self) -> Collection[UUID]:
        """Every key that something was booked under."""
        return self._by_key.keys()


def spent(entries: Iterable[CreditEntry], payment_id: UUID) -> Counter[str]:
    """What a payment moved on its customer's account, in the words of a gateway."""
    words = {"spent": "sale", "returned": "refund", "held": "authorize", "released": "void", "granted": "credit"}
    sums: Counter[str] = Counter()
    for each in entries:
        if each.cause == f"payment:{payment_id}":
            sums["capture" if each.on is not None and each.kind == "spent" else words[each.kind]] += each.amount.minor
    return sums
