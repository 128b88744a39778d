"""The journal: balanced entries for every movement of money, derived from the family; pure.

`movements` says what has moved in a family, whatever way that came about; an entry is what one change made of one
movement. So entries balance by construction, and those of an order add up to its movements. Only that lives here; how
entries look in a file of another tool is in `exports/`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final, TypeVar
from uuid import UUID

from attrs import frozen

from orderkit.family import OrderFamily
from orderkit.money import Money, allocate
from orderkit.orders.records import Line
from orderkit.payments.folding import Movement, counted, sent_back
from orderkit.payments.records import OperationKind, Payment
from orderkit.standing import waived

Key = TypeVar("Key", bound=Hashable)

RECEIVABLE: Final = "Assets:Receivable"
CLEARING: Final = "Assets:Clearing"
SALES: Final = "Income:Sales"
TAX: Final = "Liabilities:Tax"
CUSTOMER_CREDIT: Final = "Liabilities:Customer-Credit"
FEES: Final = "Expenses:Fees"
CONVERSION: Final = "Equity:Conversion"

_TOWARDS_US: Final[Mapping[OperationKind, int]] = {
    "sale": 1,
    "capture": 1,
    "refund": -1,
    "refund_reversal": 1,
    "chargeback": -1,
    "chargeback_reversal": 1,
    "credit": -1,
}
"""What moves money between the customer and us, and which way; a fee does not, and an authorization moves nothing."""


@frozen
class Posting:
    """An amount on an account: more than zero is a debit, less a credit. Accounts are paths: ``Assets:Receivable``."""

    account: str
    amount: Money


@frozen(kw_only=True)
class JournalEntry:
    """One balanced movement: its postings sum to zero in each currency (I-04). Append-only.

    Attributes:
        sequence: the order's version that it belongs to; position: its place among the entries of that version.
        movement: what moved, such as ``capture:0192…``; the same movement may be posted again when it changes.
    """

    order_id: UUID
    sequence: int
    position: int
    at: datetime
    movement: str
    postings: tuple[Posting, ...]


def entries_for(before: OrderFamily | None, after: OrderFamily) -> tuple[JournalEntry, ...]:
    """What the change of a family from `before` (None for a new order) to `after` moved, entry by entry (I-04).

    Nothing that was entered is ever taken out: a movement that came to less, or turned out to be another, gets an
    entry over the difference.
    """
    if before is not None and _is_same_money(before, after):
        return ()
    was, now = {} if before is None else movements(before), movements(after)
    names = (*(name for name in was if name not in now), *now)
    changed = ((name, _difference(now.get(name, ()), was.get(name, ()))) for name in names)
    return tuple(
        JournalEntry(
            order_id=after.order.id,
            sequence=after.order.version,
            position=position,
            at=after.order.changed_at,
            movement=name,
            postings=postings,
        )
        for position, (name, postings) in enumerate((name, postings) for name, postings in changed if postings)
    )


def movements(family: OrderFamily) -> dict[str, tuple[Posting, ...]]:
    """All that has moved in a family, by name, each in postings that sum to zero in each currency.

    ``sale:`` and the request's id is what was asked of the customer, ``waiver:`` and the order's what nobody owes any
    more, and the rest what an operation did and its id: ``capture:``, ``refund:``, ``chargeback:``, ``fee:`` and so
    on. Each operation stands for itself, none is netted.
    """
    made = (*_sales(family), *_waiver(family), *_operations(family))
    return {name: some for name, postings in made if (some := tuple(each for each in postings if each.amount.minor))}


def balances(entries: Iterable[JournalEntry]) -> dict[tuple[str, str], int]:
    """What entries come to by account and currency, in minor units: the trial balance, which sums to zero (I-04)."""
    sums: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        for each in entry.postings:
            sums[each.account, each.amount.currency] += each.amount.minor
    return dict(sorted(sums.items()))


def _is_same_money(before: OrderFamily, after: OrderFamily) -> bool:
    """Nothing that a movement is made of was touched: records that did not change stay the same objects."""
    names = ("lines", "items", "requests", "payments", "operations", "refunds")
    return all(getattr(before, name) is getattr(after, name) for name in names)


def _difference(now: tuple[Posting, ...], was: tuple[Posting, ...]) -> tuple[Posting, ...]:
    if now == was:
        return ()
    sums: Counter[tuple[str, str]] = Counter()
    for sign, postings in ((1, now), (-1, was)):
        for each in postings:
            sums[each.account, each.amount.currency] += sign * each.amount.minor
    return tuple(Posting(account, Money.of_minor(minor, code)) for (account, code), minor in sums.items() if minor)


# --- what is owed ---------------------------------------------------------------------------------------------------


def _sales(family: OrderFamily) -> Iterator[tuple[str, tuple[Posting, ...]]]:
    """Every request, and what it asks for as income and taxes; together they come to what was sold."""
    left: Counter[str] = Counter()
    for line in family.lines:
        left.update(_income(line))
    asked = [(each.id, each.amount.minor) for each in sorted(family.requests, key=lambda each: each.id)]
    for id, minor in asked[:-1]:
        part = _spread(min(minor, left.total()), left, family.order.currency)
        left.subtract(part)
        yield f"sale:{id}", _receivable(part, family.order.currency)
    yield f"sale:{asked[-1][0] if asked else family.order.id}", _receivable(left, family.order.currency)


def _income(line: Line) -> dict[str, int]:
    """A line's total by account, in minor units; included taxes are taken out of the price."""
    taxes: Counter[str] = Counter()
    for each in line.adjustments:
        if each.kind == "tax":
            taxes[f"{TAX}:{component(each.code)}"] += each.amount.minor
    income = line.total.minor - taxes.total()
    # Several included taxes of up to 100 % each may come to more than the price that holds them: no income is left.
    return {SALES: income, **taxes} if income >= 0 else _spread(line.total.minor, taxes, line.total.currency)


