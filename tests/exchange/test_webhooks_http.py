"""The webhook channel against a real HTTP server on this machine, which judges every request by `standardwebhooks`."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from attrs import define, evolve, field, frozen
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from standardwebhooks.webhooks import Webhook
from tests.services.stalls import BUYER, CLERK, NOON, StillClock, line

from orderkit import Orderkit
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.webhooks import MOST_READ, WebhookChannel
from orderkit.cloud_events import to_json
from orderkit.errors import InvalidRequest
from orderkit.ports.clock import SystemClock
from orderkit.ports.delivery import Delivered, Never, NotNow
from orderkit.ports.exchange import Message
from orderkit.services.relaying import SCHEDULE, Relayed, relay
from orderkit.standard_webhooks import ID, SIGNATURE, TIMESTAMP

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"
PLACED = Message(
    id=UUID("0195f000-0000-7000-8000-000000000001"),
    channel="events",
    scope="acme",
    order_id=UUID("0195f000-0000-7000-8000-000000000002"),
    sequence=7,
    type="order.placed",
    schema=1,
    at=NOON,
    body='{"amount":[1250,"EUR"],"note":"Käse"}',
)
PATIENCE = 30.0
"""Seconds after which a server or a channel that nobody releases gives up; no test waits so long."""

# Made for this file alone, for 127.0.0.1: it protects nothing.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgr+1GjfL2IRtYoH/w
k4l+bWLwKDjRu9T8pfc52K4O6oKhRANCAAQoFgir6Pd1TDxuKmO8v8D/w5rbo82/
RaZZ3YuMIooNWkOw+73Q3MKhr2LCFi4yyTromczGX/t1CeJx/YNWvjGu
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBdjCCARygAwIBAgIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5vcmRlcmtp
dCB0ZXN0czAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowGTEXMBUG
A1UEAwwOb3JkZXJraXQgdGVzdHMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQo
Fgir6Pd1TDxuKmO8v8D/w5rbo82/RaZZ3YuMIooNWkOw+73Q3MKhr2LCFi4yyTro
mczGX/t1CeJx/YNWvjGuo1MwUTAPBgNVHREECDAGhwR/AAABMA8GA1UdEwEB/wQF
MAMBAf8wDgYDVR0PAQH/BAQDAgKEMB0GA1UdDgQWBBSiXdzyXpSpeK2VZrtnMR/j
8uUWujAKBggqhkjOPQQDAgNIADBFAiEA6v+QyKSJYP5PVahZsrGQvZ27qNKVMdb0
KHi6z1AQjToCID0GqAU/MMJFtbnjUq5UZgi8H9FuqBDcmulJi/EO1z3M
-----END CERTIFICATE-----
"""


@frozen
class Received:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[BaseHTTPRequestHandler], None]


