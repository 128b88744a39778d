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

from orderkit.payments.outcomes import NeverSeen, Outcome
from orderkit.payments.records import OperationKind
from orderkit.ports.gateway import PaymentGateway
from orderkit.testing.gateway_case import OUTCOMES, REFUSED
from orderkit.testing.gateway_events import EventsPart
from orderkit.testing.gateway_movements import MovementsPart
from orderkit.testing.gateway_statements import StatementsPart


class GatewaySuite(MovementsPart, EventsPart, StatementsPart):
    """What every adapter has to do.

    Attributes:
        method: the handle that the gateway approves at once, where it needs one.
        declined_method: a handle that the gateway declines; None where there is none, and declines are not tried.
        currency: one that the account takes, with two digits.

    An adapter that takes webhooks overrides `signed_event`, so that these are tried too.
    """

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
        asked = self.with_method(self.instruction("sale"), self.declined_method)
        declined = gateway.sale(asked)
        assert isinstance(declined, REFUSED), declined
        assert declined.code
        if gateway.capabilities.looks_up:
            assert isinstance(gateway.look_up(asked), REFUSED)
        if gateway.capabilities.keys_kept:
            assert isinstance(gateway.sale(asked), REFUSED)

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
        assert isinstance(answers[verb](asked), REFUSED)

    def test_every_answer_is_an_outcome(self, gateway: PaymentGateway) -> None:
        """Acting on what the gateway has never heard of is answered by an outcome too; a lost call is for orderkit to
        notice, an exception of the adapter's own is a defect."""
        for verb in ("capture", "void", "refund"):
            asked = self.instruction(verb, on="no-such-operation")
            answers = {"capture": gateway.capture, "void": gateway.void, "refund": gateway.refund}
            assert isinstance(answers[verb](asked), OUTCOMES)


def _seen(answer: Outcome | NeverSeen) -> Outcome:
    assert not isinstance(answer, NeverSeen), "the gateway has forgotten the operation"
    return answer
