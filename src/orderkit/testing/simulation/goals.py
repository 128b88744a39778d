"""What a session must have met: faults by the state of what they hit, and rare things; else it has shown nothing.

`EVERY` is for a full session, `SOME` for the short one that tests run.
"""

from __future__ import annotations

from itertools import product
from typing import Final

_CALLS = ("authorize", "sale", "capture", "void", "refund")
_LOST = ("answer lost after effect", "answer lost before effect", "late effect")
_REFUSED = ("server error after effect", "server error before effect", "declined", "rejected", "pending")
_ODD = ("nonsense: other currency", "nonsense: zero", "nonsense: negative", "nonsense: no outcome")
_INTENTS = ("place", "pay", "capture", "void", "abandon", "refund", "cancel_and_settle")
_ANSWERS = (
    "authorize_succeeded",
    "sale_succeeded",
    "sale_unknown",
    "capture_succeeded",
    "void_succeeded",
    "refund_succeeded",
)
_CREDIT = ("credit_held", "credit_spent", "credit_granted")
_EVENTS = ("event_received", "event_applied", "outbox")
_COMMITS = (*_INTENTS, *_ANSWERS, *_EVENTS)
_STORE = ("busy_at_commit", "unknown_unwritten", "unknown_written")
_DEATHS = ("a worker dies", "the process dies")


def _pairs(faults: tuple[str, ...], states: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{fault} | {state}" for fault, state in product(faults, states))


EVERY_PAIR: Final = (
    *_pairs((*_LOST, *_REFUSED), _CALLS),
    *_pairs(_ODD, ("authorize", "sale")),
    *_pairs(("asks customer", "settles later", "fails later"), ("authorize", "sale")),
    *_pairs(("look-up lost", "look-up refused"), ("sending", "unknown")),
    *_pairs(_STORE, (*_COMMITS, *_CREDIT)),
    *_pairs(_DEATHS, tuple(f"commit {each}" for each in _COMMITS)),
    *_pairs(_DEATHS, tuple(f"committed {each}" for each in _COMMITS)),
    *_pairs(_DEATHS, tuple(f"card {each}" for each in _CALLS)),
    *_pairs(_DEATHS, tuple(f"card {each} answered Approved" for each in _CALLS)),
    *_pairs(_DEATHS, ("bank sale", "deliver", "delivered")),
    *_pairs(("a worker dies",), ("card sale answered TimeoutError", "credit sale", "commit credit_spent")),
    *_pairs(("late success",), ("order placed", "order paid", "order cancelled", "order in_payment")),
    *_pairs(("dashboard: refund", "dashboard: charge back"), ("captured",)),
    *_pairs(("dashboard: capture", "dashboard: void", "dashboard: lapse"), ("authorized",)),
)

EVERY_SIGHT: Final = (
    "a webhook was faster than the answer",
    "a lost answer turned out a success",
    "what had failed succeeded late",
    "an attempt was given up as never sent",
    "money came to a cancelled order",
    "more was paid than was owed",
    "a person is told that nobody knows an outcome",
    "money was charged back",
    "money could not go back",
    "more was captured than authorized",
    "several payments paid one order",
    "an order was refunded in full",
    "a key came to a gateway a second time",
    "somebody died while a call was on its way",
    "two decided on one order at once",
    "a webhook is applied",
    "a webhook is received",
    "a webhook is parked",
    "a webhook is duplicate",
)

SOME_PAIRS: Final = (
    *_pairs(_LOST, ("authorize", "sale", "capture")),
    *_pairs(_STORE, ("place", "pay", "sale_succeeded", "event_received")),
    *_pairs(_DEATHS, ("commit pay", "committed pay")),
    "a worker dies | card sale",
    "a worker dies | committed sale_succeeded",
)

SOME_SIGHTS: Final = (
    "a webhook was faster than the answer",
    "a lost answer turned out a success",
    "an attempt was given up as never sent",
    "a key came to a gateway a second time",
    "two decided on one order at once",
    "a webhook is parked",
    "a webhook is duplicate",
)
