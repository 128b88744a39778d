"""The log of refused requests: what was asked, by whom, and which rule said no; it leaves no fact (I-66)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from orderkit.actors import Actor
from orderkit.errors import InvalidRequest, StorageError, TransitionError
from orderkit.ports.storage import RefusedRequest
from orderkit.services.wiring import Wiring


class _Asked(Protocol):
    @property
    def verb(self) -> str: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def target(self) -> str: ...


@contextmanager
def refusals_noted(wiring: Wiring, command: _Asked) -> Iterator[None]:
    """Log a refusal that leaves the block, and give the error the log entry's id as its reference (row S0-35).

    The refusal itself is raised whatever becomes of the log.
    """
    try:
        yield
    except (TransitionError, InvalidRequest) as error:
        now = wiring.clock.now()
        error.reference = wiring.ids.new(now)
        refused = RefusedRequest(
            id=error.reference,
            scope=wiring.scope,
            target=command.target,
            verb=command.verb,
            actor=str(command.actor),
            at=now,
            code=error.refusal.code,
            params=error.refusal.params,
        )
        with suppress(StorageError):
            wiring.storage.note_refusal(refused)
        raise
