"""An order as a person reads it on the terminal: the sheet that `show` and the demo print.

Only the sheet's parts live here, from top to bottom; every figure comes from the order's details as they are.
"""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from rich.table import Table

from orderkit.cli.finding import names_in, place_of
from orderkit.cli.printing import Paper, cell, clipped, status, table, words
from orderkit.cli.sentences import sentence
from orderkit.money import Money
from orderkit.payments.outcomes import Redirect
from orderkit.payments.records import Payment
from orderkit.services.reading import Action, OrderDetails
from orderkit.settings import ScopeSettings

NAMED_AT_MOST = 3

_ENDED = frozenset({"failed", "returned", "done", "cancelled"})
_NOUNS = ("order", "payment", "refund", "item")


def print_order(paper: Paper, details: OrderDetails, settings: ScopeSettings) -> None:
    """The whole sheet."""
    _print_head(paper, details, settings)
    _print_items(paper, details)
    _print_adjustments(paper, details)
    _print_payments(paper, details)
    _print_refunds(paper, details)
    print_actions(paper, details)


def _print_head(paper: Paper, details: OrderDetails, settings: ScopeSettings) -> None:
    order = details.family.order
    paper.say(f"Order {settings.shown(order.number)}: {words(order.status)}", "bold")
    paper.say()
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, value in _facts(paper, details):
        facts.add_row(name, cell(value))
    paper.show(facts)


def _facts(paper: Paper, details: OrderDetails) -> list[tuple[str, str]]:
    order, customer = details.family.order, details.customer
    who = ", ".join(filter(None, (customer.id, customer.name, customer.email)))
    facts = [("Customer", who), ("Placed", f"{paper.when(order.placed_at)} {paper.zone}, by {order.author}")]
    if order.source:
        came = f"{order.source.channel}, {order.source.reference}" if order.source.reference else order.source.channel
        facts.append(("From", came))
    for name, address in (("Bill to", details.bill_to), ("Ship to", details.ship_to)):
        if address:
            facts.append((name, ", ".join(address.parts().values())))
    facts.append(("Money", _money(paper, details)))
    facts += [
        ("Attention", f"{words(each.code)} since {paper.when(each.opened_at)}")
        for each in details.family.attention
        if each.closed_at is None
    ]
    return [*facts, ("Id", str(order.id))]


def _money(paper: Paper, details: OrderDetails) -> str:
    stands = details.standing
    parts: dict[str, Money] = {
        "paid": stands.paid,
        "held": stands.authorized,
        "on its way": stands.in_flight,
        "refunded": stands.refunded,
        "charged back": stands.charged_back,
        "due": stands.due,
        "credit": stands.credit,
    }
    told = [f"{name} {paper.money(amount)}" for name, amount in parts.items() if amount.minor]
    return ", ".join([f"total {paper.money(stands.total)}", *told, *(["an answer is missing"] * stands.in_doubt)])


def _print_items(paper: Paper, details: OrderDetails) -> None:
    family = details.family
    paper.heading("Items")
    made = table(">Item", "*Sku", "*What", ">Qty", ">Unit price", ">Amount", "Status")
    for place, item in enumerate(family.items, start=1):
        line = family.line(item.line_id)
        made.add_row(
            str(place),
            clipped(line.offer),
            clipped(line.title),
            str(item.quantity),
            paper.price(line.unit_price),
            paper.money(item.amount),
            status(item.status, item.kind),
        )
    paper.show(made)


def _print_adjustments(paper: Paper, details: OrderDetails) -> None:
    adjusted = [(line, each) for line in details.family.lines for each in line.adjustments]
    if not adjusted:
        return
    paper.heading("Discounts and taxes")
    made = table("*What", "Kind", "*Label", ">Rate", ">Of", ">Amount")
    for line, each in adjusted:
        kind = f"{each.kind}, included" if each.included else each.kind
        rate = "" if each.rate is None else f"{each.rate:.2%}"
        made.add_row(
            clipped(line.title), kind, clipped(each.label), rate, paper.money(each.base), paper.money(each.amount)
        )
    paper.show(made)


def _print_payments(paper: Paper, details: OrderDetails) -> None:
    if not details.family.payments:
        return
    paper.heading("Payments")
    made = table(">Payment", "Via", "Status", ">Asked", ">Held", ">Captured", ">Refunded", "*Note")
    for place, each in enumerate(details.family.payments, start=1):
        made.add_row(
            str(place),
            cell(each.gateway),
            status(each.status, each.kind),
            paper.money(each.amount),
            *map(paper.some, (each.authorized, each.captured, each.refunded)),
            cell(note_on(details, each)),
        )
    paper.show(made)


