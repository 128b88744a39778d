"""`orderkit run`, `stuck`, `sync` and cancelling with money: the work behind the desk, from a terminal."""

from __future__ import annotations

from pathlib import Path

from tests.bean_check import complaints
from tests.cli.running import Orderkit

DB = ("--db", "sqlite:///orderkit-demo.db")


def test_a_lost_answer_is_stuck_until_somebody_asks(shop: Orderkit) -> None:
    """The card is charged and nobody heard of it: the payment is unknown, a second try is refused, `sync` finds it."""
    lost = shop("pay", 1, "--via", "card", "--method", "lost")
    assert "unknown" in lost.out
    assert shop("pay", 1, "--via", "card").code == 1
    asked = shop("sync", 1)
    assert (asked.code, asked.out.strip()) == (0, "1 operation is new or answered.")
    assert shop("show", 1, "--json").json["order"]["status"] == "paid"
    assert shop("sync", 1).out.strip() == "Nothing is new."
    assert shop("sync", 1, "--json").json == {"changed": 0, "differences": [], "unanswered": []}


def test_what_is_due_is_done(shop: Orderkit) -> None:
    """Right after a lost answer nothing is due yet; nothing is stuck in a shop where nothing waits."""
    assert shop("run").out.strip() == "Nothing is due."
    assert shop("run", "--json").json == {"recovered": {}, "events": {}}
    assert shop("stuck").out.strip() == "Nothing is stuck."
    assert shop("stuck", "--json").json == {"stuck": []}


def test_an_order_that_asks_for_a_person_is_stuck(shop: Orderkit) -> None:
    """A transfer over too much: the order is listed with its number and the reason."""
    assert shop("pay", 2, "--via", "transfer").code == 0
    assert shop("confirm", 2, "--amount", "70.00").code == 0
    (found,) = shop("stuck", "--json").json["stuck"]
    assert (found["what"], found["reason"], found["age"]) == ("order", "overpaid", found["age"])
    told = shop("stuck").out
    assert "overpaid" in told
    assert "order" in told


def test_cancelling_shows_every_step_before_it_takes_it(shop: Orderkit) -> None:
    """The preview changes nothing; the cancel does what it said; the money went back."""
    assert shop("pay", 1, "--via", "card").code == 0
    preview = shop("cancel", 1, "--settle", "refund", "--preview")
    assert [line.strip() for line in preview.out.splitlines() if line.strip()] == [
        "1. the order is cancelled",
        "2. €64.60 go back the way they came",
    ]
    as_json = shop("cancel", 1, "--settle", "refund", "--preview", "--json").json
    assert [each["name"] for each in as_json["steps"]] == ["cancel", "refund"]
    assert as_json["token"].startswith("cancel.refund.")
    assert shop("show", 1, "--json").json["order"]["status"] == "paid"
    assert shop("cancel", 1, "--settle", "refund", "--yes").code == 0
    after = shop("show", 1, "--json").json
    assert (after["order"]["status"], after["standing"]["refunded"]["amount"]) == ("cancelled", "64.60")


def test_a_preview_without_money_is_not_understood(shop: Orderkit) -> None:
    """`--preview` alone is an error of the command line that says what is missing."""
    answer = shop("cancel", 1, "--preview")
    assert answer.code == 2
    assert "--settle" in answer.err


def test_credit_needs_a_gateway_that_keeps_it(shop: Orderkit) -> None:
    """The command line wires none: refused in a sentence, nothing is changed."""
    assert shop("pay", 1, "--via", "card").code == 0
    answer = shop("cancel", 1, "--settle", "credit", "--yes")
    assert answer.code == 1
    assert "credit" in answer.err
    assert shop("show", 1, "--json").json["order"]["status"] == "paid"


def test_the_demos_books_balance(orderkit: Orderkit, place: Path) -> None:
    """The journal of everything that the demo plays is sound by the word of bean-check (I-04)."""
    assert orderkit("demo").code == 0
    assert orderkit("journal", "--beancount", "demo.beancount", *DB).code == 0
    assert (place / "demo.beancount").stat().st_size > 1_000
    assert complaints(place / "demo.beancount") == ""
