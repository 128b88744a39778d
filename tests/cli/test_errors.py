"""Bad input: each is a line that names the field, the reason and the way out; nothing is written, the code is not 0."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.running import Orderkit

from orderkit.cli.opening import _PATIENCE

KEYS = {"type", "field", "code", "params", "message", "reference"}


@pytest.mark.parametrize(
    ("arguments", "type_", "field", "says"),
    [
        (("show", "99"), "NotFound", None, "orderkit list"),
        (("show", "99999999999999999999999"), "NotFound", None, "orderkit list"),
        (("show", "01a1faec-08cb-7345-a616-d6c8c6c0ef35"), "NotFound", None, "orderkit list"),
        (("show", "abc"), "InvalidRequest", "order", "neither an order's number nor an id"),
        (("list", "--scope", "elsewhere"), "InvalidRequest", "scope", "Scopes with orders: main"),
        (("show", "1", "--scope", "elsewhere"), "InvalidRequest", "scope", "Scopes with orders: main"),
        (("totals", "--scope", "elsewhere"), "InvalidRequest", "scope", "Scopes with orders: main"),
        (("list", "--scope", " "), "InvalidRequest", "scope", "1 to 64 characters"),
        (("list", "--scope", "\udcff"), "InvalidRequest", "scope", "character"),
        (("pay", "1", "--via", "card", "--reason", "\udcff"), "InvalidRequest", "reason", "character"),
        (("list", "--status", "lost"), "InvalidRequest", "status", "placed, in_payment, paid"),
        (("list", "--kind", "lost"), "InvalidRequest", "kind", "cancelled"),
        (("list", "--limit", "0"), "InvalidRequest", "limit", "1 to 500"),
        (("list", "--after", "x"), "InvalidRequest", "after", "where to go on"),
        (("list", "--actor", "robot:r2"), "InvalidRequest", "actor", "user:anna"),
        (("list", "--locale", "xx_nowhere"), "InvalidRequest", "locale", "en, de"),
        (("list", "--zone", "Mars/Base"), "InvalidRequest", "zone", "Europe/London"),
        (("list", "--db", "orderkit.db"), "InvalidRequest", "db", "sqlite:///file.db"),
        (("list", "--db", "mysql://host/x"), "StorageError", None, "postgresql://"),
        (("list", "--db", "sqlite:///nowhere.db"), "StorageError", None, "orderkit demo"),
        (("migrate", "--db", "sqlite:///no/folder/x.db"), "StorageError", None, "folder exists"),
        (("list", "--db", "sqlite:///orders.csv"), "StorageError", None, "not an SQLite database"),
        (("pay", "1", "--via", "paypal"), "InvalidRequest", "via", "transfer, cash, card"),
        (("pay", "1", "--via", "card", "--amount", "1,50"), "InvalidRequest", "amount", "123.45"),
        (("pay", "1", "--via", "card", "--amount", "1.50 JPY"), "InvalidRequest", "amount", "12345"),
        (("pay", "1", "--via", "card", "--amount", "1.50 EURO"), "InvalidRequest", "amount", "ISO 4217"),
        (("pay", "1", "--via", "card", "--amount", "150 JPY"), "TransitionRefused", None, "not in EUR"),
        (("pay", "1", "--via", "card", "--amount", "10.00"), "TransitionRefused", None, "64.60 EUR"),
        (("pay", "1", "--via", "cash", "--authorize-only"), "TransitionRefused", None, "cannot authorize"),
        (("capture", "1"), "InvalidRequest", "payment", "orderkit pay"),
        (("capture", "1/1"), "InvalidRequest", "payment", "ORDER/1"),
        (("confirm", "1"), "InvalidRequest", "order", "waits for a person"),
        (("confirm", "1/r1"), "InvalidRequest", "refund", "ORDER/r1"),
        (("refund", "1"), "InvalidRequest", "item", "--all"),
        (("refund", "1", "--item", "3"), "InvalidRequest", "item", "1 to 2"),
        (("refund", "1", "--item", "1:x"), "InvalidRequest", "item", "N:QUANTITY"),
        (("refund", "1", "--all"), "TransitionRefused", None, "captured: 0.00 EUR"),
        (("cancel", "1"), "InvalidRequest", "yes", "--yes"),
        (("move", "1", "complete"), "TransitionNotPossible", None, "the order is placed"),
        (("move", "1", "vanish"), "InvalidRequest", "event", "complete"),
        (("move", "1", "complete", "--item", "1"), "InvalidRequest", "event", "deliver"),
        (("move", "1", "pay"), "InvalidRequest", "event", "orderkit pay"),
        (("lifecycle", "basket"), "InvalidRequest", "noun", "payment_request"),
        (("import", "nowhere.csv", "--map", "orderkit"), "InvalidRequest", "file", "nowhere.csv"),
        (("import", ".", "--map", "orderkit"), "InvalidRequest", "file", "folder"),
        (("import", "orders.csv"), "InvalidRequest", "map", "uk-retail"),
        (("import", "orders.csv", "--map", "excel"), "InvalidRequest", "map", "orderkit, uk-retail"),
        (("import", "orders.csv", "--map", "uk-retail"), "InvalidRequest", "header", "InvoiceNo"),
        (("import", "orders.csv", "--map", "orderkit", "--zone", "Mars"), "InvalidRequest", "zone", "Europe/London"),
        (("import", "orders.csv", "--map", "orderkit", "--report", "x.txt"), "InvalidRequest", "report", ".jsonl"),
        (("import", "orders.csv", "--map", "orderkit", "--report", "no/x.csv"), "InvalidRequest", "report", "no/x.csv"),
        (("demo", "nowhere.csv", "--map", "orderkit"), "InvalidRequest", "file", "nowhere.csv"),
        (("demo", "--db", "sqlite:///orderkit.db"), "InvalidRequest", "db", "not made by a demo"),
        (("demo", "--db", "sqlite:///no/folder/x.db"), "StorageError", None, "folder"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    shop: Orderkit, place: Path, arguments: tuple[str, ...], type_: str, field: str | None, says: str
) -> None:
    """The line names the field and the way out, as JSON with the same keys every time, and the orders are as before."""
    before = shop("list", "--json").json, sorted(path.name for path in place.iterdir())
    answer = shop(*arguments)
    assert answer.code == 1
    assert answer.out == ""
    assert answer.err.startswith("error: ")
    assert answer.err.count("\n") == 1
    assert says.lower() in answer.err.lower()
    assert field is None or answer.err.startswith(f"error: {field}: ")

    told = shop(*arguments, "--json")
    assert (told.code, told.err) == (1, "")
    error = told.json["error"]
    assert set(error) == KEYS
    assert (error["type"], error["field"]) == (type_, field)
    assert f"error: {error['message']}\n" == answer.err
    assert (shop("list", "--json").json, sorted(path.name for path in place.iterdir())) == before


def test_an_unknown_database_is_not_made_by_asking_for_it(orderkit: Orderkit, place: Path) -> None:
    """Only import, demo and migrate make a database; a slip of the pen in --db makes none."""
    for name in ("list", "totals", "show 1", "pay 1 --via card", "cancel 1 --yes", "history 1"):
        assert orderkit(*name.split()).code == 1
    assert [*place.iterdir()] == []


def test_a_file_that_cannot_be_imported_leaves_no_database_behind(orderkit: Orderkit, place: Path) -> None:
    """The file is looked at before the database is made."""
    assert orderkit("import", "nowhere.csv", "--map", "orderkit").code == 1
    assert [*place.iterdir()] == []


def test_a_database_without_tables_says_how_they_are_made(orderkit: Orderkit) -> None:
    """A database that is none of orderkit's is refused with the command that would make it one."""
    with closing(sqlite3.connect("other.db")) as other:
        other.execute("CREATE TABLE other (x)")
    answer = orderkit("list", "--db", "sqlite:///other.db")
    assert answer.code == 1
    assert "sqlite:///other.db" in answer.err
    assert "orderkit migrate" in answer.err


