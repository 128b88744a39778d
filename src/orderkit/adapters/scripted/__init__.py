"""A gateway whose every answer, delay, loss and key the caller chooses, with a ledger of its own. For tests and demos.

It shares no table and no decision with the library: what moved is written here alone, so the ledger can judge what
orderkit believes (invariants I-08 to I-10, I-33, I-34). Only the names that make up its interface live in this file.
"""

from orderkit.adapters.scripted.answers import (
    Answer,
    answers_nonsense,
    approves,
    asks_customer,
    declines,
    fails,
    late,
    rejects,
    settles,
    times_out,
    waits,
)
from orderkit.adapters.scripted.bank import Account, Booking
from orderkit.adapters.scripted.dashboard import Dashboard
from orderkit.adapters.scripted.gateway import ALL_CAPABILITIES, ScriptedGateway
from orderkit.adapters.scripted.key_profiles import (
    ADYEN,
    BRAINTREE_CLASSIC,
    BRAINTREE_GRAPHQL,
    CHECKOUT,
    DEFAULT,
    HELCIM,
    NO_KEYS,
    PROFILES,
    QONTO,
    SOLIDGATE,
    SQUARE,
    STRIPE_V1,
    STRIPE_V2,
    TWICE_IN_FLIGHT,
    KeyProfile,
)
from orderkit.adapters.scripted.post import Letter, Postbox, SignedEvent

__all__ = [
    "ADYEN",
    "ALL_CAPABILITIES",
    "BRAINTREE_CLASSIC",
    "BRAINTREE_GRAPHQL",
    "CHECKOUT",
    "DEFAULT",
    "HELCIM",
    "NO_KEYS",
    "PROFILES",
    "QONTO",
    "SOLIDGATE",
    "SQUARE",
    "STRIPE_V1",
    "STRIPE_V2",
    "TWICE_IN_FLIGHT",
    "Account",
    "Answer",
    "Booking",
    "Dashboard",
    "KeyProfile",
    "Letter",
    "Postbox",
    "ScriptedGateway",
    "SignedEvent",
    "answers_nonsense",
    "approves",
    "asks_customer",
    "declines",
    "fails",
    "late",
    "rejects",
    "settles",
    "times_out",
    "waits",
]
