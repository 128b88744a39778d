"""The demo, from end to end: on a fresh file, in processes of its own, on files it has never seen."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from tests.cli.running import SAMPLE, Orderkit

from orderkit.cli.demo import plain_sum as plain
from orderkit.cli.demo.cast import PARTS, cast
from orderkit.cli.demo.checking import checks
from orderkit.cli.demo.plain_sum import PlainSum
from orderkit.imports import MAPS, CurrencySums, ImportReport
from orderkit.money import Money
from orderkit.ports.storage import CurrencyTotals
from orderkit.testing.postgres import database, server

DB = ("--db", "sqlite:///orderkit-demo.db")

# Worked out by hand from examples/orders.csv.
SAMPLE_SUMS = {"EUR": Decimal("336.20"), "JPY": Decimal("16800"), "KWD": Decimal("31.500")}


def test_the_sample_is_what_the_demo_needs() -> None:
    """A dozen orders in three currencies, with two and none and three digits, a free item, and cancellations."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    orders = {row["order"] for row in rows}
    assert len({each for each in orders if not each.startswith("C-")}) == 12
    assert {row["currency"] for row in rows} == {"EUR", "JPY", "KWD"}
    assert any(Decimal(row["unit_price"]) == 0 for row in rows)
    assert len(rows) > len(orders)
    assert [row["order"] for row in rows if int(row["quantity"]) < 0] == ["C-1004", "C-1007"]
    sums = {
        code: sum(int(r["quantity"]) * Decimal(r["unit_price"]) for r in rows if r["currency"] == code)
        for code in SAMPLE_SUMS
    }
    assert sums == SAMPLE_SUMS


def test_the_demo_does_the_main_job_and_other_processes_go_on_from_there(
    another_process: Orderkit, place: Path
) -> None:
    """It prints the list, an order with history and why-nots, and sums that agree; what it says to try next works."""
    told = another_process("demo")
    assert (told.code, told.err) == (0, "")
    for expected in (
        "2 cancellations wait for money",
        "still held",
        "declined",
        "nothing is placed twice",
        "cancelled before it was paid",
        "back to the card",
    ):
        assert expected in told.out, expected
    for expected in ("The orders, newest first", "May be done now", "Not now", "Its history", "Then the order is"):
        assert expected in told.out, expected
    assert told.out.count("agrees") == 3
    assert "DIFFERS" not in told.out
    assert (place / "orderkit-demo.db").stat().st_size > 0

    begin = told.out.index("Your turn")
    commands = [line.split() for line in told.out[begin:].splitlines() if line.startswith("    orderkit ")]
    assert {each[1] for each in commands} == {"capture", "cancel", "confirm", "pay", "refund", "history", "list"}
    for _, name, *arguments in commands:
        answer = another_process(name, *arguments)
        assert answer.code == (1 if name == "cancel" else 0), answer
        assert answer.err.startswith("error: cancel is") if name == "cancel" else answer.err == ""

    totals = another_process("totals", "--json", *DB).json["totals"]
    by_currency = {each["currency"]: Decimal(each["total"]["amount"]) for each in totals}
    assert by_currency == {"EUR": Decimal("352.10"), "JPY": Decimal("26700"), "KWD": Decimal("31.500")}


def test_the_demo_as_json_holds_every_figure(orderkit: Orderkit) -> None:
    """One document: steps, orders, one order's details and history, and sums equal to those worked out by hand."""
    told = orderkit("demo", "--json")
    assert (told.code, told.err) == (0, "")
    document = told.json
    keys = {
        "database",
        "file",
        "import",
        "steps",
        "orders",
        "shown",
        "history",
        "totals",
        "checks",
        "agrees",
        "try_next",
    }
    assert set(document) == keys
    assert document["agrees"] is True
    assert {each["currency"]: Decimal(each["plain_sum"]) for each in document["checks"]} == SAMPLE_SUMS
    assert len(document["orders"]) == 12
    assert document["import"]["sold"] == 14
    assert document["import"]["cancelled"] == 2
    assert {each["verb"] for each in document["steps"]} == {"capture", "pay", "recover", "cancel", "refund", "complete"}
    statuses = {each["status"] for each in document["orders"]}
    assert statuses == {"placed", "in_payment", "paid", "completed", "cancelled", "refunded"}
    payments = document["shown"]["payments"]
    assert payments[0]["captured"] == payments[0]["authorized"]
    refused = [each for each in document["shown"]["actions"] if not each["enabled"]]
    assert all(each["code"] and each["why_not"] for each in refused)
    assert document["history"][0]["event"] == "place"


