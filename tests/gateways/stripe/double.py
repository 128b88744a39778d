"""A double of Stripe, made for these tests: PaymentIntents, refunds, disputes and keys as Stripe documents them.

It is nobody's but ours: it shows that the adapter does what Stripe's documentation says, not that Stripe does. It
shares no code with the adapter, and refuses what is not documented: unknown parameters, states and amounts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from attrs import define, field, frozen

Body = dict[str, Any]

DECLINES = {
    "pm_card_visa_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_visa_chargeDeclinedStolenCard": "stolen_card",
    "pm_card_visa_chargeDeclinedFraudulent": "fraudulent",
}
METHODS = {*DECLINES, "pm_card_visa", "pm_card_authenticationRequired", "pm_sepa_debit", "pm_saved"}
CREATES = {
    *("amount", "currency", "confirm", "capture_method", "payment_method", "automatic_payment_methods", "metadata"),
    *("customer", "off_session", "return_url", "payment_method_options"),
}


@frozen
class Refusal(Exception):
    """An error as Stripe answers it. `kept` says that it is stored under the key: the request was executed."""

    status: int
    code: str
    type: str = "invalid_request_error"
    kept: bool = True
    more: Body = field(factory=dict)

    @property
    def body(self) -> Body:
        return {"error": {"type": self.type, "code": self.code, "message": f"refused: {self.code}", **self.more}}


@define
class StripeDouble:
    """The state of one account. `happened` takes every event as it happens; `now` is the account's clock in seconds."""

    now: Callable[[], int]
    happened: Callable[[Body], None] = lambda event: None
    intents: dict[str, Body] = field(factory=dict)
    charges: dict[str, Body] = field(factory=dict)
    refunds: dict[str, Body] = field(factory=dict)
    disputes: dict[str, Body] = field(factory=dict)
    transactions: dict[str, Body] = field(factory=dict)
    _answers: dict[str, tuple[str, int, Body]] = field(factory=dict)
    _count: int = 0

    def answer(self, method: str, path: str, params: Body, *, key: str | None) -> tuple[int, Body]:
        """Status and body of a request; a repeated key gets the first answer, whatever it was (v1's contract)."""
        asked = json.dumps([path, params], sort_keys=True)
        if method == "POST" and key in self._answers:
            before, status, body = self._answers[key]
            if before != asked:
                return 400, Refusal(400, "", "idempotency_error").body
            return status, deepcopy(body)
        try:
            status, body, kept = 200, self._execute(method, path.strip("/").split("/")[1:], params), True
        except Refusal as refusal:
            status, body, kept = refusal.status, refusal.body, refusal.kept
        if method == "POST" and key and kept:
            self._answers[key] = asked, status, deepcopy(body)
        return status, deepcopy(body)

    def _execute(self, method: str, path: list[str], params: Body) -> Body:  # noqa: PLR0911  # a table of routes
        match method, path:
            case "POST", ["payment_intents"]:
                return self._create(params)
            case "GET", ["payment_intents"]:
                return self._list(self.intents, params, "/v1/payment_intents")
            case "GET", ["payment_intents", id]:
                return self._expanded(self._intent(id), params)
            case "POST", ["payment_intents", id, "capture"]:
                return self._capture(self._intent(id), params)
            case "POST", ["payment_intents", id, "cancel"]:
                return self._cancel(self._intent(id))
            case "POST", ["refunds"]:
                return self._refund(params)
            case "GET", ["refunds"]:
                return self._list(self.refunds, params, "/v1/refunds")
            case "GET", ["disputes"]:
                return self._list(self.disputes, params, "/v1/disputes")
        raise Refusal(404, "resource_missing", kept=False)

    # intents

    def _create(self, params: Body) -> Body:
        if params.keys() - CREATES:
            raise Refusal(400, "parameter_unknown", kept=False)
        if params["payment_method"] not in METHODS:
            raise Refusal(400, "resource_missing", kept=False)
        redirects = params["automatic_payment_methods"].get("allow_redirects", "always")
        if redirects == "always" and "return_url" not in params:
            raise Refusal(400, "return_url_missing", kept=False)
        amount = int(params["amount"])
        if amount <= 0 or amount > 99_999_999:
            raise Refusal(400, "amount_too_small" if amount <= 0 else "amount_too_large", kept=False)
        intent = self.intents[id] = {
            "id": (id := self._id("pi")),
            "object": "payment_intent",
            "created": self.now(),
            "amount": amount,
            "amount_received": 0,
            "amount_capturable": 0,
            "currency": params["currency"],
            "capture_method": params["capture_method"],
            "metadata": dict(params["metadata"]),
            "payment_method": params["payment_method"],
            "customer": params.get("customer"),
            "status": "requires_confirmation",
            "last_payment_error": None,
            "next_action": None,
            "latest_charge": None,
            "cancellation_reason": None,
            "client_secret": f"{id}_secret",
            "payment_method_options": params.get("payment_method_options", {}),
        }
        self._confirm(intent, away=params.get("off_session") == "true", return_url=params.get("return_url"))
        return intent

    def _confirm(self, intent: Body, *, away: bool, return_url: str | None) -> None:
        method = intent["payment_method"]
        if method in DECLINES:
            self._decline(intent, DECLINES[method])
        if method == "pm_card_authenticationRequired" and away:
            self._decline(intent, "authentication_required")
        if method == "pm_card_authenticationRequired":
            url = {"redirect_to_url": {"url": f"https://bank.example/{intent['id']}", "return_url": return_url}}
            script: Body = {"use_stripe_sdk": {}}
            intent["next_action"] = (
                {"type": "redirect_to_url", **url} if return_url else {"type": "use_stripe_sdk", **script}
            )
            self._becomes(intent, "requires_action")
        elif method == "pm_sepa_debit":
            self._becomes(intent, "processing")
        else:
            self._charge(intent)

    def _decline(self, intent: Body, why: str) -> None:
        code = why if why == "authentication_required" else "card_declined"
        error = {"type": "card_error", "code": code, "decline_code": why, "message": "Your card was declined."}
        intent["last_payment_error"] = error
        intent["next_action"] = None
        self._becomes(intent, "requires_payment_method", "payment_failed")
        raise Refusal(402, code, "card_error", more={**error, "payment_intent": deepcopy(intent)})

    def _charge(self, intent: Body) -> None:
        manual, amount = intent["capture_method"] == "manual", intent["amount"]
        self.charges[id] = {
            "id": (id := self._id("ch")),
            "object": "charge",
            "created": self.now(),
            "amount": amount,
            "amount_captured": 0,
            "amount_refunded": 0,
            "captured": False,
            "status": "succeeded",
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "balance_transaction": None,
            "failure_code": None,
            "metadata": dict(intent["metadata"]),
        }
        intent["latest_charge"], intent["next_action"] = id, None
        if manual:
            intent["amount_capturable"] = amount
            self._becomes(intent, "requires_capture", "amount_capturable_updated")
        else:
            self._take(intent, amount)
            self._becomes(intent, "succeeded")

    def _take(self, intent: Body, amount: int) -> None:
        charge = self.charges[intent["latest_charge"]]
        charge["amount_captured"] += amount
        charge["captured"] = True
        intent["amount_received"] += amount
        charge["balance_transaction"] = self._transaction(amount, intent["currency"], fee=amount * 29 // 1000 + 30)

    def _capture(self, intent: Body, params: Body) -> Body:
        if intent["status"] != "requires_capture":
            raise self._unexpected(intent)
        amount = int(params.get("amount_to_capture", intent["amount_capturable"]))
        if amount <= 0 or amount > intent["amount_capturable"]:
            raise Refusal(400, "amount_too_large")
        final = params.get("final_capture", "true") == "true"
        several = intent["payment_method_options"].get("card", {}).get("request_multicapture") == "if_available"
        if not final and not several:
            raise Refusal(400, "parameter_invalid")
        intent["metadata"].update(params.get("metadata", {}))
        self._take(intent, amount)
        intent["amount_capturable"] -= amount
        self._event("charge.captured", self.charges[intent["latest_charge"]])
        if final or not intent["amount_capturable"]:
            self._let_go(intent)
            self._becomes(intent, "succeeded")
        else:
            self._becomes(intent, "requires_capture", "amount_capturable_updated")
        return intent

    def _let_go(self, intent: Body) -> None:
        """The rest of a hold shows as a refund that moved nothing on the balance (F070)."""
        rest, intent["amount_capturable"] = intent["amount_capturable"], 0
        if rest:
            charge = self.charges[intent["latest_charge"]]
            charge["amount_refunded"] += rest
            self._add_refund(intent, rest, metadata={}, transaction=None)

    def _cancel(self, intent: Body) -> Body:
        if intent["status"] in ("canceled", "succeeded", "processing"):
            raise self._unexpected(intent)
        if intent["status"] == "requires_capture":
            self._let_go(intent)
        self._becomes(intent, "canceled")
        return intent

    # refunds and disputes

    def _refund(self, params: Body) -> Body:
        intent = self._intent(params["payment_intent"])
        if not intent["amount_received"]:
            raise Refusal(400, "charge_not_captured")
        amount = int(params["amount"])
        gone = sum(
            each["amount"]
            for each in self.refunds.values()
            if each["payment_intent"] == intent["id"] and each["balance_transaction"] and each["status"] != "failed"
        )
        if gone == intent["amount_received"]:
            raise Refusal(400, "charge_already_refunded")
        if amount <= 0 or amount > intent["amount_received"] - gone:
            raise Refusal(400, "amount_too_large")
        self.charges[intent["latest_charge"]]["amount_refunded"] += amount
        transaction = self._transaction(-amount, intent["currency"], fee=0)
        return self._add_refund(intent, amount, metadata=dict(params.get("metadata", {})), transaction=transaction)

    def _add_refund(self, intent: Body, amount: int, *, metadata: Body, transaction: str | None) -> Body:
        pending = transaction is not None and intent["payment_method"] == "pm_sepa_debit"
        refund = self.refunds[id] = {
            "id": (id := self._id("re")),
            "object": "refund",
            "created": self.now(),
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "charge": intent["latest_charge"],
            "status": "pending" if pending else "succeeded",
            "metadata": metadata,
            "balance_transaction": transaction,
            "failure_balance_transaction": None,
            "failure_reason": None,
        }
        self._event("refund.created", refund)
        self._event("charge.refunded", self.charges[intent["latest_charge"]])
        return refund

    def fail_refund(self, id: str) -> None:
        """The refund's money comes back to us."""
        refund = self.refunds[id]
        was, refund["status"], refund["failure_reason"] = refund["status"], "failed", "expired_or_canceled_card"
        refund["failure_balance_transaction"] = self._transaction(refund["amount"], refund["currency"], fee=0)
        self.charges[refund["charge"]]["amount_refunded"] -= refund["amount"]
        self._event("refund.failed", refund, {"status": was})

    def dispute(self, intent_id: str) -> str:
        """The customer's bank takes all of the money back, and Stripe a fee."""
        intent = self.intents[intent_id]
        amount = intent["amount_received"]
        taken = self._transaction(-amount, intent["currency"], fee=1500)
        self.disputes[id] = {
            "id": (id := self._id("dp")),
            "object": "dispute",
            "created": self.now(),
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent_id,
            "charge": intent["latest_charge"],
            "status": "needs_response",
            "metadata": {},
            "balance_transactions": [self.transactions[taken]],
        }
        self._event("charge.dispute.created", self.disputes[id])
        return id

    def win(self, id: str) -> None:
        """The bank gives the money of a dispute back."""
        dispute = self.disputes[id]
        returned = self._transaction(dispute["amount"], dispute["currency"], fee=0)
        dispute["balance_transactions"].append(self.transactions[returned])
        dispute["status"] = "won"
        self._event("charge.dispute.closed", dispute)

    # what the customer and his bank do

    def authenticate(self, id: str, *, well: bool = True) -> None:
        """The customer has been at his bank."""
        intent = self.intents[id]
        if well:
            return self._charge(intent)
        try:
            self._decline(intent, "payment_intent_authentication_failure")
        except Refusal:
            return None

    def settle(self, id: str, *, well: bool = True) -> None:
        """A debit that was under way has arrived, or has not."""
        intent = self.intents[id]
        if well:
            return self._charge(intent)
        try:
            self._decline(intent, "debit_not_authorized")
        except Refusal:
            return None

    # the rest

    def _intent(self, id: str) -> Body:
        if id not in self.intents:
            raise Refusal(404, "resource_missing", kept=False)
        return self.intents[id]

    def _expanded(self, intent: Body, params: Body) -> Body:
        found = deepcopy(intent)
        if params.get("expand") and intent["latest_charge"]:
            charge = deepcopy(self.charges[intent["latest_charge"]])
            charge["balance_transaction"] = self.transactions.get(charge["balance_transaction"])
            found["latest_charge"] = charge
        return found

    def _list(self, objects: dict[str, Body], params: Body, url: str) -> Body:
        created = {name: int(value) for name, value in params.get("created", {}).items()}
        kept = [
            each
            for each in reversed(objects.values())
            if created.get("gte", 0) <= each["created"] <= created.get("lte", 2**40)
            and params.get("payment_intent") in (None, each.get("payment_intent"))
        ]
        if after := params.get("starting_after"):
            kept = kept[[each["id"] for each in kept].index(after) + 1 :]
        limit = int(params.get("limit", 10))
        return {"object": "list", "url": url, "data": deepcopy(kept[:limit]), "has_more": len(kept) > limit}

    def _unexpected(self, intent: Body) -> Refusal:
        return Refusal(400, "payment_intent_unexpected_state", more={"payment_intent": deepcopy(intent)})

    def _transaction(self, amount: int, currency: str, *, fee: int) -> str:
        self.transactions[id] = {
            "id": (id := self._id("txn")),
            "object": "balance_transaction",
            "amount": amount,
            "fee": fee,
            "net": amount - fee,
            "currency": currency,
        }
        return id

    def _becomes(self, intent: Body, status: str, event: str | None = None) -> None:
        intent["status"] = status
        self._event(f"payment_intent.{event or status}", intent)

    def _event(self, type: str, about: Body, before: Body | None = None) -> None:
        data: Body = {"object": deepcopy(about)}
        if before is not None:
            data["previous_attributes"] = before
        envelope = {"id": self._id("evt"), "object": "event", "type": type, "created": self.now(), "data": data}
        self.happened(envelope)

    def _id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._count:06}"
