"""A lifecycle as text: pinned, so that a change in how people see it is seen."""

from __future__ import annotations

from attrs import evolve
from hypothesis import given
from tests.lifecycles.samples import DONE, OPEN, SAMPLE, UNPAID, has_reason

from orderkit.lifecycles import Extension, Lifecycle, Move, Status, as_dot, as_markdown, as_mermaid, merge
from orderkit.testing.lifecycle_strategies import lifecycles

MARKDOWN = """\
| Event         | From                         | To               | When     | Requires                    |
| ------------- | ---------------------------- | ---------------- | -------- | --------------------------- |
| note          | any status                   | (stays)          |          |                             |
| pay           | unpaid                       | paid             | is_large | is_small_enough, has_reason |
| pay           | unpaid, in_payment           | in_payment       |          |                             |
| give_up       | any open, any paying         | declined         |          | has_reason                  |
| reopen        | paid, declined               | unpaid (reopens) |          | has_reason                  |
| settle (fact) | unpaid, in_payment, declined | paid             |          |                             |
| fail (fact)   | in_payment                   | unpaid           | is_large |                             |
| fail (fact)   | in_payment                   | declined         |          |                             |

| Status           | Label                       | Kind   | Can               |
| ---------------- | --------------------------- | ------ | ----------------- |
| unpaid (initial) | Unpaid                      | open   | editable, payable |
| in_payment       | In payment                  | paying | payable           |
| paid             | Paid                        | done   | ended, refundable |
| declined         | Declined (shown as Refused) | failed | ended             |
"""

MERMAID = """\
stateDiagram-v2
    state "Unpaid" as unpaid
    state "In payment" as in_payment
    state "Paid" as paid
    state "Declined" as declined
    [*] --> unpaid
    unpaid --> declined : give_up
    unpaid --> in_payment : pay
    unpaid --> paid : pay [is_large], settle
    unpaid --> unpaid : note
    in_payment --> declined : give_up, fail
    in_payment --> in_payment : note, pay
    in_payment --> paid : settle
    in_payment --> unpaid : fail [is_large]
    paid --> paid : note
    paid --> unpaid : reopen
    declined --> declined : note
    declined --> paid : settle
    declined --> unpaid : reopen
"""

DOT = """\
digraph "purchase" {
    rankdir=LR;
    node [shape=box, style=rounded];
    "unpaid" [label="Unpaid"];
    "in_payment" [label="In payment"];
    "paid" [label="Paid"];
    "declined" [label="Declined"];
    "unpaid" -> "declined" [label="give_up"];
    "unpaid" -> "in_payment" [label="pay"];
    "unpaid" -> "paid" [label="pay [is_large], settle"];
    "unpaid" -> "unpaid" [label="note"];
    "in_payment" -> "declined" [label="give_up, fail"];
    "in_payment" -> "in_payment" [label="note, pay"];
    "in_payment" -> "paid" [label="settle"];
    "in_payment" -> "unpaid" [label="fail [is_large]"];
    "paid" -> "paid" [label="note"];
    "paid" -> "unpaid" [label="reopen"];
    "declined" -> "declined" [label="note"];
    "declined" -> "paid" [label="settle"];
    "declined" -> "unpaid" [label="reopen"];
}
"""


def test_markdown_shows_every_row_and_status() -> None:
    """Both tables, padded; facts, staying, reopening, kinds and any status are told apart."""
    assert as_markdown(SAMPLE) == MARKDOWN


def test_mermaid_draws_what_can_be_taken() -> None:
    """One arrow for each pair of statuses, choices in brackets, ends marked."""
    assert as_mermaid(SAMPLE) == MERMAID


def test_dot_draws_the_same_graph() -> None:
    """The same arrows in the DOT language."""
    assert as_dot(SAMPLE) == DOT


def test_owners_and_added_rules_are_shown() -> None:
    """A table that was extended says by whom, and shows the rules that hold for all rows of an event."""
    extension = Extension("purchase", "alpha", moves=[Move("ship", UNPAID, UNPAID)], requires={"note": has_reason})
    lines = as_markdown(merge(SAMPLE, [extension])).splitlines()
    assert lines[0].split(" | ")[-1] == "Owner |"
    assert [cell.strip() for cell in lines[2].strip("|").split("|")] == [
        "note", "any status", "(stays)", "", "has_reason", "",
    ]  # fmt: skip
    (ship,) = [line for line in lines if line.startswith("| ship")]
    assert ship.endswith("| alpha |")


def test_awkward_words_do_not_break_the_text() -> None:
    """Labels of tenants may hold a bar, a quotation mark or a line break; keys may be words of the diagram language."""
    end = Status("end", DONE, label='The "end" | really\nover\\')
    table = Lifecycle("thing", initial=UNPAID, statuses=(evolve(UNPAID), end), moves=(Move("go", OPEN, end),))
    rows = [line for line in as_markdown(table).splitlines() if line]
    assert len({line.replace("\\|", "").count("|") for line in rows[3:]}) == 1
    assert "state \"The 'end' | really over/\" as end_" in as_mermaid(table)
    assert "unpaid --> end_ : go" in as_mermaid(table)
    assert '"end" [label="The \'end\' | really over/", peripheries=2];' in as_dot(table)


@given(lifecycles())
def test_everything_is_drawn(lifecycle: Lifecycle) -> None:
    """Every status and event that can be taken appears in each drawing, and the lines of a table are equally long."""
    taken = {event for event in lifecycle.events for one in lifecycle.statuses if lifecycle.taken(one.key, event)}
    for text in (as_markdown(lifecycle), as_mermaid(lifecycle), as_dot(lifecycle)):
        assert all(status.key in text for status in lifecycle.statuses)
        assert all(event in text for event in taken)
    for table in as_markdown(lifecycle).strip().split("\n\n"):
        assert len({len(line) for line in table.splitlines()}) == 1
