"""Errors: what is definitive, what is a decline of which class, and what nobody knows."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from attrs import evolve
from tests.gateways.stripe.asking import inquiry, order, reference, then
from tests.gateways.stripe.serving import Direction, Fault, Serving, dropped

from orderkit import Approved, Declined, Money, NeverSeen, Rejected, Unknown
from orderkit.adapters.stripe import StripeGateway
from orderkit.adapters.stripe.declines import category_of


def error(status: int, type: str, code: str | None = None, **more: Any) -> Fault:
    """An answer of Stripe's that is an error, to a request that was not acted on."""
    said = {"type": type, "code": code, "message": "no", **more}
    return Fault(acts=False, status=status, body=json.dumps({"error": said}).encode())


DEFINITIVE = [
    (error(400, "invalid_request_error", "amount_too_large"), Rejected("amount_too_large", "no")),
    (error(404, "invalid_request_error", "resource_missing"), Rejected("resource_missing", "no")),
    (error(400, "invalid_request_error"), Rejected("invalid_request", "no")),
    (error(402, "card_error", "card_declined", decline_code="do_not_honor"), Declined("do_not_honor", "no", "soft")),
    (error(402, "card_error", "expired_card"), Declined("expired_card", "no", "hard")),
    (error(402, "card_error", "card_declined", decline_code="fraudulent"), Declined("fraudulent", "no", "fraud")),
]
UNKNOWN = [
    error(409, "invalid_request_error", "idempotency_key_in_use"),
    error(400, "invalid_request_error", "idempotency_key_in_use"),
    error(400, "idempotency_error"),
    error(429, "invalid_request_error", "rate_limit"),
    error(429, "invalid_request_error", "lock_timeout"),
    error(401, "invalid_request_error"),
    error(403, "invalid_request_error"),
    error(500, "api_error"),
    error(503, "api_error"),
    error(418, "surprise"),
    error(402, "card_error", "card_declined", payment_intent={"id": "pi_1", "status": "succeeded"}),
    error(402, "card_error", "card_declined", payment_intent={"id": "pi_1", "status": "processing"}),
    Fault(acts=False, status=500, body=b"<html>"),
    Fault(acts=False, status=200, body=b"<html>"),
    Fault(acts=False, status=200, body=b"[]"),
    Fault(acts=False, status=200, body=b"7"),
    Fault(acts=False, status=200, body=b'"fine"'),
    Fault(acts=False, status=200, body=b"null"),
    Fault(acts=False, status=200, body=b"{}"),
    Fault(acts=False, status=200, body=b'{"error": "no"}'),
    Fault(acts=False, status=400, body=b'{"error": "no"}'),
    Fault(acts=False, status=200, body=b'{"object": "payment_intent", "id": 7}'),
    dropped("before"),
    dropped("after"),
]


@pytest.mark.parametrize(("fault", "expected"), DEFINITIVE, ids=lambda each: getattr(each, "code", None))
def test_a_definitive_no(gateway: StripeGateway, stripe_server: Serving, fault: Fault, expected: object) -> None:
    """What Stripe refuses for good is declined or rejected, with its code and class."""
    stripe_server.faults.append(fault)
    assert gateway.sale(order("sale")) == expected


@pytest.mark.parametrize("fault", UNKNOWN, ids=lambda each: f"{each.status}-{each.body[:60]!r}")
@pytest.mark.parametrize("verb", ["sale", "refund", "void", "capture"])
def test_what_nobody_knows(gateway: StripeGateway, stripe_server: Serving, fault: Fault, verb: str) -> None:
    """Whatever may have had an effect, by this try or an earlier one, is unknown (I-10, F007, F032)."""
    held = order("authorize")
    on = reference(gateway.authorize(held))
    stripe_server.faults.append(fault)
    asked = order("sale") if verb == "sale" else then(held, verb, "10.00", on=on)  # type: ignore[arg-type]  # a kind
    assert isinstance(getattr(gateway, verb)(asked), Unknown)


@pytest.mark.parametrize("fault", [*(each for each, _ in DEFINITIVE), *UNKNOWN], ids=lambda each: f"{each.status}")
def test_a_question_that_fails_answers_nothing(gateway: StripeGateway, stripe_server: Serving, fault: Fault) -> None:
    """Whatever goes wrong with a look-up or a statement, the operation is unknown, never declined or unseen (I-43)."""
    sold = order("sale")
    on = reference(gateway.sale(sold))
    for asked in (sold, then(sold, "refund", "1.00", on=on), then(sold, "void", "1.00", on=on)):
        stripe_server.faults.append(fault)
        assert isinstance(gateway.look_up(asked), Unknown)
    stripe_server.faults.append(fault)
    assert isinstance(gateway.statement(inquiry(sold, on=on)), Unknown)


def test_a_server_that_is_not_there() -> None:
    """Nobody listening is unknown, for every verb."""
    gateway = StripeGateway("sk_test", base_url="http://127.0.0.1:9", timeout=1.0)
    assert isinstance(gateway.sale(order("sale")), Unknown)
    assert isinstance(gateway.look_up(order("sale")), Unknown)


