"""The step laws about states, history, messages and who acts (C2, C3, I-66): read back from the store."""

from __future__ import annotations

import json

from orderkit.jsons import Json
from orderkit.lifecycles import Lifecycle
from orderkit.testing.simulation.laws import Step, require

_NOUNS = {
    "items": "item",
    "requests": "payment_request",
    "payments": "payment",
    "operations": "operation",
    "refunds": "refund",
}
_RETURNS_MONEY = frozenset({"void", "refund", "credit"})
_BY_PEOPLE = frozenset(
    {"void", "abandon", "refund", "approve_refund", "refund_excess", "credit_excess", "cancel_and_settle"}
)


def moves_are_declared(step: Step) -> None:
    told: list[tuple[str, str, Json]] = [("order", "order", step.changes["order"])]
    for plural, noun in _NOUNS.items():
        records = step.changes.get(plural, {})
        if isinstance(records, dict):
            told.extend((noun, f"{plural}.{id}", one) for id, one in records.items())
    for noun, place, changed in told:
        if isinstance(changed, dict) and "status" in changed:
            table = step.tables[noun]
            was, now = _status_before(step, place) or table.initial.key, str(changed["status"])
            require(now in _reached(table, was), f"{place}: no row from {was!r} to {now!r}")


def _status_before(step: Step, place: str) -> str | None:
    if step.before is None:
        return None
    if place == "order":
        return step.before.order.status
    plural, _, id = place.partition(".")
    return next((each.status for each in getattr(step.before, plural) if each.id.hex == id), None)


_REACHED: dict[tuple[str, str], frozenset[str]] = {}


def _reached(table: Lifecycle, start: str) -> frozenset[str]:
    """The statuses that rows lead to from one, in as many steps as one commit may take."""
    known = _REACHED.get((table.fingerprint, start))
    if known is not None:
        return known
    reached, edge = {start}, {start}
    while edge:
        rows = (move for status in edge for event in table.events for move in table.rows(status, event))
        edge = {move.target_key for move in rows if move.target_key is not None} - reached
        reached |= edge
    _REACHED[table.fingerprint, start] = frozenset(reached)
    return frozenset(reached)


def history_is_a_chain(step: Step) -> None:
    entry, head = step.change.entry, step.known.heads.get(step.after.order.id)
    require(entry.sequence == step.after.order.version, entry, step.after.order.version)
    require(entry.sequence == (0 if head is None else head.sequence) + 1, entry, "after", head)
    require(entry.previous == ("" if head is None else head.hash), entry, "after", head)
    require(head is None or entry.at >= head.at, entry, "after", head)
    require(step.after.head == entry.hash, "the order does not point to", entry)
    json.loads(entry.changes)


def decided_on_what_stood(step: Step) -> None:
    before = step.change.before
    require((before is None) == (step.before is None), "a new order is there already:", step.after.order.id)
    if before is not None and step.before is not None:
        require(before.order.version == step.before.order.version, before.order, step.before.order)
        for name in (*_NOUNS, "lines", "attention"):
            was = {each.id: each for each in getattr(before, name)}
            stood = {each.id: each for each in getattr(step.before, name)}
            require(was == stood, f"{name} were decided on as", was, "and stood as", stood)


def keys_are_taken_once(step: Step) -> None:
    key = step.change.key
    require(key is None or (key.verb, key.target, key.key) not in step.known.keys, "taken before:", key)


def ended_orders_stay(step: Step) -> None:
    if step.before is None:
        return
    was = step.tables["order"].status(step.before.order.status)
    if was.kind.ended and not was.kind.yields_to_facts:
        require(step.after.order.status == was.key, step.before.order, "became", step.after.order.status)


def messages_are_new(step: Step) -> None:
    places = [(each.id, each.channel) for each in step.change.messages]
    require(len(set(places)) == len(places), "one fact twice:", places)
    require(not any(place in step.known.messages for place in places), "sent before:", places)
    require(all(each.order_id == step.after.order.id for each in step.change.messages), places)


def somebody_did_it(step: Step) -> None:
    entry = step.change.entry
    kind, _, who = entry.actor.partition(":")
    require(kind and who and entry.cause and entry.event, entry)


def events_touch_their_own(step: Step) -> None:
    entry = step.change.entry
    if not entry.cause.startswith("event:"):
        return
    changed = step.changes.get("payments", {})
    require(isinstance(changed, dict) and len(changed) <= 1, "one report changed", changed)


def only_people_send_back(step: Step) -> None:
    for each in step.intents:
        if each.type in _RETURNS_MONEY:
            entry = step.change.entry
            require(entry.event in _BY_PEOPLE, each, "was asked for by", entry.event)
            # An attempt that nobody finished expires by itself; nothing of it was ever held.
            expired = (each.type, entry.event) == ("void", "abandon")
            by_person = entry.actor.partition(":")[0] in ("user", "client")
            require(by_person or expired, each, "was asked for by", entry.actor)
