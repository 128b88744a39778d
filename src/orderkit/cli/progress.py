"""Progress on long work: a bar per stage on a terminal, silence elsewhere.

Only showing lives here. Bars go to stderr, so that what a command answers can still be piped.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from orderkit.cli.printing import console_for

STAGES: Final = {"reading": "Reading the file", "orders": "Orders", "cancellations": "Cancellations"}


@contextmanager
def bars(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A function to call with (stage, done, of how many, or 0 when that is not known)."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage, done, of: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console_for(stream_is_stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                for earlier in tasks.values():
                    progress.update(earlier, visible=False)
                tasks[stage] = progress.add_task(STAGES.get(stage, stage), total=of or None)
            progress.update(tasks[stage], completed=done, total=of or None)

        yield show
