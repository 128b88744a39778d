"""The verdict: what the bank wrote, what the workers were told, and what is stored, compared line by line.

Each check yields sentences about what does not agree; nothing at all is the only good answer.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from attrs import frozen
from tests.bean_check import complaints
from tests.crash.bank import Plain
from tests.crash.desks import SCOPE, Counter
from tests.crash.notes import lines_of
from tests.crash.promises import doubles, facts, histories, outbox, promises

from orderkit import OrderFamily, OrderFilter
from orderkit.exports.beancount import to_beancount
from orderkit.journal import JournalEntry, balances

MOVING = ("authorize", "sale", "capture", "refund")
OPEN = ("waiting", "in_flight", "in_doubt")
PAGE = 500
EXPECTED = ("overpaid", "refund_failed", "late_money")
"""What a person is told of although nothing was lost: a capture after a part was refunded, a refund that the bank
declined, a sale that the bank decided in the moment of the cancel. Anything else means that an answer was."""


@frozen(kw_only=True)
class Found:
    """What there was to compare."""

    orders: int
    payments: int
    operations: dict[str, int]
    commands: dict[str, int]
    ledger: int
    calls: int
    acknowledged: int
    attention: dict[str, int]
    messages: int
    deliveries: int


def differences(at: Counter, books: Plain, folder: Path) -> tuple[Found, list[str]]:
    """What there is, and everything about it that does not agree."""
    stored, told = families(at), outbox(at)
    notes = [line for path in sorted(folder.glob("notes-*")) for line in lines_of(path)]
    delivered = [line for path in folder.glob("delivered-*") for line in path.read_text().split()]
    differ = [
        *_money(stored, books),
        *_keys(stored, books),
        *_obligations(stored, books),
        *promises(stored, notes),
        *doubles(stored, notes),
        *histories(at, stored),
        *facts(stored, told, delivered),
        *_journal(at, books, folder),
        *_rest(at),
    ]
    found = Found(
        orders=len(stored),
        payments=sum(len(each.payments) for each in stored),
        operations=dict(Tally(each.status for family in stored for each in family.operations)),
        commands=dict(Tally(line["what"] for line in notes if line["what"] in ("done", "refused"))),
        ledger=len(books["ledger"]),
        calls=sum(books["calls"].values()),
        acknowledged=len(books["acknowledged"]),
        attention=dict(Tally(each.code for family in stored for each in family.attention)),
        messages=len(told),
        deliveries=len(delivered),
    )
    return found, differ


def families(at: Counter) -> list[OrderFamily]:
    """Every order that is stored."""
    found: list[OrderFamily] = []
    with at.storage.reading() as store:
        after = None
        while True:
            page = store.page(SCOPE, OrderFilter(), after=after, limit=PAGE)
            found.extend(store.family(SCOPE, each.id) for each in page.rows)
            after = page.next
            if after is None:
                return found


def _sums(lines: Iterable[Plain], by: str) -> dict[str, Tally[str]]:
    sums: dict[str, Tally[str]] = {}
    for line in lines:
        sums.setdefault(line[by], Tally())[line["type"]] += line["minor"]
    return sums


def _money(stored: list[OrderFamily], books: Plain) -> Iterator[str]:
    """I-05 to I-09: type by type what moved at the bank is what is stored, for every payment on either side."""
    theirs = _sums(books["ledger"], "payment_id")
    known = {str(each.id) for family in stored for each in family.payments}
    yield from (f"payment {each} is in the bank's ledger alone" for each in theirs.keys() - known)
    for family in stored:
        for payment in family.payments:
            sums, ours = theirs.get(str(payment.id), Tally()), Tally[str]()
            for each in family.operations_of(payment.id):
                if each.kind == "succeeded":
                    ours[each.type] += each.moved.minor if each.moved is not None else 0
            for type in MOVING:
                if sums[type] != ours[type]:
                    yield f"payment {payment.id}: {type} is {sums[type]} at the bank and {ours[type]} here"
            held = max(0, sums["authorize"] - sums["capture"] - sums["void"])
            stands = (payment.authorized.minor, payment.captured.minor, payment.refunded.minor)
            if stands != (held, sums["sale"] + sums["capture"], sums["refund"]):
                yield f"payment {payment.id}: stands at {stands}, the bank's ledger is {dict(sums)}"


def _keys(stored: list[OrderFamily], books: Plain) -> Iterator[str]:
    """I-09, I-33, I-34, I-36: what the bank was asked for was written down, each key for one request, and back."""
    ours = {str(each.id): each for family in stored for each in family.operations}
    booked = {line["key"]: line for line in books["ledger"]}
    if len(booked) != len(books["ledger"]):
        yield "a key moved money twice"
    yield from (f"the key {each} came back with another request" for each in books["reused"])
    yield from (f"the key {each} was used and is no operation here" for each in books["calls"].keys() - ours.keys())
    for key, each in ours.items():
        line = booked.get(key)
        if line is not None and (line["type"], line["currency"]) != (each.type, each.amount.currency):
            yield f"the key {key} is a {line['type']} at the bank and a {each.type} here"
        if each.kind == "succeeded" and each.type in MOVING and line is None:
            yield f"the {each.type} {key} succeeded here, and the bank never moved it"
        if each.kind == "failed" and line is not None:
            yield f"the {each.type} {key} failed here ({each.code}), and the bank moved it"


def _obligations(stored: list[OrderFamily], books: Plain) -> Iterator[str]:
    """I-11, I-06: nobody paid more than the order's total, none got back more than came; a cancelled order keeps
    nothing, unless the bank did not send it back, or somebody was told."""
    theirs = _sums(books["ledger"], "order_id")
    for family in stored:
        sums = theirs.get(str(family.order.id), Tally[str]())
        total = sum(each.total.minor for each in family.lines)
        kept = sums["sale"] + sums["capture"] - sums["refund"]
        if not 0 <= kept <= total:
            yield f"order {family.order.id}: {kept} kept of a total of {total}"
        failed = any(each.type == "refund" and each.kind == "failed" for each in family.operations)
        if family.order.kind == "cancelled" and kept and not failed and not family.attention:
            yield f"order {family.order.id} is cancelled, and {kept} was kept"
        for each in family.attention:
            if each.code not in EXPECTED:
                yield f"order {family.order.id}: {each.code} {dict(each.params)}"


def _journal(at: Counter, books: Plain, folder: Path) -> Iterator[str]:
    """I-04: every entry balances, and what stands on the clearing account is what the bank keeps for us."""
    entries: list[JournalEntry] = []
    with at.storage.reading() as store:
        while page := store.journal(SCOPE, after=_last(entries), limit=PAGE):
            entries.extend(page)
    for entry in entries:
        if sum(each.amount.minor for each in entry.postings):
            yield f"{entry.movement} of {entry.order_id} does not balance"
    ours = sum(minor for (account, _), minor in balances(entries).items() if account.startswith("Assets:Clearing"))
    signs = {"sale": 1, "capture": 1, "refund": -1}
    theirs = sum(signs.get(line["type"], 0) * line["minor"] for line in books["ledger"])
    if ours != theirs:
        yield f"the journal's clearing account stands at {ours}, the bank keeps {theirs}"
    ledger = folder / "journal.beancount"
    ledger.write_text("".join(to_beancount(entries, title="crash sweep")))
    yield from complaints(ledger).splitlines()


def _last(entries: list[JournalEntry]) -> tuple[UUID, int, int] | None:
    return (entries[-1].order_id, entries[-1].sequence, entries[-1].position) if entries else None


def _rest(at: Counter) -> Iterator[str]:
    """I-39: nothing waits, nothing is parked, nothing was given up."""
    yield from (f"{each.what} {each.id} is stuck: {each.reason}" for each in at.shop.stuck() if each.what != "order")
    yield from (f"webhook {each.event_id} is {each.status}" for each in at.desk.events(("received", "parked", "dead")))
