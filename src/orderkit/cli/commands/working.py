"""`orderkit run`, `stuck` and `sync`: the work that nobody asks for by hand, what it cannot do, and asking by hand."""

from __future__ import annotations

import time
from typing import Final

import click

from orderkit.cli.finding import order_id_of
from orderkit.cli.opening import opened, opened_for_work
from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit, record, records
from orderkit.cli.printing import Paper, cell, clipped, table
from orderkit.jsons import Json
from orderkit.services.running import Ran
from orderkit.services.synchronizing import Synchronized
from orderkit.services.watching import Stuck
from orderkit.shop import Shop

RUNNING: Final = """
orderkit run
orderkit run --every 60
"""
LOOKING: Final = """
orderkit stuck
orderkit stuck --json
"""
ASKING: Final = """
orderkit sync 12
"""


@desk_command("run", examples=RUNNING)
@click.option("--every", type=click.IntRange(1), metavar="SECONDS", help="Go on, and look again after so long.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, metavar="N", help="How many at once.")
def run(options: Options, *, every: int | None, limit: int) -> None:
    """Do what is due now, in every scope of the database: operations without an answer are looked up, webhooks that
    waited are applied.

    A host's own worker calls `Orderkit.run_due` instead, which knows the host's gateways and channels. Stop it at any
    moment: what it had not finished is due again.
    """
    with opened_for_work(options) as desk:
        while True:
            ran = desk.run_due(limit=limit)
            if options.as_json:
                emit(_plain(ran))
            else:
                Paper.of(options).say(_told(ran))
            if every is None:
                return
            time.sleep(every)


def _plain(ran: Ran) -> dict[str, Json]:
    return {"recovered": dict(ran.recovered.by_status), "events": dict(ran.events)}


def _told(ran: Ran) -> str:
    operations = [f"{count} {name}" for name, count in ran.recovered.by_status.items()]
    events = [f"{count} {name}" for name, count in ran.events.items()]
    parts = [f"operations: {', '.join(operations)}"] if operations else []
    parts += [f"webhooks: {', '.join(events)}"] if events else []
    return "; ".join(parts) or "Nothing is due."


@desk_command("stuck", examples=LOOKING)
def stuck(options: Options) -> None:
    """Show what does not go on by itself, the longest waiting first, and why.

    Operations without an answer, transfers that nobody has confirmed, webhooks that name nothing we know, messages that
    were given up, and orders that ask for a person.
    """
    with opened(options) as shop:
        found = shop.stuck()
        if options.as_json:
            emit({"stuck": records(found)})
        elif not found:
            Paper.of(options).say("Nothing is stuck.")
        else:
            _tell_stuck(Paper.of(options), shop, found)


def _tell_stuck(paper: Paper, shop: Shop, found: tuple[Stuck, ...]) -> None:
    made = table(f"Since, {paper.zone}", "*What", ">Order", "*Why")
    for each in found:
        number = "" if each.order_id is None else str(shop.orders.details(each.order_id).family.order.number)
        made.add_row(paper.when(each.since), cell(each.what), number, clipped(each.reason))
    paper.show(made)


@desk_command("sync", examples=ASKING)
@click.argument("order")
def sync(options: Options, *, order: str) -> None:
    """Ask the gateways for all they know about an order's payments, and record what is new.

    Where a gateway says less than we hold, nothing is undone: the difference is shown, and the order asks for a person.
    """
    with opened(options) as shop:
        came = shop.sync_payments(order_id_of(shop, order))
        if options.as_json:
            emit(record(came))
        else:
            _tell_synchronized(Paper.of(options), came)


def _tell_synchronized(paper: Paper, came: Synchronized) -> None:
    news = {0: "Nothing is new.", 1: "1 operation is new or answered."}
    paper.say(news.get(came.changed, f"{came.changed} operations are new or answered."))
    for each in came.differences:
        ours, theirs = paper.money(each.ours), paper.money(each.theirs)
        paper.say(f"{each.type}: we hold {ours}, the gateway says {theirs}; nothing was changed.")
    for _ in came.unanswered:
        paper.say("A gateway could not say; ask again later.")


COMMANDS = {"run": run, "stuck": stuck, "sync": sync}
