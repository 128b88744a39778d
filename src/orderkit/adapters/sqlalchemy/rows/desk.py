"""Rows of history, command keys and refused requests."""

from __future__ import annotations

from orderkit.adapters.sqlalchemy.rows.wire import Row, Wire
from orderkit.codec import from_micros, to_text
from orderkit.history import HistoryEntry
from orderkit.keys import to_micros
from orderkit.ports.storage import CommandKey, RefusedRequest


def history_row(wire: Wire, scope: str, entry: HistoryEntry) -> Row:
    return (
        scope,
        wire.id(entry.order_id),
        entry.sequence,
        entry.format,
        to_micros(entry.at),
        entry.event,
        entry.actor,
        entry.reason,
        entry.cause,
        entry.lifecycles,
        entry.changes,
        entry.previous,
        entry.hash,
    )


def history_of(wire: Wire, row: Row) -> HistoryEntry:
    _, order_id, sequence, format, at, event, actor, reason, cause, lifecycles, changes, previous, hash = row
    return HistoryEntry(
        order_id=wire.uuid(order_id),
        sequence=sequence,
        at=from_micros(at),
        event=event,
        actor=actor,
        reason=reason,
        cause=cause,
        lifecycles=lifecycles,
        changes=changes,
        previous=previous,
        hash=hash,
        format=format,
    )


def key_row(key: CommandKey) -> Row:
    made = to_text(dict(key.made))
    return key.scope, key.verb, key.target, key.key, key.fingerprint, made, to_micros(key.at)


def key_of(wire: Wire, row: Row) -> CommandKey:
    scope, verb, target, key, fingerprint, made, at = row
    return CommandKey(
        scope=scope,
        verb=verb,
        target=target,
        key=key,
        fingerprint=fingerprint,
        made=wire.parsed(made),
        at=from_micros(at),
    )


def refused_row(wire: Wire, refused: RefusedRequest) -> Row:
    return (
        refused.scope,
        wire.id(refused.id),
        refused.target,
        refused.verb,
        refused.actor,
        to_micros(refused.at),
        refused.code,
        to_text(dict(refused.params)),
    )


def refused_of(wire: Wire, row: Row) -> RefusedRequest:
    scope, id, target, verb, actor, at, code, params = row
    return RefusedRequest(
        id=wire.uuid(id),
        scope=scope,
        target=target,
        verb=verb,
        actor=actor,
        at=from_micros(at),
        code=code,
        params=wire.parsed(params),
    )
