"""The one door to the SDK: every call that the adapter makes, with its key, as plain bodies.

Nothing is decided here. The SDK (17 MB) is loaded with the first call; its own retries are off, because a retry is
recovery's decision and goes under the same key.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final
from uuid import UUID

from attrs import define, field

from orderkit.adapters.stripe.reading import Body, Unreadable
from orderkit.errors import GatewayError

if TYPE_CHECKING:
    from stripe import RequestsClient, StripeClient, StripeObject
    from stripe.params import (
        DisputeListParams,
        PaymentIntentCaptureParams,
        PaymentIntentCreateParams,
        PaymentIntentListParams,
        RefundCreateParams,
        RefundListParams,
    )

API_VERSION: Final = "2026-10-28.endive"
"""Stripe's API as this adapter reads it; pinned, so that neither the account's default nor a newer SDK changes it."""

MOST: Final = 10_000
"""How many objects one look-up reads at most, in pages of a hundred."""

EXPANDED: Final = ["latest_charge.balance_transaction"]

_NONSENSE: Final = (AttributeError, KeyError, TypeError, ValueError)
# What the SDK raises of itself where an answer is JSON, but not what it expects.


class TooMany(Exception):
    """There are more objects than a look-up reads: what was not found may still be there."""


@define
class Calls:
    """The calls of one account. Errors of the SDK's pass through; nonsense is `Unreadable`. Threads may share it."""

    api_key: str = field(repr=False)
    base_url: str | None
    timeout: float
    _client: StripeClient | None = field(default=None, init=False, repr=False)
    _http: RequestsClient | None = field(default=None, init=False, repr=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def create_intent(self, params: PaymentIntentCreateParams, *, key: UUID) -> Body:
        return _plain(lambda: self._sdk().v1.payment_intents.create(params, {"idempotency_key": str(key)}))

    def capture_intent(self, id: str, params: PaymentIntentCaptureParams, *, key: UUID) -> Body:
        return _plain(lambda: self._sdk().v1.payment_intents.capture(id, params, {"idempotency_key": str(key)}))

    def cancel_intent(self, id: str, *, key: UUID) -> Body:
        return _plain(lambda: self._sdk().v1.payment_intents.cancel(id, {}, {"idempotency_key": str(key)}))

    def create_refund(self, params: RefundCreateParams, *, key: UUID) -> Body:
        return _plain(lambda: self._sdk().v1.refunds.create(params, {"idempotency_key": str(key)}))

    def intent(self, id: str) -> Body:
        """The intent with its latest charge and that one's balance transaction."""
        return _plain(lambda: self._sdk().v1.payment_intents.retrieve(id, {"expand": EXPANDED}))

    def intents(self, params: PaymentIntentListParams) -> Iterator[Body]:
        """All intents that the filter lets through, the newest first."""
        return _every(lambda: self._sdk().v1.payment_intents.list({**params, "limit": 100}).auto_paging_iter())

    def refunds(self, params: RefundListParams) -> Iterator[Body]:
        """All refunds that the filter lets through, the newest first."""
        return _every(lambda: self._sdk().v1.refunds.list({**params, "limit": 100}).auto_paging_iter())

    def disputes(self, params: DisputeListParams) -> Iterator[Body]:
        """All disputes that the filter lets through, the newest first."""
        return _every(lambda: self._sdk().v1.disputes.list({**params, "limit": 100}).auto_paging_iter())

    def close(self) -> None:
        """Close this thread's connections; a later call opens new ones."""
        if self._http is not None:
            self._http.close()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped

    def _sdk(self) -> StripeClient:
        with self._lock:
            if self._client is None:
                import stripe

                self._http = stripe.RequestsClient(timeout=self.timeout)
                self._client = stripe.StripeClient(
                    self.api_key,
                    stripe_version=API_VERSION,
                    base_addresses={"api": self.base_url} if self.base_url else None,
                    max_network_retries=0,
                    http_client=self._http,
                )
            return self._client


def require_sdk() -> None:
    """The SDK is installed; it is not loaded by asking.

    Raises:
        GatewayError: it is not.
    """
    if importlib.util.find_spec("stripe") is None:
        raise GatewayError("the SDK of Stripe is not installed: install orderkit[stripe]")


def _plain(ask: Callable[[], StripeObject]) -> Body:
    try:
        return ask().to_dict(for_json=True)
    except _NONSENSE as error:
        raise Unreadable(f"the answer is no object of Stripe's ({type(error).__name__})") from error


def _every(ask: Callable[[], Iterable[StripeObject]]) -> Iterator[Body]:
    try:
        for index, each in enumerate(ask()):
            if index == MOST:
                raise TooMany(f"more than {MOST} objects to look through")
            yield each.to_dict(for_json=True)
    except _NONSENSE as error:
        raise Unreadable(f"the answer is no list of Stripe's ({type(error).__name__})") from error
