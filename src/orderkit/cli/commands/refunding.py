"""`orderkit refund`: money back for items."""

from __future__ import annotations

import click

from orderkit.cli.asking import asked, key_and_reason, tell_moved
from orderkit.cli.failures import FAILED
from orderkit.cli.finding import details_of, items_of
from orderkit.cli.opening import opened
from orderkit.cli.options import Options, desk_command

EXAMPLES = """
orderkit refund 12 --item 1
orderkit refund 12 --item 1:2 --item 3 --reason "arrived broken"
orderkit refund 12 --all
"""


@desk_command("refund", examples=EXAMPLES)
@click.argument("order")
@click.option("--item", "chosen", multiple=True, metavar="N[:QTY]", help="An item, or some units; may be repeated.")
@click.option("--all", "whole", is_flag=True, help="Everything that can still be refunded.")
@click.option(
    "--confirm", "paid_out", is_flag=True, help="The money has been handed back already, in cash or by transfer."
)
@key_and_reason
def refund(
    options: Options,
    *,
    order: str,
    chosen: tuple[str, ...],
    whole: bool,
    paid_out: bool,
    key: str | None,
    reason: str | None,
) -> None:
    """Send money back for items of an order; `orderkit show` numbers them.

    Each item gets back its share of what was captured. A card is refunded at once; what was paid by transfer or in
    cash waits until somebody says that it has been paid out: --confirm, or later `orderkit confirm`.
    """
    if chosen and whole:
        raise click.UsageError("Say --item or --all, not both.")
    with opened(options) as shop:
        details = details_of(shop, order)
        told, order_id = asked(key, reason), details.family.order.id
        made = shop.refund(order_id, items_of(details, chosen, whole=whole), **told)
        if paid_out and made.kind == "under_way":
            made = shop.refunds.confirm(made.id, **told)
        tell_moved(options, shop, order_id, made=made)
    if made.kind == "failed":
        raise click.exceptions.Exit(FAILED)


COMMANDS = {"refund": refund}
