"""Personal values and the commitments that stand for them elsewhere.

Names, addresses, e-mails, IPs and free texts are rows of their own, by owner and field, never a column of a record.
What is hashed or frozen (history, documents) holds a commitment: an HMAC under a salt that is stored with the value
alone. Erasing a person deletes value and salt together; the chain stays valid and the commitment says nothing more
(row SX-26; `docs/decisions/0003-personal-values.md`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from uuid import UUID

from attrs import field, frozen


@frozen
class Person:
    """Whose value it is: ``customer:c-1`` or ``user:u-7``, within a scope. Erasure goes by this reference."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@frozen
class PersonalValue:
    """One value of one person, belonging to one record.

    Attributes:
        owner_id: the record it belongs to (an order, or a history row for the reason given there).
        name: what it is: ``customer.name``, ``bill_to.city``, ``reason``.
        person: whose it is, as `str(Person)`.
        value: the text itself.
        salt: 32 hexadecimal digits, fresh for every value.
    """

    owner_id: UUID
    name: str
    person: str
    value: str = field(repr=False)
    salt: str = field(repr=False)

    @property
    def commitment(self) -> str:
        """What may be hashed and frozen in place of the value: 32 hexadecimal digits."""
        message = f"{self.owner_id}\x1f{self.name}\x1f{self.value}".encode()
        return hmac.new(bytes.fromhex(self.salt), message, hashlib.sha256).hexdigest()[:32]


def value_of(values: Iterable[PersonalValue], owner_id: UUID, name: str) -> str | None:
    """The value of one field of one owner, or None where none was given or it was erased."""
    for each in values:
        if each.owner_id == owner_id and each.name == name:
            return each.value
    return None
