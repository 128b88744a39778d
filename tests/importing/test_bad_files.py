"""What a shopkeeper sees of a bad file: an exit code, one line that names what is wrong, and a database left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.importing.canonical import imported
from tests.importing.command_line import import_command, ran
from tests.importing.desks import dumped, sqlite_shop

from orderkit.testing.retail_files import HEADER

HEAD = ";".join(HEADER)
SOUND = "536365;85123A;WHITE HANGING HEART;6;1/12/2010 08:26;2,55;17850;United Kingdom"
ANOTHER = "536366;71053;WHITE METAL LANTERN;2;1/12/2010 08:28;3,39;17850;United Kingdom"

FAILED, UNSOUND_LINES = 1, 3

UNUSABLE = {
    "empty": (b"", "file", "is_not_empty"),
    "another header": (b"Invoice;Article;Pieces\n1;2;3\n", "header", "has_header"),
    "a column missing": (f"{HEAD.replace('UnitPrice;', '')}\n".encode(), "header", "has_header"),
    "other delimiters": (f"{HEAD}\n{SOUND}\n".replace(";", "\t").encode(), "delimiter", "separates_the_columns"),
    "UTF-16": (f"{HEAD}\n{SOUND}\n".encode("utf-16"), "encoding", "reads_the_file"),
    "an endless first line": (b"x" * 10_000_000, "header", "is_short_enough"),
}
"""Files of which nothing can be imported: what is in them, and the field and the rule that the error must name."""

UNSOUND = {
    "too few columns": ("536370;85123A;HEART;6;1/12/2010 08:26;2,55;17850", "has_columns"),
    "too many columns": (f"{SOUND};and more", "has_columns"),
    "no such date": (SOUND.replace("1/12/2010", "31/11/2010"), "is_a_date"),
    "a date of another kind": (SOUND.replace("1/12/2010", "Wednesday"), "is_a_date"),
    "a fraction of a unit": (SOUND.replace(";6;", ";1,5;"), "is_whole_number"),
    "no units": (SOUND.replace(";6;", ";0;"), "is_positive_quantity"),
    "a price of ten digits": (SOUND.replace("2,55", "2,5555555555"), "is_representable"),
    "a price in another notation": (SOUND.replace("2,55", "1.002,55"), "is_a_number"),
    "no order": (SOUND.replace("536365", ""), "is_given"),
    "an endless line": (SOUND.replace("HEART", "x" * 10_000_000), "is_short_enough"),
    "an open quote": (SOUND.replace(";WHITE", ';"WHITE'), "has_closed_quotes"),
    "a NUL": (SOUND.replace("HEART", "HE\0ART"), "has_no_nul"),
}
"""Lines of which nothing can be made, and the rule that the report must name for each."""


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_cannot_be_read_ends_the_import_before_it_begins(name: str, tmp_path: Path) -> None:
    """Exit code 1, one error that names the field and the rule, no traceback, and not even an empty database."""
    content, field, code = UNUSABLE[name]
    file, database = tmp_path / "bad.csv", tmp_path / "shop.db"
    file.write_bytes(content)
    done = ran(import_command(file, database, "--json"))
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["type"], error["field"], error["code"]) == (FAILED, "InvalidRequest", field, code)
    assert "Traceback" not in done.stderr
    assert not database.exists()


@pytest.mark.parametrize("name", ["missing.csv", "a folder"])
def test_a_file_that_is_not_there_leaves_the_database_as_it_is(name: str, tmp_path: Path) -> None:
    """A wrong name, or a folder's: one line on stderr that names it, exit code 1, and every stored row as before."""
    (tmp_path / "a folder").mkdir()
    sound, database = tmp_path / "sound.csv", tmp_path / "shop.db"
    sound.write_text(f"{HEAD}\n{SOUND}\n")
    with sqlite_shop(database) as shop:
        shop.import_file(sound, map="uk-retail")
    before = dumped(database)
    done = ran(import_command(tmp_path / name, database))
    assert done.returncode == FAILED
    assert done.stdout == ""
    assert done.stderr.startswith("error: file: ")
    assert done.stderr.count("\n") == 1
    assert name in done.stderr
    assert dumped(database) == before


def test_unsound_lines_cost_only_themselves(tmp_path: Path) -> None:
    """Each kind of unsound line between two sound ones: exit code 3, each with its reason, the sound ones stored."""
    file, database, report = tmp_path / "mixed.csv", tmp_path / "shop.db", tmp_path / "outcomes.jsonl"
    lines = [SOUND, *(line for line, _ in UNSOUND.values()), ANOTHER]
    file.write_bytes("\n".join([HEAD, *lines, ""]).encode() + b"536371;\xff;\xfe;1;1/12/2010 08:26;1;17850;UK\n")
    done = ran(import_command(file, database, "--report", str(report)))
    assert done.returncode == UNSOUND_LINES, done.stderr
    assert "Traceback" not in done.stderr
    outcomes = [json.loads(each) for each in report.read_text().splitlines()]
    assert [each["line"] for each in outcomes] == list(range(2, len(lines) + 3))
    reasons = [code for _, code in UNSOUND.values()]
    assert [each["reason"] for each in outcomes] == [None, *reasons, None, "is_decodable"]
    assert all(each["sentence"] for each in outcomes if each["reason"])
    with sqlite_shop(database) as shop:
        stored = imported(shop)
    assert {order: (each.status, len(each.lines)) for order, each in stored.items()} == {
        "536365": ("paid", 1),
        "536366": ("paid", 1),
    }


def test_an_order_in_two_currencies_and_one_in_none_are_refused_line_by_line(tmp_path: Path) -> None:
    """By the map that names currencies: an unknown one, and a second one in an order, are refused by their lines."""
    file, report = tmp_path / "orders.csv", tmp_path / "outcomes.jsonl"
    file.write_text(
        "order,date,customer,sku,title,quantity,unit_price,currency\n"
        "1,2024-05-01,anna,a,A,1,10.00,EUR\n"
        "1,2024-05-01,anna,b,B,1,10.00,USD\n"
        "2,2024-05-01,anna,a,A,1,10.00,EURO\n"
        "3,2024-05-01,anna,a,A,1,10.5,JPY\n"
    )
    done = ran(import_command(file, tmp_path / "shop.db", "--report", str(report), map="orderkit"))
    assert done.returncode == UNSOUND_LINES, done.stderr
    outcomes = [json.loads(each) for each in report.read_text().splitlines()]
    assert [each["reason"] for each in outcomes] == [None, "one_currency_per_order", "is_known_currency", None]
    assert outcomes[3]["amount_done"] == "11"
    assert outcomes[3]["rounding"] == "-0.5"
