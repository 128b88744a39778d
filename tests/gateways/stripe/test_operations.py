"""The verbs: what is sent, and what the answers mean."""

from __future__ import annotations

import subprocess
import sys

import pytest
from attrs import evolve
from tests.gateways.stripe.asking import order, reference, then
from tests.gateways.stripe.serving import Serving

from orderkit import Approved, Declined, Money, NeverSeen, Pending, Rejected, RequiresAction
from orderkit.adapters.stripe import SavedMethod, StripeGateway
from orderkit.adapters.stripe.client import API_VERSION
from orderkit.errors import GatewayError


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def test_the_sdk_is_loaded_with_the_first_call_only() -> None:
    """Importing orderkit and making a gateway loads neither the SDK nor its HTTP library."""
    program = """if True:
        import sys, orderkit
        from orderkit.adapters.stripe import StripeGateway
        gateway = StripeGateway("sk_test", webhook_secrets="whsec_x")
        gateway.capabilities, repr(gateway)
        print(*(name for name in ("stripe", "requests") if name in sys.modules))
    """
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []


def test_secrets_are_not_shown() -> None:
    """Neither the API key nor the webhooks' secrets stand in a gateway's representation."""
    shown = repr(StripeGateway("sk_test_hidden", webhook_secrets=("whsec_hidden",)))
    assert "hidden" not in shown


def test_a_gateway_without_a_key_is_not_made() -> None:
    """An empty API key is a mistake of set-up, told when the gateway is made."""
    with pytest.raises(GatewayError, match="api_key"):
        StripeGateway("")


def test_every_call_that_does_something_carries_our_key(gateway: StripeGateway, stripe_server: Serving) -> None:
    """Each mutating request has the operation's id as its key and the pinned version of the API (I-33)."""
    held, sold = order("authorize"), order("sale")
    on, charge = reference(gateway.authorize(held)), reference(gateway.sale(sold))
    capture, refund = then(held, "capture", "4.00", on=on), then(sold, "refund", "4.00", on=charge)
    again = order("authorize")
    void = then(again, "void", "10.00", on=reference(gateway.authorize(again)))
    gateway.capture(capture)
    gateway.refund(refund)
    gateway.void(void)
    asked = [held, sold, again, capture, refund, void]
    assert [each.key for each in stripe_server.sent()] == [str(each.key) for each in asked]
    assert {each.version for each in stripe_server.requests} == {API_VERSION}


def test_a_sale_brings_back_what_it_belongs_to(gateway: StripeGateway, stripe_server: Serving) -> None:
    """Operation, payment, order, its number and the scope go along as metadata; an empty scope is left out."""
    asked = order("sale")
    assert gateway.sale(asked) == Approved(reference(gateway.sale(asked)), eur("10.00"))
    gateway.sale(evolve(order("sale"), scope=""))
    first, _, scopeless = stripe_server.sent()
    assert first.params["metadata"] == {
        "orderkit_operation": str(asked.key),
        "orderkit_payment": str(asked.payment_id),
        "orderkit_order": str(asked.order_id),
        "orderkit_number": "481",
        "orderkit_scope": "acme",
    }
    assert "orderkit_scope" not in scopeless.params["metadata"]


def test_a_partial_capture_is_its_own_amount(gateway: StripeGateway, stripe_server: Serving) -> None:
    """Six of ten captured are six, the authorization was over ten, and what is left is released (F070)."""
    held = order("authorize")
    on = reference(gateway.authorize(held))
    asked = then(held, "capture", "6.00", on=on)
    outcome = gateway.capture(asked)
    assert outcome == Approved(f"{on}/{asked.key.hex}", eur("6.00"))
    assert "final_capture" not in stripe_server.sent()[-1].params
    assert gateway.look_up(asked) == outcome
    assert gateway.look_up(held) == Approved(on, eur("10.00"))
    assert gateway.void(then(held, "void", "4.00", on=on)) == Approved(on, eur("4.00"))


def test_several_captures_are_told_apart(stripe_server: Serving) -> None:
    """With multicapture the rest stays held until the final one; each capture is found by its own key."""
    gateway = StripeGateway("sk_test", base_url=stripe_server.url, several_captures=True)
    held = order("authorize")
    on = reference(gateway.authorize(held))
    first, second = then(held, "capture", "4.00", on=on), then(held, "capture", "5.00", on=on, final=True)
    answers = [gateway.capture(first), gateway.capture(second)]
    assert answers == [
        Approved(f"{on}/{first.key.hex}", eur("4.00")),
        Approved(f"{on}/{second.key.hex}", eur("5.00")),
    ]
    assert [gateway.look_up(first), gateway.look_up(second)] == answers
    assert [each.params.get("final_capture") for each in stripe_server.sent()] == [None, "false", "true"]
    gateway.close()


def test_a_void_of_what_is_gone_is_done(gateway: StripeGateway) -> None:
    """A hold that was released, by whomever, is released; what was captured is refused as captured (F066)."""
    held, sold = order("authorize"), order("sale")
    on, charge = reference(gateway.authorize(held)), reference(gateway.sale(sold))
    voids = [then(held, "void", "10.00", on=on) for _ in range(2)]
    assert isinstance(gateway.look_up(voids[0]), NeverSeen)
    assert [gateway.void(each) for each in voids] == [Approved(on, eur("10.00"))] * 2
    assert gateway.look_up(voids[0]) == Approved(on, eur("10.00"))
    taken = gateway.void(then(sold, "void", "10.00", on=charge))
    assert isinstance(taken, Rejected)
    assert taken.code == "already_captured"


