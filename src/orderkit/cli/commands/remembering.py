"""`orderkit history`: what happened to an order, and whether its chain of rows is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import click

from orderkit.cli.finding import order_id_of
from orderkit.cli.opening import opened
from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit, remembered_plain
from orderkit.cli.printing import Paper, cell, table, words
from orderkit.errors import StorageError
from orderkit.family import OrderFamily
from orderkit.history import replay, without_personal
from orderkit.services.reading import Remembered

EXAMPLES = """
orderkit history 12
orderkit history 12 --verify
orderkit history 12 --json
"""


@desk_command("history", examples=EXAMPLES)
@click.argument("order")
@click.option("--verify", "checked", is_flag=True, help="Check the chain, and that it replays to what is stored.")
def history(options: Options, *, order: str, checked: bool) -> None:
    """Show every accepted change of an order, oldest first: who made it, when, why, and where the order went.

    Each row's hash covers the row and the one before it. --verify computes them anew and rebuilds the order from its
    history alone: an edited, missing or swapped row is found and named.
    """
    with opened(options) as shop:
        order_id = order_id_of(shop, order)
        rows = shop.orders.history(order_id)
        if checked:
            require_whole(rows, shop.orders.details(order_id).family)
    if options.as_json:
        emit({"history": [remembered_plain(each) for each in rows], "verified": True if checked else None})
        return
    paper = Paper.of(options)
    print_history(paper, rows)
    if checked:
        paper.say(f"Whole: {len(rows)} rows, each follows the one before, and together they make the stored order.")


def require_whole(rows: Sequence[Remembered], stored: OrderFamily) -> None:
    """Refuse a history that is broken, or that tells of another order than the stored one.

    Raises:
        StorageError: naming the first row that does not fit, or the order.
    """
    if replay([each.entry for each in rows]) != without_personal(stored):
        raise StorageError(f"the history of order {stored.order.number} does not make the order that is stored")


def print_history(paper: Paper, rows: Sequence[Remembered]) -> None:
    """The rows as a table, each with the status the order had after it."""
    made = table(">#", f"When, {paper.zone}", "*What", "Who", "Then the order is", "*Why")
    for each, after in zip(rows, _statuses(rows), strict=True):
        entry = each.entry
        why = each.reason or ("(erased)" if entry.reason else "")
        made.add_row(
            str(entry.sequence),
            paper.when(entry.at),
            cell(words(entry.event)),
            cell(entry.actor),
            words(after),
            cell(why),
        )
    paper.show(made)


def _statuses(rows: Sequence[Remembered]) -> Iterator[str]:
    status = ""
    for each in rows:
        changed = json.loads(each.entry.changes).get("order", {})
        status = changed.get("status", status)
        yield status


COMMANDS = {"history": history}
