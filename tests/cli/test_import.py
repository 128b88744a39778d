"""`orderkit import`: what it does to the database, what it says, and how it leaves."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.cli.running import ORDERS, Orderkit

RETAIL = """InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country
536365;85123A;HEART;6;1/12/2010 08:26;2,55;17850;United Kingdom
536365;71053;LANTERN;2;1/12/2010 08:26;3,39;17850;United Kingdom
C536379;85123A;HEART;-4;1/12/2010 09:41;2,55;17850;United Kingdom
C536380;85123A;HEART;-9;1/12/2010 09:42;2,55;17850;United Kingdom
536370;22139;;-5;1/12/2010 10:00;0;;United Kingdom
"""
FIGURES = ("lines", "sold", "cancelled", "refused", "partly_refused", "unreadable", "reasons", "sums", "balances")
UNSOUND = "536371;22139;TEA SET;1;31/2/2010 10:00;4,25;17850;United Kingdom\n"


@pytest.fixture
def export(place: Path) -> Path:
    """A small export with cancellations, one of them beyond what was sold, and an adjustment of the stock."""
    path = place / "export.csv"
    path.write_text(RETAIL, "utf-8")
    return path


def imported(orderkit: Orderkit, path: Path, *more: str) -> dict[str, object]:
    document = orderkit("import", path, "--map", "uk-retail", "--json", *more).json
    assert isinstance(document, dict)
    return document


def test_an_import_places_pays_and_refunds(orderkit: Orderkit, export: Path) -> None:
    """The sale is paid offline as the map says, and the cancelled units are refunded from it, up to what was sold."""
    answer = orderkit("import", export, "--map", "uk-retail")
    assert (answer.code, answer.err) == (0, "")
    assert "5 lines: 2 sold, 2 cancelled, 1 refused, 1 cancelled in part." in answer.out
    assert "adds up" in answer.out
    (row,) = orderkit("list", "--json").json["orders"]
    assert (row["total"], row["paid"]) == (
        {"amount": "22.08", "currency": "GBP"},
        {"amount": "22.08", "currency": "GBP"},
    )
    assert row["refunded"] == {"amount": "15.30", "currency": "GBP"}
    assert row["reference"] == "536365"


def test_a_second_import_does_nothing_twice(orderkit: Orderkit, export: Path) -> None:
    """The same figures come out, and the orders are as they were."""
    first = imported(orderkit, export)
    before = orderkit("list", "--json").out
    again = imported(orderkit, export)
    assert {name: again[name] for name in FIGURES} == {name: first[name] for name in FIGURES}
    assert orderkit("list", "--json").out == before


def test_a_dry_run_says_the_same_and_writes_nothing(orderkit: Orderkit, export: Path, place: Path) -> None:
    """Without a database none is made; with one its orders stay as they are."""
    dry = imported(orderkit, export, "--dry-run")
    assert [path.name for path in place.iterdir()] == ["export.csv"]
    assert "Dry run: nothing was written" in orderkit("import", export, "--map", "uk-retail", "--dry-run").out
    wet = imported(orderkit, export)
    assert {**dry, "dry_run": False} == wet
    assert (dry["dry_run"], dry["lines"]) == (True, 5)
    before = orderkit("list", "--json").out
    imported(orderkit, export, "--dry-run")
    assert orderkit("list", "--json").out == before


def test_the_exit_code_tells_sound_files_from_unsound_ones(orderkit: Orderkit, export: Path) -> None:
    """0 for what sound files have, 3 with --strict or for a line that is wrong in itself, such as 31 February."""
    assert orderkit("import", export, "--map", "uk-retail").code == 0
    assert orderkit("import", export, "--map", "uk-retail", "--strict").code == 3
    export.write_text(RETAIL + UNSOUND, "utf-8")
    answer = orderkit("import", export, "--map", "uk-retail")
    assert answer.code == 3
    assert "31/2/2010" in answer.out
    assert orderkit("import", export, "--map", "uk-retail", "--json").code == 3


def test_json_has_the_same_keys_every_time(orderkit: Orderkit, export: Path) -> None:
    """The figures of the report, and the refused lines by reason with the first of their numbers."""
    document = imported(orderkit, export)
    counts = {"lines", "sold", "cancelled", "refused", "partly_refused", "unreadable"}
    assert set(document) == counts | {"reasons", "sums", "balances", "refused_lines", "dry_run"}
    refused = {each["code"]: each for each in document["refused_lines"]}  # type: ignore[attr-defined]  # plain JSON
    assert set(refused) == {"finds_its_sale", "is_positive_quantity"}
    assert refused["is_positive_quantity"]["first_lines"] == [6]
    assert set(refused["finds_its_sale"]) == {"code", "count", "first_lines", "example"}


@pytest.mark.parametrize("name", ["outcomes.csv", "outcomes.jsonl"])
def test_the_report_holds_every_line_once(orderkit: Orderkit, export: Path, place: Path, name: str) -> None:
    """As CSV or as JSON lines, in the order of the file, with quantities done and refused and the reason in words."""
    imported(orderkit, export, "--report", name)
    text = (place / name).read_text("utf-8")
    if name.endswith(".csv"):
        rows = list(csv.DictReader(text.splitlines()))
    else:
        rows = [json.loads(line) for line in text.splitlines()]
    assert [int(row["line"]) for row in rows] == [2, 3, 4, 5, 6]
    assert [int(row["quantity_done"]) for row in rows] == [6, 2, -4, -2, 0]
    assert [int(row["quantity_refused"]) for row in rows] == [0, 0, 0, -7, -5]
    assert "no earlier sale" in rows[3]["sentence"]
    assert [path.name for path in place.glob("*.unfinished")] == []


def test_a_report_never_takes_the_place_of_the_file(orderkit: Orderkit, export: Path) -> None:
    """Naming the imported file as the report is refused before anything is read into the database."""
    answer = orderkit("import", export, "--map", "uk-retail", "--report", export)
    assert answer.code == 1
    assert "overwrite" in answer.err
    assert export.read_text("utf-8") == RETAIL


def test_a_report_of_a_failed_import_does_not_stay_half_written(
    orderkit: Orderkit, export: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier report is kept as it was."""
    (place / "out.csv").write_text("the last one", "utf-8")

    def broken(*arguments: object, **more: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("orderkit.shop.Shop.import_file", broken)
    answer = orderkit("import", export, "--map", "uk-retail", "--report", "out.csv")
    assert (answer.code, answer.err) == (1, "error: somewhere: No space left on device.\n")
    assert (place / "out.csv").read_text("utf-8") == "the last one"
    assert not list(place.glob("*.unfinished"))


def test_the_options_change_how_the_map_reads(orderkit: Orderkit, place: Path) -> None:
    """Delimiter, decimal mark, the order of day and month, encoding, zone and currency."""
    (place / "de.csv").write_bytes(
        "order;date;customer;sku;title;quantity;unit_price\nA;03.04.2025 09:00;c;S;Grüße;2;1,50\n".encode("cp1252")
    )
    habits = ("--delimiter", ";", "--decimal", ",", "--day-first", "--encoding", "cp1252", "--zone", "Europe/Berlin")
    answer = orderkit("import", "de.csv", "--map", "orderkit", *habits, "--currency", "CHF")
    assert answer.code == 0, answer
    document = orderkit("show", 1, "--json").json
    assert document["order"]["placed_at"] == "2025-04-03T07:00:00+00:00"
    assert document["lines"][0]["title"] == "Grüße"
    assert document["lines"][0]["total"] == {"amount": "3.00", "currency": "CHF"}


def test_sales_can_be_said_to_be_paid_or_not(orderkit: Orderkit, place: Path, export: Path) -> None:
    """--pay and --no-pay overrule the map; the orderkit map knows nothing of payments."""
    (place / "orders.csv").write_text(ORDERS, "utf-8")
    assert orderkit("import", "orders.csv", "--map", "orderkit", "--pay", "--scope", "paid").code == 0
    assert orderkit("import", "orders.csv", "--map", "orderkit", "--scope", "unpaid").code == 0
    assert orderkit("import", export, "--map", "uk-retail", "--no-pay", "--scope", "uk").code == 0
    statuses = {
        scope: {each["status"] for each in orderkit("list", "--scope", scope, "--json").json["orders"]}
        for scope in ("paid", "unpaid", "uk")
    }
    assert statuses == {"paid": {"paid"}, "unpaid": {"placed"}, "uk": {"placed"}}


def test_progress_is_shown_on_a_terminal_only(
    orderkit: Orderkit, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bars go to stderr when that is a terminal, and never in front of JSON."""
    assert orderkit("import", export, "--map", "uk-retail").err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    assert "Orders" in orderkit("import", export, "--map", "uk-retail").err
    assert orderkit("import", export, "--map", "uk-retail", "--json").err == ""
