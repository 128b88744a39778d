"""What an idempotency key is worth at a gateway: the contracts that real ones were seen to keep, as values.

Only `KeyProfile` and its named constants live here; `keybook` plays them. The source of each constant is the
gateway's own documentation; where that is silent on how long a key lives, one hour is played.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from attrs import frozen

from orderkit.capabilities import KEPT_FOR_EVER
from orderkit.payments.outcomes import Approved, NeverSeen, Outcome, Pending, RequiresAction

_NOT_PUBLISHED: Final = timedelta(hours=1)
_GOOD = (Approved, Pending, RequiresAction)


@frozen(kw_only=True)
class KeyProfile:
    """What comes of a second request under the same key, and of one that only looks the same.

    Attributes:
        has_keys: keys are read at all; otherwise every call is a new one.
        ttl: for how long a key is known after its first call.
        stores: which first calls are known by their key: `all` that were executed (server errors too), those answered
            with `2xx`, or those whose work was a `success`, whatever the caller heard. The rest are executed again.
        on_mismatch: the same key with another request is an `error`, or the difference is not looked at.
        in_flight: a second call while the first is under way is refused, waits for the first, or is processed as well.
        duplicate_heuristic: the same operation over the same amount of one payment, under any key, is refused within
            `duplicate_window`: as a bad request, or as a decline of the card (F003).
        replay: a known key is answered with its first answer, or with what has become of it since.
        looks_up: operations can be found again by our key.
    """

    has_keys: bool = True
    ttl: timedelta = KEPT_FOR_EVER
    stores: Literal["all", "2xx", "success"] = "all"
    on_mismatch: Literal["error", "ignore"] = "ignore"
    in_flight: Literal["refuse", "wait", "process_twice"] = "wait"
    duplicate_heuristic: Literal["off", "reject", "decline"] = "off"
    duplicate_window: timedelta = timedelta(0)
    replay: Literal["first_answer", "current_state"] = "current_state"
    looks_up: bool = True

    @property
    def keys_kept(self) -> timedelta:
        """For how long the same key certainly names the same operation; zero where it never certainly does.

        It does not where a call under way is processed a second time, nor where anything but every answer is stored:
        a server error after the effect may move the money twice, and what was declined is tried anew; there only a
        look-up is safe (I-33, I-37).
        """
        safe = self.has_keys and self.in_flight != "process_twice" and self.stores == "all"
        return self.ttl if safe else timedelta(0)

    def keeps(self, said: Outcome | NeverSeen, truth: Outcome | NeverSeen) -> bool:
        """Whether a call that was answered so, and came to that, is known by its key afterwards."""
        if self.stores == "all":
            return True
        return isinstance(said if self.stores == "2xx" else truth, _GOOD)


DEFAULT: Final = KeyProfile()
"""Keys that never fail: kept for ever, answered with the truth."""

STRIPE_V1: Final = KeyProfile(ttl=timedelta(hours=24), on_mismatch="error", in_flight="refuse", replay="first_answer")
"""Every executed answer is stored, errors of the server and declines too (docs.stripe.com/api/idempotent_requests)."""

STRIPE_V2: Final = KeyProfile(ttl=timedelta(days=30), stores="success", on_mismatch="error", replay="first_answer")
"""Successful work is not repeated, failed work is done again (docs.stripe.com/error-low-level)."""

BRAINTREE_CLASSIC: Final = KeyProfile(
    has_keys=False, duplicate_heuristic="reject", duplicate_window=timedelta(seconds=30)
)
"""No keys; within 30 seconds what looks the same is rejected (developer.paypal.com/braintree)."""

BRAINTREE_GRAPHQL: Final = KeyProfile(ttl=timedelta(days=30), replay="current_state")
"""A key is answered with the present state of what it did (developer.paypal.com/braintree)."""

ADYEN: Final = KeyProfile(ttl=_NOT_PUBLISHED, in_flight="refuse", replay="first_answer")
"""A key in a header, an error while the first call is under way (docs.adyen.com)."""

CHECKOUT: Final = KeyProfile(ttl=timedelta(hours=24), stores="2xx", replay="first_answer")
"""Only 2xx answers are stored, one of two concurrent calls wins (Checkout.com's documentation)."""

QONTO: Final = KeyProfile(ttl=timedelta(minutes=30), stores="success", replay="first_answer")
"""Half an hour; another body under the key is not noticed (docs.qonto.com)."""

SQUARE: Final = KeyProfile(ttl=_NOT_PUBLISHED, on_mismatch="error", replay="first_answer")
"""Retention is not published; an unknown outcome may be cancelled by its key (developer.squareup.com, F014)."""

SOLIDGATE: Final = KeyProfile(ttl=_NOT_PUBLISHED, on_mismatch="error", in_flight="refuse", replay="first_answer")
"""Another body under the key is a 422; the rest is up to each endpoint (api-docs.solidgate.com)."""

HELCIM: Final = KeyProfile(
    ttl=timedelta(minutes=5),
    on_mismatch="error",
    duplicate_heuristic="decline",
    duplicate_window=timedelta(minutes=5),
    replay="first_answer",
)
"""Within five minutes what looks the same is declined, under a new key too (devdocs.helcim.com)."""

TWICE_IN_FLIGHT: Final = KeyProfile(ttl=timedelta(hours=24), in_flight="process_twice", replay="first_answer")
"""Keys that are read once the first call is done: two calls at the same time are two movements. The worst with keys."""

NO_KEYS: Final = KeyProfile(has_keys=False)
"""Every call moves money again; what was asked before can only be looked up."""

PROFILES: Final = {
    "default": DEFAULT,
    "stripe_v1": STRIPE_V1,
    "stripe_v2": STRIPE_V2,
    "braintree_classic": BRAINTREE_CLASSIC,
    "braintree_graphql": BRAINTREE_GRAPHQL,
    "adyen": ADYEN,
    "checkout": CHECKOUT,
    "qonto": QONTO,
    "square": SQUARE,
    "solidgate": SOLIDGATE,
    "helcim": HELCIM,
    "twice_in_flight": TWICE_IN_FLIGHT,
    "no_keys": NO_KEYS,
}
"""All of them by name, for tests that must hold under each."""
