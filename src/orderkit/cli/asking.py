"""What commands that change something have in common: --key and --reason, and the line that says what came of it.

Only that lives here; what a command does is the desk's business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import click

from orderkit.asked import Asked
from orderkit.cli.finding import names_in
from orderkit.cli.options import Options
from orderkit.cli.order_sheet import note_on
from orderkit.cli.plain import emit, moved_plain
from orderkit.cli.printing import Paper, words
from orderkit.money import Money
from orderkit.payments.records import Payment
from orderkit.refunds.records import Refund
from orderkit.services.reading import OrderDetails
from orderkit.shop import Shop
from orderkit.standing import Standing

F = TypeVar("F", bound=Callable[..., object])


def key_and_reason(run: F) -> F:
    """The two options of every command that changes something."""
    run = click.option("--reason", metavar="TEXT", help="Why, for the history.")(run)
    return click.option(
        "--key", metavar="TEXT", help="A name for this request: repeated under the same key, it is done only once."
    )(run)


def asked(key: str | None, reason: str | None) -> Asked:
    """The keywords of a command, of those two options where they were given."""
    told = Asked()
    if key is not None:
        told["key"] = key
    if reason is not None:
        told["reason"] = reason
    return told


def tell_moved(options: Options, shop: Shop, order_id: UUID, *, made: Payment | Refund | None = None) -> None:
    """Say what came of it: what was made or moved, how the order stands now, and what it waits for."""
    details = shop.orders.details(order_id)
    if options.as_json:
        emit(moved_plain(details.family, details.standing, made))
        return
    paper, number = Paper.of(options), details.family.order.number
    if made is not None:
        paper.say(said_of(paper, details, made))
    paper.say(f"Order {number} is {words(details.family.order.status)}{_figures(paper, details.standing)}.")
    waits = hint_for(details, made)
    if waits:
        paper.verbatim(waits)


def said_of(paper: Paper, details: OrderDetails, made: Payment | Refund) -> str:
    """``Payment 1 by card: captured €20.00, held €20.00.``"""
    called = names_in(details.family)[str(made.id)].capitalize()
    if isinstance(made, Refund):
        return f"{called}: {words(made.status)}, {paper.money(made.amount)}."
    parts: dict[str, Money] = {"held": made.authorized, "captured": made.captured, "refunded": made.refunded}
    whole = {"authorized": "held", "captured": "captured"}.get(made.status, "")
    told_already = whole if parts.get(whole) == made.amount else ""
    figures = [
        f"{name} {paper.money(amount)}" for name, amount in parts.items() if amount.minor and name != told_already
    ]
    note = note_on(details, made)
    told = ", ".join([words(made.status), *figures, *([note] if note else [])])
    return f"{called} over {paper.money(made.amount)} by {made.gateway}: {told}."


def _figures(paper: Paper, stands: Standing) -> str:
    parts = {"paid": stands.paid, "held": stands.authorized, "refunded": stands.refunded, "due": stands.due}
    told = [f"{name} {paper.money(amount)}" for name, amount in parts.items() if amount.minor]
    return f" ({', '.join(told)})" if told else ""


def hint_for(details: OrderDetails, made: Payment | Refund | None) -> str:
    """What has to come next where something waits for a person; empty where nothing does."""
    number = details.family.order.number
    if isinstance(made, Refund) and made.kind == "under_way":
        return f"When it has been paid out: orderkit confirm {number}"
    if isinstance(made, Payment) and made.kind == "under_way":
        by_hand = any(each.id == made.id and each.name == "confirm" and each.enabled for each in details.actions)
        return f"When the money is there: orderkit confirm {number}" if by_hand else f"Go on: orderkit proceed {number}"
    return ""
