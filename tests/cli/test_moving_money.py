"""The commands that change something: pay, confirm, reject, capture, void, abandon, refund, cancel, move, proceed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cli.running import Answer, Orderkit


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def done(answer: Answer) -> Any:
    """The answer's document, of a command that did what it was asked."""
    assert (answer.code, answer.err) == (0, ""), answer
    return answer.json


def test_a_card_is_authorized_captured_in_part_and_the_rest_released(shop: Orderkit) -> None:
    """Each answer is the payment and the order as they stand now."""
    held = done(shop("pay", 1, "--via", "card", "--authorize-only", "--json"))
    assert set(held) == {"order", "standing", "payment"}
    assert (held["payment"]["status"], held["payment"]["authorized"]) == ("authorized", euros("64.60"))
    part = done(shop("capture", 1, "--amount", "20.00", "--json"))
    assert (part["payment"]["captured"], part["payment"]["authorized"]) == (euros("20.00"), euros("44.60"))
    freed = done(shop("void", "1/1", "--json"))
    assert (freed["payment"]["authorized"], freed["standing"]["due"]) == (euros("0.00"), euros("44.60"))


def test_a_later_process_captures_and_refunds_what_an_earlier_one_authorized(
    shop: Orderkit, another_process: Orderkit
) -> None:
    """The pretended gateway forgets with its process, and it does not matter."""
    assert another_process("pay", 1, "--via", "card", "--authorize-only").code == 0
    assert another_process("capture", 1).code == 0
    answer = another_process("refund", 1, "--item", "2:1", "--json")
    assert done(answer)["refund"]["amount"] == euros("9.90")
    assert done(shop("show", 1, "--json"))["standing"]["refunded"] == euros("9.90")


def test_a_transfer_waits_until_somebody_has_seen_the_money(shop: Orderkit) -> None:
    """The answer says how to go on; confirming pays the order."""
    answer = shop("pay", 1, "--via", "transfer")
    assert "orderkit confirm 1" in answer.out
    assert done(shop("confirm", 1, "--json"))["order"]["status"] == "paid"
    assert shop("confirm", 1).code == 1


def test_cash_can_be_confirmed_at_once(shop: Orderkit) -> None:
    """--confirm is for money that is in the till already."""
    assert done(shop("pay", 1, "--via", "cash", "--confirm", "--json"))["order"]["status"] == "paid"


def test_more_or_less_than_asked_for_may_arrive(shop: Orderkit) -> None:
    """What a person has seen is a fact; the rest stays due."""
    shop("pay", 1, "--via", "transfer")
    less = done(shop("confirm", "1/1", "--amount", "60.00", "--json"))
    assert (less["payment"]["captured"], less["standing"]["due"]) == (euros("60.00"), euros("4.60"))


@pytest.mark.parametrize("verb", ["reject", "abandon"])
def test_an_order_can_be_paid_again_when_a_transfer_did_not_come(shop: Orderkit, verb: str) -> None:
    """The attempt fails, the order is open again, and another payment goes through."""
    shop("pay", 1, "--via", "transfer")
    given_up = done(shop(verb, 1, "--json"))
    assert (given_up["payment"]["kind"], given_up["order"]["status"]) == ("failed", "placed")
    paid = done(shop("pay", 1, "--via", "card", "--json"))
    assert paid["order"]["status"] == "paid"
    sheet = shop("show", 1).out
    assert "failed" in sheet
    assert "captured" in sheet


def test_a_declined_card_leaves_with_1_and_says_why(shop: Orderkit) -> None:
    """The attempt is kept with its reason; the order can be paid again."""
    answer = shop("pay", 1, "--via", "card", "--method", "declined")
    assert answer.code == 1
    assert "card declined" in answer.out
    assert shop("pay", 1, "--via", "card", "--method", "declined", "--json").json["payment"]["status"] == "failed"
    assert shop("pay", 1, "--via", "card").code == 0


def test_the_same_key_pays_once(shop: Orderkit) -> None:
    """A repeated request answers with what the first one made; another request under its key is refused (I-20)."""
    first = done(shop("pay", 1, "--via", "card", "--key", "k-1", "--json"))
    again = done(shop("pay", 1, "--via", "card", "--key", "k-1", "--json"))
    assert again["payment"]["id"] == first["payment"]["id"]
    other = shop("pay", 1, "--via", "cash", "--key", "k-1", "--json")
    assert (other.code, other.json["error"]["type"]) == (1, "KeyReused")
    assert len(done(shop("show", 1, "--json"))["payments"]) == 1


