"""The part of the gateway's exam about webhooks: who is believed, and what is understood.

It is asked of adapters that are event sources, once their author says how an authentic event looks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest

from orderkit.errors import InvalidRequest
from orderkit.ports.clock import SystemClock
from orderkit.ports.gateway import Event, EventSource, PaymentGateway
from orderkit.testing.gateway_case import GatewayCase

Signed = tuple[bytes, Mapping[str, str]]
_LONG_AGO = timedelta(days=1)


class EventsPart(GatewayCase):
    """What every adapter has to do with what the gateway sends by itself."""

    def signed_event(self, gateway: PaymentGateway, at: datetime) -> Signed | None:
        """An event that the gateway has signed at this instant: body and headers; None skips this part."""
        return None

    def of_unknown_type(self, body: bytes) -> bytes | None:
        """The same event with a type that no adapter knows; None where that cannot be said."""
        event = json.loads(body)
        return json.dumps({**event, "type": "weather.changed"}).encode() if "type" in event else None

    def received(self, gateway: PaymentGateway) -> tuple[EventSource, bytes, Mapping[str, str], datetime]:
        """The adapter with an authentic event and the instant at which it was signed."""
        now = SystemClock().now().replace(microsecond=0)
        signed = self.signed_event(gateway, now) if isinstance(gateway, EventSource) else None
        if signed is None or not isinstance(gateway, EventSource):
            pytest.skip("the adapter takes no webhooks, or its author does not say how one is signed")
        return gateway, *signed, now

    def test_an_authentic_event_is_believed(self, gateway: PaymentGateway) -> None:
        """What the gateway has signed is accepted, whatever the case of the headers' names, and it says something."""
        source, body, headers, at = self.received(gateway)
        source.authenticate(body, headers, at=at)
        source.authenticate(body, {name.upper(): value for name, value in headers.items()}, at=at)
        source.authenticate(body, {name.lower(): value for name, value in headers.items()}, at=at)
        read = source.event(body)
        assert read.id
        assert read.type

    def test_an_event_that_is_not_signed_is_refused(self, gateway: PaymentGateway) -> None:
        """Without its headers, or with garbled ones, nothing is believed (I-31)."""
        source, body, headers, at = self.received(gateway)
        _refuse(source, body, {}, at)
        for name in headers:
            for wrong in ("", "x", "t=1,v1=", "=", ",", "\u00fc", headers[name][::-1], headers[name][:-1]):
                _refuse(source, body, {**headers, name: wrong}, at)

    def test_an_event_that_was_changed_on_its_way_is_refused(self, gateway: PaymentGateway) -> None:
        """One byte more, less or different, and the signature does not fit (I-31)."""
        source, body, headers, at = self.received(gateway)
        middle = len(body) // 2
        for changed in (body + b" ", body[:-1], b"", body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]):
            _refuse(source, changed, headers, at)

    def test_an_event_of_another_time_is_refused(self, gateway: PaymentGateway) -> None:
        """A signature of yesterday is refused, and so is one of tomorrow (I-31)."""
        source, body, headers, at = self.received(gateway)
        _refuse(source, body, headers, at + _LONG_AGO)
        _refuse(source, body, headers, at - _LONG_AGO)

    def test_an_event_reads_the_same_twice(self, gateway: PaymentGateway) -> None:
        """The same bytes are the same event with the same id, so that a repetition is recognized (I-26, F043)."""
        source, body, _, _ = self.received(gateway)
        assert source.event(body) == source.event(body)

    def test_an_event_of_an_unknown_type_says_nothing(self, gateway: PaymentGateway) -> None:
        """What the adapter has no words for is an event without reports; it is neither guessed at nor refused."""
        source, body, _, _ = self.received(gateway)
        unknown = self.of_unknown_type(body)
        if unknown is None:
            pytest.skip("the adapter's events have no type that can be changed")
        assert source.event(unknown).reports == ()

    def test_nonsense_is_refused(self, gateway: PaymentGateway) -> None:
        """What is no event is an invalid request, and nothing but that is ever raised (issue 3, bad input)."""
        source, body, _, _ = self.received(gateway)
        for nonsense in (
            b"",
            b"x",
            b"null",
            b"[]",
            b"{}",
            b"7",
            b'"event"',
            b"\xff\xfe\x00",
            b"[" * 100_000,
            body[:-1],
        ):
            with pytest.raises(InvalidRequest):
                source.event(nonsense)
        for spoilt in _spoilt(body):
            try:
                read = source.event(spoilt)
            except InvalidRequest:
                continue
            assert isinstance(read, Event)


def _refuse(source: EventSource, body: bytes, headers: Mapping[str, str], at: datetime) -> None:
    with pytest.raises(InvalidRequest) as refused:
        source.authenticate(body, headers, at=at)
    assert refused.value.field in ("signature", "timestamp")


def _spoilt(body: bytes) -> Iterator[bytes]:
    """The event with one of its members missing or of another kind, at any depth."""
    event = json.loads(body)
    wrongs: tuple[object, ...] = (None, 7, -1.5, True, "", "\x00", "\ud800", [], [None], {})
    for wrong in wrongs:
        for changed in _changed(event, wrong):
            yield json.dumps(changed).encode()


def _changed(value: object, wrong: object) -> Iterator[object]:
    """Copies of a JSON value in which one member is replaced."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield {**value, name: wrong}
            yield {other: each for other, each in value.items() if other != name}
            for inner in _changed(member, wrong):
                yield {**value, name: inner}
    if isinstance(value, list):
        for index, member in enumerate(value):
            yield [*value[:index], wrong, *value[index + 1 :]]
            for inner in _changed(member, wrong):
                yield [*value[:index], inner, *value[index + 1 :]]
