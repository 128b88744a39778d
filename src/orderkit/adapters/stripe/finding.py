"""Looking up what became of an operation, and everything about a payment. Only the search lives here; reading does not.

What is certain: an object that is asked for by its id, and lists by time, which show what was made a moment before.
Stripe's search by metadata is not used: it lags behind, so it can never say that something was never seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from attrs import frozen

from orderkit.adapters.stripe.client import Calls
from orderkit.adapters.stripe.disputes import reports_of_dispute
from orderkit.adapters.stripe.intents import (
    Intent,
    capture_reference,
    fee_of,
    intent_of,
    outcome_for,
    read_intent,
    reports_of,
)
from orderkit.adapters.stripe.metadata import names_of
from orderkit.adapters.stripe.reading import Body, text
from orderkit.adapters.stripe.refunds import outcome_of_refund, read_refund, reports_of_refund
from orderkit.payments.outcomes import Approved, NeverSeen, Outcome, Rejected
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Inquiry, Instruction

KEYS_KEPT: Final = 24 * 3600
"""Seconds for which Stripe certainly knows a key (docs.stripe.com/api/idempotent_requests)."""

_CLOCKS_APART: Final = 600
# How far our clock and Stripe's may be apart, in seconds: an object is looked for from so long before its key was made.


@frozen
class Finder:
    """Finds what an operation or a payment came to in one account."""

    calls: Calls

    def outcome(self, instruction: Instruction) -> Outcome | NeverSeen:
        """What became of the operation, as of now."""
        if instruction.type in ("authorize", "sale"):
            return self._of_attempt(instruction)
        if instruction.type == "refund":
            return self._of_refund(instruction)
        intent = self.acted_on(instruction)
        if intent is None:
            return NeverSeen()  # what it would have acted on does not exist either
        return captured(intent, instruction.key) if instruction.type == "capture" else voided(intent)

    def acted_on(self, instruction: Instruction) -> Intent | None:
        """The intent that a capture or a void is about: by reference, or by our key of what made it."""
        if instruction.on is not None:
            return read_intent(self.calls.intent(intent_of(instruction.on)))
        found = None if instruction.on_key is None else self._by_key(instruction.on_key)
        return None if found is None else read_intent(self.calls.intent(found))

    def reports(self, inquiry: Inquiry) -> Iterator[Report]:
        """Everything about a payment: its intents, what they cost, refunds and disputes."""
        for id in self._intents_of(inquiry):
            intent = read_intent(self.calls.intent(id))
            yield from reports_of(intent)
            yield from fee_of(intent)
            for refund in self.calls.refunds({"payment_intent": id}):
                yield from reports_of_refund(read_refund(refund))
            for dispute in self.calls.disputes({"payment_intent": id}):
                yield from reports_of_dispute(dispute)

    def _of_attempt(self, instruction: Instruction) -> Outcome | NeverSeen:
        found = self._by_key(instruction.key)
        if found is None:
            return NeverSeen()
        return outcome_for(read_intent(self.calls.intent(found)), instruction.type)

    def _of_refund(self, instruction: Instruction) -> Outcome | NeverSeen:
        if instruction.on is None:
            return NeverSeen()
        for body in self.calls.refunds({"payment_intent": intent_of(instruction.on)}):
            if names_of(body).key == instruction.key:
                return outcome_of_refund(read_refund(body))
        return NeverSeen()

    def _by_key(self, key: UUID) -> str | None:
        return next((text(body, "id") for body in self._made_with(key) if names_of(body).key == key), None)

    def _intents_of(self, inquiry: Inquiry) -> Iterator[str]:
        if inquiry.reference is not None:
            yield intent_of(inquiry.reference)
        elif inquiry.keys:
            for body in self._made_with(min(inquiry.keys)):
                if names_of(body).payment_id == inquiry.payment_id:
                    yield text(body, "id")

    def _made_with(self, key: UUID) -> Iterator[Body]:
        """All intents from when the key was made until Stripe would not know it any more."""
        at = (key.int >> 80) // 1000  # a UUIDv7 opens with the milliseconds of its making (RFC 9562)
        return self.calls.intents({"created": {"gte": at - _CLOCKS_APART, "lte": at + KEYS_KEPT + _CLOCKS_APART}})


def captured(intent: Intent, key: UUID) -> Outcome | NeverSeen:
    """What an intent says of a capture under this key: the very call that captures notes it, or it never was."""
    amount = intent.captured_under(key)
    return NeverSeen() if amount is None else Approved(capture_reference(intent.id, key), amount)


def voided(intent: Intent) -> Outcome | NeverSeen:
    """What an intent says of being released: whoever did it, it is done (F066)."""
    if intent.status == "canceled":
        return Approved(intent.id, intent.released)
    if intent.released is not None:
        return Approved(intent.id, intent.released)
    return Rejected("already_captured", "all of it was captured") if intent.status == "succeeded" else NeverSeen()
