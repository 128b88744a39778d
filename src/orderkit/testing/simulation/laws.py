"""What a law is, what it is shown, and how one says that it was broken."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar
from uuid import UUID

from attrs import define, frozen

from orderkit.capabilities import Capabilities
from orderkit.family import OrderFamily
from orderkit.jsons import Json
from orderkit.lifecycles import Lifecycle
from orderkit.payments.records import Operation
from orderkit.ports.gateway import Instruction
from orderkit.ports.storage import Change
from orderkit.testing.simulation.breaking import Broken
from orderkit.testing.simulation.known import Known
from orderkit.testing.simulation.ledgers import Oracle, is_told

S = TypeVar("S")


class Wrong(BaseException):
    """What a law finds; whoever asked the law knows its name."""


def require(holds: object, *why: object) -> None:
    """Say why, where it does not hold."""
    if not holds:
        raise Wrong(" ".join(map(_told, why)))


_TOLD = (
    "type",
    "gateway",
    "amount",
    "moved",
    "captured",
    "refunded",
    "status",
    "reference",
    "code",
    "version",
    "cause",
)


def _told(found: object) -> str:
    """A record by what tells most of it."""
    if isinstance(found, tuple | list) and found:
        return f"[{', '.join(map(_told, found))}]"
    id = getattr(found, "id", None) or getattr(found, "key", None)
    if not isinstance(id, UUID):
        return str(found)
    parts = (f"{name}={value}" for name in _TOLD if (value := getattr(found, name, None)) is not None)
    return f"{type(found).__name__}(…{id.hex[-4:]}, {', '.join(parts)})"


@frozen
class Law(Generic[S]):
    """One invariant: its id, the sentence, and the function that finds it broken."""

    id: str
    says: str
    check: Callable[[S], None]

    def ask(self, shown: S) -> None:
        """Raises Broken."""
        try:
            self.check(shown)
        except Wrong as wrong:
            raise Broken(self.id, self.says, str(wrong)) from None


@define(slots=False)
class Step:
    """One commit of one order: what stood, what stands, what was written, and what is known besides."""

    known: Known
    oracle: Oracle
    tables: Mapping[str, Lifecycle]
    change: Change
    before: OrderFamily | None
    after: OrderFamily

    @cached_property
    def changes(self) -> dict[str, Json]:
        """What the history row tells, by noun."""
        told: dict[str, Json] = json.loads(self.change.entry.changes)
        return told

    @cached_property
    def intents(self) -> tuple[Operation, ...]:
        """Operations that were asked for in this very commit."""
        then = set() if self.before is None else {each.id for each in self.before.operations}
        return tuple(each for each in self.after.operations if each.id not in then and not is_told(each))

    @property
    def is_excused(self) -> bool:
        return self.after.order.id in self.known.excused

    @property
    def attention(self) -> set[str]:
        return {each.code for each in self.after.attention}


@frozen(kw_only=True)
class Call:
    """A call that is about to take effect at a gateway, or just has.

    Attributes:
        first_at: when the gateway saw the key first; `first` is what was asked then, `is_again` that it comes
            back.
        units: how many units of work the caller has open.
    """

    known: Known
    oracle: Oracle
    gateway: str
    able: Capabilities
    asked: Instruction
    first: Instruction
    first_at: datetime
    now: datetime
    is_again: bool
    units: int