def test_an_attempt_without_an_answer_is_voided_by_our_key(gateway: StripeGateway, stripe_server: Serving) -> None:
    """Where no reference ever arrived, the intent is found by the key of what made it; without one nothing is sent."""
    lost = order("authorize")
    gateway.authorize(lost)
    assert isinstance(gateway.void(evolve(then(lost, "void", "10.00", on=""), on=None)), Approved)
    never = order("authorize")
    refused = gateway.void(evolve(then(never, "void", "10.00", on=""), on=None))
    assert isinstance(refused, Rejected)
    assert len(stripe_server.sent()) == 2


def test_a_saved_method_is_charged_while_its_owner_is_away(gateway: StripeGateway, stripe_server: Serving) -> None:
    """A saved method brings its customer; off-session unless its owner is there, and then it may need him."""
    away, present = SavedMethod("cus_7", "pm_saved"), SavedMethod("cus_7", "pm_saved", present=True)
    for method in (away.handle, present.handle, "pm_card_visa"):
        assert isinstance(gateway.sale(order("sale", method=method)), Approved)
    sent = [(each.params.get("customer"), each.params.get("off_session")) for each in stripe_server.sent()]
    assert sent == [("cus_7", "true"), ("cus_7", None), (None, None)]
    needs_him = gateway.sale(order("sale", method="cus_7/pm_card_authenticationRequired"))
    assert isinstance(needs_him, Declined)
    assert (needs_him.code, needs_him.category) == ("authentication_required", "soft")


@pytest.mark.parametrize(
    "method", ["", "tok", "cus_1/", "pm_1/present", "cus_1/pm_1/away", "pm_1 pm_2", "4242424242424242"]
)
def test_what_is_no_handle_is_not_sent(gateway: StripeGateway, stripe_server: Serving, method: str) -> None:
    """A method that Stripe could not know, a card number above all, never leaves the house."""
    outcome = gateway.sale(order("sale", method=method))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, stripe_server.requests) == ("method_not_understood", [])


@pytest.mark.parametrize("well", [True, False])
def test_a_customer_is_sent_to_his_bank_and_comes_back(stripe_server: Serving, well: bool) -> None:
    """With a return address an authentication is a redirect; afterwards a look-up says what came of it."""
    gateway = StripeGateway("sk_test", base_url=stripe_server.url, return_url="https://shop.example/back")
    asked = order("sale", method="pm_card_authenticationRequired")
    outcome = gateway.sale(asked)
    assert isinstance(outcome, RequiresAction)
    assert outcome.redirect == f"https://bank.example/{outcome.reference}"
    assert gateway.look_up(asked) == outcome
    stripe_server.double.authenticate(outcome.reference, well=well)
    assert isinstance(gateway.look_up(asked), Approved if well else Declined)
    gateway.close()


def test_without_a_return_address_only_stripes_script_can_go_on(gateway: StripeGateway) -> None:
    """What needs the customer has no address then: the page goes on with Stripe's script and the reference."""
    outcome = gateway.sale(order("sale", method="pm_card_authenticationRequired"))
    assert isinstance(outcome, RequiresAction)
    assert outcome.redirect == ""


@pytest.mark.parametrize("well", [True, False])
def test_a_debit_is_not_final_before_it_arrives(gateway: StripeGateway, stripe_server: Serving, well: bool) -> None:
    """A debit under way is pending, never captured; days later it has arrived or is declined (F062, I-10)."""
    asked = order("sale", method="pm_sepa_debit")
    outcome = gateway.sale(asked)
    assert isinstance(outcome, Pending)
    assert gateway.look_up(asked) == outcome
    stripe_server.double.settle(outcome.reference, well=well)
    assert isinstance(gateway.look_up(asked), Approved if well else Declined)


def test_refunds_stay_below_what_was_captured(gateway: StripeGateway) -> None:
    """Two parts are two refunds; what is beyond the captured amount is rejected."""
    held = order("authorize")
    on = reference(gateway.authorize(held))
    charge = reference(gateway.capture(then(held, "capture", "6.00", on=on)))
    parts = [gateway.refund(then(held, "refund", "3.00", on=charge)) for _ in range(2)]
    assert [each.amount for each in parts if isinstance(each, Approved)] == [eur("3.00")] * 2
    beyond = gateway.refund(then(held, "refund", "0.01", on=charge))
    assert isinstance(beyond, Rejected)
    assert beyond.code == "charge_already_refunded"


def test_a_refund_of_a_debit_waits(gateway: StripeGateway, stripe_server: Serving) -> None:
    """A refund that is pending is pending, and declined when it fails (F078)."""
    sold = order("sale", method="pm_sepa_debit")
    on = reference(gateway.sale(sold))
    stripe_server.double.settle(on)
    asked = then(sold, "refund", "4.00", on=on)
    outcome = gateway.refund(asked)
    assert isinstance(outcome, Pending)
    stripe_server.double.fail_refund(outcome.reference)
    assert isinstance(gateway.look_up(asked), Declined)
