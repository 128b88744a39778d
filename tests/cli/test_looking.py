"""`list`, `show`, `history`, `totals` and `lifecycle`: what they print, in how many columns, and their JSON."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from tests.cli.running import Orderkit

from orderkit.profiles import retail

MONEY_COLUMNS = {"total", "paid", "refunded", "authorized", "in_flight", "due"}


@pytest.fixture
def busy_shop(shop: Orderkit) -> Orderkit:
    """Order 1 captured in part, order 2 paid and refunded in part with a reason, order 3 cancelled."""
    for arguments in (
        ("pay", 1, "--via", "card", "--authorize-only"),
        ("capture", 1, "--amount", "20.00"),
        ("pay", 2, "--via", "card"),
        ("refund", 2, "--all", "--reason", "arrived broken"),
        ("cancel", 3, "--yes"),
    ):
        assert shop(*arguments).code == 0
    return shop


def test_the_list_is_newest_first_and_pages(shop: Orderkit) -> None:
    """--limit and the cursor give every order once; the last page has no cursor."""
    seen: list[int] = []
    after: list[str] = []
    while True:
        page = shop("list", "--limit", 2, "--json", *after).json
        assert set(page) == {"orders", "next"}
        seen += [each["number"] for each in page["orders"]]
        if page["next"] is None:
            break
        after = ["--after", page["next"]]
    assert seen == [3, 2, 1]
    assert "--after" in shop("list", "--limit", 2).out


def test_the_list_filters_by_status_kind_and_customer(busy_shop: Orderkit) -> None:
    """Any of the values within one condition, all of the conditions."""

    def numbers(*arguments: str) -> list[int]:
        return [each["number"] for each in busy_shop("list", "--json", *arguments).json["orders"]]

    assert numbers("--status", "in_payment") == [1]
    assert numbers("--status", "in_payment", "--status", "cancelled") == [3, 1]
    assert numbers("--kind", "paying", "--customer", "c-1") == [1]
    assert numbers("--kind", "paying", "--customer", "c-2") == []
    assert "No order is like that" in busy_shop("list", "--customer", "nobody").out


def test_a_row_of_the_list_has_stable_keys(shop: Orderkit) -> None:
    """Amounts are text with their currency, instants ISO 8601 in UTC."""
    row = shop("list", "--json").json["orders"][-1]
    others = {"id", "number", "type", "status", "kind", "currency", "customer_id", "placed_at", "reference", "summary"}
    assert set(row) == MONEY_COLUMNS | others | {"line_count", "item_count", "transaction_status", "needs_attention"}
    assert row["total"] == {"amount": "64.60", "currency": "EUR"}
    assert row["placed_at"] == "2025-03-03T09:00:00+00:00"


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_everything_fits_the_terminal(busy_shop: Orderkit, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """No line of list, show, history and totals is longer than the terminal is wide, and the list has no holes."""
    monkeypatch.setenv("COLUMNS", str(columns))
    for arguments in (("list",), ("show", 1), ("show", 2), ("history", 1), ("totals",), ("lifecycle", "payment")):
        lines = busy_shop(*arguments).out.splitlines()
        assert max(map(len, lines)) <= columns, arguments
    first = busy_shop("list").out.splitlines()[2]
    for figure in ("3", "2025-03-05", "c-3", "Tea bowl", "cancelled", "¥16,800"):
        assert figure in first


def test_amounts_and_times_follow_locale_and_zone(shop: Orderkit, monkeypatch: pytest.MonkeyPatch) -> None:
    """By option or by environment; JSON knows neither."""
    german = shop("show", 1, "--locale", "de", "--zone", "Asia/Tokyo").out
    assert "64,60\xa0€" in german
    assert "2025-03-03 18:00 Asia/Tokyo" in german
    before = shop("show", 1, "--json").out
    monkeypatch.setenv("ORDERKIT_LOCALE", "de")
    monkeypatch.setenv("ORDERKIT_ZONE", "Asia/Tokyo")
    assert shop("show", 1).out == german
    assert shop("show", 1, "--json").out == before


def test_the_sheet_shows_items_payments_and_what_may_be_done(busy_shop: Orderkit) -> None:
    """Allowed actions stand there as commands, the others with their reason in words; every command is understood."""
    sheet = busy_shop("show", 1).out
    for expected in ("Order 1: in payment", "c-1", "import:orderkit, A-1", "held €44.60", "Earl Grey", "authorized"):
        assert expected in sheet, expected
    allowed, _, refused = sheet.partition("Not now")
    commands = [line.split()[1:] for line in allowed.splitlines() if line.startswith("  orderkit ")]
    assert ["capture", "1/1"] in commands
    assert ["refund", "1", "--item", "2"] in commands
    assert "payment 1 is authorized; void or abandon it first" in " ".join(refused.split())
    for each in commands:
        assert busy_shop(*each, "--help").code == 0


def test_an_order_can_be_named_by_its_number_or_its_id(shop: Orderkit) -> None:
    """12, #12 and the id are the same order."""
    by_number = shop("show", 2, "--json")
    assert shop("show", "#2", "--json").out == by_number.out
    assert shop("show", by_number.json["order"]["id"], "--json").json["order"]["number"] == 2


