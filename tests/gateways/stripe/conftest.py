"""The adapter against the double: what the tests of this room share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.gateways.stripe.serving import SECRET, Serving, served

from orderkit.adapters.stripe import StripeGateway


@pytest.fixture
def stripe_server() -> Iterator[Serving]:
    """A double of Stripe of this test's own."""
    with served() as serving:
        yield serving


@pytest.fixture
def gateway(stripe_server: Serving) -> Iterator[StripeGateway]:
    """The adapter, on an account at the double."""
    gateway = StripeGateway("sk_test_double", base_url=stripe_server.url, webhook_secrets=SECRET, timeout=5.0)
    yield gateway
    gateway.close()
