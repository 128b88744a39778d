"""localstripe, which others wrote: a gateway that forgets keys, so only a look-up keeps money from moving twice."""

from __future__ import annotations

import json
import queue
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import stripe
from tests.gateways.stripe.asking import inquiry, order, reference, then
from tests.gateways.stripe.serving import seconds
from tests.peers.proxy import Proxy

from orderkit import Approved, Declined, Money, NeverSeen, Unknown
from orderkit.adapters.stripe import StripeGateway
from orderkit.adapters.stripe.metadata import names_of
from orderkit.errors import InvalidRequest

Delivery = tuple[bytes, dict[str, str]]


def made_by(gateway: StripeGateway, proxy: Proxy, key: object) -> int:
    """How many intents the server itself has that carry this key of ours."""
    sdk = stripe.StripeClient("sk_test_peers", base_addresses={"api": proxy.url}, max_network_retries=0)
    every = sdk.v1.payment_intents.list({"limit": 100}).auto_paging_iter()
    return sum(names_of(each.to_dict()).key == key for each in every)


def test_a_life_at_somebody_elses_server(at_localstripe: StripeGateway) -> None:
    """Sale, authorization, capture, void and refund come out as they should at a server that nobody here wrote."""
    sold, held, given_up = order("sale"), order("authorize"), order("authorize")
    paid = at_localstripe.sale(sold)
    assert paid == Approved(reference(paid), Money("10.00", "EUR"))
    on = reference(at_localstripe.authorize(held))
    assert isinstance(at_localstripe.capture(then(held, "capture", "10.00", on=on)), Approved)
    gone = reference(at_localstripe.authorize(given_up))
    for _ in range(2):
        assert isinstance(at_localstripe.void(then(given_up, "void", "10.00", on=gone)), Approved)
    back = then(sold, "refund", "4.00", on=reference(paid))
    refunded = at_localstripe.refund(back)
    assert refunded == Approved(reference(refunded), Money("4.00", "EUR"))
    assert at_localstripe.look_up(back) == refunded


@pytest.mark.parametrize("type", ["sale", "authorize"])
def test_a_lost_answer_is_recovered_by_looking_it_up(
    at_localstripe: StripeGateway, to_localstripe: Proxy, type: str
) -> None:
    """The answer is lost after the server has acted: the look-up finds it, and there is one intent (F007, I-33)."""
    asked = order("sale" if type == "sale" else "authorize")
    to_localstripe.losses = 1
    assert isinstance(getattr(at_localstripe, type)(asked), Unknown)
    found = at_localstripe.look_up(asked)
    assert isinstance(found, Approved)
    assert found.amount == asked.amount
    assert made_by(at_localstripe, to_localstripe, asked.key) == 1
    assert isinstance(at_localstripe.look_up(order("sale")), NeverSeen)


def test_without_looking_it_up_there_would_be_two(at_localstripe: StripeGateway, to_localstripe: Proxy) -> None:
    """The control: sent again to a server without keys, even the same key charges twice; so the proxy is no sham."""
    asked = order("sale")
    to_localstripe.losses = 1
    assert isinstance(at_localstripe.sale(asked), Unknown)
    assert isinstance(at_localstripe.sale(asked), Approved)
    assert to_localstripe.keys == [str(asked.key)] * 2
    assert made_by(at_localstripe, to_localstripe, asked.key) == 2


def test_a_lost_refund_is_recovered_by_looking_it_up(at_localstripe: StripeGateway, to_localstripe: Proxy) -> None:
    """So is a refund: found by our key among those of the intent."""
    sold = order("sale")
    asked = then(sold, "refund", "4.00", on=reference(at_localstripe.sale(sold)))
    assert isinstance(at_localstripe.look_up(asked), NeverSeen)
    to_localstripe.losses = 1
    assert isinstance(at_localstripe.refund(asked), Unknown)
    assert isinstance(at_localstripe.look_up(asked), Approved)


def test_a_server_without_amounts_is_not_believed(at_localstripe: StripeGateway) -> None:
    """It never says how much of a hold was captured: its statement is unknown rather than guessed (F075)."""
    held = order("authorize")
    on = reference(at_localstripe.authorize(held))
    at_localstripe.capture(then(held, "capture", "6.00", on=on))
    assert isinstance(at_localstripe.statement(inquiry(held, on=on)), Unknown)


def test_its_events_are_authentic_and_say_what_happened(at_localstripe: StripeGateway, localstripe_port: int) -> None:
    """What it signs is accepted by us and by Stripe's library; tampered it is refused; it names our operation."""
    with listening(localstripe_port) as deliveries:
        sold = order("sale")
        on = reference(at_localstripe.sale(sold))
        body, headers = delivered(deliveries, "payment_intent.succeeded", on)
    at = datetime.fromtimestamp(seconds(), timezone.utc)
    at_localstripe.authenticate(body, headers, at=at)
    stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_peers")
    with pytest.raises(InvalidRequest):
        at_localstripe.authenticate(body.replace(b"1000", b"9000"), headers, at=at)
    (report,) = at_localstripe.event(body).reports
    assert (report.type, report.key, report.payment_id, report.scope) == ("sale", sold.key, sold.payment_id, "acme")
    assert report.outcome == Approved(on, Money("10.00", "EUR"))


def test_a_failing_card_is_declined_by_answer_and_by_event(
    at_localstripe: StripeGateway, localstripe_port: int
) -> None:
    """A card that fails when it is charged is a decline, in the answer, in the look-up and in the event."""
    with listening(localstripe_port) as deliveries:
        asked = order("sale", method="pm_card_chargeCustomerFail")
        assert isinstance(at_localstripe.sale(asked), Declined)
        assert isinstance(at_localstripe.look_up(asked), Declined)
        body, _ = delivered(deliveries, "payment_intent.payment_failed")
    (report,) = at_localstripe.event(body).reports
    assert isinstance(report.outcome, Declined)
    assert report.key == asked.key


@contextmanager
def listening(port: int) -> Iterator[queue.Queue[Delivery]]:
    """What localstripe delivers while this is open."""
    deliveries: queue.Queue[Delivery] = queue.Queue()

    class Listening(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            deliveries.put((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Tests say by themselves what they saw."""

    server = HTTPServer(("127.0.0.1", 0), Listening)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        said = {"url": f"http://127.0.0.1:{server.server_port}/", "secret": "whsec_peers"}
        told = urllib.parse.urlencode(said).encode()
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/_config/webhooks/ours", told, timeout=10
        ) as answer:  # our own machine
            assert answer.status == 200
        yield deliveries
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def delivered(deliveries: queue.Queue[Delivery], type: str, id: str | None = None) -> Delivery:
    """The first delivery of this type, about this object where one is named; the others are passed over."""
    while True:
        body, headers = deliveries.get(timeout=15)
        event = json.loads(body)
        if event["type"] == type and id in (None, event["data"]["object"]["id"]):
            return body, headers
