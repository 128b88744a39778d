"""`orderkit demo`: everything at once, on a fresh database, with an account of the sums at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
from attrs import frozen

from orderkit.cli.demo.cast import Cast, cast, oldest_first
from orderkit.cli.demo.checking import Check, checks
from orderkit.cli.demo.fresh import make_fresh, require_empty
from orderkit.cli.demo.plain_sum import plain_sum
from orderkit.cli.demo.sample import SAMPLE_MAP, sample_file
from orderkit.cli.demo.story import Step, Story
from orderkit.cli.demo.telling import (
    Telling,
    again_lines,
    next_commands,
    placed_line,
    print_next,
    print_standing,
    print_sums,
)
from orderkit.cli.failures import FAILED
from orderkit.cli.file_options import FileHabits, file_options
from orderkit.cli.import_report import Reasons
from orderkit.cli.opening import opened
from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit, order_plain, records, remembered_plain, row_plain
from orderkit.cli.printing import Paper
from orderkit.cli.progress import bars
from orderkit.cli.urls import shown_url
from orderkit.imports import ColumnMap, ImportReport, read_rows
from orderkit.jsons import Json
from orderkit.ports.storage import CurrencyTotals, OrderRow
from orderkit.shop import Shop

DEMO_DB: Final = "sqlite:///orderkit-demo.db"
EXAMPLES: Final = """
orderkit demo
orderkit demo export.csv --map uk-retail
orderkit demo --db sqlite:///tried.db --json
"""


@frozen(kw_only=True)
class Played:
    """Everything that came of it."""

    file: Path
    report: ImportReport
    steps: tuple[Step, ...]
    cast: Cast
    shown: OrderRow | None
    totals: tuple[CurrencyTotals, ...]
    checks: tuple[Check, ...]

    @property
    def agrees(self) -> bool:
        return self.report.balances and all(each.agrees for each in self.checks)


@desk_command("demo", examples=EXAMPLES)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@file_options
# Without the environment's: whoever works on a real database all day must not demonstrate on it by accident.
@click.option("--db", metavar="URL", default=DEMO_DB, show_default=True, help="The fresh database.")
def demo(options: Options, /, *, file: Path | None, **habits: str | bool | None) -> None:
    """Play a shop's day on a fresh database: import orders from a CSV file, pay them by card, transfer and cash,
    capture one in part, cancel and refund some; then show the orders, one of them with its history and with what may
    be done and why not, and the sums per currency, checked against a plain sum over the file.

    Without FILE a dozen hand-written orders are played. The database is orderkit-demo.db in this folder unless --db
    says otherwise. An earlier demo's file is made anew, one that no demo made is never touched. It stays afterwards,
    for trying the other commands. No real money moves: the card is a pretended gateway.
    """
    column_map = FileHabits.of(habits).column_map(SAMPLE_MAP if file is None else None)
    file = file or sample_file()
    next(read_rows(file, column_map), None)  # before anything is made or replaced
    telling = Telling(Paper.of(options), quiet=options.as_json)
    replaced = make_fresh(options.db)
    telling.chapter(f"A shop's day, on {shown_url(options.db)}{', made anew' if replaced else ''}")
    with opened(options, create=True) as shop:
        require_empty(shop)
        played = _play(shop, file, column_map, telling=telling)
        if options.as_json:
            emit(_plain(shop, played, options))
        else:
            _show(shop, played, paper=telling.paper, options=options)
    if not played.agrees:
        raise click.exceptions.Exit(FAILED)


def _play(shop: Shop, file: Path, column_map: ColumnMap, *, telling: Telling) -> Played:
    plain = plain_sum(file, column_map)
    story = Story(shop, telling.paper.money)
    telling.chapter(f"1. Import {file}, as it came in")
    rows = _import_unpaid(shop, file, column_map, telling=telling)
    parts = cast(rows, plain.returning)
    telling.chapter("2. Pay, each in its own way")
    steps = telling.steps(story.payments(parts))
    reasons = Reasons()
    telling.chapter("3. Import the same file again, now that there is money to send back")
    with bars(quiet=telling.quiet) as show:
        report = shop.import_file(file, map=column_map, pay=False, progress=show, outcomes=reasons.add)
    for line in again_lines(report, reasons):
        telling.line(line)
    telling.chapter("4. Cancel, refund, complete")
    steps += telling.steps(story.endings(parts))
    totals = shop.orders.totals()
    return Played(
        file=file,
        report=report,
        steps=tuple(steps),
        cast=parts,
        shown=parts.parts.get("held", rows[-1] if rows else None),
        totals=totals,
        checks=checks(plain.sums, totals, report=report, given_back=story.given_back),
    )


def _import_unpaid(shop: Shop, file: Path, column_map: ColumnMap, *, telling: Telling) -> list[OrderRow]:
    """Place the orders; what a file says about payments is left to the story."""
    with bars(quiet=telling.quiet) as show:
        report = shop.import_file(file, map=column_map, pay=False, progress=show)
    rows = oldest_first(shop)
    telling.line(placed_line(report, len(rows)))
    return rows


def _show(shop: Shop, played: Played, *, paper: Paper, options: Options) -> None:
    print_standing(paper, shop, played.shown)
    print_sums(paper, played.totals, played.checks)
    print_next(paper, played.cast, shown_url(options.db))
    if not played.agrees:
        paper.say()
        paper.say("The sums differ. This must not happen; please report it with the file.", "bold red")


def _plain(shop: Shop, played: Played, options: Options) -> dict[str, Json]:
    shown = played.shown
    return {
        "database": shown_url(options.db),
        "file": str(played.file),
        "import": played.report.as_json(),
        "steps": records(played.steps),
        "orders": [row_plain(each) for each in shop.orders.list(limit=500).rows],
        "shown": order_plain(shop.orders.details(shown.id)) if shown else None,
        "history": [remembered_plain(each) for each in shop.orders.history(shown.id)] if shown else [],
        "totals": records(played.totals),
        "checks": [each.as_json() for each in played.checks],
        "agrees": played.agrees,
        "try_next": [f"orderkit {command}" for _, command in next_commands(played.cast)],
    }


COMMANDS = {"demo": demo}