def note_on(details: OrderDetails, payment: Payment) -> str:
    """What else is worth saying about a payment: the customer's next step, or why it failed."""
    if payment.kind == "under_way" and payment.next_step is not None:
        return f"go to {payment.next_step.url}" if isinstance(payment.next_step, Redirect) else "waits for the money"
    if payment.kind != "failed":
        return ""
    answers = (each.code for each in details.family.operations_of(payment.id) if each.kind == "failed")
    return words(next(filter(None, answers), ""))


def _print_refunds(paper: Paper, details: OrderDetails) -> None:
    if not details.family.refunds:
        return
    paper.heading("Refunds")
    made = table(">Refund", "Requested", "Status", ">Amount", "*Items", "*Reference")
    names = names_in(details.family)
    for place, each in enumerate(details.family.refunds, start=1):
        items = ", ".join(f"{line.quantity} of {names[str(line.item_id)]}" for line in each.lines)
        made.add_row(
            str(place),
            paper.when(each.requested_at),
            status(each.status, each.kind),
            paper.money(each.amount),
            cell(items),
            cell(each.reference or ""),
        )
    paper.show(made)


def print_actions(paper: Paper, details: OrderDetails) -> None:
    """What may be done now, as the commands to type; and the rest, with why not."""
    names = names_in(details.family)
    allowed = [each for each in details.actions if each.enabled]
    paper.heading("May be done now")
    for line in _commands(allowed, details) or ["nothing"]:
        paper.verbatim(f"  {line}")
    over = _ended(details)
    refused = [each for each in details.actions if not each.enabled and each.id not in over]
    if refused:
        paper.heading("Not now")
        paper.show(_refusals(refused, names))


def _ended(details: OrderDetails) -> set[UUID]:
    """What is over with and says so by its status: no need to say of each thing that it cannot be done any more."""
    family = details.family
    kinds = {each.id: each.kind for each in family.items}
    kinds |= {each.id: each.kind for each in family.payments}
    kinds |= {each.id: each.kind for each in family.refunds}
    return {id for id, kind in kinds.items() if kind in _ENDED}


def _commands(allowed: list[Action], details: OrderDetails) -> list[str]:
    """The commands, of the order first; what may be done with many items alike is shown for the first of them."""
    lines = []
    ordered = sorted(allowed, key=lambda each: (_NOUNS.index(each.on), each.name))
    for (on, name), group in groupby(ordered, key=lambda each: (each.on, each.name)):
        commands = [command for each in group if (command := command_for(each, details))]
        lines += commands[:NAMED_AT_MOST]
        if len(commands) > NAMED_AT_MOST:
            lines.append(f"… and {words(name)} {len(commands) - NAMED_AT_MOST} more {on}s like that")
    return lines


def _refusals(refused: list[Action], names: dict[str, str]) -> Table:
    """One row for each reason: what is refused alike for many items is said once."""
    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold", style="dim")

    def alike(each: Action) -> tuple[str, str, str]:
        return each.on, each.name, sentence(each.refusal, names) if each.refusal else ""

    ordered = sorted(refused, key=lambda each: (_NOUNS.index(each.on), *alike(each)))
    for (on, name, why), group in groupby(ordered, key=alike):
        made.add_row(cell(f"  {words(name)} {_whose(on, [names[str(each.id)] for each in group])}".rstrip()), cell(why))
    return made


def _whose(on: str, called: list[str]) -> str:
    """``payment 1``, ``items 1, 2, 3``, ``12 items``; the order itself goes without saying."""
    if on == "order":
        return ""
    if len(called) > NAMED_AT_MOST:
        return f"{len(called)} {on}s"
    places = ", ".join(each.rpartition(" ")[2] for each in called)
    return f"{on}{'s' if len(called) > 1 else ''} {places}"


def command_for(action: Action, details: OrderDetails) -> str | None:
    """The command that does it; None where the command line has none."""
    number, family = details.family.order.number, details.family
    place = next((at for at, each in enumerate(family.items, start=1) if each.id == action.id), 0)
    if action.on == "order":
        return _on_order(action.name, number)
    if action.on == "payment":
        return f"orderkit {action.name} {place_of(family, action.id)}"
    if action.on == "refund":
        verb = {"confirm": "confirm", "fail": "reject"}.get(action.name)
        return f"orderkit {verb} {place_of(family, action.id)}" if verb else None
    if action.on == "item" and action.name == "refund":
        return f"orderkit refund {number} --item {place}"
    return f"orderkit move {number} {action.name} --item {place}" if action.on == "item" else None


def _on_order(name: str, number: int) -> str:
    whole = {
        "pay": f"orderkit pay {number} --via card",
        "refund": f"orderkit refund {number} --all",
        "cancel": f"orderkit cancel {number}",
    }
    return whole.get(name, f"orderkit move {number} {name}")
