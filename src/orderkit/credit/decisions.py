"""What an entry makes of a credit account; pure. An account is the fold of its entries, kept beside them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from attrs import evolve

from orderkit.credit.records import CreditAccount, CreditEntry, CreditEntryKind
from orderkit.errors import CurrencyMismatch, InvalidRequest
from orderkit.money import Money

_RAISES: dict[CreditEntryKind, tuple[int, int]] = {
    # kind: what one unit does to (balance, held)
    "granted": (1, 0),
    "returned": (1, 0),
    "withdrawn": (-1, 0),
    "spent": (-1, 0),
    "held": (0, 1),
    "released": (0, -1),
}


def empty(scope: str, customer_id: str, currency: str) -> CreditAccount:
    """The account of somebody who never had anything with us."""
    nothing = Money.zero(currency)
    return CreditAccount(
        scope=scope, customer_id=customer_id, currency=currency, version=0, balance=nothing, held=nothing
    )


def entered(
    account: CreditAccount,
    kind: CreditEntryKind,
    amount: Money,
    *,
    id: UUID,
    at: datetime,
    actor: str,
    cause: str,
    on: UUID | None = None,
) -> tuple[CreditAccount, CreditEntry]:
    """The account with one more entry. What is spent out of a hold (`on`) leaves the hold with it.

    Raises:
        InvalidRequest: not more than zero, another currency, or more than is available.
    """
    if not isinstance(amount, Money) or amount.minor <= 0:
        raise InvalidRequest("amount", "is_positive", amount=str(amount))
    if amount.currency != account.currency:
        raise InvalidRequest("amount", "is_same_currency", amount=str(amount), currency=account.currency)
    from_hold = on is not None and kind == "spent"
    if kind in ("withdrawn", "held") or (kind == "spent" and not from_hold):
        if amount > account.available:
            raise InvalidRequest("amount", "is_available", amount=str(amount), available=str(account.available))
    elif (kind == "released" or from_hold) and amount > account.held:
        raise InvalidRequest("amount", "is_held", amount=str(amount), held=str(account.held))
    balance, held = _RAISES[kind]
    entry = CreditEntry(
        id=id,
        kind=kind,
        amount=amount,
        on=on,
        at=at,
        actor=actor,
        cause=cause,
        sequence=account.version + 1,
    )
    after = evolve(
        account,
        version=account.version + 1,
        balance=account.balance + amount * balance,
        held=account.held + amount * (-1 if from_hold else held),
    )
    return after, entry


def held_by(entries: Iterable[CreditEntry], hold: UUID) -> Money | None:
    """What is left of a hold: what it set aside, less what was spent out of it and released; None where it is none."""
    left: Money | None = None
    for each in entries:
        if each.id == hold and each.kind == "held":
            left = each.amount
        elif each.on == hold and left is not None:
            left = left - each.amount
    return left


def folded(entries: Iterable[CreditEntry], account: CreditAccount) -> CreditAccount:
    """The account as its entries alone make it; equal to what is stored beside them."""
    made = empty(account.scope, account.customer_id, account.currency)
    for each in entries:
        if each.amount.currency != account.currency:
            raise CurrencyMismatch(each.amount.currency, account.currency)
        made, _ = entered(
            made, each.kind, each.amount, id=each.id, at=each.at, actor=each.actor, cause=each.cause, on=each.on
        )
    return made
