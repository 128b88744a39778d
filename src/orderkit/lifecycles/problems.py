"""What a finding is: one thing that is wrong, or doubtful, with a lifecycle.

Only the record and its two short ways to make one live here; what there is to find is in `findings` and `spelling`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from attrs import field, frozen


def _each_once(owners: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(owners)))


@frozen
class Finding:
    """One thing that is wrong (`error`) or doubtful (`warning`) with a lifecycle.

    Attributes:
        level: an error refuses the build.
        name: what waives it: the kind of finding and what it is about, such as ``"dead_end:held"``.
        message: what is wrong and the way out.
        owners: who defined what it is about, in alphabetical order.
    """

    level: Literal["error", "warning"]
    name: str
    message: str
    owners: tuple[str, ...] = field(default=("core",), converter=_each_once)


def error(name: str, about: str, message: str, *owners: str) -> Finding:
    """A finding that refuses the build; owners other than the core are named in the message, too."""
    others = [owner for owner in _each_once(owners) if owner != "core"]
    said_by = f" (defined by {' and '.join(map(repr, _each_once(owners)))})" if others else ""
    return Finding("error", f"{name}:{about}", message + said_by, owners or ("core",))


def warning(name: str, about: str, message: str) -> Finding:
    """A finding that lets the build pass."""
    return Finding("warning", f"{name}:{about}", message)
