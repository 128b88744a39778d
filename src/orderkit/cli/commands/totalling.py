"""`orderkit totals`: the sums over all orders of a scope, one row per currency."""

from __future__ import annotations

from collections.abc import Sequence

from orderkit.cli.opening import opened, require_known_scope
from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit, records
from orderkit.cli.printing import Paper, table
from orderkit.ports.storage import CurrencyTotals

EXAMPLES = """
orderkit totals
orderkit totals --scope acme --json
"""


@desk_command("totals", examples=EXAMPLES)
def totals(options: Options) -> None:
    """Show what all orders come to: ordered, paid, refunded and due, per currency.

    Currencies are never added up. What is paid is before refunds.
    """
    with opened(options) as shop:
        sums = shop.orders.totals()
        if not sums:
            require_known_scope(shop)
    if options.as_json:
        emit({"totals": records(sums)})
        return
    paper = Paper.of(options)
    if sums:
        print_totals(paper, sums)
    else:
        paper.say("There are no orders yet: orderkit import FILE brings some.")


def print_totals(paper: Paper, sums: Sequence[CurrencyTotals]) -> None:
    """One row per currency."""
    made = table("Currency", ">Orders", ">Total", ">Paid", ">Refunded", ">Due")
    for each in sums:
        figures = map(paper.some, (each.total, each.paid, each.refunded, each.due))
        made.add_row(each.currency, str(each.orders), *figures)
    paper.show(made)


COMMANDS = {"totals": totals}
