"""`orderkit lifecycle`: any of the tables that say how records move, for reading, for Mermaid, or as JSON."""

from __future__ import annotations

from collections.abc import Mapping

import click
from rich.table import Table

from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit
from orderkit.cli.printing import Paper, cell, words
from orderkit.errors import InvalidRequest
from orderkit.jsons import Json
from orderkit.lifecycles import ANY, STAY, Kind, Lifecycle, Move
from orderkit.lifecycles.rendering import as_dot, as_markdown, as_mermaid
from orderkit.profiles import retail

EXAMPLES = """
orderkit lifecycle
orderkit lifecycle order
orderkit lifecycle payment --mermaid > payment.mmd
orderkit lifecycle order --json
"""


@desk_command("lifecycle", examples=EXAMPLES, needs_desk=False)
@click.argument("noun", required=False)
@click.option("--mermaid", "form", flag_value="mermaid", help="A Mermaid state diagram.")
@click.option("--markdown", "form", flag_value="markdown", help="Markdown tables.")
@click.option("--dot", "form", flag_value="dot", help="A graph in the DOT language.")
def lifecycle(options: Options, noun: str | None, form: str | None) -> None:
    """Show how a record may move: its statuses, and every row of its table with the rules that it must meet.

    NOUN is order, item, payment_request, payment, operation or refund; without it, all of them are listed. No database
    is needed.
    """
    tables = retail.lifecycles()
    if noun is None:
        _list_all(options, tables)
        return
    chosen = tables.get(noun.replace("-", "_"))
    if chosen is None:
        raise InvalidRequest("noun", "is_known_lifecycle", found=noun, known=", ".join(tables))
    if options.as_json:
        emit(table_plain(chosen))
    elif form is not None:
        Paper.of(options).verbatim({"mermaid": as_mermaid, "markdown": as_markdown, "dot": as_dot}[form](chosen))
    else:
        _print_table(Paper.of(options), chosen)


def _list_all(options: Options, tables: Mapping[str, Lifecycle]) -> None:
    if options.as_json:
        emit({"lifecycles": [table_plain(each) for each in tables.values()]})
        return
    paper = Paper.of(options)
    made = _grid("Noun", "Begins", "Statuses", "May be asked for")
    for name, each in tables.items():
        asked = ", ".join(map(words, each.requestable))
        keys = ", ".join(words(one.key) for one in each.statuses)
        made.add_row(name, words(each.initial.key), keys, asked or "nothing: it follows from facts")
    paper.show(made)
    paper.say("One of them: orderkit lifecycle NOUN, with --mermaid or --markdown for documents.", "dim")


def _print_table(paper: Paper, chosen: Lifecycle) -> None:
    paper.say(f"{words(chosen.name).capitalize()}: the statuses", "bold")
    made = _grid("Status", "Kind", "Lets it be")
    for each in chosen.statuses:
        key = f"{each.key} (begins here)" if each is chosen.initial else each.key
        made.add_row(cell(key, "bold"), cell(each.kind.key), cell(", ".join(map(words, sorted(each.capabilities)))))
    paper.show(made)
    paper.heading("The moves")
    made = _grid("Event", "From", "To", "Only if")
    for move in chosen.moves:
        made.add_row(*(cell(each) for each in _row(chosen, move)))
    paper.show(made)
    paper.say("A fact is what happened and is never refused; everything else is asked for.", "dim")


def _row(chosen: Lifecycle, move: Move) -> tuple[str, str, str, str]:
    event = f"{move.event} (a fact)" if move.event in chosen.facts else move.event
    target = "(stays)" if move.target is STAY else move.target.key
    return event, ", ".join(_sources(move)), target, ", ".join(_rules(chosen, move))


def _sources(move: Move) -> list[str]:
    return [
        "any status" if each is ANY else f"any {each.key}" if isinstance(each, Kind) else each.key
        for each in move.source
    ]


def _rules(chosen: Lifecycle, move: Move) -> list[str]:
    held = (*move.when, *move.requires, *chosen.requires.get(move.event, ()))
    return list(dict.fromkeys(each.__name__ for each in held))


def _grid(*titles: str) -> Table:
    """Every column wraps at words: a table to read, not to scan."""
    made = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for title in titles:
        made.add_column(title, overflow="fold")
    return made


def table_plain(chosen: Lifecycle) -> dict[str, Json]:
    """A lifecycle as plain JSON, its rows as they are tried."""
    return {
        "name": chosen.name,
        "initial": chosen.initial.key,
        "fingerprint": chosen.fingerprint,
        "facts": [*sorted(chosen.facts)],
        "statuses": [
            {"key": each.key, "label": each.label, "kind": each.kind.key, "can": [*sorted(each.capabilities)]}
            for each in chosen.statuses
        ],
        "moves": [
            {
                "event": move.event,
                "from": [*_sources(move)],
                "to": move.target_key,
                "rules": [*_rules(chosen, move)],
                "owner": move.owner,
            }
            for move in chosen.moves
        ],
    }


COMMANDS = {"lifecycle": lifecycle}
