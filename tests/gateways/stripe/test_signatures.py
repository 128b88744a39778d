"""The signature of events, judged by Stripe's own library as well."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import stripe
from tests.gateways.stripe.serving import seconds, signed

from orderkit.adapters.stripe import StripeGateway
from orderkit.errors import InvalidRequest

BODY = '{"id": "evt_1", "object": "event", "type": "x", "data": {"object": {}}, "note": "\u00fc"}'.encode()
NOW = seconds()
AT = datetime.fromtimestamp(NOW, timezone.utc)


def gateway(*secrets: str) -> StripeGateway:
    return StripeGateway("sk_test", webhook_secrets=secrets or ("whsec_one",))


def theirs(body: bytes, headers: dict[str, str], secret: str) -> bool:
    """Whether Stripe's own library accepts it, by the machine's clock."""
    try:
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], secret, tolerance=300)
    except (ValueError, stripe.SignatureVerificationError):
        return False
    return True


def ours(body: bytes, headers: dict[str, str], *secrets: str, at: datetime = AT) -> str:
    """The field and the reason of the refusal; empty where it is accepted."""
    try:
        gateway(*secrets).authenticate(body, headers, at=at)
    except InvalidRequest as error:
        return f"{error.field} {error.refusal.code}"
    return ""


def test_what_stripe_signs_is_accepted() -> None:
    """A fresh signature is accepted here and by Stripe's library, whatever the case of the header's name."""
    headers = signed(BODY, at=NOW, secret="whsec_one")
    assert ours(BODY, headers) == ""
    assert ours(BODY, {"stripe-signature": headers["Stripe-Signature"], "Host": "x"}) == ""
    assert theirs(BODY, headers, "whsec_one")


def test_a_secret_can_be_replaced() -> None:
    """Several signatures, several secrets: one pair that fits is enough, on either side."""
    new, old = (signed(BODY, at=NOW, secret=each)["Stripe-Signature"] for each in ("whsec_new", "whsec_old"))
    both = {"Stripe-Signature": f"{new},{old.partition(',')[2]},v0={'0' * 64}"}
    for secret in ("whsec_new", "whsec_old"):
        assert ours(BODY, both, secret) == ""
        assert theirs(BODY, both, secret)
    assert ours(BODY, signed(BODY, at=NOW, secret="whsec_old"), "whsec_new", "whsec_old") == ""


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (BODY + b" ", signed(BODY, at=NOW, secret="whsec_one"), "signature is_of_known_secret"),
        (BODY, signed(BODY, at=NOW, secret="whsec_two"), "signature is_of_known_secret"),
        (BODY, {"Stripe-Signature": ""}, "timestamp is_well_formed"),
        (BODY, {"Stripe-Signature": f"t={NOW}"}, "signature is_well_formed"),
        (BODY, {"Stripe-Signature": f"v1={'a' * 64}"}, "timestamp is_well_formed"),
        (BODY, {"Stripe-Signature": f"t={NOW},v1=short"}, "signature is_well_formed"),
        (BODY, {"Stripe-Signature": f"t={NOW},t={NOW},v1={'a' * 64}"}, "timestamp is_well_formed"),
        (BODY, {"Stripe-Signature": f"t=-5,v1={'a' * 64}"}, "timestamp is_well_formed"),
        (BODY, {"Stripe-Signature": f"t=\u0665,v1={'a' * 64}"}, "timestamp is_well_formed"),
        (BODY, {"Stripe-Signature": f"t={NOW},v0={'a' * 64}"}, "signature is_well_formed"),
    ],
)
def test_what_stripe_did_not_sign_is_refused(body: bytes, headers: dict[str, str], reason: str) -> None:
    """Tampered, of another secret, incomplete or garbled: refused with the field and the reason, as Stripe's does."""
    assert ours(body, headers) == reason
    assert not theirs(body, headers, "whsec_one")


def test_a_missing_or_doubled_header_is_refused() -> None:
    """Without the header, or with two that say different things, nobody knows who sent it."""
    header = signed(BODY, at=NOW, secret="whsec_one")["Stripe-Signature"]
    assert ours(BODY, {}) == "signature has_header"
    assert ours(BODY, {"Stripe-Signature": header, "stripe-signature": header}) == "signature is_given_once"


@pytest.mark.parametrize(
    ("age", "reason"), [(299, ""), (300, ""), (301, "timestamp is_recent"), (-300, ""), (-301, "timestamp is_past")]
)
def test_too_old_and_too_far_ahead(age: int, reason: str) -> None:
    """Up to 300 seconds old, as in Stripe's library, and up to 300 ahead, which that does not check (I-31)."""
    headers = signed(BODY, at=NOW, secret="whsec_one")
    assert ours(BODY, headers, at=AT + timedelta(seconds=age)) == reason


def test_an_hour_ahead_is_refused_here_and_accepted_there() -> None:
    """The one place where this check is stricter than Stripe's own."""
    headers = signed(BODY, at=NOW + 3600, secret="whsec_one")
    assert ours(BODY, headers) == "timestamp is_past"
    assert theirs(BODY, headers, "whsec_one")


def test_without_a_secret_nothing_is_authentic() -> None:
    """A gateway that was given no secret refuses every event, with the way out."""
    with pytest.raises(InvalidRequest) as refused:
        StripeGateway("sk_test").authenticate(BODY, signed(BODY, at=NOW), at=AT)
    assert (refused.value.field, refused.value.refusal.code) == ("secrets", "has_secret")
