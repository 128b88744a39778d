"""A proxy on the way to a server: it can lose the answer after the server has acted, and leave parameters out.

Nothing here knows what the server does. It forwards one request after the other and keeps a list of them.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from attrs import define, field

PASSED_ON = ("Authorization", "Content-Type", "Idempotency-Key", "Stripe-Version")


@define
class Proxy:
    """One way to one server.

    Attributes:
        upstream: the server's port on this machine. url: where the proxy listens.
        left_out: parameters that the server does not know, by the end of the path they go to; nested ones included.
        renamed: parameters that the server knows by another name.
        losses: how many of the next answers to POST requests are lost, after the server has acted.
        keys: the idempotency keys of the POST requests that were passed on.
    """

    upstream: int
    url: str = ""
    left_out: dict[str, set[str]] = field(factory=dict)
    renamed: dict[str, str] = field(factory=dict)
    losses: int = 0
    keys: list[str | None] = field(factory=list)
    lock: threading.Lock = field(factory=threading.Lock)

    def adapted(self, path: str, form: str) -> str:
        """The parameters as the server takes them."""
        left_out = set().union(*(names for end, names in self.left_out.items() if path.endswith(end)))
        pairs = [(name, value) for name, value in parse_qsl(form, keep_blank_values=True)]
        kept = [(name, value) for name, value in pairs if name.partition("[")[0] not in left_out]
        return urlencode([(self.renamed.get(name, name), value) for name, value in kept])

    def is_lost(self, method: str) -> bool:
        """Whether this answer is one of those to lose."""
        with self.lock:
            if method != "POST" or not self.losses:
                return False
            self.losses -= 1
            return True


@contextmanager
def proxied(upstream: int) -> Iterator[Proxy]:
    """A proxy that listens until it is left."""
    proxy = Proxy(upstream)

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _pass_on(self, proxy)

        do_POST = do_GET  # noqa: N815  # the name that http.server looks for

        def log_message(self, format: str, *arguments: object) -> None:
            """Tests say by themselves what they saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pass_on(asking: BaseHTTPRequestHandler, proxy: Proxy) -> None:
    url = urlsplit(asking.path)
    sent = asking.rfile.read(int(asking.headers.get("Content-Length") or 0)).decode()
    query, body = proxy.adapted(url.path, url.query), proxy.adapted(url.path, sent)
    headers = {name: asking.headers[name] for name in PASSED_ON if name in asking.headers}
    if asking.command == "POST":
        proxy.keys.append(headers.get("Idempotency-Key"))
    connection = http.client.HTTPConnection("127.0.0.1", proxy.upstream, timeout=10)
    try:
        connection.request(asking.command, f"{url.path}?{query}" if query else url.path, body or None, headers)
        answer = connection.getresponse()
        status, told = answer.status, answer.read()
    finally:
        connection.close()
    if proxy.is_lost(asking.command):
        asking.close_connection = True
        return
    asking.send_response(status)
    asking.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
    asking.send_header("Content-Length", str(len(told)))
    asking.end_headers()
    asking.wfile.write(told)
