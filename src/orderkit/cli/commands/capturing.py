"""`orderkit capture`, `void` and `abandon`: what becomes of a payment that was started."""

from __future__ import annotations

import click

from orderkit.cli.asking import asked, key_and_reason, tell_moved
from orderkit.cli.finding import amount_of, payment_of
from orderkit.cli.opening import opened
from orderkit.cli.options import Options, desk_command

CAPTURING = """
orderkit capture 12
orderkit capture 12 --amount 20.00
orderkit capture 12/2
"""
VOIDING = """
orderkit void 12
orderkit void 12/2 --reason "out of stock"
"""
ABANDONING = """
orderkit abandon 12
"""
_TARGET = "ORDER|PAYMENT"


@desk_command("capture", examples=CAPTURING)
@click.argument("target", metavar=_TARGET)
@click.option("--amount", metavar="AMOUNT", help="Only so much; the rest stays held.")
@key_and_reason
def capture(options: Options, *, target: str, amount: str | None, key: str | None, reason: str | None) -> None:
    """Take money that is authorized: all that is left of it, or --amount.

    An order is enough where only one of its payments can be captured; else name the payment: 12/2, or its id.
    """
    with opened(options) as shop:
        details, payment = payment_of(shop, target, "capture")
        wanted = amount_of(amount, payment.amount.currency)
        captured = shop.payments.capture(payment.id, wanted, **asked(key, reason))
        tell_moved(options, shop, details.family.order.id, made=captured)


@desk_command("void", examples=VOIDING)
@click.argument("target", metavar=_TARGET)
@key_and_reason
def void(options: Options, *, target: str, key: str | None, reason: str | None) -> None:
    """Release money that is authorized and not captured; what was captured stays."""
    with opened(options) as shop:
        details, payment = payment_of(shop, target, "void")
        tell_moved(options, shop, details.family.order.id, made=shop.payments.void(payment.id, **asked(key, reason)))


@desk_command("abandon", examples=ABANDONING)
@click.argument("target", metavar=_TARGET)
@key_and_reason
def abandon(options: Options, *, target: str, key: str | None, reason: str | None) -> None:
    """Give up a payment that has no answer, such as a transfer that never came; the order can be paid again.

    The gateway is asked first: if it says meanwhile that the money has moved, that counts.
    """
    with opened(options) as shop:
        details, payment = payment_of(shop, target, "abandon")
        tell_moved(options, shop, details.family.order.id, made=shop.payments.abandon(payment.id, **asked(key, reason)))


COMMANDS = {"capture": capture, "void": void, "abandon": abandon}
