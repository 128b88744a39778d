"""`orderkit journal`: the balances, and the export that bean-check judges."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bean_check import complaints
from tests.cli.running import Orderkit

EXPORT = ("journal", "--beancount", "books.beancount")


@pytest.fixture
def busy_shop(shop: Orderkit) -> Orderkit:
    """Order 1 paid by card, order 2 by transfer and refunded, order 3 in yen not paid."""
    for arguments in (
        ("pay", 1, "--via", "card"),
        ("pay", 2, "--via", "transfer"),
        ("confirm", 2),
        ("refund", 2, "--all"),
        ("confirm", "2/r1"),
    ):
        assert shop(*arguments).code == 0
    return shop


def test_the_balances_say_where_the_money_is(busy_shop: Orderkit) -> None:
    """Per account and currency: what is at the gateways, what is still owed, what was sold."""
    told = {
        (each["account"], each["balance"]["currency"]): each["balance"]["amount"]
        for each in busy_shop("journal", "--json").json["balances"]
    }
    card, bank = (next(name for name, _ in told if f":{each}:" in name) for each in ("Card", "Transfer"))
    assert told == {
        (card, "EUR"): "64.60",
        (bank, "EUR"): "0.00",
        ("Assets:Receivable", "EUR"): "0.00",
        ("Assets:Receivable", "JPY"): "16800",
        ("Income:Sales", "EUR"): "-64.60",
        ("Income:Sales", "JPY"): "-16800",
    }
    printed = busy_shop("journal").out
    for expected in (card, "€64.60", "-€64.60", "-¥16,800"):
        assert expected in printed


def test_the_export_is_sound_and_the_same_each_time(busy_shop: Orderkit, place: Path) -> None:
    """bean-check accepts the file; `-` prints the same text; a second export differs in nothing."""
    assert busy_shop(*EXPORT).code == 0
    assert complaints(place / "books.beancount") == ""
    text = (place / "books.beancount").read_text("utf-8")
    assert [text.count(f'* "{each}"') for each in ("sale", "capture", "refund", "waiver")] == [3, 2, 1, 1]
    assert busy_shop("journal", "--beancount", "-").out == text
    assert busy_shop(*EXPORT, "--force", "--json").json == {"file": "books.beancount", "bytes": len(text)}
    assert (place / "books.beancount").read_text("utf-8") == text
    assert [path.name for path in place.glob("*.unfinished")] == []


def test_a_file_that_is_there_stays_unless_it_is_forced(busy_shop: Orderkit, place: Path) -> None:
    """The refusal names the file, and not a byte of it is touched; --force replaces it."""
    (place / "books.beancount").write_text("mine", "utf-8")
    answer = busy_shop(*EXPORT)
    assert (answer.code, answer.out) == (1, "")
    assert "books.beancount" in answer.err
    assert "--force" in answer.err
    assert (place / "books.beancount").read_text("utf-8") == "mine"
    assert busy_shop(*EXPORT, "--force").code == 0
    assert complaints(place / "books.beancount") == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--beancount", "no/books.beancount"), "no/books.beancount"),
        (("--beancount", ".", "--force"), "not a file"),
        (("--beancount", "orderkit.db", "--force"), "orderkit.db"),
        (("--beancount", "books.beancount", "--scope", "elsewhere"), "Scopes with orders: main"),
        (("--beancount", "books.beancount", "--db", "sqlite:///nowhere.db"), "nowhere.db"),
    ],
)
def test_what_cannot_be_written_is_said_and_leaves_nothing(
    shop: Orderkit, place: Path, arguments: tuple[str, ...], says: str
) -> None:
    """One line names the file or the option; no file is made or changed, the database least of all."""
    before = {path.name: path.read_bytes() for path in place.iterdir() if path.suffix == ".csv"}
    names = sorted(path.name for path in place.iterdir())
    answer = shop("journal", *arguments)
    assert (answer.code, answer.out, answer.err.count("\n")) == (1, "", 1)
    assert says in answer.err
    assert sorted(path.name for path in place.iterdir()) == names
    assert all((place / name).read_bytes() == content for name, content in before.items())
    assert shop("list").code == 0


def test_json_and_a_ledger_do_not_share_the_terminal(shop: Orderkit) -> None:
    """`--json` promises one document, so a ledger beside it needs a file."""
    answer = shop("journal", "--beancount", "-", "--json")
    assert answer.code == 1
    assert answer.json["error"]["field"] == "beancount"


def test_an_empty_desk_has_an_empty_journal(orderkit: Orderkit, place: Path) -> None:
    """No error: nothing is entered yet, and the empty ledger is sound."""
    assert orderkit("migrate").code == 0
    assert "orderkit import" in orderkit("journal").out
    assert orderkit("journal", "--json").json == {"balances": []}
    assert orderkit(*EXPORT).code == 0
    assert complaints(place / "books.beancount") == ""


@pytest.mark.parametrize("columns", [80, 120])
def test_the_balances_fit_the_terminal(busy_shop: Orderkit, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """No line is longer than the terminal is wide."""
    monkeypatch.setenv("COLUMNS", str(columns))
    assert max(map(len, busy_shop("journal").out.splitlines())) <= columns
