"""Facts as webhooks: a channel that posts each message to one URL, as a CloudEvent signed by Standard Webhooks 1.0.

Only the HTTP call lives here, and what its answer means. It is made with the standard library, straight to the host of
the URL: no proxy is asked, no redirect is followed, certificates are checked.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta, timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection, responses
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from attrs import field, frozen

from orderkit.cloud_events import CONTENT_TYPE, to_json
from orderkit.errors import InvalidRequest
from orderkit.ports.clock import Clock, SystemClock
from orderkit.ports.delivery import Delivered, DeliveryOutcome, Never, NotNow
from orderkit.ports.exchange import Message
from orderkit.standard_webhooks import keys_of, sign

MOST_READ: Final = 64 * 1024
"""Of an answer only the head counts; a little more is taken off the line, so that the other side is not cut off."""

_GONE: Final = 410
_SECONDS = re.compile(r"[0-9]{1,9}")


def _require_receiver(url: str) -> None:
    """Refuse what is no URL, holds a password, or is neither encrypted nor on this machine.

    Raises:
        InvalidRequest: saying which; the URL itself may be a secret and is not repeated.
    """
    try:
        parts = urlsplit(url if url.isascii() and url.isprintable() and " " not in url else "")
        is_url = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url or parts.scheme not in ("http", "https") or parts.fragment:
        raise InvalidRequest("url", "is_webhook_url")
    if "@" in parts.netloc:
        raise InvalidRequest("url", "has_no_password")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        raise InvalidRequest("url", "is_encrypted", host=parts.hostname)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@frozen
class _Answer:
    """The head of an answer, as far as it counts."""

    status: int
    retry_after: str | None


@frozen(kw_only=True)
class WebhookChannel:
    """One receiver of webhooks.

    Attributes:
        url: where to post to: ``https``, or ``http`` on this machine. It is not shown in reasons or reprs.
        secrets: shared with the receiver, as of `standard_webhooks.sign`; two while one is being replaced.
        timeout: how long connecting may take, and then the rest.
        clock: tells when a try is made.
        tls: how certificates are checked; the default is by the authorities that this machine trusts.

    Raises:
        InvalidRequest: the URL or a secret is none.
    """

    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False, converter=tuple)
    timeout: timedelta = timedelta(seconds=10)
    clock: Clock = field(factory=SystemClock)
    tls: ssl.SSLContext = field(factory=ssl.create_default_context, repr=False)

    def __attrs_post_init__(self) -> None:
        _require_receiver(self.url)
        keys_of(self.secrets)

    def deliver(self, message: Message) -> DeliveryOutcome:
        """Post the message once; only a 2xx says that it has arrived, only a 410 that none ever will."""
        try:
            body = to_json(message)
        except (InvalidRequest, UnicodeEncodeError) as problem:
            return Never(f"it cannot be written as a CloudEvent: {problem}")
        signed = sign(body, id=str(message.id), at=self.clock.now(), secrets=self.secrets)
        try:
            return self._meaning(self._post(body, {"content-type": CONTENT_TYPE, **signed}))
        except TimeoutError:
            return NotNow(f"no answer within {self.timeout.total_seconds():g} s")
        except HTTPException as problem:
            return NotNow(f"no answer in HTTP: {type(problem).__name__}")
        except OSError as problem:
            return NotNow(f"no connection, or a lost one: {type(problem).__name__}: {problem}")

    def _post(self, body: bytes, headers: dict[str, str]) -> _Answer:
        parts = urlsplit(self.url)
        connection = self._connection(parts)
        try:
            connection.connect()
            with _ended_after(self.timeout, connection.sock) as ended:
                connection.request(
                    "POST",
                    f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}",
                    body=body,
                    headers={"user-agent": "orderkit", "connection": "close", **headers},
                )
                with connection.getresponse() as response:
                    if ended.is_set():  # the head may be half of one: a line that was hung up on simply ends
                        raise TimeoutError
                    with suppress(OSError, HTTPException):  # the head has been read, and the rest says nothing
                        response.read(MOST_READ)
                    return _Answer(response.status, response.getheader("retry-after"))
        finally:
            connection.close()

    def _connection(self, parts: SplitResult) -> HTTPConnection:
        host, seconds = parts.hostname or "", self.timeout.total_seconds()
        if parts.scheme == "https":
            return HTTPSConnection(host, parts.port, timeout=seconds, context=self.tls)
        return HTTPConnection(host, parts.port, timeout=seconds)

    def _meaning(self, answer: _Answer) -> DeliveryOutcome:
        if 200 <= answer.status < 300:
            return Delivered()
        said = f"answered {answer.status} {responses.get(answer.status, '')}".rstrip()
        if answer.status == _GONE:
            return Never(said)
        if 300 <= answer.status < 400:
            said = f"{said}: redirects are not followed; name the new URL"
        return NotNow(said, self._wait(answer.retry_after) if answer.status in (429, 503) else None)

    def _wait(self, retry_after: str | None) -> timedelta | None:
        """How long to wait, by a number of seconds or a date (RFC 9110, section 10.2.3); None where it says neither."""
        text = (retry_after or "").strip()
        if _SECONDS.fullmatch(text):
            return timedelta(seconds=int(text))
        try:
            until = parsedate_to_datetime(text)
            return max(until.replace(tzinfo=until.tzinfo or timezone.utc) - self.clock.now(), timedelta(0))
        except (ValueError, OverflowError):
            return None


@contextmanager
def _ended_after(timeout: timedelta, sock: socket.socket) -> Iterator[threading.Event]:
    """Hang up after so long, whatever is going on: a socket's own time-out counts anew with every byte.

    What it gives says whether that has happened.

    Raises:
        TimeoutError: in place of what reading from a line that was hung up on leads to.
    """
    ended = threading.Event()

    def hang_up() -> None:
        ended.set()
        with suppress(OSError):
            # Not the method of a TLS socket, which would take its state from under a reader's feet.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(timeout.total_seconds(), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield ended
    except (OSError, HTTPException) as problem:
        if ended.is_set():
            raise TimeoutError from problem
        raise
    finally:
        timer.cancel()