@pytest.mark.parametrize("direction", ["before", "after"])
@pytest.mark.parametrize("type", ["sale", "authorize"])
def test_a_lost_answer_is_found_by_our_key(
    gateway: StripeGateway, stripe_server: Serving, direction: Direction, type: Any
) -> None:
    """After a dropped connection the look-up says what happened, and the same key moves nothing twice (F007, F014)."""
    asked = order(type)
    stripe_server.faults.append(dropped(direction))
    assert isinstance(getattr(gateway, type)(asked), Unknown)
    found = gateway.look_up(asked)
    assert isinstance(found, Approved if direction == "after" else NeverSeen)
    assert isinstance(getattr(gateway, type)(asked), Approved)
    assert len(stripe_server.double.intents) == 1


@pytest.mark.parametrize("direction", ["before", "after"])
@pytest.mark.parametrize("type", ["capture", "void", "refund"])
def test_a_lost_answer_to_what_follows_is_found(
    gateway: StripeGateway, stripe_server: Serving, direction: Direction, type: Any
) -> None:
    """So are captures, voids and refunds, each under its own key."""
    first = order("sale" if type == "refund" else "authorize")
    on = reference(getattr(gateway, first.type)(first))
    asked = then(first, type, "4.00", on=on)
    stripe_server.faults.append(dropped(direction))
    assert isinstance(getattr(gateway, type)(asked), Unknown)
    found = gateway.look_up(asked)
    assert isinstance(found, Approved if direction == "after" else NeverSeen)
    assert gateway.look_up(evolve(asked, key=order("sale").key)) == found or type != "void"
    again = getattr(gateway, type)(asked)
    assert again == (found if direction == "after" else again)
    assert len(stripe_server.double.refunds) <= 1


@pytest.mark.parametrize("type", ["capture", "refund"])
def test_a_refusal_because_it_is_done_already_is_found_out(
    gateway: StripeGateway, stripe_server: Serving, type: Any
) -> None:
    """Where Stripe has forgotten the key and refuses the second try, the first one counts (F003)."""
    first = order("sale" if type == "refund" else "authorize")
    on = reference(getattr(gateway, first.type)(first))
    asked = then(first, type, "10.00", on=on)
    done = getattr(gateway, type)(asked)
    stripe_server.double._answers.clear()
    assert getattr(gateway, type)(asked) == done
    assert sum(each["amount_refunded"] for each in stripe_server.double.charges.values()) in (0, 1000)


def test_a_key_with_another_amount_is_for_people(gateway: StripeGateway) -> None:
    """The same key for another request is unknown, with the reason: the first one may have moved money (I-34)."""
    asked = order("sale")
    gateway.sale(asked)
    outcome = gateway.sale(evolve(asked, amount=Money("11.00", "EUR")))
    assert isinstance(outcome, Unknown)
    assert "IdempotencyError" in outcome.reason


def test_threads_may_share_a_gateway(gateway: StripeGateway, stripe_server: Serving) -> None:
    """Eight tries of one operation at once are one intent, and all of them hear of the same one (I-33)."""
    asked = order("sale")
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: gateway.sale(asked), range(8)))
    assert len(answers) == len(stripe_server.double.intents) == 1


def test_a_look_up_reads_all_pages(gateway: StripeGateway, stripe_server: Serving) -> None:
    """What lies behind more than a page of later intents is found."""
    asked = order("sale")
    first = gateway.sale(asked)
    body = stripe_server.double.intents[reference(first)]
    for number in range(250):
        stripe_server.double.intents[f"pi_x{number}"] = {**body, "id": f"pi_x{number}", "metadata": {}}
    assert gateway.look_up(asked) == first
    assert isinstance(gateway.look_up(order("sale")), NeverSeen)


def test_a_look_up_that_would_never_end_gives_up(
    gateway: StripeGateway, stripe_server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond so many objects nobody knows: what was not found is not called unseen."""
    monkeypatch.setattr("orderkit.adapters.stripe.client.MOST", 1)
    for _ in range(2):
        gateway.sale(order("sale"))
    assert isinstance(gateway.look_up(order("sale")), Unknown)


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("insufficient_funds", "soft"),
        ("do_not_honor", "soft"),
        ("try_again_later", "soft"),
        ("duplicate_transaction", "soft"),
        ("authentication_required", "soft"),
        ("a_code_of_tomorrow", "soft"),
        ("stolen_card", "hard"),
        ("lost_card", "hard"),
        ("expired_card", "hard"),
        ("pickup_card", "hard"),
        ("revocation_of_authorization", "hard"),
        ("fraudulent", "fraud"),
        ("merchant_blacklist", "fraud"),
    ],
)
def test_classes_of_declines(code: str, category: str) -> None:
    """Whether trying again makes sense follows from the code; an unknown one is soft."""
    assert category_of(code) == category


def test_the_network_may_advise_against_another_try() -> None:
    """The advice not to try again makes a soft decline a hard one."""
    assert category_of("do_not_honor", "do_not_try_again") == "hard"
