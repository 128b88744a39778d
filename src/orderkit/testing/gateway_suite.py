"""The exam of a gateway's adapter: whoever writes one subclasses `GatewaySuite` in a test file and wires it up.

    class TestMyGateway(GatewaySuite):
        declined_method = "tok_declined"

        @pytest.fixture
        def gateway(self) -> PaymentGateway:
            return MyGateway(test_key)

What the adapter does not declare in its capabilities is not asked of it; that it is then refused is asked of all.
"""

from __future__ import annotations

import pytest
from attrs import evolve

from orderkit.keys import UuidSequence
from orderkit.money import Money
from orderkit.payments.outcomes import (
    Approved,
    Declined,
    NeverSeen,
    Outcome,
    Pending,
    Rejected,
    RequiresAction,
    Unknown,
)
from orderkit.payments.records import OperationKind
from orderkit.ports.clock import SystemClock
from orderkit.ports.gateway import Instruction, PaymentGateway

_KEYS = UuidSequence()
_REFUSED = (Declined, Rejected)


class GatewaySuite:
    """What every adapter has to do.

    Attributes:
        method: the handle that the gateway approves at once, where it needs one.
        declined_method: a handle that the gateway declines; None where there is none, and declines are not tried.
        currency: one that the account takes, with two digits.
    """

    method: str | None = None
    declined_method: str | None = None
    currency: str = "EUR"

    @pytest.fixture
    def gateway(self) -> PaymentGateway:
        """The adapter, on an account where nothing costs anything."""
        raise NotImplementedError("give the suite a fixture named gateway that returns the adapter")

    def instruction(self, type: OperationKind, amount: str = "10.00", *, on: str | None = None) -> Instruction:
        """A new operation with a key of its own; `on` is the reference of the one it acts on."""
        now = SystemClock().now()
        return Instruction(
            key=_KEYS.new(now),
            type=type,
            amount=Money(amount, self.currency),
            method=self.method,
            on=on,
            payment_id=_KEYS.new(now),
            order_id=_KEYS.new(now),
            order_number=1,
            customer_id="c-1",
        )

    def needs(self, gateway: PaymentGateway, *capabilities: str) -> None:
        """Skip the test unless the adapter declares these."""
        missing = [each for each in capabilities if not getattr(gateway.capabilities, each)]
        if missing:
            pytest.skip(f"the adapter does not declare {', '.join(missing)}")

    def done(self, outcome: Outcome) -> str:
        """The reference of an operation that is approved, or that waits for a person."""
        assert isinstance(outcome, Approved | Pending), outcome
        assert outcome.reference
        return outcome.reference

    def acting(self, before: Instruction, type: OperationKind, amount: str, on: str) -> Instruction:
        """An operation on the same payment as an earlier one."""
        made = self.instruction(type, amount, on=on)
        return evolve(made, payment_id=before.payment_id, order_id=before.order_id)

    # what it declares

    def test_the_account_has_a_name(self, gateway: PaymentGateway) -> None:
        """The account is named, and always by the same name: payments are stored with it."""
        assert gateway.account
        assert gateway.account == gateway.account

    def test_the_capabilities_fit_together(self, gateway: PaymentGateway) -> None:
        """What is declared in parts is declared as a whole: no partial capture without authorizing, no partial refund
        without refunding."""
        able = gateway.capabilities
        assert able.authorize or not able.partial_capture
        assert able.partial_capture or not able.several_captures
        assert able.refund or not able.partial_refund
        assert able.takes(self.currency)

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

    # keys

    def test_a_repeated_key_is_the_same_operation(self, gateway: PaymentGateway) -> None:
        """The same instruction under the same key gets the first outcome, and moves nothing again (I-33)."""
        if not gateway.capabilities.keys_kept:
            pytest.skip("the gateway keeps no keys")
        asked = self.instruction("sale")
        first = gateway.sale(asked)
        assert self.done(gateway.sale(asked)) == self.done(first)

    def test_another_key_is_another_operation(self, gateway: PaymentGateway) -> None:
        """Two sales that differ in nothing but the key are two sales (I-34)."""
        assert self.done(gateway.sale(self.instruction("sale"))) != self.done(gateway.sale(self.instruction("sale")))

    # what it says

    def test_a_decline_is_an_answer(self, gateway: PaymentGateway) -> None:
        """A definitive no is a value with a code: nothing is raised, it stays a no under its key, and a look-up says no
        as well; it is never taken for an unknown outcome (F061)."""
        if self.declined_method is None:
            pytest.skip("the adapter's author knows no method that is declined")
        asked = evolve(self.instruction("sale"), method=self.declined_method)
        declined = gateway.sale(asked)
        assert isinstance(declined, _REFUSED), declined
        assert declined.code
        if gateway.capabilities.looks_up:
            assert isinstance(gateway.look_up(asked), _REFUSED)
        if gateway.capabilities.keys_kept:
            assert isinstance(gateway.sale(asked), _REFUSED)

    def test_a_look_up_says_what_came_of_it(self, gateway: PaymentGateway) -> None:
        """What was approved is looked up by its key, with the same reference (I-43)."""
        self.needs(gateway, "looks_up")
        asked = self.instruction("sale")
        assert self.done(gateway.sale(asked)) == self.done(_seen(gateway.look_up(asked)))

    def test_a_look_up_of_nothing_says_so(self, gateway: PaymentGateway) -> None:
        """A key that the gateway never got is `NeverSeen`, and looking it up does not make it known (I-43)."""
        asked = self.instruction("sale")
        assert isinstance(gateway.look_up(asked), NeverSeen)
        assert isinstance(gateway.look_up(asked), NeverSeen)

    @pytest.mark.parametrize("verb", ["authorize", "void", "refund"])
    def test_what_it_cannot_do_it_refuses(self, gateway: PaymentGateway, verb: OperationKind) -> None:
        """A verb that the adapter does not declare is refused by an answer; it neither pretends nor raises."""
        if getattr(gateway.capabilities, verb):
            pytest.skip(f"the adapter declares {verb}")
        asked = self.instruction(verb, on="none")
        answers = {"authorize": gateway.authorize, "void": gateway.void, "refund": gateway.refund}
        assert isinstance(answers[verb](asked), _REFUSED)

    def test_every_answer_is_an_outcome(self, gateway: PaymentGateway) -> None:
        """Acting on what the gateway has never heard of is answered by an outcome too; a lost call is for orderkit to
        notice, an exception of the adapter's own is a defect."""
        outcomes = (Approved, Pending, RequiresAction, Declined, Rejected, Unknown)
        for verb in ("capture", "void", "refund"):
            asked = self.instruction(verb, on="no-such-operation")
            answers = {"capture": gateway.capture, "void": gateway.void, "refund": gateway.refund}
            assert isinstance(answers[verb](asked), outcomes)


def _seen(answer: Outcome | NeverSeen) -> Outcome:
    assert not isinstance(answer, NeverSeen), "the gateway has forgotten the operation"
    return answer
