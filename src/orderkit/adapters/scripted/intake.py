"""How a call comes in: its key is looked at, the bounds are asked, an answer is played, and what came of it is kept.

What a key is worth is in `keybook`, what an answer does in `house`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from attrs import define, field

from orderkit.adapters.scripted.answers import Answer, garbled
from orderkit.adapters.scripted.house import House
from orderkit.adapters.scripted.key_profiles import KeyProfile
from orderkit.adapters.scripted.keybook import KeyBook
from orderkit.capabilities import Capabilities
from orderkit.payments.outcomes import Approved, NeverSeen, Outcome, Pending, Rejected, RequiresAction, Unknown
from orderkit.ports.gateway import Inquiry, Instruction


@define
class Intake:
    """The door to one house; whoever calls holds its lock.

    Attributes:
        calls: every instruction that came in.
        reused: the keys that came back with another request (I-34).
    """

    house: House
    profile: KeyProfile
    unseen_for: timedelta
    calls: list[Instruction] = field(factory=list, init=False)
    reused: list[UUID] = field(factory=list, init=False)
    _keys: KeyBook = field(init=False)
    _seen: dict[UUID, datetime] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self._keys = KeyBook(self.profile)

    def take(self, asked: Instruction, able: Capabilities, next_answer: Callable[[], Answer]) -> Outcome:
        """The answer to a call; the script is read only where the call is executed."""
        at = self.house.catch_up()
        self.calls.append(asked)
        first = self.house.bank.asked.setdefault(asked.key, asked)
        if first != asked:
            self.reused.append(asked.key)
        known = self._known(asked, at, mismatch=first != asked) or self._refused(asked, able, at)
        return known or self._played(asked, next_answer(), at)

    def visible(self, key: UUID, at: datetime) -> bool:
        """Whether look-ups and statements show the operation already (I-43)."""
        seen = self._seen.get(key)
        return seen is None or at - seen >= self.unseen_for

    def meant(self, inquiry: Inquiry, *, carries_metadata: bool) -> UUID | None:
        """The payment that is asked about; None where the bank has never heard of it."""
        if carries_metadata:
            return inquiry.payment_id
        ledger = self.house.bank.ledger
        return next((each.payment_id for each in ledger if each.reference == inquiry.reference), None)

    def _known(self, asked: Instruction, at: datetime, *, mismatch: bool) -> Outcome | None:
        """The answer to a key that came before; None where the call is a new one."""
        key = asked.key
        if self.profile.has_keys and key in self.house.agenda.calls():
            if self.profile.in_flight == "refuse":
                return Unknown("409: a call with this key is under way")
            if self.profile.in_flight == "wait":
                self.house.agenda.hurry(key, at)
        known = self._keys.replay(key, at, truth=self.house.bank.truth(key))
        if known is not None and mismatch and self.profile.on_mismatch == "error":
            return Unknown("400: the key stands for another request")
        return known

    def _refused(self, asked: Instruction, able: Capabilities, at: datetime) -> Outcome | None:
        duplicate = self._keys.duplicate(asked, at, alive=self._alive)
        if duplicate is not None:
            return duplicate
        if not able.takes(asked.amount.currency):
            return Rejected("currency_not_supported")
        if asked.type in ("authorize", "void", "refund") and not getattr(able, asked.type):
            return Rejected(f"{asked.type}_not_supported")
        why = self.house.refused(asked)
        return None if why is None else Rejected(why)

    def _alive(self, key: UUID) -> bool:
        truth = self.house.bank.truth(key)
        return isinstance(truth, Approved | Pending | RequiresAction) or key in self.house.agenda.calls()

    def _played(self, asked: Instruction, answer: Answer, at: datetime) -> Outcome:
        said: Outcome = Unknown("nobody listens any more")
        if answer.late is None:
            said = self._executed(asked, answer, at)
        else:
            self.house.agenda.enter(
                at + answer.late, lambda due: self._execute_late(asked, answer, due), key=asked.key, call=True
            )
            self._keys.under_way(asked, at)
        if answer.raises is not None:
            raise answer.raises.with_traceback(None)  # the same answer may be played many times
        return said

    def _execute_late(self, asked: Instruction, answer: Answer, at: datetime) -> None:
        self._executed(asked, answer, at)

    def _executed(self, asked: Instruction, answer: Answer, at: datetime) -> Outcome:
        if answer.does == "nothing" and answer.raises is not None:
            return Unknown("the call never arrived")
        self._seen[asked.key] = at
        did = self.house.act(asked, answer, at)
        said = answer.says or did or Unknown("the script says nothing")
        if did is None and not isinstance(said, Unknown):
            self.house.decide(asked, said, at)
        truth: Outcome | NeverSeen = self.house.bank.truth(asked.key) if did is None else did
        self._keys.note(asked, at, said=said, truth=truth)
        return said if answer.nonsense is None else garbled(said, answer.nonsense, asked.amount)
