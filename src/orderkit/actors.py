"""Who acts: the record that every command carries and every history row keeps.

Only the actor lives here. What an actor *may* is the host's `Authorizer`'s word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from attrs import field, frozen

ActorKind = Literal["user", "client", "system", "gateway", "plugin"]


def _roles(roles: Iterable[str]) -> frozenset[str]:
    return frozenset(roles)


@frozen
class Actor:
    """Somebody or something that asks for a change (row SX-16: user, client, system job, gateway, plugin).

    `id` is the host's reference for them, `name` a snapshot for display that is kept with the personal values.
    """

    kind: ActorKind
    id: str
    roles: frozenset[str] = field(default=frozenset(), converter=_roles)
    name: str | None = None

    @classmethod
    def user(cls, id: str, *, roles: Iterable[str] = (), name: str | None = None) -> Actor:
        """A person who works for the shop, with the roles that the host gives them."""
        return cls("user", id, frozenset(roles), name)

    @classmethod
    def client(cls, id: str, *, name: str | None = None) -> Actor:
        """The customer themselves, or an API client in their name."""
        return cls("client", id, frozenset(), name)

    @classmethod
    def system(cls, id: str = "orderkit") -> Actor:
        """A job without a person: recovery, due charges, an import."""
        return cls("system", id)

    @classmethod
    def gateway(cls, name: str) -> Actor:
        """A payment gateway that reported something by itself."""
        return cls("gateway", name)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"
