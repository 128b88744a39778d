"""`orderkit outbox`: what waits to leave, what was given up and why, and sending it again."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from tests.cli.running import Orderkit

from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.ports.clock import SystemClock
from orderkit.ports.delivery import Delivered, DeliveryOutcome, Never
from orderkit.ports.exchange import Message
from orderkit.services.relaying import Relayed, relay


class Closed:
    """A channel that takes nothing about orders that were placed."""

    def deliver(self, message: Message) -> DeliveryOutcome:
        return Never("answered 410 Gone") if message.type == "order.placed" else Delivered()


class Open:
    """A channel that takes everything."""

    def deliver(self, message: Message) -> DeliveryOutcome:
        return Delivered()


@pytest.fixture
def storage(shop: Orderkit) -> Iterator[SqlStorage]:
    """The store of the shop's database, for the host's own relay."""
    made = SqlStorage("sqlite:///orderkit.db")
    yield made
    made.close()


def relayed(storage: SqlStorage, channel: Closed | Open) -> Relayed:
    return relay(storage, SystemClock(), {"events": channel}, owner="w-1", limit=100)


def test_what_waits_is_shown_with_its_type_scope_and_id(shop: Orderkit) -> None:
    """The facts of three orders wait, the oldest first, in a table and in JSON with their bodies parsed."""
    told = shop("outbox", "--json").json
    assert set(told) == {"channel", "waiting", "given_up"}
    assert (told["channel"], told["given_up"]) == ("events", [])
    waiting = told["waiting"]
    assert [each["type"] for each in waiting].count("order.placed") == 3
    assert [each["at"] for each in waiting] == sorted(each["at"] for each in waiting)
    assert waiting[0]["body"]["customer_id"] == "c-1"
    assert {each["scope"] for each in waiting} == {"main"}
    sheet = shop("outbox").out
    assert f"Waiting: {len(waiting)}" in sheet
    assert all(each["id"] in sheet for each in waiting)
    assert "Waiting: 2 or more" in shop("outbox", "--limit", 2).out
    assert len(shop("outbox", "--limit", 2, "--json").json["waiting"]) == 2


def test_an_empty_channel_says_so(shop: Orderkit) -> None:
    """Nothing waits on a channel that the desk does not know."""
    answer = shop("outbox", "--channel", "mail")
    assert (answer.code, answer.out) == (0, "Nothing waits on the channel mail.\n")


def test_what_was_given_up_is_shown_with_its_reason_and_can_be_sent_again(shop: Orderkit, storage: SqlStorage) -> None:
    """The sheet ends with the command; the ids stay the same, and the host's relay takes them along."""
    assert relayed(storage, Closed()) == Relayed(delivered=3, given_up=3)
    sheet = shop("outbox").out
    for expected in (
        "Nothing waits",
        "Given up: 3",
        "answered 410 Gone",
        "orderkit outbox resend ID... --channel events",
    ):
        assert expected in sheet
    dead = shop("outbox", "--json").json["given_up"]
    assert [(each["attempts"], each["error"]) for each in dead] == [(1, "answered 410 Gone")] * 3
    assert all(each["id"] in sheet for each in dead)

    first, *rest = [each["id"] for each in dead]
    assert shop("outbox", "resend", first).out == "1 message is due again on the channel events.\n"
    assert [each["id"] for each in shop("outbox", "--json").json["waiting"]] == [first]
    assert shop("outbox", "resend", "--all", "--json").json == {"channel": "events", "resent": rest}
    assert shop("outbox", "resend", "--all").out == "Nothing was given up.\n"
    assert relayed(storage, Open()) == Relayed(delivered=3)
    assert shop("outbox", "--json").json == {"channel": "events", "waiting": [], "given_up": []}


def test_an_id_that_was_not_given_up_is_refused(shop: Orderkit, storage: SqlStorage) -> None:
    """Nothing is sent again then, and the answer names the id."""
    relayed(storage, Closed())
    dead = [each["id"] for each in shop("outbox", "--json").json["given_up"]]
    answer = shop("outbox", "resend", *dead, UUID(int=7))
    assert answer.code == 1
    assert answer.err.startswith("error: ids: ")
    assert str(UUID(int=7)) in answer.err
    assert len(shop("outbox", "--json").json["given_up"]) == 3
    told = shop("outbox", "resend", dead[0], "--channel", "mail", "--json")
    assert (told.code, told.json["error"]["code"]) == (1, "is_given_up")


@pytest.mark.parametrize(
    "arguments",
    [("resend",), ("resend", "12"), ("send",), ("--all",), ("resend", UUID(int=7), "--all"), ("--limit", 0)],
)
def test_what_is_not_understood_is_a_usage_error(shop: Orderkit, arguments: tuple[object, ...]) -> None:
    """Which messages are meant has to be said, by ids or by --all."""
    answer = shop("outbox", *arguments)
    assert answer.code == 2
    assert "Error: " in answer.err


@pytest.mark.parametrize("columns", [80, 100])
def test_the_outbox_fits_the_terminal(
    shop: Orderkit, storage: SqlStorage, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """No line is longer than the terminal is wide, whatever the reason."""
    monkeypatch.setenv("COLUMNS", str(columns))
    assert max(map(len, shop("outbox").out.splitlines())) <= columns
    relayed(storage, Closed())
    assert max(map(len, shop("outbox").out.splitlines())) <= columns
