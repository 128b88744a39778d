"""The inbox: a webhook is checked, stored raw, acknowledged, and only then looked at; what it names may come later."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from attrs import evolve, frozen

from orderkit.errors import InvalidRequest, OrderkitError, Refusal, StorageError
from orderkit.ports.clock import Clock
from orderkit.ports.exchange import InboxEvent
from orderkit.ports.gateway import Event, EventSource
from orderkit.ports.ids import Ids
from orderkit.ports.storage import Storage
from orderkit.services.reporting import Sender, WiringOf, place_of, take
from orderkit.services.units import outside, unit_of_work
from orderkit.services.wiring import Gateways

LARGEST_BODY: Final = 1 << 20
"""Bytes of a webhook's body that are read at all; the largest events of the gateways known to us are far below it."""

PARKED_FOR: Final = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=2),
    timedelta(days=3),
)
"""How long after each vain try an event that names nothing we know is tried again; then it is dead, and visible."""

_log = logging.getLogger("orderkit.inbox")


@frozen
class Receipt:
    """What became of a webhook, and what to answer its sender.

    `duplicate` was taken before; `parked` is kept until what it names is known; `dead` was authentic and cannot be
    understood, it is kept for a person; `refused` was not kept, and `refusal` says why.
    """

    status: Literal["applied", "received", "parked", "dead", "duplicate", "refused"]
    event_id: str | None = None
    refusal: Refusal | None = None

    @property
    def http_status(self) -> int:
        """200 where the event is kept, so that it is not sent again; 400, 404 or 413 where it was refused."""
        if self.status != "refused" or self.refusal is None:
            return 200
        return {"is_small_enough": 413, "is_known_gateway": 404, "sends_events": 404}.get(self.refusal.code, 400)


@frozen(kw_only=True)
class Inbox:
    """What receiving is wired to; unlike commands it does not know the scope yet."""

    storage: Storage
    clock: Clock
    ids: Ids
    gateways: Callable[[str], Gateways]
    wiring_of: WiringOf


def receive(inbox: Inbox, name: str, body: bytes, headers: Mapping[str, str], *, scope: str = "") -> Receipt:
    """Take one webhook of the gateway that the host calls `name`.

    It is acknowledged only once it is stored (I-27); whatever goes wrong afterwards is for `run_due`.

    Raises:
        StorageError: it could not be stored, so it must not be acknowledged; the sender sends it again.
    """
    try:
        source = _source(inbox, name, scope)
        _check(inbox, source, body, headers)
    except InvalidRequest as error:
        return Receipt("refused", None, error.refusal)
    event = _noted(inbox, name, source, body, scope)
    with unit_of_work(inbox.storage) as work:
        is_new = work.receive(event)
    if not is_new:
        return Receipt("duplicate", event.event_id)
    try:
        event = handle(inbox, event)
    except StorageError:
        _log.warning("event %s of %s is stored and will be applied later", event.event_id, name, exc_info=True)
    return Receipt(event.status, event.event_id, Refusal(event.reason) if event.reason else None)


def _source(inbox: Inbox, name: str, scope: str) -> EventSource:
    known = inbox.gateways(scope)
    gateway = known.get(name)
    if gateway is None:
        raise InvalidRequest("gateway", "is_known_gateway", via=name, known=", ".join(known) or "none")
    if not isinstance(gateway, EventSource):
        raise InvalidRequest("gateway", "sends_events", gateway=name)
    return gateway


def _check(inbox: Inbox, source: EventSource, body: bytes, headers: Mapping[str, str]) -> None:
    """Raise InvalidRequest where the body is too large, or not authentic by what its own gateway says."""
    if len(body) > LARGEST_BODY:
        raise InvalidRequest("body", "is_small_enough", bytes=len(body), most=LARGEST_BODY)
    at = inbox.clock.now()
    try:
        outside("the signature's check", lambda: source.authenticate(body, headers, at=at))
    except OrderkitError:
        raise
    except Exception as error:
        _log.exception("the adapter failed while it checked a signature")
        raise InvalidRequest("signature", "can_be_checked", why=type(error).__name__) from error


