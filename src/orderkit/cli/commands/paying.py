"""`orderkit pay`: a payment of what an order still asks for."""

from __future__ import annotations

import click

from orderkit.cli.asking import asked, key_and_reason, tell_moved
from orderkit.cli.failures import FAILED
from orderkit.cli.finding import amount_of, order_id_of
from orderkit.cli.gateways import DECLINED_METHOD
from orderkit.cli.opening import opened
from orderkit.cli.options import Options, desk_command

EXAMPLES = f"""
orderkit pay 12 --via card
orderkit pay 12 --via card --authorize-only
orderkit pay 12 --via transfer
orderkit pay 12 --via cash --confirm
orderkit pay 12 --via card --method {DECLINED_METHOD}
"""


@desk_command("pay", examples=EXAMPLES)
@click.argument("order")
@click.option("--via", required=True, metavar="GATEWAY", help="card, transfer or cash.")
@click.option("--amount", metavar="AMOUNT", help="Only so much of it, where the order's terms allow parts: 12.50")
@click.option("--authorize-only", is_flag=True, help="Only hold the money; `orderkit capture` takes it later.")
@click.option(
    "--method", metavar="TEXT", help=f"The card; the pretended gateway declines the card `{DECLINED_METHOD}`."
)
@click.option("--confirm", "arrived", is_flag=True, help="The money of a transfer, or the cash, is here already.")
@key_and_reason
def pay(
    options: Options,
    *,
    order: str,
    via: str,
    amount: str | None,
    authorize_only: bool,
    method: str | None,
    arrived: bool,
    key: str | None,
    reason: str | None,
) -> None:
    """Pay what is open on an order, or a part of it.

    A transfer or cash waits until somebody says that the money is here: --confirm, or later `orderkit confirm`. The
    card is a pretended gateway for trying things out: it approves everything and no money moves anywhere. Exit code 1
    also where the payment is declined.
    """
    with opened(options) as shop:
        order_id = order_id_of(shop, order)
        currency = shop.orders.details(order_id).family.order.currency
        told = asked(key, reason)
        wanted = amount_of(amount, currency)
        payment = shop.pay(order_id, via=via, method=method, amount=wanted, capture=not authorize_only, **told)
        if arrived and payment.kind == "under_way":
            payment = shop.payments.confirm(payment.id, **told)
        tell_moved(options, shop, order_id, made=payment)
    if payment.kind == "failed":
        raise click.exceptions.Exit(FAILED)


COMMANDS = {"pay": pay}
