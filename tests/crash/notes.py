"""What a worker has asked for and what it was told, in a file that survives it: each line is on the disk before it goes
on.

Whoever starts under the same name finds in there what the one before it had asked for and never heard about.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

Plain = dict[str, Any]


@frozen
class Asked:
    """A command as a customer would repeat it: the verb, its arguments, and the key that makes it one command."""

    key: str
    verb: str
    args: Plain


@define
class Notes:
    """One worker's file, open for appending."""

    path: Path
    _file: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._file = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
        if self.path.stat().st_size and not self.path.read_bytes().endswith(b"\n"):
            os.write(self._file, b"\n")  # a line that death cut short stays one that cannot be read

    def write(self, what: str, **said: object) -> None:
        """One line, durable before anything else happens."""
        os.write(self._file, json.dumps({"what": what, **said}).encode() + b"\n")
        os.fsync(self._file)

    def lines(self) -> Iterator[Plain]:
        return lines_of(self.path)

    def unheard(self) -> list[Asked]:
        """What was asked for and has no answer."""
        open_: dict[str, Asked] = {}
        for line in self.lines():
            if line["what"] == "asks":
                open_[line["key"]] = Asked(line["key"], line["verb"], line["args"])
            elif line["what"] in ("done", "refused", "lost"):
                open_.pop(line["key"], None)
        return list(open_.values())


def lines_of(path: Path) -> Iterator[Plain]:
    """The whole lines of a file of notes, the oldest first."""
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue
