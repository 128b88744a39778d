"""CloudEvents: every fact leaves in an envelope that the CloudEvents SDK reads back to what the message held."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote
from uuid import UUID

import pytest
from attrs import evolve
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import example, given
from hypothesis import strategies as st

from orderkit.cloud_events import CONTENT_TYPE, envelope, to_json
from orderkit.errors import InvalidRequest
from orderkit.ports.exchange import Message

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
PLACED = Message(
    id=UUID("0195f000-0000-7000-8000-000000000001"),
    channel="events",
    scope="acme",
    order_id=UUID("0195f000-0000-7000-8000-000000000002"),
    sequence=7,
    type="order.placed",
    schema=1,
    at=NOON,
    body='{"customer_id":"c-1","number":12,"order_id":"0195f000000070008000000000000002","total":[1250,"EUR"]}',
)

texts = st.text(st.characters(codec="utf-8"), max_size=30)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
messages = st.builds(
    Message,
    id=st.uuids(),
    channel=texts,
    scope=st.text(st.characters(codec="utf-8"), min_size=1, max_size=64),
    order_id=st.uuids(),
    sequence=st.integers(1, 2**31),
    type=st.from_regex(r"[a-z_]{1,20}\.[a-z]{1,20}", fullmatch=True),
    schema=st.integers(1, 99),
    at=st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(timezone.utc)),
    body=st.dictionaries(texts, plain, max_size=4).map(json.dumps),
)


def read_back(message: Message) -> CloudEvent:
    """The message as the SDK reads it from an HTTP request."""
    event = from_structured_event(HTTPMessage({"content-type": CONTENT_TYPE}, to_json(message)))
    assert isinstance(event, CloudEvent)
    return event


@given(messages)
def test_the_sdk_reads_back_what_the_message_held(message: Message) -> None:
    """Every attribute and the data come back; nothing is in the envelope that the message did not hold."""
    event = read_back(message)
    assert event.get_specversion() == "1.0"
    assert event.get_id() == str(message.id)
    assert unquote(event.get_source()) == f"/orderkit/{message.scope}"
    assert event.get_type() == f"orderkit.{message.type}"
    assert event.get_subject() == str(message.order_id)
    assert event.get_time() == message.at
    assert event.get_datacontenttype() == "application/json"
    assert event.get_dataschema() == f"urn:orderkit:{message.type}:{message.schema}"
    assert int(event.get_extension("sequence")) == message.sequence
    assert event.get_data() == json.loads(message.body)
    assert len(event.get_attributes()) == 9


def test_an_envelope_as_it_looks() -> None:
    """The one example that the documentation shows."""
    assert envelope(PLACED) == {
        "specversion": "1.0",
        "id": "0195f000-0000-7000-8000-000000000001",
        "source": "/orderkit/acme",
        "type": "orderkit.order.placed",
        "subject": "0195f000-0000-7000-8000-000000000002",
        "time": "2026-03-02T12:00:00Z",
        "sequence": "0000000007",
        "dataschema": "urn:orderkit:order.placed:1",
        "datacontenttype": "application/json",
        "data": {
            "customer_id": "c-1",
            "number": 12,
            "order_id": "0195f000000070008000000000000002",
            "total": [1250, "EUR"],
        },
    }


def test_an_event_is_the_same_bytes_on_every_channel_and_for_every_try() -> None:
    """I-32: whoever compares ids, or whole bodies, sees one event."""
    assert to_json(evolve(PLACED, channel="warehouse")) == to_json(PLACED)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=64))
@example("acme/../evil?a=b#c d%2F")
def test_a_scope_is_one_step_of_the_path(scope: str) -> None:
    """No scope can look like another one's path, or carry a query or a blank."""
    source = read_back(evolve(PLACED, scope=scope)).get_source()
    assert source.count("/") == 2
    assert source.isascii()
    assert not set(source) & set(' ?#"<>\\^`{|}')


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_sequences_are_ordered_as_text(one: int, other: int) -> None:
    """As the extension asks: consumers compare them as they are."""
    first, second = (str(envelope(evolve(PLACED, sequence=each))["sequence"]) for each in (one, other))
    assert (first < second) == (one < other)


def test_times_are_in_utc_whatever_zone_they_come_in() -> None:
    """RFC 3339, with the Z."""
    kyiv = NOON.astimezone(timezone(timedelta(hours=2))).replace(microsecond=5)
    assert envelope(evolve(PLACED, at=kyiv))["time"] == "2026-03-02T12:00:00.000005Z"


@pytest.mark.parametrize("body", ["", "no json", "[1]", '"text"', "null", '{"a":1.5}', '{"a":NaN}', '{"a":'])
def test_a_body_that_is_no_object_of_plain_json_is_refused(body: str) -> None:
    """A message that nobody could read is never sent."""
    with pytest.raises(InvalidRequest, match="body"):
        to_json(evolve(PLACED, body=body))
