"""What every command takes besides its own arguments, and how that becomes a `Command`."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from orderkit.actors import Actor
from orderkit.errors import InvalidRequest
from orderkit.services.commands import Command


class Asked(TypedDict, total=False):
    """What every command takes besides its own arguments.

    Attributes:
        key: the caller's idempotency key, per (scope, verb, target): the same request under the same key is done
            once and answers with the present outcome; another request under it is `KeyReused`.
        reason: free text for the history, kept with the personal values.
        expected_version: the order's version the caller saw; the command fails with `StaleRecord` when it moved on.
    """

    key: str
    reason: str
    expected_version: int


def command_for(verb: str, actor: Actor, target: UUID, asked: Asked) -> Command:
    if not isinstance(target, UUID):
        raise InvalidRequest("id", "is_an_id", type=type(target).__name__)
    unknown = set(asked) - set(Asked.__annotations__)
    if unknown:
        raise TypeError(f"{verb}() got unexpected keyword arguments: {', '.join(sorted(unknown))}")
    return Command(
        verb=verb,
        actor=actor,
        target=str(target),
        key=asked.get("key"),
        reason=asked.get("reason"),
        expected_version=asked.get("expected_version"),
    )
