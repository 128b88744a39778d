"""The storage suite's fifth part: a command's key stands for one request, and what it made is made once."""

from __future__ import annotations

from functools import partial

import pytest
from attrs import evolve

from orderkit.errors import Busy, KeyReused, StaleRecord
from orderkit.family import OrderFamily
from orderkit.ports.storage import Change, CommandKey, Storage
from orderkit.testing.families import SCOPE, change_of, new_family
from orderkit.testing.storage_steps import (
    GivenUp,
    commit,
    exact,
    keep,
    key_for,
    listed,
    load,
    message_for,
    noted,
    refused,
    rolled_back,
    together,
    waiting,
)

CALLERS = 4


class Keys:
    """Keys are written with what they made, in the same commit (row SX-14, I-20)."""

    def test_a_key_comes_back_with_what_it_made(self, storage: Storage) -> None:
        """Under scope, verb, target and key stands the whole record; under anything else stands nothing."""
        family = new_family()
        key = evolve(key_for(family, target=family.order.id.hex, key="№ 1/а"), made={"order": "1", "payment": "2"})
        commit(storage, change_of(None, family, key=key))
        assert _key(storage, key) == key
        others = (
            evolve(key, scope="other"),
            evolve(key, verb="pay"),
            evolve(key, target=""),
            evolve(key, key="№ 1/А"),
        )
        assert [_key(storage, each) for each in others] == [None] * len(others)

    def test_a_key_belongs_to_its_scope_verb_and_target(self, storage: Storage) -> None:
        """The same word may be a key of another verb, for another target and in another scope."""
        placed = [
            (new_family(number=1), "place", ""),
            (new_family(number=2), "copy", ""),
            (new_family(number=3), "place", "x"),
            (new_family(number=1, scope="other"), "place", ""),
        ]
        for family, verb, target in placed:
            key = key_for(family, verb=verb, target=target, request=verb + target + family.order.scope)
            commit(storage, change_of(None, family, key=key))
            assert _key(storage, key) == key

    def test_a_repeated_request_has_no_second_effect(self, storage: Storage) -> None:
        """A second change under a key, for the same request, is refused and the caller looks up what came of it."""
        family = keep(storage, new_family())
        first = _keyed(family, "once")
        commit(storage, first)
        again = _keyed(first.after, "twice")
        refused(storage, again)
        assert exact(load(storage, family.order.id)) == exact(first.after)
        assert [message.sequence for message in waiting(storage)] == [2]
        with storage.reading() as reading:
            assert len(reading.history(SCOPE, family.order.id)) == 2

    def test_another_request_under_the_key_is_an_error(self, storage: Storage) -> None:
        """A key that stands for another request raises `KeyReused`, and nothing of the second request is stored."""
        family = keep(storage, new_family())
        first = _keyed(family, "first")
        commit(storage, first)
        other = _keyed(first.after, "second", request="another")
        with pytest.raises(KeyReused) as reused:
            commit(storage, other)
        assert (reused.value.verb, reused.value.key) == ("note", "k-1")
        assert exact(load(storage, family.order.id)) == exact(first.after)
        assert first.key is not None
        assert _key(storage, first.key) == first.key
        assert [message.sequence for message in waiting(storage)] == [2]

    def test_placing_twice_under_one_key_places_once(self, storage: Storage) -> None:
        """A second new order under the key of the first is not placed, although nothing else about it conflicts."""
        first, second = new_family(number=1), new_family(number=2)
        commit(storage, change_of(None, first, key=key_for(first)))
        refused(storage, change_of(None, second, key=key_for(second)))
        assert [row.number for row in listed(storage).rows] == [1]

    def test_placing_at_the_same_moment_under_one_key_places_once(self, storage: Storage) -> None:
        """Of several callers that place under one key at the same moment, one order comes of it."""
        families = [new_family(number=number) for number in range(1, CALLERS + 1)]
        changes = [change_of(None, each, key=key_for(each)) for each in families]
        outcomes = together(*(partial(commit, storage, change) for change in changes))
        assert sorted(isinstance(each, StaleRecord | Busy) for each in outcomes) == [False] + [True] * (CALLERS - 1)
        winner = families[[each is None for each in outcomes].index(True)]
        assert [row.id for row in listed(storage).rows] == [winner.order.id]
        assert _key(storage, key_for(winner)) == key_for(winner)

    def test_different_requests_at_the_same_moment_under_one_key(self, storage: Storage) -> None:
        """Of callers that ask for different things under one key at the same moment, one is heard, the others told."""
        families = [new_family(number=number) for number in range(1, CALLERS + 1)]
        keys = [key_for(each, request=str(each.order.number)) for each in families]
        changes = [change_of(None, each, key=key) for each, key in zip(families, keys, strict=True)]
        outcomes = together(*(partial(commit, storage, change) for change in changes))
        assert sorted(isinstance(each, KeyReused | Busy) for each in outcomes) == [False] + [True] * (CALLERS - 1)
        assert len(listed(storage).rows) == 1

    def test_a_rolled_back_key_is_free(self, storage: Storage) -> None:
        """A key whose unit of work was given up, or lost against another one, may be used for something else."""
        family = keep(storage, new_family())
        with rolled_back(), storage.begin() as work:
            work.write(_keyed(family, "given up"))
            raise GivenUp
        moved = change_of(family, noted(family, "moved on"))
        commit(storage, moved)
        refused(storage, _keyed(family, "too late"))
        accepted = _keyed(moved.after, "accepted", request="another")
        commit(storage, accepted)
        assert load(storage, family.order.id).order.contract == "accepted"
        assert accepted.key is not None
        assert _key(storage, accepted.key) == accepted.key


def _keyed(family: OrderFamily, note: str, *, request: str = "this") -> Change:
    """A change under one and the same key, which announces itself with a message of its own."""
    after = change_of(family, noted(family, note)).after
    message = message_for(after, after.order.version)
    key = key_for(family, verb="note", target=family.order.id.hex, request=request)
    return change_of(family, noted(family, note), key=key, messages=(message,))


def _key(storage: Storage, key: CommandKey) -> CommandKey | None:
    with storage.reading() as reading:
        return reading.key(key.scope, key.verb, key.target, key.key)
