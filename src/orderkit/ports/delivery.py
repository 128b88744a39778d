"""What orderkit asks of a channel: the way that facts take out of the outbox, and what may become of one on it.

    class Mailing:
        def deliver(self, message: Message) -> DeliveryOutcome:
            send_mail_about(json.loads(message.body), once_for=message.id)
            return Delivered()

A message may arrive more than once, always with the same id, and not always in order: whoever acts on it remembers the
ids. An exception that escapes a channel counts as `NotNow`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol, TypeAlias

from attrs import frozen

from orderkit.ports.exchange import Message


@frozen
class Delivered:
    """The other side has it for good."""


@frozen
class NotNow:
    """Not this time, or nobody knows: it is tried again later.

    Attributes:
        reason: for whoever looks into the outbox; no secrets.
        retry_after: how long the other side asks to be left alone.
    """

    reason: str
    retry_after: timedelta | None = None


@frozen
class Never:
    """Trying again is of no use: the other side is gone, or can never take it. A person may send it again."""

    reason: str


DeliveryOutcome: TypeAlias = Delivered | NotNow | Never


class Channel(Protocol):
    """One receiver of facts, under the name that the host gave to the channel."""

    def deliver(self, message: Message) -> DeliveryOutcome:
        """Hand over one message, within a minute; called by several workers at once."""
