"""The adapter passes the exam of gateways, against the tests' own double of what Stripe documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from tests.gateways.stripe.serving import SECRET, Serving, signed

from orderkit import PaymentGateway
from orderkit.adapters.stripe import StripeGateway
from orderkit.testing.gateway_events import Signed
from orderkit.testing.gateway_suite import GatewaySuite


class StripeExam(GatewaySuite):
    """The exam with webhooks as Stripe signs them."""

    @pytest.fixture(autouse=True)
    def _serving(self, stripe_server: Serving) -> None:
        self.serving = stripe_server

    def signed_event(self, gateway: PaymentGateway, at: datetime) -> Signed | None:
        """The event about a sale that has just been made."""
        gateway.sale(self.instruction("sale"))
        body = self.serving.told("payment_intent.succeeded")[-1]
        return body, signed(body, at=int(at.timestamp()))


class TestStripeGateway(StripeExam):
    """One capture for each authorization, as most accounts have it."""

    method = "pm_card_visa"
    declined_method = "pm_card_visa_chargeDeclined"

    @pytest.fixture
    def gateway(self, stripe_server: Serving) -> Iterator[PaymentGateway]:
        yield from _connected(stripe_server, several_captures=False)


class TestStripeGatewayWithSeveralCaptures(StripeExam):
    """An account with multicapture."""

    method = "pm_card_visa"
    declined_method = "pm_card_visa_chargeDeclined"

    @pytest.fixture
    def gateway(self, stripe_server: Serving) -> Iterator[PaymentGateway]:
        yield from _connected(stripe_server, several_captures=True)


def _connected(serving: Serving, *, several_captures: bool) -> Iterator[StripeGateway]:
    gateway = StripeGateway(
        "sk_test_double", base_url=serving.url, several_captures=several_captures, webhook_secrets=(SECRET,)
    )
    yield gateway
    gateway.close()
