"""The gateway itself: each verb as one call to Stripe under our key, and what came of it as an outcome.

Only the verbs and what they send live here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

from orderkit.adapters.stripe.answers import answered, asked
from orderkit.adapters.stripe.client import Calls, require_sdk
from orderkit.adapters.stripe.finding import KEYS_KEPT, Finder, captured, voided
from orderkit.adapters.stripe.intents import Intent, capture_reference, outcome_for, read_intent
from orderkit.adapters.stripe.refunds import outcome_of_refund, read_refund
from orderkit.adapters.stripe.sending import attempt, capture, intent_acted_on, refund
from orderkit.adapters.stripe.signatures import verify
from orderkit.adapters.stripe.units import CURRENCIES
from orderkit.adapters.stripe.webhooks import event_in
from orderkit.capabilities import Capabilities
from orderkit.errors import GatewayError
from orderkit.payments.outcomes import Approved, NeverSeen, Outcome, Pending, Rejected, Unknown
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Event, Inquiry, Instruction

GRACE: Final = timedelta(minutes=2)
"""How long a call may still be under way at Stripe after we have given it up."""


def _secrets(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@frozen(eq=False)
class StripeGateway:
    """One account at Stripe. The SDK is loaded with the first call; threads may share a gateway.

    Attributes:
        api_key: a secret or restricted key (``sk_…``, ``rk_…``).
        webhook_secrets: ``whsec_…`` of the endpoint; while it is being replaced, the new one and the old one.
        account: how payments remember this account. Another account, and the same one's test mode, need another name.
        base_url: another server than Stripe's own, for tests.
        return_url: where customers come back to after they had to confirm something at their bank. Without it only
            methods that need no redirect are taken.
        several_captures: the account has multicapture: after a partial capture the rest stays held.
        timeout: seconds to wait for Stripe; after that the outcome is unknown, and is looked up.

    Raises:
        GatewayError: there is no key, or the SDK is not installed.
    """

    api_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), kw_only=True, repr=False, converter=_secrets)
    account: str = field(default="stripe", kw_only=True)
    base_url: str | None = field(default=None, kw_only=True)
    return_url: str | None = field(default=None, kw_only=True)
    several_captures: bool = field(default=False, kw_only=True)
    timeout: float = field(default=30.0, kw_only=True)
    capabilities: Capabilities = field(init=False, repr=False)
    _calls: Calls = field(init=False, repr=False)

    @_calls.default
    def _own_calls(self) -> Calls:
        return Calls(self.api_key, base_url=self.base_url, timeout=self.timeout)

    @capabilities.default
    def _able(self) -> Capabilities:
        return Capabilities(
            authorize=True,
            partial_capture=True,
            several_captures=self.several_captures,
            void=True,
            refund=True,
            partial_refund=True,
            looks_up=True,
            keys_kept=timedelta(seconds=KEYS_KEPT),
            grace=GRACE,
            currencies=CURRENCIES,
            one_click=True,
        )

    def __attrs_post_init__(self) -> None:
        if not self.api_key:
            raise GatewayError("api_key: the secret key of the Stripe account is needed (sk_… or rk_…)")
        require_sdk()

    def authorize(self, instruction: Instruction) -> Outcome:
        return self._pay(instruction)

    def sale(self, instruction: Instruction) -> Outcome:
        return self._pay(instruction)

    def capture(self, instruction: Instruction) -> Outcome:
        def act() -> Outcome:
            params = capture(instruction, several_captures=self.several_captures)
            body = self._calls.capture_intent(intent_acted_on(instruction), params, key=instruction.key)
            return _came_of_capture(read_intent(body), instruction)

        return self._done_or_done_before(instruction, act)

    def void(self, instruction: Instruction) -> Outcome:
        def act() -> Outcome:
            body = self._calls.cancel_intent(self._to_release(instruction), key=instruction.key)
            return _came_of_void(read_intent(body))

        return self._done_or_done_before(instruction, act)

    def refund(self, instruction: Instruction) -> Outcome:
        def act() -> Outcome:
            return outcome_of_refund(read_refund(self._calls.create_refund(refund(instruction), key=instruction.key)))

        return self._done_or_done_before(instruction, act)

    def look_up(self, instruction: Instruction) -> Outcome | NeverSeen:
        return asked(lambda: self._finder.outcome(instruction))

    def statement(self, inquiry: Inquiry) -> tuple[Report, ...] | Unknown:
        return asked(lambda: tuple(self._finder.reports(inquiry)))

    def authenticate(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
        verify(body, headers, secrets=self.webhook_secrets, at=at)

    def event(self, body: bytes) -> Event:
        return event_in(body)

    def close(self) -> None:
        """Close the connections of the calling thread; a later call opens new ones."""
        self._calls.close()

    @property
    def _finder(self) -> Finder:
        return Finder(self._calls)

    def _pay(self, instruction: Instruction) -> Outcome:
        def act() -> Outcome:
            params = attempt(instruction, return_url=self.return_url, several_captures=self.several_captures)
            return outcome_for(read_intent(self._calls.create_intent(params, key=instruction.key)), instruction.type)

        return answered(act)

    def _to_release(self, instruction: Instruction) -> str:
        """The intent to cancel; one whose making was never answered is found by our key of it."""
        found = self._finder.acted_on(instruction) if instruction.on is None else None
        return intent_acted_on(instruction) if found is None else found.id

    def _done_or_done_before(self, instruction: Instruction, act: Callable[[], Outcome]) -> Outcome:
        """What came of a call. What is refused may have been done by an earlier try: then that counts (F003)."""
        answer = answered(act)
        if not isinstance(answer, Rejected) or answer.code in _CERTAINLY_NOT_DONE:
            return answer
        before = asked(lambda: self._finder.outcome(instruction))
        return answer if isinstance(before, NeverSeen) else before


_CERTAINLY_NOT_DONE: Final = frozenset({"amount_not_representable", "nothing_to_act_on", "resource_missing"})


def _came_of_capture(intent: Intent, instruction: Instruction) -> Outcome:
    reference = capture_reference(intent.id, instruction.key)
    noted = captured(intent, instruction.key)
    if intent.status == "processing":
        return Pending(reference)
    if isinstance(noted, NeverSeen) and intent.status == "succeeded":
        return Approved(reference, intent.received)
    return Unknown(f"{intent.id} is {intent.status} after a capture") if isinstance(noted, NeverSeen) else noted


def _came_of_void(intent: Intent) -> Outcome:
    answer = voided(intent)
    return Unknown(f"{intent.id} is {intent.status} after a void") if isinstance(answer, NeverSeen) else answer
