"""stripe-stateful-mock, which others wrote: keys, refunds and error classes of Stripe's Charges API.

It knows no PaymentIntents, so charges are made with the SDK itself; refunds, keys and errors go through the adapter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from tests.gateways.stripe.asking import new_id, order, reference, then
from tests.peers.proxy import Proxy

from orderkit import Approved, Declined, Money, NeverSeen, Rejected, Unknown
from orderkit.adapters.stripe import StripeGateway
from orderkit.adapters.stripe.answers import answered
from orderkit.payments.outcomes import Outcome


@pytest.fixture
def sdk(to_mock: Proxy) -> Iterator[stripe.StripeClient]:
    """The SDK on the same way to the server, without retries of its own."""
    http = stripe.RequestsClient(timeout=10)
    yield stripe.StripeClient(
        "sk_test_peers", base_addresses={"api": to_mock.url}, max_network_retries=0, http_client=http
    )
    http.close()


def charge(sdk: stripe.StripeClient, key: str, *, source: str = "tok_visa", amount: int = 1000) -> Outcome:
    """A charge as the adapter would judge it."""

    def act() -> Outcome:
        made = sdk.v1.charges.create({"amount": amount, "currency": "eur", "source": source}, {"idempotency_key": key})
        return Approved(made.id)

    return answered(act)


def charges(sdk: stripe.StripeClient) -> set[str]:
    return {each.id for each in sdk.v1.charges.list({"limit": 100}).auto_paging_iter()}


def lost(sdk: stripe.StripeClient, proxy: Proxy, key: str) -> set[str]:
    """The charges there were before one whose answer was lost."""
    before = charges(sdk)
    proxy.losses = 1
    assert isinstance(charge(sdk, key), Unknown)
    return before


def test_the_same_key_after_a_lost_answer_is_one_charge(sdk: stripe.StripeClient, to_mock: Proxy) -> None:
    """The server acted, the answer was lost: under the same key it replays, and there is one charge (I-33, F007)."""
    key = str(new_id())
    before = lost(sdk, to_mock, key)
    again = charge(sdk, key)
    assert charges(sdk) - before == {reference(again)}


def test_a_fresh_key_after_a_lost_answer_is_two_charges(sdk: stripe.StripeClient, to_mock: Proxy) -> None:
    """The control: with a fresh key there are two charges (F014), so the proxy loses what has really happened."""
    before = lost(sdk, to_mock, str(new_id()))
    assert isinstance(charge(sdk, str(new_id())), Approved)
    assert len(charges(sdk) - before) == 2


def test_a_lost_refund_is_one_refund(sdk: stripe.StripeClient, at_mock: StripeGateway, to_mock: Proxy) -> None:
    """A refund of the adapter's whose answer is lost: found by its key, and sent again under it still one (F007)."""
    asked = then(order("sale"), "refund", "4.00", on=reference(charge(sdk, str(new_id()))))
    assert isinstance(at_mock.look_up(asked), NeverSeen)
    to_mock.losses = 1
    assert isinstance(at_mock.refund(asked), Unknown)
    found = at_mock.look_up(asked)
    assert found == Approved(reference(found), Money("4.00", "EUR"))
    assert at_mock.refund(asked) == found
    assert asked.on is not None
    assert sdk.v1.charges.retrieve(asked.on).amount_refunded == 400


def test_refunds_stay_within_the_charge(sdk: stripe.StripeClient, at_mock: StripeGateway) -> None:
    """What is beyond the rest is rejected with the server's code; under another key a part is another refund."""
    on = reference(charge(sdk, str(new_id())))
    sold = order("sale")
    parts = [at_mock.refund(then(sold, "refund", "4.00", on=on)) for _ in range(3)]
    assert [type(each) for each in parts] == [Approved, Approved, Rejected]
    assert isinstance(at_mock.refund(then(sold, "refund", "2.00", on=on)), Approved)
    beyond = at_mock.refund(then(sold, "refund", "0.01", on=on))
    assert isinstance(beyond, Rejected)
    assert beyond.code == "charge_already_refunded"


def test_one_key_for_two_amounts_is_unknown(sdk: stripe.StripeClient) -> None:
    """The server refuses the key for another request; what the first one did is not known here (I-34)."""
    key = str(new_id())
    charge(sdk, key)
    outcome = charge(sdk, key, amount=1100)
    assert isinstance(outcome, Unknown)
    assert "IdempotencyError" in outcome.reason


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("tok_chargeDeclined", Declined("generic_decline", category="soft")),
        ("tok_chargeDeclinedInsufficientFunds", Declined("insufficient_funds", category="soft")),
        ("tok_chargeDeclinedFraudulent", Declined("fraudulent", category="fraud")),
        ("tok_chargeDeclinedExpiredCard", Declined("expired_card", category="hard")),
        ("tok_500", Unknown("")),
        ("tok_429", Unknown("")),
    ],
)
def test_errors_are_told_apart(sdk: stripe.StripeClient, source: str, expected: Any) -> None:
    """The server's declines have their classes, its failures are unknown, and under the same key both stay so."""
    key = str(new_id())
    for _ in range(2):
        outcome = charge(sdk, key, source=source)
        assert type(outcome) is type(expected)
        if isinstance(outcome, Declined):
            assert (outcome.code, outcome.category) == (expected.code, expected.category)


@pytest.mark.parametrize("amount", [0, 1])
def test_what_is_invalid_is_rejected(sdk: stripe.StripeClient, amount: int) -> None:
    """What the server does not understand has moved nothing."""
    before = charges(sdk)
    outcome = charge(sdk, str(new_id()), amount=amount)
    assert isinstance(outcome, Rejected)
    assert outcome.code
    assert charges(sdk) == before
