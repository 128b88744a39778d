"""`orderkit cancel`, `move` and `proceed`: what moves an order without asking for money."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

import click

from orderkit.cli.asking import asked, key_and_reason, tell_moved
from orderkit.cli.failures import FAILED
from orderkit.cli.finding import details_of, item_at, order_id_of
from orderkit.cli.opening import opened
from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit, records
from orderkit.cli.printing import Paper
from orderkit.errors import InvalidRequest
from orderkit.families.cancelling import Plan, Settle
from orderkit.services.reading import OrderDetails
from orderkit.shop import Shop

CANCELLING = """
orderkit cancel 12
orderkit cancel 12 --yes --reason "ordered twice"
orderkit cancel 12 --settle refund --preview
orderkit cancel 12 --settle refund --yes
"""
MOVING = """
orderkit move 12 complete
orderkit move 12 deliver --item 1
"""
PROCEEDING = """
orderkit proceed 12
"""


@desk_command("cancel", examples=CANCELLING)
@click.argument("order")
@click.option("--yes", "confirmed", is_flag=True, help="Do not ask; needed where there is nobody to ask.")
@click.option(
    "--settle",
    type=click.Choice(["refund", "credit"]),
    help="Cancel it with its money: refund it the way it came, or keep it as the customer's credit.",
)
@click.option("--preview", is_flag=True, help="With --settle: show every step with its amount, and do nothing.")
@key_and_reason
def cancel(
    options: Options,
    *,
    order: str,
    confirmed: bool,
    settle: Settle | None,
    preview: bool,
    key: str | None,
    reason: str | None,
) -> None:
    """Cancel an order. It cannot be undone, so it is asked for twice.

    Without --settle only an order that is neither paid nor being paid is cancelled. With it, open attempts are given
    up, what is held is released, and what was paid goes back; cancelling again tries what failed.
    """
    if preview and settle is None:
        raise click.UsageError("--preview shows what becomes of the money; say --settle refund or --settle credit")
    with opened(options) as shop:
        details = details_of(shop, order)
        order_id = details.family.order.id
        if preview and settle is not None:
            _tell_plan(options, shop.orders.preview("cancel", order_id, settle=settle))
            return
        if not confirmed:
            _ask(options, details)
        shop.orders.cancel(order_id, confirm=True, settle=settle, **asked(key, reason))
        tell_moved(options, shop, order_id)


_STEPS: Final[Mapping[str, str]] = {
    "cancel": "the order is cancelled",
    "abandon": "the attempt over {amount} is given up",
    "void": "{amount} held on the card are released",
    "refund": "{amount} go back the way they came",
    "credit": "{amount} are put on the customer's account",
    "manual_void": "{amount} have to be released by hand: the gateway cannot",
    "manual_refund": "{amount} have to be sent back by hand: the gateway cannot",
}


def _tell_plan(options: Options, plan: Plan) -> None:
    if options.as_json:
        emit({"token": plan.token, "steps": records(plan.steps)})
        return
    paper = Paper.of(options)
    if not plan.steps:
        paper.say("Nothing is left to do.")
    for number, step in enumerate(plan.steps, 1):
        amount = "" if step.amount is None else paper.money(step.amount)
        paper.say(f"{number}. {_STEPS[step.name].format(amount=amount)}")


def _ask(options: Options, details: OrderDetails) -> None:
    """Only where the answer can be typed and the question be seen; a script has to say --yes."""
    if options.as_json or not sys.stdin.isatty():
        raise InvalidRequest("yes", "is_confirmed")
    number, paper = details.family.order.number, Paper.of(options)
    total = paper.money(details.standing.total)
    if not click.confirm(f"Cancel order {number} of {details.customer.id} over {total}?", err=True):
        paper.say("Nothing was cancelled.")
        raise click.exceptions.Exit(FAILED)


@desk_command("move", examples=MOVING)
@click.argument("order")
@click.argument("event")
@click.option("--item", metavar="N", help="Move this item of the order, not the order itself.")
@key_and_reason
def move(options: Options, *, order: str, event: str, item: str | None, key: str | None, reason: str | None) -> None:
    """Take a plain step of an order or of one of its items: complete, deliver, or what a plugin adds.

    `orderkit show` lists the steps that may be taken now; `orderkit lifecycle order` all there are.
    """
    with opened(options) as shop:
        details = details_of(shop, order)
        order_id, told = details.family.order.id, asked(key, reason)
        _require_known(shop, "order" if item is None else "item", event)
        if item is None:
            shop.orders.move(order_id, event, **told)
        else:
            shop.items.move(item_at(details.family, item), event, **told)
        tell_moved(options, shop, order_id)


def _require_known(shop: Shop, noun: str, event: str) -> None:
    """A misspelt step is told from one that is not possible now."""
    known = shop.wiring.lifecycles[noun].requestable
    if event not in known:
        raise InvalidRequest("event", "is_known_event", event=event, noun=noun, known=", ".join(known))


@desk_command("proceed", examples=PROCEEDING)
@click.argument("order")
def proceed(options: Options, *, order: str) -> None:
    """Go on with what was begun on an order and not finished: after a crash, or when a gateway gave no answer.

    What was written down and not sent is sent; what has no answer is looked up. Doing it again does no harm.
    """
    with opened(options) as shop:
        order_id = order_id_of(shop, order)
        shop.proceed(order_id)
        tell_moved(options, shop, order_id)


COMMANDS = {"cancel": cancel, "move": move, "proceed": proceed}
