"""A lifecycle as text for people: a Markdown table, a Mermaid diagram, a DOT graph.

Only rendering lives here. The same table always gives the same text, so it can be pinned and shown in documentation;
nothing is drawn that the table does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from orderkit.lifecycles.moves import ANY, STAY, Move, Source
from orderkit.lifecycles.paths import ways_out
from orderkit.lifecycles.rows import name_of
from orderkit.lifecycles.statuses import Kind, Status
from orderkit.lifecycles.table import Lifecycle

_MERMAID_WORDS = frozenset(
    "as class classdef click default direction end fork hide href join note scale state style".split()
)


def as_markdown(lifecycle: Lifecycle) -> str:
    """The lifecycle's moves, then its statuses, as two Markdown tables padded for reading as text."""
    return f"{_table(_moves(lifecycle))}\n\n{_table(_statuses(lifecycle))}\n"


def as_mermaid(lifecycle: Lifecycle) -> str:
    """The lifecycle as a Mermaid `stateDiagram-v2`; rows between the same two statuses share one arrow."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_quoted(status.label)}" as {_mermaid_id(status.key)}' for status in lifecycle.statuses]
    lines.append(f"    [*] --> {_mermaid_id(lifecycle.initial.key)}")
    for source, target, events in _arrows(lifecycle):
        lines.append(f"    {_mermaid_id(source)} --> {_mermaid_id(target)} : {events}")
    lines += [f"    {_mermaid_id(status.key)} --> [*]" for status in _ends(lifecycle)]
    return "\n".join(lines) + "\n"


def as_dot(lifecycle: Lifecycle) -> str:
    """The lifecycle as a graph in the DOT language; ends are drawn with a double border."""
    ends = {status.key for status in _ends(lifecycle)}
    lines = [f'digraph "{_quoted(lifecycle.name)}" {{', "    rankdir=LR;", "    node [shape=box, style=rounded];"]
    for status in lifecycle.statuses:
        border = ", peripheries=2" if status.key in ends else ""
        lines.append(f'    "{status.key}" [label="{_quoted(status.label)}"{border}];')
    lines += [f'    "{source}" -> "{target}" [label="{events}"];' for source, target, events in _arrows(lifecycle)]
    return "\n".join((*lines, "}")) + "\n"


def _moves(lifecycle: Lifecycle) -> list[list[str]]:
    with_owner = any(move.owner != "core" for move in lifecycle.moves)
    heading = ["Event", "From", "To", "When", "Requires"]
    rows = [heading + ["Owner"] * with_owner]
    for move in lifecycle.moves:
        rows.append(_cells(lifecycle, move) + ["" if move.owner == "core" else move.owner] * with_owner)
    return rows


def _cells(lifecycle: Lifecycle, move: Move) -> list[str]:
    event = f"{move.event} (fact)" if move.event in lifecycle.facts else move.event
    target = "(stays)" if move.target is STAY else move.target.key
    rules = dict.fromkeys((*move.requires, *lifecycle.requires.get(move.event, ())))
    return [
        event,
        ", ".join(map(_source, move.source)),
        f"{target} (reopens)" if move.reopens else target,
        ", ".join(map(name_of, move.when)),
        ", ".join(map(name_of, rules)),
    ]


def _source(source: Source) -> str:
    if source is ANY:
        return "any status"
    return f"any {source.key}" if isinstance(source, Kind) else source.key


def _statuses(lifecycle: Lifecycle) -> list[list[str]]:
    rows = [["Status", "Label", "Kind", "Can"]]
    for status in lifecycle.statuses:
        key = f"{status.key} (initial)" if status.key == lifecycle.initial.key else status.key
        label = status.label if status.shown == status.label else f"{status.label} (shown as {status.shown})"
        rows.append([key, label, status.kind.key, ", ".join(sorted(status.capabilities))])
    return rows


def _table(rows: list[list[str]]) -> str:
    escaped = [[_one_cell(cell) for cell in row] for row in rows]
    widths = [max(3, *map(len, column)) for column in zip(*escaped, strict=True)]
    heading, *body = (_line(row, widths) for row in escaped)
    return "\n".join((heading, _line(["-" * width for width in widths], widths), *body))


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def _one_cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())


def _quoted(text: str) -> str:
    return " ".join(text.replace("\\", "/").replace('"', "'").split())


def _mermaid_id(key: str) -> str:
    # A key never ends with an underscore, so the longer name is free.
    return f"{key}_" if key in _MERMAID_WORDS else key


def _arrows(lifecycle: Lifecycle) -> Iterator[tuple[str, str, str]]:
    for status in lifecycle.statuses:
        taken = [row for event in lifecycle.events for row in lifecycle.taken(status.key, event)]
        taken.sort(key=lambda row: row.target_key or status.key)
        for target, rows in groupby(taken, key=lambda row: row.target_key or status.key):
            yield status.key, target, ", ".join(dict.fromkeys(map(_arrow, rows)))


def _arrow(row: Move) -> str:
    return f"{row.event} [{' and '.join(map(name_of, row.when))}]" if row.when else row.event


def _ends(lifecycle: Lifecycle) -> Iterator[Status]:
    return (status for status in lifecycle.statuses if not any(ways_out(lifecycle, status.key)))