def test_the_details_as_json_have_stable_keys(busy_shop: Orderkit) -> None:
    """Everything that belongs to the order, and each action with why not."""
    document = busy_shop("show", 2, "--json").json
    expected = {
        "order",
        "customer",
        "bill_to",
        "ship_to",
        "standing",
        "lines",
        "items",
        "requests",
        "payments",
        "operations",
    }
    assert set(document) == expected | {"refunds", "attention", "fields", "actions"}
    assert {key for each in document["actions"] for key in each} == {
        "name", "on", "id", "enabled", "code", "params", "why_not"
    }  # fmt: skip
    assert document["refunds"][0]["amount"] == {"amount": "64.00", "currency": "EUR"}
    assert document["payments"][0]["rate"] == "1"


def test_the_history_says_who_when_why_and_what_became_of_the_order(busy_shop: Orderkit) -> None:
    """One row per accepted change, with the reason in words."""
    told = busy_shop("history", 2, "--actor", "anna").out
    assert "arrived broken" in told
    assert [word in told for word in ("place", "pay", "sale succeeded", "refund succeeded", "gateway:card")] == [
        True
    ] * 5
    rows = busy_shop("history", 2, "--json").json
    assert set(rows) == {"history", "verified"}
    assert [each["sequence"] for each in rows["history"]] == [1, 2, 3, 4, 5]
    assert rows["history"][0]["changes"]["order"]["status"] == "placed"
    assert rows["verified"] is None


def test_the_actor_is_written_down(shop: Orderkit) -> None:
    """--actor names the person in the history; a bare name is a user."""
    assert shop("cancel", 3, "--yes", "--actor", "anna").code == 0
    assert shop("history", 3, "--json").json["history"][-1]["actor"] == "user:anna"


def test_an_edited_history_is_found_out(busy_shop: Orderkit) -> None:
    """--verify passes on what was written, and names the row once one byte of it was changed in the database (I-18)."""
    assert busy_shop("history", 2, "--verify").code == 0
    assert busy_shop("history", 2, "--verify", "--json").json["verified"] is True
    with closing(sqlite3.connect("orderkit.db")) as database:
        database.execute("UPDATE orderkit_history SET actor = 'user:eve' WHERE event = 'refund'")
        database.commit()
    answer = busy_shop("history", 2, "--verify")
    assert answer.code == 1
    assert "row 4 was edited" in answer.err


def test_an_order_that_its_history_does_not_tell_of_is_found_out(busy_shop: Orderkit) -> None:
    """The chain is whole, but the order row was changed behind its back."""
    with closing(sqlite3.connect("orderkit.db")) as database:
        database.execute("UPDATE orderkit_orders SET contract = 'another' WHERE number = 2")
        database.commit()
    answer = busy_shop("history", 2, "--verify")
    assert answer.code == 1
    assert "does not make the order" in answer.err


def test_the_totals_are_per_currency(busy_shop: Orderkit) -> None:
    """Euros and yen are never added up."""
    sums = {each["currency"]: each for each in busy_shop("totals", "--json").json["totals"]}
    assert set(sums) == {"EUR", "JPY"}
    assert sums["EUR"]["total"]["amount"] == "128.60"
    assert sums["EUR"]["refunded"]["amount"] == "64.00"
    assert "€128.60" in busy_shop("totals").out


def test_an_empty_desk_says_how_orders_come_in(orderkit: Orderkit) -> None:
    """A migrated database without orders is no error: the list is empty and says what to do."""
    assert orderkit("migrate").code == 0
    for name in ("list", "totals"):
        answer = orderkit(name)
        assert (answer.code, answer.err) == (0, "")
        assert "orderkit import" in answer.out
    assert orderkit("list", "--json").json == {"orders": [], "next": None}
    assert orderkit("list", "--scope", "anything").code == 0


@pytest.mark.parametrize("noun", list(retail.lifecycles()))
def test_every_lifecycle_is_printed_in_every_form(orderkit: Orderkit, noun: str) -> None:
    """A table with every status and event, Mermaid, Markdown, DOT and JSON; no database is needed."""
    table = retail.lifecycles()[noun]
    printed = orderkit("lifecycle", noun).out
    assert all(status.key in printed for status in table.statuses)
    assert all(event in printed for event in table.events)
    assert orderkit("lifecycle", noun, "--mermaid").out.startswith("stateDiagram-v2\n")
    assert orderkit("lifecycle", noun, "--markdown").out.startswith("| Event")
    assert orderkit("lifecycle", noun, "--dot").out.startswith("digraph")
    document = orderkit("lifecycle", noun.replace("_", "-"), "--json").json
    assert set(document) == {"name", "initial", "fingerprint", "facts", "statuses", "moves"}
    assert [each["event"] for each in document["moves"]] == [move.event for move in table.moves]


def test_all_lifecycles_are_listed(orderkit: Orderkit) -> None:
    """Without a noun, all of them."""
    assert [each["name"] for each in orderkit("lifecycle", "--json").json["lifecycles"]] == list(retail.lifecycles())
    printed = orderkit("lifecycle").out
    assert all(noun in printed for noun in retail.lifecycles())


def test_migrating_twice_does_no_harm(orderkit: Orderkit) -> None:
    """The answer names the database without its password."""
    assert orderkit("migrate").code == orderkit("migrate").code == 0
    assert orderkit("migrate", "--json").json == {"database": "sqlite:///orderkit.db", "up_to_date": True}


def test_no_password_is_printed(orderkit: Orderkit) -> None:
    """Neither in an error nor in JSON."""
    url = "postgresql://shop:s3cret@127.0.0.1:1/none"
    for arguments in (("list", "--db", url), ("migrate", "--db", url, "--json")):
        answer = orderkit(*arguments)
        assert answer.code == 1
        assert "s3cret" not in answer.out + answer.err
    assert json.loads(answer.out)["error"]["type"] == "StorageError"
