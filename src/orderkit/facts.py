"""What a domain event is: the common root of every past-tense record in the rooms' `events.py`.

Only the root and the name of an event on the wire live here.
"""

from __future__ import annotations

import re
from typing import ClassVar
from uuid import UUID

from attrs import frozen

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@frozen
class Fact:
    """Something that happened to an order and has been committed; it leaves through the outbox exactly as stored.

    `schema` is the version of the event's shape: a reader may skip fields it does not know, so fields are only added.
    """

    schema: ClassVar[int] = 1

    order_id: UUID

    @classmethod
    def type(cls) -> str:
        """The name on the wire: ``PaymentRequestOpened`` is ``payment_request.opened``."""
        *noun, verb = _WORD.sub(" ", cls.__name__).lower().split()
        return f"{'_'.join(noun)}.{verb}"