def _waiver(family: OrderFamily) -> Iterator[tuple[str, tuple[Posting, ...]]]:
    """What was sold and nobody owes any more, out of the income and the taxes of the very lines it was sold in."""
    currency = family.order.currency
    minor = sum(back for _, back in sent_back(family.operations)) + waived(family).minor
    if not minor:
        return
    income: Counter[str] = Counter()
    by_line = _waived_by_line(family, minor)
    for line in family.lines:
        income.update(_spread(by_line[line.id], _income(line), currency))
    income[SALES] += minor - income.total()
    yield f"waiver:{family.order.id}", _receivable({name: -part for name, part in income.items()}, currency)


def _waived_by_line(family: OrderFamily, minor: int) -> Counter[UUID]:
    """Cancelled and refunded items bear it, less the fees that were kept; what they cannot bear, all items do."""
    currency = family.order.currency
    worth = {each.id: each.amount.minor for each in family.items}
    given_up = {each.id: each.amount.minor for each in family.items if each.kind == "cancelled"}
    for refund in family.refunds:
        if refund.kind not in ("asked", "failed"):
            given_up |= {each.item_id: max(0, worth[each.item_id] - each.fee.minor) for each in refund.lines}
    borne = Counter(_spread(min(minor, sum(given_up.values())), given_up, currency))
    borne.update(_spread(minor - borne.total(), worth, currency))
    by_line: Counter[UUID] = Counter()
    for item in family.items:
        by_line[item.line_id] += borne[item.id]
    return by_line


def _receivable(income: Mapping[str, int], currency: str) -> tuple[Posting, ...]:
    """Claims on the customer against the accounts that they are income, or taxes, of."""
    against = (Posting(account, Money.of_minor(-minor, currency)) for account, minor in income.items())
    return (Posting(RECEIVABLE, Money.of_minor(sum(income.values()), currency)), *against)


def _spread(minor: int, weights: Mapping[Key, int], currency: str) -> dict[Key, int]:
    """So many minor units pro rata (I-03); nothing where no weight is above zero."""
    if not minor or not any(weights.values()):
        return {}
    parts = allocate(Money.of_minor(minor, currency), tuple(weights.values()))
    return {key: part.minor for key, part in zip(weights, parts, strict=True)}


# --- what has moved -------------------------------------------------------------------------------------------------


def _operations(family: OrderFamily) -> Iterator[tuple[str, tuple[Posting, ...]]]:
    """Every operation that moved money, once, however often it was told (the fold's own count)."""
    payments = {each.id: each for each in family.payments}
    for each in sorted(counted(family.operations), key=lambda each: each.operation.id):
        operation = each.operation
        if operation.type == "fee" or operation.type in _TOWARDS_US:
            postings = _postings(each, payments[operation.payment_id], family.order.currency)
            # The sale is what the request asks for; a sale at the gateway authorizes and captures in one step.
            name = "capture" if operation.type == "sale" else operation.type
            yield f"{name}:{operation.id}", postings


def _postings(movement: Movement, payment: Payment, currency: str) -> tuple[Posting, ...]:
    type = movement.operation.type
    moved = Money.of_minor(movement.moved, movement.operation.amount.currency)
    if type == "fee":
        return (Posting(f"{FEES}:{component(payment.gateway)}", moved), Posting(_clearing(payment), -moved))
    sign = _TOWARDS_US[type]
    from_credit = type == "credit" or payment.account == "credit"
    account = CUSTOMER_CREDIT if from_credit else _clearing(payment)
    return _settled(account, sign * moved, sign * Money.of_minor(movement.settles, currency))


def _settled(account: str, moved: Money, settles: Money) -> tuple[Posting, ...]:
    """Money that came to an account, against the claims that it settles; through the conversion if they differ."""
    if moved == settles:
        return (Posting(account, moved), Posting(RECEIVABLE, -moved))
    converted = (Posting(CONVERSION, -moved), Posting(CONVERSION, settles))
    return (Posting(account, moved), *converted, Posting(RECEIVABLE, -settles))


# --- accounts -------------------------------------------------------------------------------------------------------

_SMALL: Final = re.compile(r"[a-z][0-9-]*[a-z][a-z0-9-]*")
_CAPITAL: Final = re.compile(r"[A-Z0-9][A-Z0-9-]*")


def _clearing(payment: Payment) -> str:
    return f"{CLEARING}:{component(payment.gateway)}:{component(payment.account)}"


def component(name: str) -> str:
    """A host's name as a part of an account: letters, digits and dashes, with a capital or a digit in front.

    Names all in small letters (``card``, then ``Card``) or all in capitals (``VAT``) stay what they are; any other
    ends in ``--`` and a digest of it, so no two names become one account.
    """
    if "--" not in name and len(name) <= 40 and (_SMALL.fullmatch(name) or _CAPITAL.fullmatch(name)):
        return name[0].upper() + name[1:]
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name[:40]).strip("-") or "X"
    return f"{plain[0].upper()}{plain[1:]}--{sha256(name.encode()).hexdigest()[:8]}"
