"""CloudEvents 1.0: a message of the outbox as other programs read it, in the JSON format's structured mode; pure.

Only the envelope lives here. It holds what the message holds and nothing else, so every try sends the same bytes.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Final
from urllib.parse import quote

from orderkit.codec import to_text
from orderkit.errors import InvalidRequest
from orderkit.jsons import Json, checked_json
from orderkit.ports.exchange import Message

CONTENT_TYPE: Final = "application/cloudevents+json"

_SEQUENCE_DIGITS: Final = 10
"""Sequences are compared as text, so they are padded."""


def envelope(message: Message) -> dict[str, Json]:
    """The event, by attribute name.

    `id` is the message's, on every channel and for every try; with `source`, the scope's own path, it is unique.
    `subject` is the order. `dataschema` names type and version of the data: fields may be added within a version.
    `sequence` orders the events of one order; those of one and the same change share it.

    Raises:
        InvalidRequest: the body is no JSON object, or one that holds more than plain JSON.
    """
    return {
        "specversion": "1.0",
        "id": str(message.id),
        "source": f"/orderkit/{quote(message.scope, safe='')}",
        "type": f"orderkit.{message.type}",
        "subject": str(message.order_id),
        "time": _rfc_3339(message.at),
        "sequence": f"{message.sequence:0{_SEQUENCE_DIGITS}}",
        "dataschema": f"urn:orderkit:{message.type}:{message.schema}",
        "datacontenttype": "application/json",
        "data": _data_of(message.body),
    }


def to_json(message: Message) -> bytes:
    """The event as the bytes that are sent and signed; the same message always makes the same bytes.

    Raises:
        InvalidRequest: as of `envelope`.
    """
    return to_text(envelope(message)).encode()


def _data_of(body: str) -> Json:
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise InvalidRequest("body", "is_json_object", found=body[:40])
    return checked_json(data, "body")


def _rfc_3339(at: datetime) -> str:
    return at.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
