"""The double behind a real socket: HTTP, form encoding, signed events, and faults on the way, one for each request."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from attrs import define, field, frozen
from tests.gateways.stripe.double import Body, StripeDouble

from orderkit.ports.clock import SystemClock

SECRET = "whsec_of_the_double"


@frozen
class Fault:
    """What goes wrong with one request: it is acted on or not, and answered with this or, by None, not at all."""

    acts: bool
    status: int | None = None
    body: bytes = b"{}"


@frozen
class Request:
    """A request as it arrived."""

    method: str
    path: str
    params: Body
    key: str | None
    version: str | None


@define
class Serving:
    """The double, what it was asked, what it tells, and the faults that the next requests meet."""

    double: StripeDouble
    url: str = ""
    requests: list[Request] = field(factory=list)
    faults: deque[Fault | None] = field(factory=deque)
    events: list[Body] = field(factory=list)
    lock: threading.RLock = field(factory=threading.RLock)

    def told(self, *types: str) -> list[bytes]:
        """The bodies of the events so far, of some types or of all."""
        return [json.dumps(each).encode() for each in self.events if not types or each["type"] in types]

    def sent(self, method: str = "POST") -> list[Request]:
        """The requests so far."""
        return [each for each in self.requests if each.method == method]


def signed(body: bytes, *, at: int, secret: str = SECRET) -> dict[str, str]:
    """The header that Stripe sends with an event."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={at},v1={mac}"}


def seconds() -> int:
    """The present as Stripe counts it."""
    return int(SystemClock().now().timestamp())


@contextmanager
def served(double: StripeDouble | None = None) -> Iterator[Serving]:
    """A double that listens on a port of its own until it is left."""
    serving = Serving(double or StripeDouble(seconds))
    serving.double.happened = serving.events.append

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _answer(self, serving)

        do_POST = do_GET  # noqa: N815  # the name that http.server looks for

        def log_message(self, format: str, *arguments: Any) -> None:
            """Tests say by themselves what they saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    serving.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield serving
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(asking: BaseHTTPRequestHandler, serving: Serving) -> None:
    url = urlsplit(asking.path)
    sent = asking.rfile.read(int(asking.headers.get("Content-Length") or 0)).decode()
    params = nested(sent or url.query)
    key = asking.headers.get("Idempotency-Key")
    with serving.lock:
        serving.requests.append(Request(asking.command, url.path, params, key, asking.headers.get("Stripe-Version")))
        fault = serving.faults.popleft() if serving.faults else None
        status, body = 0, b""
        if fault is None or fault.acts:
            status, told = serving.double.answer(asking.command, url.path, params, key=key)
            body = json.dumps(told).encode()
    if fault is not None and fault.status is None:
        asking.close_connection = True
        return
    _send(asking, *((status, body) if fault is None else (fault.status or 0, fault.body)))


def _send(asking: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    asking.send_response(status)
    asking.send_header("Content-Type", "application/json")
    asking.send_header("Content-Length", str(len(body)))
    asking.end_headers()
    asking.wfile.write(body)


def nested(form: str) -> Body:
    """A form as Stripe reads it: ``a[b][c]=d`` is an object in an object."""
    found: Body = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *path, last = name.replace("]", "").split("[")
        place = found
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return found


Direction = Literal["before", "after"]


def dropped(direction: Direction) -> Fault:
    """The connection ends without an answer, before or after the request was acted on."""
    return Fault(acts=direction == "after")
