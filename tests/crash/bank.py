"""The bank of the crash sweep: what moved is decided and written here alone, in plain minor units. The oracle.

It shares no code with the library; what comes in and goes out are plain values, as they stand on the wire. HTTP is in
`bank_server`.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from attrs import define, field

Plain = dict[str, Any]
OPENING = ("authorize", "sale")


def approved(reference: str, minor: int | None) -> Plain:
    return {"is": "approved", "reference": reference, "minor": minor}


@define
class Bank:
    """One merchant's account.

    Attributes:
        ledger: every movement: key, type, minor, payment_id, order_id, reference.
        calls: how often each key came; asked: the request that first came under it.
        answered: what became of each key that was decided or accepted.
        reused: keys that came back with another request (I-34).
        told: how many events there were; is_told: whether one is ever sent.
        events: those that are, the oldest first; acknowledged: the ids that were taken.
    """

    is_told: Callable[[Plain], bool]
    ledger: list[Plain] = field(factory=list)
    calls: Counter[str] = field(factory=Counter)
    asked: dict[str, Plain] = field(factory=dict)
    answered: dict[str, Plain] = field(factory=dict)
    reused: list[str] = field(factory=list)
    told: int = 0
    events: dict[str, Plain] = field(factory=dict)
    acknowledged: set[str] = field(factory=set)
    lock: threading.RLock = field(factory=threading.RLock)
    _due: dict[str, tuple[float, Plain | None]] = field(factory=dict)
    _sums: dict[str, Counter[str]] = field(factory=dict)

    # what callers ask

    def take(self, asked: Plain, kind: str, *, settles_after: float, settles_as: Plain | None) -> Plain:
        """Act once per key: move the money, decline, or accept and decide later."""
        with self.lock:
            self.catch_up()
            key = asked["key"]
            self.calls[key] += 1
            if self.asked.setdefault(key, asked) != asked:
                self.reused.append(key)
            if key in self.answered:
                return self.answered[key]
            why = self._refusal(asked)
            if why is not None:
                return self._decide(asked, {"is": "rejected", "code": why})
            if kind == "decline" and asked["type"] in OPENING:
                return self._decide(asked, {"is": "declined", "code": "card_declined"})
            if kind == "pending" and asked["type"] != "void":
                self._reserve(asked, 1)
                self._due[key] = (time.monotonic() + settles_after, settles_as)
                return self._decide(asked, {"is": "pending", "reference": f"ref_{key}"})
            return self._move(asked)

    def look_up(self, key: str) -> Plain:
        with self.lock:
            self.catch_up()
            return self.answered.get(key, {"is": "never_seen"})

    def statement(self, payment_id: str) -> list[Plain]:
        """A report on every key of a payment that was decided or accepted."""
        with self.lock:
            self.catch_up()
            keys = [key for key, asked in self.asked.items() if asked["payment_id"] == payment_id]
            return [self._report(self.asked[key], self.answered[key]) for key in keys if key in self.answered]

    def waiting_events(self, limit: int) -> list[Plain]:
        with self.lock:
            self.catch_up()
            return [each for id, each in self.events.items() if id not in self.acknowledged][:limit]

    def acknowledge(self, id: str) -> None:
        with self.lock:
            self.acknowledged.add(id)

    def books(self) -> Plain:
        """Everything, for the judge."""
        with self.lock:
            self.catch_up()
            return {
                "ledger": self.ledger,
                "calls": dict(self.calls),
                "asked": self.asked,
                "answered": self.answered,
                "reused": self.reused,
                "told": self.told,
                "events": list(self.events.values()),
                "acknowledged": sorted(self.acknowledged),
                "waiting": len(self._due),
            }

    # what the bank does

    def catch_up(self) -> None:
        """Decide what was accepted and is due."""
        now = time.monotonic()
        for key, (at, outcome) in list(self._due.items()):
            if at <= now:
                self._settle(self.asked[key], outcome)

    def _settle(self, asked: Plain, outcome: Plain | None) -> None:
        del self._due[asked["key"]]
        self._reserve(asked, -1)
        if outcome is None:
            self._move(asked)
        else:
            self._decide(asked, outcome)

    def _move(self, asked: Plain) -> Plain:
        minor, reference = asked["minor"], f"ref_{asked['key']}"
        if asked["type"] == "void":
            minor = self._call_off(asked)
            if not minor:
                return self._decide(asked, approved(reference, None))
        self._of(asked)[asked["type"]] += minor
        kept = {name: asked[name] for name in ("key", "type", "payment_id", "order_id", "currency")}
        self.ledger.append({**kept, "minor": minor, "reference": reference})
        return self._decide(asked, approved(reference, minor))

    def _call_off(self, asked: Plain) -> int:
        """Nothing of the payment is decided any more; what is held becomes free."""
        for key in [key for key in self._due if self.asked[key]["payment_id"] == asked["payment_id"]]:
            if self.asked[key]["type"] in OPENING:
                self._settle(self.asked[key], {"is": "declined", "code": "called_off"})
        return self._held(self._of(asked))

    def _decide(self, asked: Plain, outcome: Plain) -> Plain:
        self.answered[asked["key"]] = outcome
        self.told += 1
        event: Plain = {"id": f"evt_{self.told}", "type": f"{asked['type']}.{outcome['is']}"}
        event["report"] = self._report(asked, outcome)
        if self.is_told(event):
            self.events[event["id"]] = event
        return outcome

    def _report(self, asked: Plain, outcome: Plain) -> Plain:
        kept = {name: asked[name] for name in ("key", "type", "payment_id", "scope", "currency", "on")}
        return {**kept, "reference": f"ref_{asked['key']}", "outcome": outcome, "minor": asked["minor"]}

    # bounds

    def _of(self, asked: Plain) -> Counter[str]:
        return self._sums.setdefault(asked["payment_id"], Counter())

    def _reserve(self, asked: Plain, sign: int) -> None:
        self._of(asked)[f"waiting {asked['type']}"] += sign * asked["minor"]

    def _held(self, sums: Counter[str]) -> int:
        return sums["authorize"] - sums["capture"] - sums["void"]

    def _refusal(self, asked: Plain) -> str | None:
        """Why this bank does not do it; None where it does."""
        sums, type, minor = self._of(asked), asked["type"], asked["minor"]
        if minor <= 0:
            return "nothing_to_move"
        if type == "capture":
            return None if minor <= self._held(sums) - sums["waiting capture"] else "exceeds_held"
        if type == "refund":
            kept = sums["sale"] + sums["capture"] - sums["refund"] - sums["waiting refund"]
            return None if minor <= kept else "exceeds_captured"
        if type == "void":
            if sums["waiting capture"]:
                return "capture_in_flight"
            taken = sums["sale"] + sums["capture"] > 0 and self._held(sums) <= 0
            return "already_captured" if taken else None
        return None