def test_units_items_and_everything_can_be_refunded(shop: Orderkit) -> None:
    """N:QTY, N, and --all for what is left; the amounts come to what was paid."""
    shop("pay", 1, "--via", "card")
    assert done(shop("refund", 1, "--item", "2:3", "--json"))["refund"]["amount"] == euros("29.70")
    assert done(shop("refund", 1, "--item", "1", "--json"))["refund"]["amount"] == euros("25.00")
    rest = done(shop("refund", 1, "--all", "--json"))
    assert (rest["refund"]["amount"], rest["order"]["status"]) == (euros("9.90"), "refunded")


def test_item_and_all_exclude_one_another(shop: Orderkit) -> None:
    """A request that says two things is a usage error."""
    answer = shop("refund", 1, "--item", 1, "--all")
    assert (answer.code, "not both" in answer.err) == (2, True)


def test_a_refund_by_transfer_waits_until_it_is_paid_out(shop: Orderkit) -> None:
    """With two under way each is named by its place; one is paid out, the other cannot be."""
    shop("pay", 1, "--via", "transfer", "--confirm")
    assert "orderkit confirm 1" in shop("refund", 1, "--item", 1).out
    shop("refund", 1, "--item", 2)
    several = shop("confirm", 1)
    assert (several.code, "1/r1, 1/r2" in several.err) == (1, True)
    assert done(shop("confirm", "1/r1", "--json"))["refund"]["status"] == "done"
    assert done(shop("reject", 1, "--json"))["refund"]["status"] == "failed"
    assert shop("reject", "1/r1").code == 1


def test_a_refund_can_be_paid_out_at_once(shop: Orderkit) -> None:
    """--confirm is for money that was handed back over the counter; a part of a refund cannot be confirmed."""
    shop("pay", 1, "--via", "cash", "--confirm")
    assert done(shop("refund", 1, "--item", 1, "--confirm", "--json"))["refund"]["status"] == "done"
    shop("refund", 1, "--item", 2)
    answer = shop("confirm", 1, "--amount", "1.00")
    assert (answer.code, "as a whole" in answer.err) == (1, True)


def test_payments_and_refunds_can_be_named_by_their_ids(shop: Orderkit) -> None:
    """An id is enough, without the order."""
    payment = done(shop("pay", 1, "--via", "transfer", "--json"))["payment"]["id"]
    assert done(shop("confirm", payment, "--json"))["payment"]["status"] == "captured"
    refund = done(shop("refund", 1, "--all", "--json"))["refund"]["id"]
    assert done(shop("confirm", refund, "--json"))["refund"]["status"] == "done"
    held = done(shop("pay", 2, "--via", "card", "--authorize-only", "--json"))["payment"]["id"]
    assert done(shop("capture", held, "--json"))["order"]["status"] == "paid"


def test_cancelling_asks_and_the_answer_counts(shop: Orderkit, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the question is asked; a no changes nothing."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda prompt: "n")
    answer = shop("cancel", 1)
    assert (answer.code, "Nothing was cancelled" in answer.out) == (1, True)
    assert done(shop("show", 1, "--json"))["order"]["status"] == "placed"
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda prompt: "y")
    assert shop("cancel", 1, "--reason", "ordered twice").code == 0
    assert done(shop("show", 1, "--json"))["order"]["status"] == "cancelled"
    assert done(shop("history", 1, "--json"))["history"][-1]["reason"] == "ordered twice"


def test_an_order_with_money_on_it_is_not_cancelled(shop: Orderkit) -> None:
    """The refusal names the payment, by an id that the next command takes (rows S0-33, S0-34)."""
    shop("pay", 1, "--via", "card", "--authorize-only")
    answer = shop("cancel", 1, "--yes", "--json")
    assert (answer.code, answer.json["error"]["code"]) == (1, "nothing_in_flight")
    payment = answer.json["error"]["params"]["payment"]
    assert payment in answer.json["error"]["message"]
    assert shop("void", payment).code == 0
    assert shop("cancel", 1, "--yes").code == 0


def test_orders_and_items_take_plain_steps(shop: Orderkit) -> None:
    """`move` completes an order and delivers an item; the amount of money stays the same."""
    shop("pay", 1, "--via", "card")
    assert done(shop("move", 1, "deliver", "--item", 2, "--json"))["order"]["status"] == "paid"
    assert done(shop("move", 1, "complete", "--json"))["order"]["status"] == "completed"
    items = done(shop("show", 1, "--json"))["items"]
    assert [each["status"] for each in items] == ["pending", "delivered"]


def test_proceeding_with_nothing_open_changes_nothing(shop: Orderkit) -> None:
    """Going on is safe at any time."""
    shop("pay", 1, "--via", "card")
    before = shop("history", 1, "--json").out
    assert shop("proceed", 1).code == 0
    assert shop("history", 1, "--json").out == before
