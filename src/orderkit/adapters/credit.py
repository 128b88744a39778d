"""Paying with what a customer has with us: a gateway whose ledger is the credit account in the shop's own store.

It is asked in three steps like any other, with no unit of work open, and keeps its own books in its own commits; every
entry carries the operation's id, so asking again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid5

from attrs import field, frozen

from orderkit.capabilities import KEPT_FOR_EVER, Capabilities
from orderkit.credit.decisions import entered, held_by
from orderkit.credit.records import CreditAccount, CreditEntry, CreditEntryKind
from orderkit.errors import Busy, CommitUnknown, InvalidRequest, StaleRecord
from orderkit.money import Money
from orderkit.payments.outcomes import Approved, Declined, NeverSeen, Outcome, Rejected, Unknown
from orderkit.ports.clock import Clock, SystemClock
from orderkit.ports.gateway import Instruction
from orderkit.ports.storage import Reading, Storage, UnitOfWork

_TRIES = 20

_Entered = tuple[CreditEntryKind, Money]
_Decide = Callable[[Reading, Instruction], "_Entered | Outcome"]


@frozen
class CreditGateway:
    """Holds, takes and gives back what customers have with the shop; `storage` is the one the orders are in."""

    storage: Storage
    clock: Clock = field(factory=SystemClock)
    account: str = field(default="credit", init=False)
    capabilities: Capabilities = field(
        default=Capabilities(
            authorize=True,
            partial_capture=True,
            several_captures=True,
            void=True,
            refund=True,
            partial_refund=True,
            looks_up=True,
            keys_kept=KEPT_FOR_EVER,
        ),
        init=False,
    )

    def authorize(self, instruction: Instruction) -> Outcome:
        return self._enter(instruction, lambda store, asked: ("held", asked.amount))

    def sale(self, instruction: Instruction) -> Outcome:
        return self._enter(instruction, lambda store, asked: ("spent", asked.amount))

    def capture(self, instruction: Instruction) -> Outcome:
        return self._enter(instruction, lambda store, asked: ("spent", asked.amount))

    def void(self, instruction: Instruction) -> Outcome:
        """Release what is left of the hold; an attempt that never held anything is gone already (F066)."""
        return self._enter(instruction, _release)

    def refund(self, instruction: Instruction) -> Outcome:
        """Give back what the payment took, and no more."""
        return self._enter(instruction, _return)

    def grant(self, instruction: Instruction) -> Outcome:
        """Put money on the account that another payment brought and nobody owes."""
        return self._enter(instruction, lambda store, asked: ("granted", asked.amount))

    def look_up(self, instruction: Instruction) -> Outcome | NeverSeen:
        with self.storage.reading() as store:
            entry = _entry(store, instruction)
        return NeverSeen() if entry is None else _approved(entry)

    def _enter(self, instruction: Instruction, decide: _Decide) -> Outcome:
        """One entry in one commit, decided on the account as it stands; again while others are faster."""
        for _ in range(_TRIES):
            try:
                return self._once(instruction, decide)
            except (StaleRecord, Busy, CommitUnknown):
                continue
        return Unknown("the credit account could not be written; others were faster every time")

    def _once(self, instruction: Instruction, decide: _Decide) -> Outcome:
        at = self.clock.now()
        with self.storage.begin() as work:
            known = _entry(work, instruction)
            if known is not None:
                return _approved(known)
            decided = decide(work, instruction)
            if not isinstance(decided, tuple):
                return decided
            kind, amount = decided
            before = work.credit_account(instruction.scope, instruction.customer_id, amount.currency)
            try:
                after, entry = entered(
                    before,
                    kind,
                    amount,
                    id=instruction.key,
                    at=at,
                    actor=f"gateway:{self.account}",
                    cause=f"payment:{instruction.payment_id}",
                    on=_hold(instruction) if kind in ("spent", "released") else None,
                )
            except InvalidRequest as error:
                return _refused(error)
            work.write_credit(before, entry, after)
            if instruction.type == "capture" and instruction.final:
                self._release_rest(work, instruction, after, entry)
        return _approved(entry)

    def _release_rest(self, work: UnitOfWork, asked: Instruction, before: CreditAccount, capture: CreditEntry) -> None:
        """After a last capture nothing stays set aside (F070)."""
        entries = (*work.credit_entries(asked.scope, asked.customer_id, asked.amount.currency), capture)
        left = None if capture.on is None else held_by({each.id: each for each in entries}.values(), capture.on)
        if left is None or left.minor <= 0:
            return
        after, entry = entered(
            before,
            "released",
            left,
            id=uuid5(asked.key, "rest"),
            at=capture.at,
            actor=capture.actor,
            cause=capture.cause,
            on=capture.on,
        )
        work.write_credit(before, entry, after)


def _release(store: Reading, asked: Instruction) -> _Entered | Outcome:
    entries = store.credit_entries(asked.scope, asked.customer_id, asked.amount.currency)
    hold = _hold(asked)
    left = None if hold is None else held_by(entries, hold)
    if left is None or left.minor <= 0:
        spent = any(each.id == hold and each.kind == "spent" for each in entries)
        return Rejected("already_captured") if spent else Approved(f"credit:{asked.key}", asked.amount)
    return "released", left


def _return(store: Reading, asked: Instruction) -> _Entered | Outcome:
    entries = store.credit_entries(asked.scope, asked.customer_id, asked.amount.currency)
    own = [each for each in entries if each.cause == f"payment:{asked.payment_id}"]
    taken = sum(each.amount.minor for each in own if each.kind == "spent")
    back = sum(each.amount.minor for each in own if each.kind == "returned")
    return ("returned", asked.amount) if asked.amount.minor <= taken - back else Rejected("exceeds_captured")


def _hold(asked: Instruction) -> UUID | None:
    """The entry that a capture or void acts on, by the reference that we gave it."""
    name, _, id = (asked.on or "").partition(":")
    try:
        return UUID(id) if name == "credit" else None
    except ValueError:
        return None


def _entry(store: Reading, asked: Instruction) -> CreditEntry | None:
    entries = store.credit_entries(asked.scope, asked.customer_id, asked.amount.currency)
    return next((each for each in entries if each.id == asked.key), None)


def _approved(entry: CreditEntry) -> Approved:
    return Approved(f"credit:{entry.id}", entry.amount)


def _refused(error: InvalidRequest) -> Outcome:
    if error.refusal.code in ("is_available", "is_held"):
        return Declined("insufficient_credit", str(error.refusal))
    return Rejected(error.refusal.code, str(error.refusal))
