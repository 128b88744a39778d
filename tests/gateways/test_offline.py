"""The gateway of payments that a person looks after passes the exam."""

from __future__ import annotations

import pytest

from orderkit import PaymentGateway, Pending
from orderkit.adapters.offline import OfflineGateway
from orderkit.testing.gateway_suite import GatewaySuite


class TestOfflineGateway(GatewaySuite):
    """Transfers to one account."""

    @pytest.fixture
    def gateway(self) -> PaymentGateway:
        return OfflineGateway("DE02120300000000202051")


def test_accounts_do_not_share_references() -> None:
    """The reference names the account and the operation, so that it can stand on a transfer."""
    asked = GatewaySuite().instruction("sale")
    answers = {OfflineGateway(name).sale(asked) for name in ("till-1", "till-2")}
    assert answers == {Pending(f"{till}/{asked.key.hex}", by_person=True) for till in ("till-1", "till-2")}
