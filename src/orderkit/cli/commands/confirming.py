"""`orderkit confirm` and `orderkit reject`: a person's word about money that no gateway reports."""

from __future__ import annotations

import click

from orderkit.cli.asking import asked, key_and_reason, tell_moved
from orderkit.cli.finding import amount_of, waiting_of
from orderkit.cli.opening import opened
from orderkit.cli.options import Options, desk_command
from orderkit.errors import InvalidRequest
from orderkit.refunds.records import Refund

CONFIRMING = """
orderkit confirm 12
orderkit confirm 12/2 --amount 50.00
orderkit confirm 12 --reason "statement of 3 March"
"""
REJECTING = """
orderkit reject 12
orderkit reject 12/2 --reason "never arrived"
"""


@desk_command("confirm", examples=CONFIRMING)
@click.argument("target", metavar="ORDER|PAYMENT|REFUND")
@click.option("--amount", metavar="AMOUNT", help="How much has arrived, where it is not what was asked for.")
@key_and_reason
def confirm(options: Options, *, target: str, amount: str | None, key: str | None, reason: str | None) -> None:
    """Say that the money of a transfer or in cash has arrived, or that a refund has been paid out that way.

    An order is enough where only one thing waits; else name the payment (12/2), the refund (12/r1), or its id.
    """
    with opened(options) as shop:
        found = waiting_of(shop, target, "confirm")
        order, told = found.details.family.order, asked(key, reason)
        if isinstance(found.record, Refund):
            _refuse_amount(amount)
            tell_moved(options, shop, order.id, made=shop.refunds.confirm(found.record.id, **told))
        else:
            arrived = amount_of(amount, order.currency)
            tell_moved(options, shop, order.id, made=shop.payments.confirm(found.record.id, arrived, **told))


def _refuse_amount(amount: str | None) -> None:
    if amount is not None:
        raise InvalidRequest("amount", "is_whole_refund", found=amount)


@desk_command("reject", examples=REJECTING)
@click.argument("target", metavar="ORDER|PAYMENT|REFUND")
@key_and_reason
def reject(options: Options, *, target: str, key: str | None, reason: str | None) -> None:
    """Say that the money of a transfer will not come, or that a refund could not be paid out.

    The order can then be paid again, or the items refunded again.
    """
    with opened(options) as shop:
        found = waiting_of(shop, target, "reject")
        order_id, told = found.details.family.order.id, asked(key, reason)
        if isinstance(found.record, Refund):
            tell_moved(options, shop, order_id, made=shop.refunds.fail(found.record.id, **told))
        else:
            tell_moved(options, shop, order_id, made=shop.payments.reject(found.record.id, **told))


COMMANDS = {"confirm": confirm, "reject": reject}
