"""What a credit account is: a customer's money with us in one currency, and the entries that made it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from attrs import frozen

from orderkit.money import Money

CreditEntryKind = Literal["granted", "withdrawn", "held", "released", "spent", "returned"]


@frozen(kw_only=True)
class CreditEntry:
    """One movement; append-only, unique by its id for ever, which is the key of whoever asked for it.

    Attributes:
        kind: `granted` and `returned` raise the balance, `withdrawn` and `spent` lower it; `held` sets a part of the
            balance aside, and `released` gives it back.
        amount: always more than zero.
        on: of `spent` out of a hold, and of `released`: the entry that held it.
        cause: what it was for, such as ``payment:0192…`` or a reason somebody gave.
        sequence: its place in the account, from 1.
    """

    id: UUID
    kind: CreditEntryKind
    amount: Money
    on: UUID | None
    at: datetime
    actor: str
    cause: str
    sequence: int


@frozen(kw_only=True)
class CreditAccount:
    """What a customer has with us in one currency. `version` counts its entries and is its lock.

    Attributes:
        balance: what is there, held or not; never negative.
        held: the part that is set aside for payments under way; never above the balance.
    """

    scope: str
    customer_id: str
    currency: str
    version: int
    balance: Money
    held: Money

    @property
    def available(self) -> Money:
        """What may still be spent or held."""
        return self.balance - self.held