def test_every_way_of_paying_is_in_the_demo(orderkit: Orderkit) -> None:
    """By card, by transfer and in cash; one captured in part, one declined, one that nobody has seen yet."""
    numbers = [each["number"] for each in orderkit("demo", "--json").json["orders"]]
    payments = [each for number in numbers for each in orderkit("show", number, "--json", *DB).json["payments"]]
    assert {each["gateway"] for each in payments} == {"card", "transfer", "cash"}
    assert {each["status"] for each in payments} == {"authorized", "captured", "failed", "refunded", "started"}


def test_a_lost_answer_is_found_without_a_second_charge(orderkit: Orderkit) -> None:
    """The demo shows it: the answer is lost, a second try refused, the gateway asked, the card charged once."""
    (step,) = (each for each in orderkit("demo", "--json").json["steps"] if each["verb"] == "recover")
    for expected in ("answer lost, unknown", "a second try is refused", "the gateway is asked", "charged once"):
        assert expected in step["text"]


def test_the_demo_again_makes_its_own_file_anew(orderkit: Orderkit) -> None:
    """What was played in the meantime is gone; the numbers begin at 1 again."""
    assert orderkit("demo").code == 0
    assert orderkit("pay", 9, "--via", "card", *DB).code == 0
    again = orderkit("demo")
    assert again.code == 0
    assert "made anew" in again.out
    assert orderkit("show", 9, "--json", *DB).json["payments"] == []


def test_the_demo_never_touches_a_file_that_no_demo_made(shop: Orderkit, place: Path) -> None:
    """A database of one's own and any other file are left byte for byte."""
    (place / "letter.db").write_text("Dear Ada", "utf-8")
    with closing(sqlite3.connect("other.db")) as other:
        other.execute("CREATE TABLE other (x)")
    for name in ("letter.db", "other.db", "orderkit.db"):
        before = (place / name).read_bytes()
        answer = shop("demo", "--db", f"sqlite:///{name}")
        assert answer.code == 1
        assert f"{name} is there already" in answer.err
        assert (place / name).read_bytes() == before


@pytest.fixture
def durable_postgres() -> Iterator[str]:
    """The URL of an empty database on a server that keeps its promises, as the command line asks of every server."""
    with server(durable=True) as dsn, database(dsn) as url:
        yield url


def test_the_demo_plays_on_postgresql_and_not_among_orders(orderkit: Orderkit, durable_postgres: str) -> None:
    """The same job on a server's database; a scope that holds orders is refused, another one is not."""
    told = orderkit("demo", "--db", durable_postgres, "--json")
    assert (told.code, told.json["agrees"]) == (0, True)
    again = orderkit("demo", "--db", durable_postgres)
    assert again.code == 1
    assert again.err.startswith("error: scope: the scope main holds orders there already")
    assert orderkit("demo", "--db", durable_postgres, "--scope", "another").code == 0
    assert len(orderkit("list", "--db", durable_postgres, "--json").json["orders"]) == 12


