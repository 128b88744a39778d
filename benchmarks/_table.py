"""How a result reads: one row per side, aligned, for a terminal and for Markdown alike.

Only formatting lives here.
"""

from __future__ import annotations

import os
import platform
import sqlite3
from statistics import median

from benchmarks._rounds import Result


def machine() -> str:
    """What the figures were measured with; they hold nowhere else, the ratios do."""
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} CPUs, "
        f"{platform.machine()}, {platform.system()}"
    )


def table(result: Result) -> str:
    """The result as a Markdown table below its title, the counts and notes after it."""
    benchmark = result.benchmark
    unit = benchmark.unit
    header = ["", f"{unit}s/s", "lowest … highest", "of the first", f"CPU ms/{unit}"]
    header += [f"{name}/{unit}" for name in benchmark.counts]
    rows = [_row(result, side.name) for side in benchmark.sides]
    rounds = len(result.turns[benchmark.sides[0].name])
    caption = f"{benchmark.title}: {benchmark.units:,} {unit}s per turn, medians of {rounds} rounds taken in turns"
    notes = [f"- {note}" for note in benchmark.notes]
    return "\n".join([f"## {result.name}", "", caption, "", *_aligned([header, *rows]), "", *notes])


def _row(result: Result, side: str) -> list[str]:
    rates = result.rates(side)
    counts = [f"{of_side[side]:,.1f}" if side in of_side else "" for of_side in result.benchmark.counts.values()]
    return [
        side,
        f"{median(rates):,.0f}",
        f"{min(rates):,.0f} … {max(rates):,.0f}",
        f"{result.ratio(side):.3f}",
        f"{result.processor(side):.2f}",
        *counts,
    ]


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return [
        _line([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in [rows[0], rule, *rows[1:]]
    ]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
