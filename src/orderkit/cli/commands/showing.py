"""`orderkit show`: one order, from its lines and money to what may be done with it, and why not."""

from __future__ import annotations

import click

from orderkit.cli.finding import details_of
from orderkit.cli.opening import opened
from orderkit.cli.options import Options, desk_command
from orderkit.cli.order_sheet import print_order
from orderkit.cli.plain import emit, order_plain
from orderkit.cli.printing import Paper

EXAMPLES = """
orderkit show 12
orderkit show 12 --locale de --zone Europe/Berlin
orderkit show 12 --json
"""


@desk_command("show", examples=EXAMPLES)
@click.argument("order")
def show(options: Options, *, order: str) -> None:
    """Show one order, named by its number or id: items, payments, refunds, what it comes to, and what may be done.

    What may not be done now says why. The places of items and payments are what other commands name them by:
    `orderkit capture 12/1` is about payment 1 of order 12.
    """
    with opened(options) as shop:
        details = details_of(shop, order)
        settings = shop.settings
    if options.as_json:
        emit(order_plain(details))
    else:
        print_order(Paper.of(options), details, settings)


COMMANDS = {"show": show}
