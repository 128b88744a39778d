"""The servers that others wrote, one of each for a module, and a proxy of each test's own in front of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.proxy import Proxy, proxied
from tests.peers.starting import localstripe, stateful_mock

from orderkit.adapters.stripe import StripeGateway

# What the adapter sends, Stripe takes and localstripe refuses as unexpected.
LOCALSTRIPE_REFUSES = {
    "/v1/payment_intents": {"automatic_payment_methods", "created"},
    "/capture": {"metadata"},
}


@pytest.fixture(scope="module")
def mock_port() -> Iterator[int]:
    with stateful_mock() as port:
        yield port


@pytest.fixture(scope="module")
def localstripe_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("localstripe")
    with localstripe(folder) as port:
        yield port


@pytest.fixture
def to_mock(mock_port: int) -> Iterator[Proxy]:
    """To the mock, which knows charges only: what the adapter calls an intent is a charge there."""
    with proxied(mock_port) as proxy:
        proxy.renamed["payment_intent"] = "charge"
        yield proxy


@pytest.fixture
def to_localstripe(localstripe_port: int) -> Iterator[Proxy]:
    with proxied(localstripe_port) as proxy:
        proxy.left_out |= LOCALSTRIPE_REFUSES
        yield proxy


@pytest.fixture
def at_mock(to_mock: Proxy) -> Iterator[StripeGateway]:
    yield from _gateway(to_mock)


@pytest.fixture
def at_localstripe(to_localstripe: Proxy) -> Iterator[StripeGateway]:
    yield from _gateway(to_localstripe)


def _gateway(proxy: Proxy) -> Iterator[StripeGateway]:
    gateway = StripeGateway("sk_test_peers", base_url=proxy.url, webhook_secrets="whsec_peers", timeout=10.0)
    yield gateway
    gateway.close()
