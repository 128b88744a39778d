"""`orderkit import`: the orders of a CSV file, and an account of its every line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import click
from attrs import evolve

from orderkit.cli.failures import FAILED, UNSOUND_LINES
from orderkit.cli.file_options import FileHabits, file_options
from orderkit.cli.import_report import Reasons, outcomes_written, print_report
from orderkit.cli.opening import desk_over, opened
from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit
from orderkit.cli.printing import Paper
from orderkit.cli.progress import bars
from orderkit.cli.urls import sqlite_path
from orderkit.imports import ImportReport, LineOutcome, read_rows
from orderkit.jsons import Json
from orderkit.shop import Shop

EXAMPLES: Final = """
orderkit import orders.csv --map orderkit
orderkit import export.csv --map uk-retail --dry-run
orderkit import export.csv --map uk-retail --report outcomes.csv
orderkit import orders.csv --map orderkit --delimiter ';' --decimal , --zone Europe/Berlin
"""


@desk_command("import", examples=EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
@file_options
@click.option(
    "--pay/--no-pay", "pay", default=None, help="Were the sales paid, outside of here? By default the map says."
)
@click.option("--dry-run", is_flag=True, help="Read, check and match everything, and write nothing.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="Each line's outcome, as .csv or .jsonl."
)
@click.option("--strict", is_flag=True, help="Exit code 3 for any refused line, sound or not.")
def import_file(
    options: Options,
    /,
    *,
    file: Path,
    pay: bool | None,
    dry_run: bool,
    report: Path | None,
    strict: bool,
    **habits: str | bool | None,
) -> None:
    """Import the orders of a CSV file: each is placed, where it was paid that is recorded, and cancellations in the
    file are refunded from the sales they reverse.

    Every line has exactly one outcome, and the sums add up to the file's own. Doing it again does nothing twice and
    goes on where the first run stopped. Makes the database if there is none.

    The map `orderkit` reads order, date, sku, quantity, unit_price, currency, and customer, name and title if there;
    `uk-retail` the export of a British shop. The other options change how the map reads.

    \b
    Exit codes:
      0  every line was done, or refused for a reason that sound files have
         (an adjustment of the stock, a cancellation whose sale is not here)
      1  it could not be done: the file, the database
      3  done, but some lines are unsound (no such date, too few columns …)
    """
    column_map = FileHabits.of(habits).column_map()
    if pay is not None:
        column_map = evolve(column_map, payment=_payment(pay))
    next(read_rows(file, column_map), None)  # a file that cannot be read must not leave a new database behind
    reasons = Reasons()
    with outcomes_written(report, file) as write, _desk(options, dry_run) as shop:

        def take(outcome: LineOutcome) -> None:
            reasons.add(outcome)
            write(outcome)

        with bars(quiet=options.as_json) as show:
            done = shop.import_file(file, map=column_map, dry_run=dry_run, progress=show, outcomes=take)
    _tell(options, done, reasons, dry_run=dry_run)
    code = _exit_code(done, reasons, strict)
    if code:
        raise click.exceptions.Exit(code)


def _payment(paid: bool) -> Literal["offline", "none"]:
    return "offline" if paid else "none"


@contextmanager
def _desk(options: Options, dry_run: bool) -> Iterator[Shop]:
    """The desk to import into; a dry run makes no database, and where there is none an empty one stands in."""
    path = sqlite_path(options.db)
    if dry_run and path is not None and not path.exists():
        from orderkit.adapters.memory import MemoryStorage

        yield desk_over(MemoryStorage(), options)
    else:
        with opened(options, create=not dry_run) as shop:
            yield shop


def _tell(options: Options, report: ImportReport, reasons: Reasons, *, dry_run: bool) -> None:
    if options.as_json:
        refused: list[Json] = [each.as_json() for each in reasons.most_first]
        emit({**report.as_json(), "refused_lines": refused, "dry_run": dry_run})
        return
    paper = Paper.of(options)
    if dry_run:
        paper.say("Dry run: nothing was written. This is what would come of it.", "bold")
    print_report(paper, report, reasons)
    if not dry_run and report.sold:
        paper.say()
        paper.verbatim("Next: orderkit list, orderkit totals")


def _exit_code(report: ImportReport, reasons: Reasons, strict: bool) -> int:
    if not report.balances or not report.is_complete:
        return FAILED
    return UNSOUND_LINES if reasons.has_unsound or (strict and reasons.found) else 0


COMMANDS = {"import": import_file}
