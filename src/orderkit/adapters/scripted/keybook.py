"""What the gateway remembers of keys, and what it makes of one that comes back. Only that memory lives here.

It knows nothing of money: what has become of an operation is handed in as `truth`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from attrs import define, field, frozen

from orderkit.adapters.scripted.key_profiles import KeyProfile
from orderkit.payments.outcomes import Declined, NeverSeen, Outcome, Rejected, Unknown
from orderkit.ports.gateway import Instruction


@frozen
class Kept:
    """The first answer under a key."""

    at: datetime
    said: Outcome
    kept: bool


@define
class KeyBook:
    """The keys of one account, as its profile keeps them."""

    profile: KeyProfile
    _first: dict[UUID, Kept] = field(factory=dict, init=False)
    _came_in: list[tuple[Instruction, datetime]] = field(factory=list, init=False)

    def note(self, asked: Instruction, at: datetime, *, said: Outcome, truth: Outcome | NeverSeen) -> None:
        """A call was executed, answered so, and came to that."""
        self._came_in.append((asked, at))
        if asked.key not in self._first or not self._first[asked.key].kept:
            self._first[asked.key] = Kept(at, said, self.profile.keeps(said, truth))

    def replay(self, key: UUID, at: datetime, *, truth: Outcome | NeverSeen) -> Outcome | None:
        """The answer to a key that is known; None where the call is executed as if it were the first."""
        first = self._first.get(key)
        if not self.profile.has_keys or (first is not None and at - first.at >= self.profile.ttl):
            self._first.pop(key, None)
            return None
        if self.profile.replay == "first_answer":
            return first.said if first is not None and first.kept else None
        if isinstance(truth, NeverSeen | Unknown) or not self.profile.keeps(truth, truth):
            return None
        return truth

    def under_way(self, asked: Instruction, at: datetime) -> None:
        """A call came in whose work takes its time."""
        self._came_in.append((asked, at))

    def duplicate(self, asked: Instruction, at: datetime, *, alive: Callable[[UUID], bool]) -> Outcome | None:
        """What a call hears that looks like an earlier one which is `alive`: under way, accepted or done (F003).

        Of an earlier try under the very same key this says nothing definitive: that one has to be looked up.
        """
        if self.profile.duplicate_heuristic == "off" or asked.type == "void":
            return None
        for earlier, since in reversed(self._came_in):
            if at - since >= self.profile.duplicate_window:
                break
            if _alike(earlier, asked) and alive(earlier.key):
                return self._refused(same_key=earlier.key == asked.key)
        return None

    def _refused(self, *, same_key: bool) -> Outcome:
        if same_key:
            return Unknown("duplicate_transaction: look the earlier one up")
        refusals: dict[str, Outcome] = {
            "reject": Rejected("duplicate_transaction"),
            "decline": Declined("duplicate_transaction"),
        }
        return refusals[self.profile.duplicate_heuristic]


def _alike(one: Instruction, other: Instruction) -> bool:
    return (one.type, one.payment_id, one.amount) == (other.type, other.payment_id, other.amount)
