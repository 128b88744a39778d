"""What a record's status is: a key of one lifecycle, of one kind, with capabilities.

Only `Kind` and `Status` live here. Whoever wants to know what may be done in a status asks its capabilities, never its
key: that is why a status which a plugin adds is right everywhere at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from attrs import field, frozen

Plain = str | int | bool


def words(value: Iterable[str]) -> frozenset[str]:
    """A set of words from any iterable of them; one word by itself is a set of one, not of its letters."""
    return frozenset((value,)) if isinstance(value, str) else frozenset(value)


def _text(value: str | None) -> str:
    return value or ""


def _read_only(value: Mapping[str, Plain]) -> Mapping[str, Plain]:
    return MappingProxyType(dict(value))


@frozen
class Kind:
    """What statuses have in common, whatever they are called; the kinds of a lifecycle are a closed set.

    Attributes:
        key: the kind's name, lower snake case.
        can: the capabilities (`payable`, `editable` ...) that its statuses have by default.
        ended: nothing more is expected; only a move marked `reopens` leads out.
        ignores: facts that mean nothing to its statuses.
        must_hear: events for which each of its statuses needs a row that leads away (`paying`: `payment_failed`).
        yields_to_facts: a fact may lead out of it although it is ended: money may by itself leave `failed`.
    """

    key: str
    can: frozenset[str] = field(default=frozenset(), converter=words, kw_only=True)
    ended: bool = field(default=False, kw_only=True)
    ignores: frozenset[str] = field(default=frozenset(), converter=words, kw_only=True)
    must_hear: frozenset[str] = field(default=frozenset(), converter=words, kw_only=True)
    yields_to_facts: bool = field(default=False, kw_only=True)


@frozen
class Status:
    """One status of one lifecycle.

    Attributes:
        key: what is stored, lower snake case, an adjective or participle.
        kind: what it has in common with others, and the source of its capabilities.
        label: how it is called in English; by default the key in words.
        shown_as: the word that lists show instead, which several statuses may share.
        colour: ``#rrggbb`` or a plain word.
        description: a sentence for people.
        grants, denies: capabilities in which it differs from its kind (`ended` is one of them).
        ignores: facts that mean nothing to it, besides those its kind ignores.
        metadata: plain values for the host; the core does not read them.
        dead_end: no move leads on, and that is meant; statuses that are ended need not say so.
        owner: who defined it; no part of what it is, so two owners may define the same.
    """

    key: str
    kind: Kind = field(repr=lambda kind: str(kind.key))
    label: str = field(default=None, converter=_text, kw_only=True)
    shown_as: str | None = field(default=None, kw_only=True)
    colour: str | None = field(default=None, kw_only=True)
    description: str = field(default="", kw_only=True)
    grants: frozenset[str] = field(default=frozenset(), converter=words, kw_only=True)
    denies: frozenset[str] = field(default=frozenset(), converter=words, kw_only=True)
    ignores: frozenset[str] = field(default=frozenset(), converter=words, kw_only=True)
    metadata: Mapping[str, Plain] = field(factory=dict, converter=_read_only, hash=False, kw_only=True)
    dead_end: bool = field(default=False, kw_only=True)
    owner: str = field(default="core", eq=False, kw_only=True)
    _capabilities: frozenset[str] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        by_kind = self.kind.can | {"ended"} if self.kind.ended else self.kind.can
        object.__setattr__(self, "label", self.label or self.key.replace("_", " ").capitalize())
        object.__setattr__(self, "_capabilities", (by_kind | self.grants) - self.denies)

    @property
    def capabilities(self) -> frozenset[str]:
        """What may be done in this status, its kind's word and its own taken together."""
        return self._capabilities

    @property
    def ended(self) -> bool:
        """Nothing more is expected here."""
        return "ended" in self._capabilities

    @property
    def shown(self) -> str:
        """The word that lists show."""
        return self.shown_as or self.label

    def can(self, capability: str) -> bool:
        """Whether the status has a capability, such as `payable`."""
        return capability in self._capabilities

    def hears_nothing_of(self, fact: str) -> bool:
        """Whether the status, or its kind for it, says that a fact means nothing to it."""
        return fact in self.ignores or fact in self.kind.ignores
