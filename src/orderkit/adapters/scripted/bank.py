"""The bank behind the gateway: its ledger, and the bounds that no booking may break. The oracle of every test.

It shares no decision with the library: money is counted here in plain minor units, from the bookings alone. No time is
read, nothing is told; who may ask for what is not decided here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

from attrs import define, field, frozen

from orderkit.money import Money
from orderkit.payments.outcomes import Approved, NeverSeen, Outcome, Pending, RequiresAction
from orderkit.ports.gateway import Instruction

BookingType = Literal[
    "authorize",
    "sale",
    "capture",
    "void",
    "release",
    "refund",
    "refund_reversal",
    "chargeback",
    "chargeback_reversal",
    "fee",
]


@frozen(kw_only=True)
class Booking:
    """One line of the gateway's own ledger.

    Attributes:
        key: the operation of ours that caused it; None for what somebody else did, or the bank by itself.
        amount: what moved; nothing for a void that only called an attempt off.
        type: `release` is what the bank gives free by itself: the rest after a capture, an authorization that lapsed.
        reference: the gateway's id of the object; a reversal carries that of the refund or chargeback it reverses.
        on: the reference of the sale or authorization that the payment began with.
        at: when it happened; None where the line was copied from elsewhere.
        credited: of a fee: what was paid out of the gross.
    """

    key: UUID | None
    type: BookingType
    amount: Money
    payment_id: UUID
    reference: str
    on: str | None = None
    scope: str = ""
    at: datetime | None = None
    credited: Money | None = None


@frozen(kw_only=True)
class Account:
    """What the bookings of one payment come to, in minor units, and what is promised of it to operations in flight."""

    currency: str | None
    authorized: int
    captured: int
    sold: int
    released: int
    refunded: int
    disputed: int
    capturing: int
    refunding: int

    @property
    def held(self) -> int:
        """Authorized, and neither taken nor given free."""
        return self.authorized - self.captured - self.released

    @property
    def kept(self) -> int:
        """Taken, and not back with the customer."""
        return self.captured + self.sold - self.refunded - self.disputed

    @property
    def capturable(self) -> int:
        return self.held - self.capturing

    @property
    def refundable(self) -> int:
        return self.kept - self.refunding


@define
class Bank:
    """All payments of one gateway account.

    Attributes:
        ledger: every movement, append-only.
        asked: the first instruction that came under each key.
        answered: what became of those that are not booked: waiting for a decision, declined, or nothing to book.
    """

    ledger: list[Booking] = field(factory=list)
    asked: dict[UUID, Instruction] = field(factory=dict)
    answered: dict[UUID, Outcome] = field(factory=dict)
    _reserved: int = field(default=0, init=False)
    _read: int = field(default=0, init=False)
    _of_payment: dict[UUID, list[Booking]] = field(factory=lambda: defaultdict(list), init=False)
    _of_key: dict[UUID, Booking] = field(factory=dict, init=False)

    def new_reference(self, type: str, *, reserve: bool = False) -> str:
        """A name nothing else has; `reserve` it for what may be booked later."""
        number = len(self.ledger) + self._reserved + 1
        self._reserved += reserve
        return f"{type}_{number}"

    def add(self, booking: Booking) -> Booking:
        """Write a line; whoever does has asked `refusal` before."""
        self.ledger.append(booking)
        return booking

    def bookings(self, payment_id: UUID) -> tuple[Booking, ...]:
        """The lines of one payment, the oldest first."""
        self._read_on()
        return tuple(self._of_payment.get(payment_id, ()))

    def booked(self, key: UUID) -> Booking | None:
        """The first line under a key of ours."""
        self._read_on()
        return self._of_key.get(key)

    def truth(self, key: UUID) -> Outcome | NeverSeen:
        """What became of the operation with this key."""
        booked = self.booked(key)
        if booked is not None:
            return said_of(booked)
        return self.answered.get(key, NeverSeen())

    def waiting(self, payment_id: UUID) -> Iterator[Instruction]:
        """The operations of a payment that were accepted and are not decided."""
        for key, outcome in list(self.answered.items()):
            asked = self.asked.get(key)
            if asked is not None and asked.payment_id == payment_id and isinstance(outcome, Pending | RequiresAction):
                yield asked

    def root(self, payment_id: UUID) -> Booking | None:
        """The sale or authorization that a payment began with."""
        return next((each for each in self.bookings(payment_id) if each.type in ("authorize", "sale")), None)

    def account(self, payment_id: UUID, *, deciding: UUID | None = None) -> Account:
        """Where a payment stands; `deciding` is the operation in flight that is about to be booked."""
        lines = self.bookings(payment_id)
        sums: Counter[str] = Counter()
        for each in lines:
            sums[each.type] += each.amount.minor
        flying: Counter[str] = Counter()
        for asked in self.waiting(payment_id):
            if asked.key != deciding:
                flying[asked.type] += asked.amount.minor
        return Account(
            currency=lines[0].amount.currency if lines else None,
            authorized=sums["authorize"],
            captured=sums["capture"],
            sold=sums["sale"],
            released=sums["void"] + sums["release"],
            refunded=sums["refund"] - sums["refund_reversal"],
            disputed=sums["chargeback"] - sums["chargeback_reversal"],
            capturing=flying["capture"],
            refunding=flying["refund"],
        )

    def _read_on(self) -> None:
        """Index what was written since; tests may extend the ledger themselves."""
        for each in self.ledger[self._read :]:
            self._of_payment[each.payment_id].append(each)
            if each.key is not None:
                self._of_key.setdefault(each.key, each)
        self._read = len(self.ledger)


def said_of(booking: Booking) -> Approved:
    """The outcome that a line is; a void that found nothing held has no amount to tell."""
    return Approved(booking.reference, booking.amount or None)


def refusal(account: Account, type: str, amount: Money) -> str | None:
    """Why the bank will not do it; None where it will. These are its bounds:

    no more is captured than is held, no more goes back than is kept, nothing is released that was taken (I-05, I-06).
    """
    if account.currency not in (None, amount.currency):
        return "other_currency"
    rules = {"capture": _capture_refusal, "void": _void_refusal, "refund": _refund_refusal}
    return rules[type](account, amount.minor) if type in rules else None


def _capture_refusal(account: Account, minor: int) -> str | None:
    if minor <= account.capturable:
        return None
    if not account.authorized:
        return "no_such_authorization"
    if account.held:
        return "exceeds_held"
    return "already_captured" if account.captured else "authorization_gone"


def _void_refusal(account: Account, minor: int) -> str | None:
    """What is gone already, or was never there, is released (F066)."""
    if account.capturing:
        return "capture_in_flight"
    taken = account.captured + account.sold
    return "already_captured" if taken and not account.held else None


def _refund_refusal(account: Account, minor: int) -> str | None:
    if minor <= account.refundable:
        return None
    return "exceeds_captured" if account.captured + account.sold else "nothing_captured"
