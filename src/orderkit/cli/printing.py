"""Printing for people: amounts in the locale's manner, times by the zone's clocks, tables that fit the terminal.

Only how things look lives here. Everything that comes from a file or a customer is shown as it is, without markup and
without control characters: a title cannot colour the screen.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import Final

from attrs import field, frozen
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from orderkit.cli.options import Options
from orderkit.labels.money import format_money, format_price
from orderkit.money import Money, Price
from orderkit.ports.clock import in_zone

WIDE: Final = 100
"""From so many columns on, tables show what is nice to have."""

_PIPED_WIDTH: Final = 120
_SPACES: Final = "\n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"

_STYLES: Final = {
    # kinds of orders, payments, items and refunds alike
    "open": "yellow",
    "paying": "cyan",
    "active": "green",
    "done": "green",
    "settled": "green",
    "held": "cyan",
    "under_way": "yellow",
    "cancelled": "dim",
    "returned": "magenta",
    "failed": "red",
    "attention": "bold red",
    "fraud": "bold red",
}


def console_for(stream_is_stderr: bool = False) -> Console:
    """A console that prints texts as they are; into a pipe it is wide, so that rows stay on one line."""
    stream = sys.stderr if stream_is_stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _PIPED_WIDTH
    return Console(stderr=stream_is_stderr, markup=False, highlight=False, emoji=False, width=width)


@frozen
class Paper:
    """What a command prints on: the console, and how amounts and times are written there."""

    locale: str
    zone: str
    console: Console = field(factory=console_for)

    @classmethod
    def of(cls, options: Options) -> Paper:
        return cls(options.locale, options.zone)

    @property
    def is_wide(self) -> bool:
        return self.console.width >= WIDE

    def say(self, text: str = "", style: str = "", *, indent: int = 0) -> None:
        """One line, or a short paragraph that wraps at words, set in by so many columns."""
        said = Text(shown(text), style=style)
        self.console.print(Padding(said, (0, 0, 0, indent), expand=False) if indent else said)

    def verbatim(self, text: str) -> None:
        """A text that somebody copies: never wrapped, never coloured."""
        self.console.print(Text(text.rstrip("\n")), soft_wrap=True)

    def heading(self, text: str) -> None:
        self.say()
        self.say(text, "bold")

    def show(self, table: Table) -> None:
        self.console.print(table)

    def money(self, amount: Money) -> str:
        return format_money(amount, self.locale)

    def some(self, amount: Money) -> str:
        """An amount in a table; nothing is a dash, so that what there is stands out."""
        return self.money(amount) if amount.minor else "–"

    def price(self, price: Price) -> str:
        return format_price(price, self.locale)

    def when(self, at: datetime) -> str:
        """To the minute, by the zone's clocks; the zone is named once, where a table or an order begins."""
        return f"{in_zone(at, self.zone):%Y-%m-%d %H:%M}"

    def day(self, at: datetime) -> str:
        return f"{in_zone(at, self.zone):%Y-%m-%d}"


def table(*titles: str) -> Table:
    """A table with these columns: ``>`` before a title aligns right, ``*`` lets the column give way in a narrow place.

    The others are shown in full. A cell of a column that gives way is `clipped`, or a `cell` that wraps.
    """
    made = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="dim", show_edge=False, padding=(0, 1, 0, 0))
    for title in titles:
        name = title.lstrip(">*")
        gives_way = "*" in title[:2]
        made.add_column(
            name,
            justify="right" if ">" in title[:2] else "left",
            # rich narrows the columns that may wrap first, and spares the others as long as it can.
            no_wrap=not gives_way,
            min_width=6 if gives_way else None,
        )
    return made


def cell(text: object, style: str = "") -> Text:
    """A text for a table's cell, as it is."""
    return Text(shown(str(text)), style=style)


def clipped(text: object, style: str = "") -> Text:
    """The same on one line, with an ellipsis where the column is too narrow."""
    return Text(shown(str(text)), style=style, no_wrap=True, overflow="ellipsis")


def status(key: str, kind: str) -> Text:
    """A status in words, in the colour of its kind."""
    return Text(words(key), style=_STYLES.get(kind, ""))


def words(key: str) -> str:
    return key.replace("_", " ")


def shown(text: str) -> str:
    """The text without what would move the cursor or change the terminal."""
    return "".join(each if each.isprintable() or each in _SPACES else "\N{REPLACEMENT CHARACTER}" for each in text)
