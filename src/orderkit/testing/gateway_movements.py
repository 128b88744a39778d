"""The part of the gateway's exam about money: what moves, and what must not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from attrs import evolve

from orderkit.money import Money
from orderkit.payments.outcomes import Approved, Pending, Rejected, Unknown
from orderkit.payments.records import OperationKind
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Bookkeeper, PaymentGateway
from orderkit.testing.gateway_case import OUTCOMES, REFUSED, GatewayCase


class MovementsPart(GatewayCase):
    """What every adapter has to do with money."""

    # what it moves

    def test_a_sale_moves_what_was_asked(self, gateway: PaymentGateway) -> None:
        """A sale is approved over exactly the amount asked, or waits; a person's gateway always waits."""
        asked = self.instruction("sale", "10.01")
        outcome = gateway.sale(asked)
        self.done(outcome)
        if isinstance(outcome, Approved):
            assert outcome.amount in (None, asked.amount)
        assert isinstance(outcome, Pending) or not gateway.capabilities.confirmed_by_person

    def test_currencies_without_digits(self, gateway: PaymentGateway) -> None:
        """A thousand yen are a thousand yen, neither ten nor a hundred thousand (I-15, F121)."""
        if not gateway.capabilities.takes("JPY"):
            pytest.skip("the account takes no yen")
        asked = evolve(self.instruction("sale"), amount=Money("1000", "JPY"))
        outcome = gateway.sale(asked)
        self.done(outcome)
        if isinstance(outcome, Approved):
            assert outcome.amount in (None, asked.amount)

    def test_what_is_held_is_captured_in_parts(self, gateway: PaymentGateway) -> None:
        """An authorization is captured in one part, and the rest in another."""
        self.needs(gateway, "authorize", "partial_capture", "several_captures")
        held = self.instruction("authorize")
        on = self.done(gateway.authorize(held))
        first = self.done(gateway.capture(self.acting(held, "capture", "4.00", on)))
        second = self.done(gateway.capture(self.acting(held, "capture", "6.00", on)))
        assert first != second

    def test_what_is_held_is_released(self, gateway: PaymentGateway) -> None:
        """A void is approved, and so is one of what is released already (F066)."""
        self.needs(gateway, "authorize", "void")
        held = self.instruction("authorize")
        on = self.done(gateway.authorize(held))
        for _ in range(2):
            assert isinstance(gateway.void(self.acting(held, "void", "10.00", on)), Approved)

    def test_captured_money_goes_back_in_parts(self, gateway: PaymentGateway) -> None:
        """A sale is refunded in two parts, each an operation of its own."""
        self.needs(gateway, "refund", "partial_refund")
        sold = self.instruction("sale")
        on = self.done(gateway.sale(sold))
        first = self.done(gateway.refund(self.acting(sold, "refund", "4.00", on)))
        second = self.done(gateway.refund(self.acting(sold, "refund", "6.00", on)))
        assert first != second

    # where it stops

    def test_more_than_was_taken_is_not_sent_back(self, gateway: PaymentGateway) -> None:
        """A refund above what was captured is refused, in one piece and as the last of several parts (I-06)."""
        self.needs(gateway, "refund")
        if gateway.capabilities.confirmed_by_person:
            pytest.skip("a person decides about refunds")
        sold = self.instruction("sale")
        on = self.done(gateway.sale(sold))
        assert isinstance(gateway.refund(self.acting(sold, "refund", "10.01", on)), REFUSED)
        if gateway.capabilities.partial_refund:
            self.done(gateway.refund(self.acting(sold, "refund", "6.00", on)))
            assert isinstance(gateway.refund(self.acting(sold, "refund", "4.01", on)), REFUSED)

    def test_a_last_capture_releases_the_rest(self, gateway: PaymentGateway) -> None:
        """After a capture that is said to be the last nothing is held any more, so that no other is possible; and what
        was released is told neither as captured nor as refunded (F070)."""
        self.needs(gateway, "authorize", "partial_capture")
        held = self.instruction("authorize")
        on = self.done(gateway.authorize(held))
        taken = evolve(self.acting(held, "capture", "4.00", on), final=True)
        self.done(gateway.capture(taken))
        assert isinstance(gateway.capture(self.acting(held, "capture", "6.00", on)), REFUSED)
        if isinstance(gateway, Bookkeeper):
            told = gateway.statement(self.inquiry(held, taken, reference=on))
            assert not isinstance(told, Unknown)
            assert total_told(told, "refund", taken.amount) == 0
            assert total_told(told, "capture", taken.amount) == taken.amount.minor

    def test_nothing_is_taken_of_what_was_released(self, gateway: PaymentGateway) -> None:
        """A capture after the void is refused."""
        self.needs(gateway, "authorize", "void")
        held = self.instruction("authorize")
        on = self.done(gateway.authorize(held))
        assert isinstance(gateway.void(self.acting(held, "void", "10.00", on)), Approved)
        assert isinstance(gateway.capture(self.acting(held, "capture", "10.00", on)), REFUSED)

    def test_whatever_the_currency_there_is_an_answer(self, gateway: PaymentGateway) -> None:
        """A currency that the account does not take, or an amount that the gateway cannot count, is rejected by an
        answer; nothing is raised (F121)."""
        for currency in ("JPY", "KWD", "HUF", "UGX", "ISK", "CLF"):
            asked = evolve(self.instruction("sale"), amount=Money.of_minor(100_01, currency))
            outcome = gateway.sale(asked)
            assert isinstance(outcome, OUTCOMES)
            if not gateway.capabilities.takes(currency):
                assert isinstance(outcome, Rejected), currency


def total_told(reports: Iterable[Report], type: OperationKind, asked: Money) -> int:
    """Minor units that moved by this type as the reports have it, told one by one or as a total.

    Where a report names no amount, exactly what was asked has moved.
    """
    singles: list[int] = []
    totals = [0]
    for each in reports:
        if each.type == type and isinstance(each.outcome, Approved):
            moved = each.outcome.amount or asked
            (totals if each.cumulative else singles).append(moved.minor)
    return max(sum(singles), *totals)
