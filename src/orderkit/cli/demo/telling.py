"""How the demo speaks: short lines while it plays, then what stands in the database, then what to try next.

Only printing lives here; tables and sheets are those of the commands `list`, `show`, `history` and `totals`.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from attrs import frozen

from orderkit.cli.commands.listing import print_rows
from orderkit.cli.commands.remembering import print_history
from orderkit.cli.commands.totalling import print_totals
from orderkit.cli.demo.cast import Cast
from orderkit.cli.demo.checking import Check
from orderkit.cli.demo.story import Step
from orderkit.cli.import_report import Reasons, counted
from orderkit.cli.order_sheet import print_order
from orderkit.cli.printing import Paper, cell, table
from orderkit.errors import NotRepresentable
from orderkit.imports import ImportReport
from orderkit.money import Money
from orderkit.ports.storage import CurrencyTotals, OrderRow
from orderkit.shop import Shop

LISTED: Final = 15


@frozen
class Telling:
    """The paper it is told on; nothing is printed while `quiet`, which is for JSON."""

    paper: Paper
    quiet: bool

    def chapter(self, text: str) -> None:
        if not self.quiet:
            self.paper.heading(text)

    def line(self, text: str) -> None:
        if not self.quiet:
            self.paper.say(text, indent=2)

    def steps(self, steps: Iterable[Step]) -> list[Step]:
        """Tell each as it happens."""
        told = []
        for step in steps:
            self.line(step.text if step.order is None else f"Order {step.order}: {step.text}")
            told.append(step)
        return told


def placed_line(report: ImportReport, orders: int) -> str:
    waiting = report.reasons.get("something_was_paid", 0)
    told = f"{counted(report.lines, 'line')} make {counted(orders, 'order')}"
    return f"{told}; {counted(waiting, 'cancellation')} wait for money to send back" if waiting else told


def again_lines(report: ImportReport, reasons: Reasons) -> Iterator[str]:
    """What the second run found, and what is refused for good."""
    yield "nothing is placed twice"
    if report.cancelled:
        yield f"{counted(report.cancelled, 'cancellation')} found the sales they reverse, and the money went back"
    for each in reasons.most_first:
        yield f"{counted(each.count, 'line')} refused, first line {each.lines[0]}: {each.sentence}"


def print_standing(paper: Paper, shop: Shop, shown: OrderRow | None) -> None:
    """The list, and one order with everything about it."""
    page = shop.orders.list(limit=LISTED)
    paper.heading("The orders, newest first")
    print_rows(paper, page.rows)
    if page.next is not None:
        paper.say(f"… and older ones; these are the newest {LISTED}.", "dim")
    if shown is not None:
        paper.heading(f"One of them: orderkit show {shown.number}")
        paper.say()
        print_order(paper, shop.orders.details(shown.id), shop.settings)
        paper.heading(f"Its history: orderkit history {shown.number}")
        print_history(paper, shop.orders.history(shown.id))


def print_sums(paper: Paper, totals: Sequence[CurrencyTotals], found: Sequence[Check]) -> None:
    """The sums per currency, and the yardstick beside them."""
    paper.heading("The sums per currency: orderkit totals")
    print_totals(paper, totals)
    paper.heading("The same from a plain sum over the file")
    made = table("Currency", ">Plain sum", ">= ordered", ">- sent back", ">+ refused", ">+ rounding", "")
    for each in found:
        figures = (each.plain_sum, each.ordered, each.refunded, each.refused, each.rounding)
        verdict = cell("agrees", "green") if each.agrees else cell("DIFFERS", "bold red")
        made.add_row(each.currency or "(none)", *(_amount(paper, each.currency, one) for one in figures), verdict)
    paper.show(made)
    paper.say("Sent back: for the cancellations in the file; what the demo refunded besides is left out.", "dim")


def _amount(paper: Paper, currency: str, amount: Decimal) -> str:
    if not amount:
        return "–"
    try:
        return paper.money(Money(amount, currency))
    except NotRepresentable:
        return format(amount.normalize(), "f")


def print_next(paper: Paper, cast: Cast, database: str) -> None:
    """What to try next, as commands to copy."""
    paper.heading(f"Your turn. The database stays: {database}")
    for why, command in next_commands(cast):
        paper.say(why, "dim", indent=2)
        paper.verbatim(f"    {program()} {command} --db {shlex.quote(database)}")


def next_commands(cast: Cast) -> list[tuple[str, str]]:
    """Commands that do something in this very database, each with what it shows."""
    numbers = {part: row.number for part, row in cast.parts.items()}
    found = [
        ("held", "Take the rest of what is held:", "capture {}"),
        ("held", "Why it cannot be cancelled:", "cancel {} --yes"),
        ("awaited", "The transfer has arrived:", "confirm {}"),
        ("unpaid", "Pay in cash:", "pay {} --via cash --confirm"),
        ("declined", "Send something back, and look at what is left:", "refund {} --item 1"),
        ("returned", "Check that nobody edited its history:", "history {} --verify"),
    ]
    commands = [(why, command.format(numbers[part])) for part, why, command in found if part in numbers]
    return [*commands, ("What is not paid yet, for a program:", "list --status placed --json")]


def program() -> str:
    """How this program is called here: by its path where a tool such as nox has put it on the path for now only."""
    found = shutil.which("orderkit")
    if found is not None and "NOX_CURRENT_SESSION" in os.environ:
        here = Path.cwd()
        return str(Path(found).relative_to(here)) if Path(found).is_relative_to(here) else found
    return "orderkit"
