"""Writes `machines.md`: every lifecycle of every profile, as a table and as a drawing, from the tables themselves.

Run `python docs/generate.py` after a table has changed; `tests/test_machines_page.py` fails until that is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orderkit import profiles
from orderkit.lifecycles import Lifecycle
from orderkit.lifecycles.rendering import as_markdown, as_mermaid

PAGE = Path(__file__).with_name("machines.md")

_OPENING = """# The machines

How each noun's status moves, printed from the very tables that decide it (`python docs/generate.py`); the command line
prints any of them with `orderkit lifecycle NOUN`.

An *event* is asked for, and the rules under *Requires* may refuse it, each with its own name as the reason. A
*fact* has happened: rules have no say, and a fact that no row hears is stored all the same. *any status* and *any
kind* include the statuses that plugins add. What a status *can* do comes from its kind.
"""


def page() -> str:
    """The page's text."""
    return "\n".join((_OPENING, *_sections()))


def _sections() -> Iterator[str]:
    tables = profiles.retail.lifecycles()
    yield "## The plain shop (`profiles.retail`)\n"
    yield from (_section(tables[noun]) for noun in ("order", "item"))
    yield "## The same in every shop\n"
    yield from (_section(tables[noun]) for noun in ("payment_request", "payment", "operation", "refund"))


def _section(lifecycle: Lifecycle) -> str:
    title = lifecycle.name.replace("_", " ").capitalize()
    return f"### {title}\n\n{as_markdown(lifecycle)}\n```mermaid\n{as_mermaid(lifecycle)}```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
