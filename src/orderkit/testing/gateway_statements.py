"""The part of the gateway's exam about statements: what the gateway says of a payment is what it answered.

It is asked of adapters that are bookkeepers.
"""

from __future__ import annotations

import pytest

from orderkit.payments.outcomes import Approved, Unknown
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Bookkeeper, Inquiry, Instruction, PaymentGateway
from orderkit.testing.gateway_case import REFUSED, GatewayCase
from orderkit.testing.gateway_movements import total_told


class StatementsPart(GatewayCase):
    """What every adapter has to say when it is asked for all that it knows (row S3-33)."""

    def told(self, gateway: PaymentGateway, inquiry: Inquiry) -> tuple[Report, ...]:
        """The statement; skips where the adapter keeps no books."""
        if not isinstance(gateway, Bookkeeper):
            pytest.skip("the adapter makes no statements")
        statement = gateway.statement(inquiry)
        assert not isinstance(statement, Unknown), statement
        return statement

    def test_a_statement_says_what_was_answered(self, gateway: PaymentGateway) -> None:
        """A sale and a refund are told with the references that the answers had, and with what moved: neither less nor
        more, and the same whenever it is asked (I-08, I-10)."""
        sold = self.instruction("sale")
        answered = gateway.sale(sold)
        on = self.done(answered)
        made: list[Instruction] = [sold]
        expected = {("sale", on): answered}
        if gateway.capabilities.partial_refund:
            made.append(self.acting(sold, "refund", "4.00", on))
            returned = gateway.refund(made[1])
            expected["refund", self.done(returned)] = returned
        inquiry = self.inquiry(*made, reference=on)
        told = self.told(gateway, inquiry)
        assert {(each.type, each.reference): type(each.outcome) for each in told if each.type != "fee"} == {
            what: type(outcome) for what, outcome in expected.items()
        }
        for each, outcome in zip(made, expected.values(), strict=True):
            moved = each.amount.minor if isinstance(outcome, Approved) else 0
            assert total_told(told, each.type, each.amount) == moved
        assert set(self.told(gateway, inquiry)) == set(told)

    def test_a_statement_of_what_was_refused_moves_nothing(self, gateway: PaymentGateway) -> None:
        """A sale that was declined is told as declined or not at all; no money is told of (I-10)."""
        if self.declined_method is None:
            pytest.skip("the adapter's author knows no method that is declined")
        asked = self.with_method(self.instruction("sale"), self.declined_method)
        assert isinstance(gateway.sale(asked), REFUSED)
        told = self.told(gateway, self.inquiry(asked, reference=None))
        assert not [each for each in told if isinstance(each.outcome, Approved)]

    def test_a_statement_of_nothing_is_empty(self, gateway: PaymentGateway) -> None:
        """A payment that the gateway has never heard of has no reports."""
        assert self.told(gateway, self.inquiry(self.instruction("sale"), reference=None)) == ()