def _noted(inbox: Inbox, name: str, source: EventSource, body: bytes, scope: str) -> InboxEvent:
    """The event as it is stored: under the gateway's id, or, where it has none, under a digest of the body."""
    now = inbox.clock.now()
    read = _read(source, body)
    nonsense = read if isinstance(read, Refusal) else None
    return InboxEvent(
        id=inbox.ids.new(now),
        gateway=name,
        account=inbox.gateways(scope)[name].account,
        event_id=f"sha256:{hashlib.sha256(body).hexdigest()}" if isinstance(read, Refusal) else read.id,
        scope=scope,
        body=body,
        received_at=now,
        status="dead" if nonsense else "received",
        type="" if isinstance(read, Refusal) else read.type,
        reason=str(nonsense) if nonsense else None,
        due_at=None if nonsense else now,
    )


def _read(source: EventSource, body: bytes) -> Event | Refusal:
    """What the body says, or why it says nothing; whatever the adapter raises is no reason to lose it."""
    try:
        return outside("reading an event", lambda: source.event(body))
    except InvalidRequest as error:
        return error.refusal
    except Exception as error:
        _log.exception("the adapter failed while it read an event")
        return Refusal("is_understood", {"why": f"{type(error).__name__}: {error}"[:200]})


def handle(inbox: Inbox, event: InboxEvent) -> InboxEvent:
    """Apply a stored event, and write down what became of it; applying it twice changes nothing (I-26)."""
    if event.status in ("applied", "dead"):
        return event
    after = _applied(inbox, event)
    with unit_of_work(inbox.storage) as work:
        work.put_event(after)
    return after


def _applied(inbox: Inbox, event: InboxEvent) -> InboxEvent:
    now = inbox.clock.now()
    try:
        read = _read(_source(inbox, event.gateway, event.scope), event.body)
    except InvalidRequest as error:
        return _parked(event, error.refusal, now=now)
    if isinstance(read, Refusal):
        return evolve(event, status="dead", reason=str(read), due_at=None)
    sender = Sender(gateway=event.gateway, account=event.account, scope=event.scope)
    missing: Refusal | None = None
    for report in read.reports:
        place = place_of(inbox.storage, sender, report)
        if isinstance(place, Refusal):
            missing = place
            continue
        try:
            take(inbox.wiring_of(place.scope), place, report, cause=f"event:{event.gateway}:{event.event_id}")
        except InvalidRequest as error:
            return evolve(event, status="dead", reason=str(error.refusal), due_at=None)
    if missing is not None:
        return _parked(event, missing, now=now)
    return evolve(event, status="applied", reason=None, due_at=None, attempts=event.attempts + 1, type=read.type)


def _parked(event: InboxEvent, reason: Refusal, *, now: datetime) -> InboxEvent:
    """Kept until what it names is known; given up, and visible as dead, at the end of the schedule (I-28)."""
    tried = event.attempts + 1
    if tried > len(PARKED_FOR):
        return evolve(event, status="dead", reason=str(reason), due_at=None, attempts=tried)
    due_at = now + PARKED_FOR[tried - 1]
    return evolve(event, status="parked", reason=str(reason), due_at=due_at, attempts=tried)


def apply_due(inbox: Inbox, *, limit: int) -> tuple[InboxEvent, ...]:
    """Try again what is parked or was stored by a process that died before it looked at it."""
    now = inbox.clock.now()
    with inbox.storage.reading() as store:
        due = store.due_events(until=now, limit=limit)
    return tuple(_handled_or_put_off(inbox, each) for each in due)


def _handled_or_put_off(inbox: Inbox, event: InboxEvent) -> InboxEvent:
    """One event that cannot be recorded stops no other, and comes up again later (F112)."""
    try:
        return handle(inbox, event)
    except OrderkitError as error:
        _log.warning("event %s of %s is put off", event.event_id, event.gateway, exc_info=True)
        put_off = _parked(event, Refusal("can_be_recorded", {"why": str(error)[:200]}), now=inbox.clock.now())
    with unit_of_work(inbox.storage) as work:
        work.put_event(put_off)
    return put_off


def retry(inbox: Inbox, event: InboxEvent) -> InboxEvent:
    """Look at an event again that was parked or given up, such as after an adapter was mended."""
    return handle(inbox, evolve(event, status="received", reason=None, due_at=inbox.clock.now(), attempts=0))
