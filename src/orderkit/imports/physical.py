"""Physical lines: a stream of bytes cut at its line ends, in bounded memory whatever the file holds.

Only the cutting lives here; what a line says is no business of this module. LF, CR LF and a lone CR all end a line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO, TypeAlias

LINE_LIMIT = 64 * 1024
"""The most bytes of a line, its end included; of a longer one nothing is kept."""

NumberedLine: TypeAlias = tuple[int, bytes | None]
"""A line's number, from 1, and its bytes without the line end; None for a line beyond `LINE_LIMIT`."""


def physical_lines(file: BinaryIO) -> Iterator[NumberedLine]:
    """Every line of `file` with its number; at most two chunks of `LINE_LIMIT` bytes are held at any time."""
    number, begun, is_too_long = 0, b"", False
    for chunk in _chunks(file):
        lines = (begun + chunk).splitlines(keepends=True)
        begun = b"" if lines[-1].endswith((b"\n", b"\r")) else lines.pop()
        for line in lines:
            number += 1
            yield number, None if is_too_long or len(line) > LINE_LIMIT else line.rstrip(b"\r\n")
            is_too_long = False
        if len(begun) > LINE_LIMIT:
            begun, is_too_long = b"", True
    if begun or is_too_long:
        yield number + 1, None if is_too_long else begun


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """Chunks that never end between CR and LF, which would count one line end twice."""
    while chunk := file.read(LINE_LIMIT):
        while chunk.endswith(b"\r") and (following := file.read(1)):
            chunk += following
        yield chunk


class LookAhead:
    """Lines that may be put back, so that a record that turns out broken costs only its first line."""

    def __init__(self, lines: Iterable[NumberedLine]) -> None:
        self._lines = iter(lines)
        self._put_back: deque[NumberedLine] = deque()

    def __iter__(self) -> Iterator[NumberedLine]:
        return self

    def __next__(self) -> NumberedLine:
        return self._put_back.popleft() if self._put_back else next(self._lines)

    def put_back(self, lines: Iterable[NumberedLine]) -> None:
        """Gives `lines` again, in their order, before anything that was not read yet."""
        self._put_back.extendleft(reversed(list(lines)))
