"""What Stripe tells by itself: one table from an event's type to the reports in its object.

Only the table and the reading of the envelope live here. The object of an event is a snapshot, so each event says by
itself what is the case; nothing rests on their order or on their times, which are equal to the second (F042).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from orderkit.adapters.stripe.charges import captured_in_all, refunded_in_all
from orderkit.adapters.stripe.disputes import reports_of_dispute
from orderkit.adapters.stripe.intents import read_intent, reports_of
from orderkit.adapters.stripe.reading import Body, Unreadable, checked, optional_text, part, text
from orderkit.adapters.stripe.refunds import read_refund, reports_of_refund
from orderkit.errors import InvalidRequest
from orderkit.payments.reports import Report
from orderkit.ports.gateway import Event

Reader: TypeAlias = Callable[[Body, Body], tuple[Report, ...]]


def event_in(body: bytes) -> Event:
    """What an authentic body says. An event of an unknown type, or of a connected account, has no reports.

    Raises:
        InvalidRequest: it is no event of Stripe's, or its object contradicts itself or the event; `field` is ``body``.
    """
    envelope = _envelope(body)
    try:
        id, type = text(envelope, "id"), text(envelope, "type")
    except Unreadable as error:
        raise InvalidRequest("body", "is_event", problem=str(error)) from error
    reader = READERS.get(type)
    if reader is None or envelope.get("account") is not None:
        return Event(id=id, type=type)
    try:
        told = checked(envelope.get("data"), "data")
        reports = reader(checked(told.get("object"), "data.object"), part(told, "previous_attributes") or {})
    except Unreadable as error:
        raise InvalidRequest("body", "is_consistent", event=type, problem=str(error)) from error
    return Event(id=id, type=type, reports=reports)


def _envelope(body: bytes) -> Body:
    try:
        return checked(json.loads(body), "event")
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("body", "is_event", problem=type(error).__name__) from error


def _intent(*statuses: str) -> Reader:
    def read(body: Body, before: Body) -> tuple[Report, ...]:
        intent = read_intent(body)
        if intent.status not in statuses:
            raise Unreadable(f"status: the intent is {intent.status!r}, and the event is for {' or '.join(statuses)}")
        if intent.status == "requires_payment_method" and intent.error is None:
            raise Unreadable("last_payment_error: it failed without an error")
        return reports_of(intent)

    return read


def _refund(*statuses: str) -> Reader:
    def read(body: Body, before: Body) -> tuple[Report, ...]:
        refund = read_refund(body)
        if statuses and refund.status not in statuses:
            raise Unreadable(f"status: the refund is {refund.status!r}, and the event is for {' or '.join(statuses)}")
        return reports_of_refund(refund, was=optional_text(before, "status"))

    return read


def _charge(read: Callable[[Body], tuple[Report, ...]]) -> Reader:
    return lambda body, before: read(body)


READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "payment_intent.succeeded": _intent("succeeded"),
        "payment_intent.payment_failed": _intent("requires_payment_method"),
        "payment_intent.canceled": _intent("canceled"),
        "payment_intent.processing": _intent("processing"),
        "payment_intent.requires_action": _intent("requires_action"),
        "payment_intent.amount_capturable_updated": _intent("requires_capture", "succeeded", "canceled"),
        "charge.captured": _charge(captured_in_all),
        "charge.refunded": _charge(refunded_in_all),
        "charge.dispute.created": _charge(reports_of_dispute),
        "charge.dispute.updated": _charge(reports_of_dispute),
        "charge.dispute.closed": _charge(reports_of_dispute),
        "charge.dispute.funds_withdrawn": _charge(reports_of_dispute),
        "charge.dispute.funds_reinstated": _charge(reports_of_dispute),
        "charge.refund.updated": _refund(),
        "refund.created": _refund(),
        "refund.updated": _refund(),
        "refund.failed": _refund("failed"),
    }
)
"""Which events are read, and how. Any other is acknowledged, kept, and says nothing about money."""
