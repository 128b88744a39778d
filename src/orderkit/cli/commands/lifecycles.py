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
from orderkit.lifecycles import ANY, Kind, Lifecycle, Move
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
def lifecycle(options: Options, *, noun: str | None, form: str | None) -> None:
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
    made = _grid("Event", "Leads")
    for move in chosen.moves:
        event = f"{move.event} *" if move.event in chosen.facts else move.event
        leads = cell(f"{_from(chosen, move)} \N{RIGHTWARDS ARROW} {move.target_key or 'the same'}")
        for word, names in (("when", _choices(move)), ("only if", _rules(chosen, move))):
            if names:
                leads.append(f"\n{word} {', '.join(names)}", "dim")
        made.add_row(cell(event), leads)
    paper.show(made)
    if chosen.facts:
        paper.say("* a fact: it has happened, and is never refused. Everything else is asked for.", "dim")


def _from(chosen: Lifecycle, move: Move) -> str:
    """The sources; a row from everywhere but its own target says just that."""
    others = {each.key for each in chosen.statuses if each.key != move.target_key}
    sources = _sources(move)
    return "any other status" if len(others) > 1 and set(sources) == others else ", ".join(sources)


def _sources(move: Move) -> list[str]:
    return [
        "any status" if each is ANY else f"any {each.key}" if isinstance(each, Kind) else each.key
        for each in move.source
    ]


def _rules(chosen: Lifecycle, move: Move) -> list[str]:
    held = (*move.requires, *chosen.requires.get(move.event, ()))
    return list(dict.fromkeys(each.__name__ for each in held))


def _choices(move: Move) -> list[str]:
    return [each.__name__ for each in move.when]


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
                "when": [*_choices(move)],
                "rules": [*_rules(chosen, move)],
                "owner": move.owner,
            }
            for move in chosen.moves
        ],
    }


COMMANDS = {"lifecycle": lifecycle}
