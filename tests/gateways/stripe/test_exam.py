"""The adapter passes the exam of gateways, against the tests' own double of what Stripe documents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.gateways.stripe.serving import Serving

from orderkit import PaymentGateway
from orderkit.adapters.stripe import StripeGateway
from orderkit.testing.gateway_suite import GatewaySuite


class TestStripeGateway(GatewaySuite):
    """One capture for each authorization, as most accounts have it."""

    method = "pm_card_visa"
    declined_method = "pm_card_visa_chargeDeclined"

    @pytest.fixture
    def gateway(self, stripe_server: Serving) -> Iterator[PaymentGateway]:
        yield from _connected(stripe_server, several_captures=False)


class TestStripeGatewayWithSeveralCaptures(GatewaySuite):
    """An account with multicapture."""

    method = "pm_card_visa"
    declined_method = "pm_card_visa_chargeDeclined"

    @pytest.fixture
    def gateway(self, stripe_server: Serving) -> Iterator[PaymentGateway]:
        yield from _connected(stripe_server, several_captures=True)


def _connected(serving: Serving, *, several_captures: bool) -> Iterator[StripeGateway]:
    gateway = StripeGateway("sk_test_double", base_url=serving.url, several_captures=several_captures)
    yield gateway
    gateway.close()