@define
class Receiver:
    """A server that behaves as it is told, one behaviour per request, the last one for all that follow."""

    behaviours: list[Behaviour]
    port: int = 0
    received: list[Received] = field(factory=list)
    released: threading.Event = field(factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?shop=1"

    def channel(self, **chosen: object) -> WebhookChannel:
        """A channel to this server, patient unless something else is chosen."""
        patience = timedelta(seconds=PATIENCE)
        options: dict[str, object] = {"url": self.url, "secrets": [SECRET], "timeout": patience, **chosen}
        return WebhookChannel(**options)  # type: ignore[arg-type]  # the choices are those of the channel


@contextmanager
def receiver(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A server on a free port of this machine, until the block ends."""
    told = Receiver(list(behaviours))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.received.append(Received(self.path, dict(self.headers.items()), body))
            behave = told.behaviours.pop(0) if len(told.behaviours) > 1 else told.behaviours[0]
            self.released = told.released
            behave(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Clients hang up here on purpose."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        told.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield told
        finally:
            told.released.set()
            server.shutdown()
            thread.join()


def answers(status: int, *, body: bytes = b"", **headers: str) -> Behaviour:
    def behave(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        to.send_header("content-length", str(len(body)))
        to.end_headers()
        to.wfile.write(body)

    return behave


def says(*pieces: bytes, then_hangs: bool = False) -> Behaviour:
    """These bytes as they are; then it hangs up, or says nothing more."""

    def behave(to: BaseHTTPRequestHandler) -> None:
        for piece in pieces:
            to.wfile.write(piece)
        if then_hangs:
            to.released.wait(PATIENCE)  # type: ignore[attr-defined]  # put there by the server
        to.close_connection = True

    return behave


def drips(piece: bytes, first: bytes = b"") -> Behaviour:
    """The piece again and again, until the other side has had enough."""

    def behave(to: BaseHTTPRequestHandler) -> None:
        to.close_connection = True
        to.wfile.write(first)
        while not to.released.wait(0.02):  # type: ignore[attr-defined]  # put there by the server
            to.wfile.write(piece)

    return behave


def test_a_receiver_gets_a_signed_cloud_event() -> None:
    """One POST with the event as body, which the SDK reads and `standardwebhooks` verifies by old and new secret."""
    with receiver(answers(204)) as to:
        assert to.channel(secrets=[SECRET, OLD_SECRET]).deliver(PLACED) == Delivered()
    (request,) = to.received
    assert request.path == "/hooks?shop=1"
    assert request.body == to_json(PLACED)
    assert request.headers["content-type"] == "application/cloudevents+json"
    for secret in (SECRET, OLD_SECRET):
        assert Webhook(secret).verify(request.body, request.headers)["id"] == str(PLACED.id)
    event = from_structured_event(HTTPMessage(request.headers, request.body))
    assert (event.get_id(), event.get_data()) == (str(PLACED.id), {"amount": [1250, "EUR"], "note": "Käse"})


def test_every_try_has_the_same_id_and_body_and_a_timestamp_of_its_own() -> None:
    """I-32: after two answers of 500 the third try arrives, and the receiver can tell that it is one message."""
    clock = StillClock(NOON)
    with receiver(answers(500), answers(500), answers(200)) as to:
        channel = to.channel(clock=clock)
        outcomes = []
        for _ in range(3):
            outcomes.append(channel.deliver(PLACED))
            clock.advance(timedelta(minutes=5))
    assert [type(each) for each in outcomes] == [NotNow, NotNow, Delivered]
    assert {each.body for each in to.received} == {to_json(PLACED)}
    assert {each.headers[ID] for each in to.received} == {str(PLACED.id)}
    assert [int(each.headers[TIMESTAMP]) - int(NOON.timestamp()) for each in to.received] == [0, 300, 600]
    assert len({each.headers[SIGNATURE] for each in to.received}) == 3


def test_facts_reach_a_receiver_that_is_down_at_first() -> None:
    """I-32: what a placed order says arrives by the schedule, each under one id, after two failures."""
    storage, clock = MemoryStorage(), StillClock()
    shop = Orderkit(storage=storage, clock=clock).scope("acme", actor=CLERK)
    shop.orders.place(customer=BUYER, lines=[line()])
    told = []
    with receiver(*[answers(500)] * 4, answers(200)) as to:
        for wait in SCHEDULE[:4]:
            clock.advance(wait)
            told.append(relay(storage, clock, {"events": to.channel(clock=clock)}, owner="w-1", limit=100))
    assert told == [Relayed(postponed=2), Relayed(postponed=2), Relayed(delivered=2), Relayed()]
    events = [from_structured_event(HTTPMessage(each.headers, each.body)) for each in to.received]
    assert [each.get_type() for each in events] == ["orderkit.order.placed", "orderkit.payment_request.opened"] * 3
    assert len({each.get_id() for each in events}) == 2


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_an_arrival(status: int) -> None:
    """Whatever the body says."""
    with receiver(answers(status, body=b"" if status == 204 else b'{"error":"no"}')) as to:
        assert to.channel().deliver(PLACED) == Delivered()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """The event goes where the host wanted it to go, or nowhere."""
    with receiver(answers(200)) as elsewhere, receiver(answers(status, location=elsewhere.url)) as to:
        outcome = to.channel().deliver(PLACED)
    assert isinstance(outcome, NotNow)
    assert "redirects are not followed" in outcome.reason
    assert len(to.received) == 1
    assert elsewhere.received == []


def test_gone_is_for_good() -> None:
    """410 alone says that nobody wants the messages any more; a 404 may be a deployment."""
    with receiver(answers(410), answers(404)) as to:
        assert to.channel().deliver(PLACED) == Never("answered 410 Gone")
        assert to.channel().deliver(PLACED) == NotNow("answered 404 Not Found")


@pytest.mark.parametrize("status", [400, 401, 409, 413, 500, 502, 504, 599])
def test_any_other_answer_is_tried_again(status: int) -> None:
    """A receiver that is set up wrongly today may take the message tomorrow."""
    with receiver(answers(status, retry_after="7")) as to:
        outcome = to.channel().deliver(PLACED)
    assert isinstance(outcome, NotNow)
    assert str(status) in outcome.reason
    assert outcome.retry_after is None


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta(0)),
        (format_datetime(NOON + timedelta(hours=1), usegmt=True), timedelta(hours=1)),
        (format_datetime(NOON - timedelta(hours=1), usegmt=True), timedelta(0)),
        ("Mon, 02 Mar 2026 13:00:00 -0000", timedelta(hours=1)),
        ("-5", None),
        ("1e9", None),
        ("9" * 400, None),
        ("Mon, 99 Xyz 2026", None),
        ("soon", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_receiver_says_when_to_come_again(status: int, asked: str, wait: timedelta | None) -> None:
    """Retry-After in seconds or as a date (RFC 9110); nonsense is no wish."""
    with receiver(answers(status, retry_after=asked)) as to:
        outcome = to.channel(clock=StillClock(NOON)).deliver(PLACED)
    assert isinstance(outcome, NotNow)
    assert outcome.retry_after == wait


@pytest.mark.parametrize(
    "behaviour",
    [
        says(then_hangs=True),
        says(b"HTTP/1.1 200", then_hangs=True),
        drips(b"x"),
        drips(b"x-more: and more\r\n", first=b"HTTP/1.1 200 OK\r\n"),
        drips(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silence", "half a line", "a byte at a time", "endless headers", "endless 100"],
)
def test_a_receiver_that_does_not_come_to_the_point_is_hung_up_on(behaviour: Behaviour) -> None:
    """Whether it is silent or never stops talking, the try ends, and it may have arrived or not."""
    with receiver(behaviour) as to:
        outcome = to.channel(timeout=timedelta(milliseconds=300)).deliver(PLACED)
    assert isinstance(outcome, NotNow)


def test_silence_is_told_by_its_length() -> None:
    """The reason says how long was waited."""
    with receiver(says(then_hangs=True)) as to:
        assert to.channel(timeout=timedelta(milliseconds=300)).deliver(PLACED) == NotNow("no answer within 0.3 s")


@pytest.mark.parametrize(
    "pieces",
    [(), (b"HTTP/1.1 2",), (b"\xff\xfe\x00\r\n\r\n",), (b"SSH-2.0-OpenSSH\r\n",), (b"HTTP/1.1 abc OK\r\n\r\n",)],
    ids=["nothing", "half a line", "bytes", "another protocol", "no number"],
)
def test_a_connection_that_breaks_leaves_it_open_whether_it_arrived(pieces: tuple[bytes, ...]) -> None:
    """The receiver read the body and hung up, or talked nonsense: the message is tried again."""
    with receiver(says(*pieces)) as to:
        assert isinstance(to.channel().deliver(PLACED), NotNow)
    assert len(to.received) == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        says(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\nhalf"),
        says(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\nhalf", then_hangs=True),
        drips(b"a" * 1000, first=b"HTTP/1.1 200 OK\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
    ],
    ids=["cut off", "unfinished", "endless", "nonsense"],
)
def test_a_yes_counts_whatever_becomes_of_the_rest_of_the_answer(behaviour: Behaviour) -> None:
    """The status line is the answer."""
    with receiver(behaviour) as to:
        # Time enough for a busy machine to get the status line across.
        assert to.channel(timeout=timedelta(seconds=2)).deliver(PLACED) == Delivered()


def test_no_more_than_64_kb_of_an_answer_are_read() -> None:
    """A receiver that answers with a gigabyte finds the line closed."""
    sent: list[int] = []

    def floods(to: BaseHTTPRequestHandler) -> None:
        to.close_connection = True
        to.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        with suppress(OSError):
            for _ in range(1000):
                to.wfile.write(b"a" * 1_000_000)
                sent.append(1_000_000)
        to.released.set()  # type: ignore[attr-defined]  # put there by the server

    with receiver(floods) as to:
        assert to.channel().deliver(PLACED) == Delivered()
        assert to.released.wait(PATIENCE)
    assert MOST_READ == 64 * 1024
    assert sum(sent) < 100_000_000  # what the system's buffers took


def test_nobody_there_is_tried_again() -> None:
    """A refused connection has a reason that says so and does not show the URL."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        url = f"http://127.0.0.1:{port}/T0K3N"
        outcome = WebhookChannel(url=url, secrets=(SECRET,)).deliver(PLACED)
    assert isinstance(outcome, NotNow)
    assert "refused" in outcome.reason
    assert "T0K3N" not in outcome.reason


def test_a_message_that_is_no_event_is_never_sent() -> None:
    """Its body will not become JSON by waiting."""
    with receiver(answers(200)) as to:
        outcome = to.channel().deliver(evolve(PLACED, body="no json"))
    assert isinstance(outcome, Never)
    assert to.received == []


@pytest.fixture
def tls_server(tmp_path: Path) -> ssl.SSLContext:
    """How a server proves that it is 127.0.0.1 to whoever trusts the certificate of these tests."""
    (tmp_path / "server.pem").write_text(CERTIFICATE, "ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    return context


def test_a_certificate_that_nobody_vouches_for_gets_no_message(tls_server: ssl.SSLContext) -> None:
    """By default the machine's authorities are asked; one's own authority has to be named."""
    with receiver(answers(200), tls=tls_server) as to:
        url = to.url.replace("http:", "https:")
        outcome = to.channel(url=url).deliver(PLACED)
        assert isinstance(outcome, NotNow)
        assert "certificate" in outcome.reason
        assert to.received == []
        trusting = ssl.create_default_context(cadata=CERTIFICATE.partition("-----END PRIVATE KEY-----\n")[2])
        assert to.channel(url=url, tls=trusting).deliver(PLACED) == Delivered()
        assert isinstance(to.channel(url=url.replace("127.0.0.1", "localhost"), tls=trusting).deliver(PLACED), NotNow)
    assert len(to.received) == 1


def test_a_tls_receiver_that_hangs_is_hung_up_on(tls_server: ssl.SSLContext) -> None:
    """The time-out holds inside an encrypted connection too."""
    trusting = ssl.create_default_context(cadata=CERTIFICATE.partition("-----END PRIVATE KEY-----\n")[2])
    with receiver(drips(b"x"), tls=tls_server) as to:
        url = to.url.replace("http:", "https:")
        channel = to.channel(url=url, tls=trusting, timeout=timedelta(milliseconds=500))
        assert channel.deliver(PLACED) == NotNow("no answer within 0.5 s")


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("", "is_webhook_url"),
        ("hooks.example", "is_webhook_url"),
        ("ftp://hooks.example/", "is_webhook_url"),
        ("https://", "is_webhook_url"),
        ("https://hooks.example:99999/", "is_webhook_url"),
        ("https://hooks.example:0/", "is_webhook_url"),
        ("https://[::1/", "is_webhook_url"),
        ("https://hooks.example/a b", "is_webhook_url"),
        ("https://hooks.example/\r\nx: y", "is_webhook_url"),
        ("https://hööks.example/", "is_webhook_url"),
        ("https://hooks.example/#top", "is_webhook_url"),
        ("https://ada:pa55@hooks.example/", "has_no_password"),
        ("http://hooks.example/", "is_encrypted"),
        ("http://192.0.2.7/", "is_encrypted"),
        ("http://127.0.0.1.example/", "is_encrypted"),
    ],
)
def test_a_url_that_nothing_may_be_sent_to_is_refused_at_once(url: str, rule: str) -> None:
    """When the channel is made, and without repeating the URL, which may be a secret."""
    with pytest.raises(InvalidRequest) as refused:
        WebhookChannel(url=url, secrets=(SECRET,))
    assert (refused.value.field, refused.value.refusal.code) == ("url", rule)
    assert "pa55" not in str(refused.value)


@pytest.mark.parametrize("url", ["https://hooks.example", "http://localhost:8080/x", "http://[::1]:8080/"])
def test_a_url_that_is_encrypted_or_stays_here_is_fine(url: str) -> None:
    """Certificates are of no use on the way to oneself."""
    channel = WebhookChannel(url=url, secrets=(SECRET,))
    assert url not in repr(channel)
    assert SECRET not in repr(channel)
    assert isinstance(channel.clock, SystemClock)


def test_secrets_are_looked_at_when_the_channel_is_made() -> None:
    """A slip of the pen shows before the first message fails."""
    for secrets in ((), ("whsec_short",), SECRET):
        with pytest.raises(InvalidRequest, match="secrets"):
            WebhookChannel(url="https://hooks.example", secrets=secrets)  # type: ignore[arg-type]  # a text is none
