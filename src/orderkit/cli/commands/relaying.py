"""`orderkit outbox`: the facts that wait to leave over a channel, those that were given up, and sending these again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import click

from orderkit.cli.opening import opened
from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit, record
from orderkit.cli.printing import Paper, cell, clipped, table
from orderkit.jsons import Json
from orderkit.ports.exchange import Delivery, Message
from orderkit.services.relaying import resend
from orderkit.shop import Shop

EXAMPLES: Final = """
orderkit outbox
orderkit outbox --channel mail --json
orderkit outbox resend 0199f3c2-7c1e-7b4a-9d55-0c9f3b1f8a11
orderkit outbox resend --all --channel mail
"""


@desk_command("outbox", examples=EXAMPLES)
@click.argument("step", required=False, type=click.Choice(["resend"]), metavar="[resend]")
@click.argument("ids", nargs=-1, type=click.UUID, metavar="[ID]...")
@click.option("--channel", default="events", show_default=True, metavar="NAME", help="Over which channel they leave.")
@click.option("--all", "every", is_flag=True, help="With resend: everything that was given up.")
@click.option(
    "--limit", type=click.IntRange(1, 500), default=50, show_default=True, metavar="N", help="How many at most of each."
)
def outbox(options: Options, *, step: str | None, ids: tuple[UUID, ...], channel: str, every: bool, limit: int) -> None:
    """Show which messages wait to leave over a channel, and which were given up after three days of trying, and why.

    `orderkit outbox resend` makes given up ones due at once, under the ids they always had, with all their tries before
    them; the host's relay then takes them along. The outbox is shown for every scope of the database.
    """
    if (step is None) == bool(ids or every) or (ids and every):
        raise click.UsageError("say `outbox resend ID...` or `outbox resend --all` to send messages again")
    with opened(options) as shop:
        if step is None:
            _tell(options, shop, channel, limit)
        else:
            _tell_resent(options, channel, resend(shop.wiring.storage, shop.wiring.clock, channel, ids=ids or None))


def _tell(options: Options, shop: Shop, channel: str, limit: int) -> None:
    with shop.wiring.storage.reading() as store:
        waiting, dead = store.messages(channel, limit=limit), store.dead_messages(channel, limit=limit)
    if options.as_json:
        given_up = [{**_message_plain(each.message), "attempts": each.attempts, "error": each.error} for each in dead]
        emit({"channel": channel, "waiting": [_message_plain(each) for each in waiting], "given_up": [*given_up]})
        return
    paper = Paper.of(options)
    if waiting:
        _print_waiting(paper, waiting, _count(len(waiting), limit))
    else:
        paper.say(f"Nothing waits on the channel {channel}.")
    if dead:
        _print_given_up(paper, dead, _count(len(dead), limit))
        paper.say()
        paper.verbatim(f"To send again: orderkit outbox resend ID... --channel {channel}")


def _tell_resent(options: Options, channel: str, resent: Sequence[UUID]) -> None:
    if options.as_json:
        emit({"channel": channel, "resent": [str(each) for each in resent]})
        return
    messages = "1 message is" if len(resent) == 1 else f"{len(resent)} messages are"
    Paper.of(options).say(f"{messages} due again on the channel {channel}." if resent else "Nothing was given up.")


def _message_plain(message: Message) -> dict[str, Json]:
    """A message as JSON, its body parsed."""
    return {**record(message), "body": json.loads(message.body)}


def _count(found: int, limit: int) -> str:
    return f"{found} or more, the oldest first" if found == limit else str(found)


def _print_waiting(paper: Paper, waiting: Sequence[Message], count: str) -> None:
    paper.heading(f"Waiting: {count}")
    made = table(f"Since, {paper.zone}", "*What", "*Scope", "Message")
    for each in waiting:
        made.add_row(paper.when(each.at), clipped(each.type), clipped(each.scope), cell(each.id))
    paper.show(made)


def _print_given_up(paper: Paper, dead: Sequence[Delivery], count: str) -> None:
    paper.heading(f"Given up: {count}")
    made = table("Message", "*What", ">Tries", "*Why")
    for each in dead:
        made.add_row(
            cell(each.message.id), clipped(each.message.type), str(each.attempts), cell(each.error or "", "red")
        )
    paper.show(made)


COMMANDS = {"outbox": outbox}
