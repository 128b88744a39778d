"""What an error of Stripe's means as an outcome: the classes of declines, and which errors are definitive.

Only a no that certainly moved nothing becomes `Declined` or `Rejected`. An error that comes before Stripe looks at the
key (a bad API key, a rate limit) says nothing about an earlier try under that key, so it is `Unknown`, like time-outs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from orderkit.adapters.stripe.reading import Body, optional_text, part
from orderkit.payments.outcomes import Declined, Outcome, Rejected, Unknown

if TYPE_CHECKING:
    from stripe import StripeError

Category = Literal["soft", "hard", "fraud"]

HARD: Final = frozenset(
    """
    account_closed bank_account_unusable card_not_supported currency_not_supported debit_not_authorized
    do_not_try_again expired_card incorrect_number invalid_account invalid_expiry_month invalid_expiry_year
    invalid_number live_mode_test_card lost_card new_account_information_available not_permitted pickup_card
    restricted_card revocation_of_all_authorizations revocation_of_authorization service_not_allowed stolen_card
    stop_payment_order testmode_decline transaction_not_allowed
    """.split()
)
"""Trying again with the same method is of no use (docs.stripe.com/declines/codes)."""

FRAUD: Final = frozenset({"fraudulent", "highest_risk_level", "merchant_blacklist", "security_violation"})
"""Somebody suspects fraud. Tell the customer no more than that the payment was declined."""

_MOVED: Final = frozenset({"succeeded", "requires_capture", "processing"})


def category_of(code: str, advice: str | None = None) -> Category:
    """Whether trying again makes sense; a code nobody has heard of is soft, unless the network advises against it."""
    if code in FRAUD:
        return "fraud"
    return "hard" if code in HARD or advice == "do_not_try_again" else "soft"


def declined(error: Body) -> Declined:
    """A decline out of the error of a call, or out of an intent's last error."""
    code = optional_text(error, "decline_code") or optional_text(error, "code") or "card_declined"
    category = category_of(code, optional_text(error, "advice_code"))
    return Declined(code, optional_text(error, "message") or "", category)


def outcome_of_error(error: StripeError) -> Outcome:
    """What a failed call means. `Unknown` wherever it, or an earlier one under its key, may have had an effect."""
    import stripe

    body = error_body(error)
    said = f"{type(error).__name__} {error.http_status or ''}: {error.user_message or error}".replace(" :", ":")
    if isinstance(error, stripe.CardError):
        # An error beside a success: nobody may pick the one of the two that suits him (F061).
        status = (part(body, "payment_intent") or {}).get("status")
        return Unknown(f"{said} (beside the status {status})") if status in _MOVED else declined(body)
    if isinstance(error, stripe.InvalidRequestError) and error.code != "idempotency_key_in_use":
        return Rejected(error.code or "invalid_request", str(error.user_message or ""))
    # Among them: the key stands for another request (it may have moved money), is in use this moment, or the API key
    # is not accepted; also 429, 5xx, dropped connections and time-outs.
    return Unknown(said)


def error_body(error: StripeError) -> Body:
    """The object under ``error``, empty where the answer had none."""
    body = error.json_body
    inner = body.get("error") if isinstance(body, dict) else None
    return inner if isinstance(inner, dict) else {}
