"""What an import says when it ends: its figures for people, and every line's outcome in a file.

Only writing down lives here. The figures are the report's own; whether a refused line is a fault of the file is the
one thing decided here, for the exit code.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final, TextIO

from attrs import define, field

from orderkit.cli.printing import Paper, cell, table
from orderkit.errors import InvalidRequest, NotRepresentable
from orderkit.imports import CurrencySums, ImportReport, LineOutcome
from orderkit.jsons import Json
from orderkit.money import Money

NAMED_AT_MOST: Final = 5

EXPECTED: Final = frozenset(
    {
        "is_positive_quantity",
        "is_not_negative_price",
        "has_customer",
        "finds_its_sale",
        "something_was_paid",
        "something_goes_back",
    }
)
"""Refusals that a sound file of a real shop brings along: adjustments of stock and books, and cancellations whose sale
is in another file or was free. Every other reason is a fault of the line."""

_COLUMNS: Final = (
    "line",
    "order",
    "action",
    "quantity_done",
    "quantity_refused",
    "amount_done",
    "amount_refused",
    "rounding",
    "currency",
    "reason",
    "sentence",
)


@define
class Reason:
    """The lines that were refused for one reason: how many, the first of them, and what is wrong with the first."""

    code: str
    sentence: str
    count: int = 0
    lines: list[int] = field(factory=list)

    def as_json(self) -> dict[str, Json]:
        return {"code": self.code, "count": self.count, "first_lines": [*self.lines], "example": self.sentence}


@define
class Reasons:
    """The refused lines by reason, gathered while the outcomes go by; as small as the number of reasons."""

    found: dict[str, Reason] = field(factory=dict, init=False)

    def add(self, outcome: LineOutcome) -> None:
        if outcome.reason is None:
            return
        reason = self.found.setdefault(outcome.reason.code, Reason(outcome.reason.code, outcome.sentence))
        reason.count += 1
        if len(reason.lines) < NAMED_AT_MOST:
            reason.lines.append(outcome.line)

    @property
    def most_first(self) -> list[Reason]:
        return sorted(self.found.values(), key=lambda each: (-each.count, each.code))

    @property
    def has_unsound(self) -> bool:
        """Some line was refused for what is a fault of the line."""
        return not set(self.found) <= EXPECTED


@contextmanager
def outcomes_written(path: Path | None, source: Path) -> Iterator[Callable[[LineOutcome], None]]:
    """Write every outcome to the file; it appears whole when the block ends, and not at all when it fails.

    Raises:
        InvalidRequest: its name says no known form, it is the file that is imported, or it cannot be written.
    """
    if path is None:
        yield lambda outcome: None
        return
    if path.suffix not in (".csv", ".jsonl"):
        raise InvalidRequest("report", "is_report_file", found=path.name)
    if path.exists() and source.exists() and path.samefile(source):
        raise InvalidRequest("report", "is_another_file")
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with _writable(unfinished, path) as file:
            yield _csv_writer(file) if path.suffix == ".csv" else _json_writer(file)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _writable(unfinished: Path, path: Path) -> TextIO:
    try:
        return unfinished.open("w", encoding="utf-8", newline="")
    except OSError as problem:
        raise InvalidRequest("report", "is_writable", path=str(path), problem=problem.strerror) from problem


def _csv_writer(file: TextIO) -> Callable[[LineOutcome], None]:
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)

    def write(outcome: LineOutcome) -> None:
        plain = _row(outcome)
        writer.writerow([plain[name] for name in _COLUMNS])

    return write


def _json_writer(file: TextIO) -> Callable[[LineOutcome], None]:
    def write(outcome: LineOutcome) -> None:
        file.write(json.dumps(outcome.as_json(), ensure_ascii=False) + "\n")

    return write


def _row(outcome: LineOutcome) -> dict[str, Json]:
    return {
        **outcome.as_json(),
        "reason": outcome.reason.code if outcome.reason else None,
        "sentence": outcome.sentence,
    }


def print_report(paper: Paper, report: ImportReport, reasons: Reasons) -> None:
    """The figures, the sums that add up, and the refused lines by reason."""
    paper.say(
        f"{counted(report.lines, 'line')}: {report.sold} sold, {report.cancelled} cancelled, {report.refused} refused"
        + (f", {report.partly_refused} cancelled in part" if report.partly_refused else "")
        + (f"; {report.unreadable} of the refused have no readable amount" if report.unreadable else "")
        + "."
    )
    if report.sums:
        print_sums(paper, report)
    if reasons.found:
        paper.heading("Refused")
        made = table(">Lines", "First", "*Why")
        for each in reasons.most_first:
            more = " …" if each.count > len(each.lines) else ""
            made.add_row(str(each.count), ", ".join(map(str, each.lines)) + more, cell(each.sentence))
        paper.show(made)


def print_sums(paper: Paper, report: ImportReport) -> None:
    """Per currency: what the file sums up to, and where all of it went."""
    made = table("Currency", ">In the file", ">= sold", ">+ cancelled", ">+ refused", ">+ rounding", "")
    for each in report.sums:
        made.add_row(
            each.currency or "(none)",
            *(amount_text(paper, each, amount) for amount in _amounts(each)),
            cell("adds up", "green") if each.balances else cell("DOES NOT ADD UP", "bold red"),
        )
    paper.show(made)


def _amounts(sums: CurrencySums) -> tuple[Decimal, ...]:
    return sums.in_file, sums.sold, sums.cancelled, sums.refused, sums.rounding


def amount_text(paper: Paper, sums: CurrencySums, amount: Decimal) -> str:
    """In the locale's manner where it is whole minor units; as it is where it has more digits."""
    if not amount:
        return "–"
    try:
        return paper.money(Money(amount, sums.currency or ""))
    except NotRepresentable:
        return format(amount.normalize(), "f")


def counted(number: int, noun: str) -> str:
    """``1 line``, ``12 lines``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