def test_the_environment_does_not_send_the_demo_to_a_real_database(
    shop: Orderkit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ORDERKIT_DB is for the daily work; the demo makes its own file all the same."""
    monkeypatch.setenv("ORDERKIT_DB", "sqlite:///orderkit.db")
    assert shop("demo").code == 0
    assert len(shop("list", "--json").json["orders"]) == 3


def test_a_missing_file_does_not_cost_the_earlier_demo(orderkit: Orderkit, place: Path) -> None:
    """The file is looked at before anything is replaced."""
    assert orderkit("demo").code == 0
    before = (place / "orderkit-demo.db").read_bytes()
    assert orderkit("demo", "nowhere.csv", "--map", "orderkit").code == 1
    assert (place / "orderkit-demo.db").read_bytes() == before


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["A-1,2025-01-01,c-1,S,Thing,1,0.00,EUR"],
        ["A-1,2025-01-01,c-1,S,Thing,1,0.01,EUR"],
        ["A-1,2025-01-01,c-1,S,Thing,1,9.99,EUR"],
        ["A-1,2025-01-01,,S,Thing,3,0.333,EUR", "A-2,2025-01-01,c-2,S,Thing,-1,5.00,EUR"],
        ["A-1,2025-01-01,c-1,S,Thing,1,9.99,EUR", "A-2,not a date,c-2,S,Thing,1,5.00,EUR", "A-3,too,few"],
        ["A-1,2025-01-01,c-1,S,Thing,2,5.00,EUR", "C-1,2025-01-02,c-1,S,Thing,-3,5.00,EUR"],
        ["A-1,2025-01-01,c-1,S,Thing,2,5.00,EURO", "A-2,2025-01-02,c-1,S,Thing,3,5.00,EUR"],
    ],
)
def test_any_file_can_be_played(orderkit: Orderkit, place: Path, lines: list[str]) -> None:
    """With no order, one, free ones, unsound lines or cancellations that find too little, the sums still agree."""
    header = "order,date,customer,sku,title,quantity,unit_price,currency"
    (place / "own.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")
    told = orderkit("demo", "own.csv", "--map", "orderkit", "--cancellations", "C-", "--json")
    assert (told.code, told.err) == (0, "")
    assert told.json["agrees"] is True
    printed = orderkit("demo", "own.csv", "--map", "orderkit", "--cancellations", "C-")
    assert (printed.code, printed.err) == (0, "")


def test_a_real_export_can_be_played(orderkit: Orderkit, retail_csv: Path, place: Path) -> None:
    """The first thousand lines of the real retail export, whose cancellations and adjustments are all accounted for."""
    lines = retail_csv.read_bytes().splitlines(keepends=True)[:1001]
    (place / "export.csv").write_bytes(b"".join(lines))
    told = orderkit("demo", "export.csv", "--map", "uk-retail")
    assert told.code == 0
    assert "1,000 lines make" in told.out
    assert "these are the newest 15" in told.out
    assert told.out.count("agrees") == 1


def test_sums_that_differ_are_said_to_differ_and_the_exit_code_is_1(
    orderkit: Orderkit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The yardstick has a say: one cent more in the file, and the demo fails."""
    true = plain.plain_sum

    def with_a_cent_more(*arguments: object) -> PlainSum:
        found = true(*arguments)  # type: ignore[arg-type]  # the arguments are handed on as they come
        found.sums["EUR"] += Decimal("0.01")
        return found

    monkeypatch.setattr("orderkit.cli.commands.demo.plain_sum", with_a_cent_more)
    told = orderkit("demo")
    assert told.code == 1
    assert "DIFFERS" in told.out
    assert orderkit("demo", "--json").json["agrees"] is False


def test_the_comparison_takes_every_figure_into_account() -> None:
    """Ordered less sent back plus refused plus rounding; what the demo gave back by itself is left out."""
    sums = CurrencySums(
        currency="EUR",
        in_file=Decimal("10.005"),
        sold=Decimal("12.00"),
        cancelled=Decimal("-3.00"),
        refused=Decimal("1.00"),
        rounding=Decimal("0.005"),
    )
    report = ImportReport(
        lines=3, sold=1, cancelled=1, refused=1, partly_refused=0, unreadable=0, reasons={}, sums=(sums,)
    )
    euros = {
        name: Money(amount, "EUR") for name, amount in {"total": "12.00", "paid": "12.00", "refunded": "5.00"}.items()
    }
    desk = CurrencyTotals(currency="EUR", orders=1, due=Money.zero("EUR"), **euros)
    given_back = {"EUR": Money("2.00", "EUR")}
    (right,) = checks({"EUR": Decimal("10.005")}, [desk], report=report, given_back=given_back)
    assert right.agrees
    for wrong in (
        evolve(right, ordered=Decimal(13)),
        evolve(right, refunded=Decimal(4)),
        evolve(right, refused=Decimal(0)),
        evolve(right, rounding=Decimal(0)),
    ):
        assert not wrong.agrees


def test_parts_go_to_the_oldest_orders_of_customers_who_take_nothing_back(shop: Orderkit) -> None:
    """The order of a customer with a cancellation in the file is paid plainly and in full."""
    from orderkit.cli.demo.cast import oldest_first
    from orderkit.cli.opening import opened
    from orderkit.cli.options import Options

    with opened(Options()) as desk:
        rows = oldest_first(desk)
    assert [row.number for row in rows] == [1, 2, 3]
    chosen = cast(rows, returning={"c-2"})
    assert {part: row.number for part, row in chosen.parts.items()} == {PARTS[0]: 1, PARTS[1]: 3}
    assert [row.number for row, _ in chosen.plain] == [2]


def test_the_plain_sum_reads_other_habits(place: Path) -> None:
    """Semicolons, decimal commas and a byte order mark are the map's business."""
    path = place / "uk.csv"
    path.write_text(
        "\ufeffInvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country\n"
        "1;A;x;3;1/12/2010 08:26;2,55;17;UK\nC2;A;x;-1;1/12/2010 08:26;2,55;17;UK\n3;A;x;1e3;1/12/2010;1,0;;UK\n",
        "utf-8",
    )
    found = plain.plain_sum(path, MAPS["uk-retail"])
    assert (found.lines, found.sums, found.returning) == (2, {"GBP": Decimal("5.10")}, {"17"})


def test_the_commands_to_try_name_the_program_by_its_path_where_it_is_on_the_path_for_now_only(
    orderkit: Orderkit, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run by nox, `orderkit` is not on the path of whoever copies the commands afterwards."""
    program = place / ".nox" / "demo" / "bin" / "orderkit"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    assert "\n    orderkit capture 1 --db" in orderkit("demo").out
    monkeypatch.setenv("NOX_CURRENT_SESSION", "demo")
    assert "\n    .nox/demo/bin/orderkit capture 1 --db" in orderkit("demo").out
