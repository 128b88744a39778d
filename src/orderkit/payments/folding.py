"""The fold: what a payment amounts to, and its status, as one total function of its operations.

Nothing is added up over time here: the same operations in any order give the same figures (I-23).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import frozen

from orderkit.payments.records import Operation

_INBOUND = ("authorize", "sale")
_FLYING = frozenset({"waiting", "in_flight", "in_doubt"})


@frozen(kw_only=True)
class Figures:
    """A payment's amounts in minor units of one currency; `-ing` is asked for and not yet definitive."""

    authorizing: int
    charging: int
    capturing: int
    voiding: int
    refunding: int
    held: int
    captured: int
    voided: int
    refunded: int
    charged_back: int
    in_doubt: bool
    needs_customer: bool
    failed: bool

    @property
    def capturable(self) -> int:
        """What may still be asked for by a capture."""
        return max(0, self.held - self.capturing - self.voiding)

    @property
    def refundable(self) -> int:
        """What may still be asked back: captured, and neither back nor on its way back."""
        return max(0, self.captured - self.refunded - self.refunding - self.charged_back)

    @property
    def inbound(self) -> int:
        """What may still arrive: in flight, or held."""
        return self.authorizing + self.charging + self.held

    @property
    def net(self) -> int:
        """What stayed with the shop (I-07)."""
        return self.captured - self.refunded - self.charged_back

    @property
    def status(self) -> str:
        """The payment's status key; the first that applies."""
        ladder = (
            ("charged_back", 0 < self.captured <= self.charged_back),
            ("authorized", self.held > 0),
            ("refunded", 0 < self.captured <= self.refunded + self.charged_back),
            ("captured", self.captured > 0),
            ("unknown", self.in_doubt and self.authorizing + self.charging > 0),
            ("requires_action", self.needs_customer),
            ("started", self.authorizing + self.charging > 0),
            ("voided", self.voided > 0),
        )
        return next((key for key, applies in ladder if applies), "failed")


def open_attempts(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The operations that may still bring money by themselves, the oldest first."""
    return tuple(each for each in operations if each.type in _INBOUND and each.kind in _FLYING)


def fold(operations: Iterable[Operation], *, settled: bool = False) -> Figures:
    """The figures of one payment's operations, in its own currency; with `settled` in the order's."""
    done: Counter[str] = Counter()
    flying: Counter[str] = Counter()
    states: set[tuple[str, str]] = set()
    final = False
    for each in operations:
        states.add((each.type, each.status))
        if each.kind == "succeeded":
            done[each.type] += each.settles.minor if settled else (each.moved or each.amount).minor
            final = final or (each.type == "capture" and each.final)
        elif each.kind in _FLYING:
            flying[each.type] += (each.settles if settled else each.amount).minor
    held = 0 if final else max(0, done["authorize"] - done["capture"] - done["void"])
    released_by_capture = done["authorize"] - done["capture"] - done["void"] if final else 0
    return Figures(
        authorizing=flying["authorize"],
        charging=flying["sale"],
        capturing=flying["capture"],
        voiding=flying["void"],
        refunding=flying["refund"],
        held=held,
        captured=done["sale"] + done["capture"],
        voided=min(done["void"], done["authorize"]) + max(0, released_by_capture),
        refunded=done["refund"] - done["refund_reversal"],
        charged_back=done["chargeback"] - done["chargeback_reversal"],
        in_doubt=any(status == "unknown" for _, status in states),
        needs_customer=any((kind, "requires_action") in states for kind in _INBOUND),
        failed=any((kind, status) in states for kind in _INBOUND for status in ("declined", "rejected", "abandoned")),
    )