def test_a_database_of_a_newer_version_is_left_alone(shop: Orderkit, place: Path) -> None:
    """Reading, writing and migrating it are refused, naming both revisions."""
    with closing(sqlite3.connect("orderkit.db")) as database:
        database.execute("UPDATE orderkit_schema SET revision = 'ok9999'")
        database.commit()
    for arguments in (
        ("list",),
        ("pay", "1", "--via", "card"),
        ("migrate",),
        ("import", "orders.csv", "--map", "orderkit"),
    ):
        answer = shop(*arguments)
        assert answer.code == 1
        assert "ok9999" in answer.err
        assert "ok0002" in answer.err


def test_a_read_only_database_can_be_read_and_not_written(shop: Orderkit) -> None:
    """Looking works; a payment is refused by a sentence, and nothing has happened."""
    read_only = ("--db", "sqlite:///file:orderkit.db?mode=ro&uri=true")
    assert shop("list", *read_only).code == 0
    answer = shop("pay", "1", "--via", "card", *read_only)
    assert answer.code == 1
    assert "read-only" in answer.err
    assert shop("show", "1", "--json").json["payments"] == []


def test_a_locked_database_is_waited_for_and_then_said_to_be_locked(
    shop: Orderkit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer that does not let go: the line says so, and nothing has happened."""
    assert _PATIENCE < 5
    monkeypatch.setattr("orderkit.cli.opening._PATIENCE", 0.05)
    with closing(sqlite3.connect("orderkit.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        answer = shop("pay", "1", "--via", "card", "--json")
        assert shop("list").code == 0
    assert answer.code == 1
    assert answer.json["error"]["type"] == "Busy"
    assert "locked" in answer.json["error"]["message"]
    assert shop("show", "1", "--json").json["payments"] == []


def test_what_comes_from_a_file_cannot_move_the_cursor(orderkit: Orderkit, place: Path) -> None:
    """Escape sequences and markup in a title are shown, not obeyed."""
    title = "\x1b[31mred [bold]loud[/bold] :smile:"
    (place / "loud.csv").write_text(
        f"order,date,sku,title,quantity,unit_price,currency\nA,2025-01-01,S,{title},1,1.00,EUR\n", "utf-8"
    )
    assert orderkit("import", "loud.csv", "--map", "orderkit").code == 0
    for arguments in (("list",), ("show", "1"), ("show", "no\x1b[2Jsuch")):
        answer = orderkit(*arguments)
        assert "\x1b" not in answer.out + answer.err
    assert "[bold]loud[/bold] :smile:" in orderkit("show", "1").out
