"""`orderkit list`: a page of orders, newest first."""

from __future__ import annotations

import click
from rich.table import Table

from orderkit.cli.opening import opened, require_known_scope
from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit, row_plain
from orderkit.cli.printing import Paper, clipped, status, table
from orderkit.ports.storage import OrderFilter, OrderRow
from orderkit.services.reading import Listed

EXAMPLES = """
orderkit list
orderkit list --status placed --status in_payment
orderkit list --customer 17850 --limit 10
orderkit list --kind active --json
"""


@desk_command("list", examples=EXAMPLES)
@click.option("--status", "statuses", multiple=True, metavar="KEY", help="Only orders in this status; may be repeated.")
@click.option("--kind", "kinds", multiple=True, metavar="KEY", help="Only orders of this kind; may be repeated.")
@click.option("--customer", metavar="ID", help="Only this customer's orders.")
@click.option("--limit", type=int, default=50, show_default=True, metavar="N", help="How many at most, 1 to 500.")
@click.option("--after", metavar="CURSOR", help="Go on behind the last page; its end prints how.")
def list_orders(
    options: Options,
    *,
    statuses: tuple[str, ...],
    kinds: tuple[str, ...],
    customer: str | None,
    limit: int,
    after: str | None,
) -> None:
    """Show the orders of a scope, newest first.

    The kinds are open, paying, active, done, cancelled, returned and so on; `orderkit lifecycle order` lists the
    statuses with their kinds.
    """
    wanted = OrderFilter(statuses=statuses, kinds=kinds, customer_id=customer)
    with opened(options) as shop:
        found = shop.orders.list(wanted, after=after, limit=limit)
        if not found.rows:
            require_known_scope(shop)
    if options.as_json:
        emit({"orders": [row_plain(each) for each in found.rows], "next": found.next})
        return
    paper = Paper.of(options)
    if found.rows:
        print_rows(paper, found.rows)
    print_end(paper, found, filtered=wanted != OrderFilter())


def print_rows(paper: Paper, rows: tuple[OrderRow, ...]) -> None:
    """The orders as a table that fits the terminal."""
    paper.show(_wide(paper, rows) if paper.is_wide else _narrow(paper, rows))


def _narrow(paper: Paper, rows: tuple[OrderRow, ...]) -> Table:
    made = table(">No.", "Placed", "*Customer", "*What", "Status", ">Total", ">Due")
    for row in rows:
        state = status(row.status, row.kind)
        who, what = clipped(row.customer_id), clipped(_what(row))
        total, due = paper.money(row.total), paper.some(row.due)
        made.add_row(str(row.number), paper.day(row.placed_at), who, what, state, total, due)
    return made


def _wide(paper: Paper, rows: tuple[OrderRow, ...]) -> Table:
    zone = "" if paper.zone == "UTC" else f", {paper.zone}"
    made = table(
        ">No.", f"Placed{zone}", "*Customer", "*What", "Status", ">Total", ">Paid", ">Held", ">Refunded", ">Due"
    )
    for row in rows:
        made.add_row(
            str(row.number),
            paper.when(row.placed_at),
            clipped(row.customer_id),
            clipped(_what(row)),
            status(row.status, row.kind),
            paper.money(row.total),
            *map(paper.some, (row.paid, row.authorized, row.refunded, row.due)),
        )
    return made


def _what(row: OrderRow) -> str:
    return row.summary if row.line_count == 1 else f"{row.summary} + {row.line_count - 1} more"


def print_end(paper: Paper, found: Listed, *, filtered: bool) -> None:
    """How many there were, and how to see more."""
    if not found.rows:
        nothing = "No order is like that." if filtered else "There are no orders yet: orderkit import FILE brings some."
        paper.say(nothing)
    elif found.next is not None:
        paper.say()
        paper.verbatim(f"There are more: say it again with --after {found.next}")
    else:
        paper.say(f"{len(found.rows)} order{'s' if len(found.rows) > 1 else ''}.", "dim")


COMMANDS = {"list": list_orders}
