"""The verdict: what the bank wrote, what the workers were told, and what is stored, compared line by line.

Each check yields sentences about what does not agree; nothing at all is the only good answer.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from attrs import frozen
from sqlalchemy import create_engine, text
from tests.bean_check import complaints
from tests.crash.bank import Plain
from tests.crash.desks import SCOPE, Counter
from tests.crash.notes import lines_of

from orderkit import OrderFamily, OrderFilter
from orderkit.exports.beancount import to_beancount
from orderkit.family import in_order
from orderkit.history import replay, verify, without_personal
from orderkit.journal import JournalEntry, balances

MOVING = ("authorize", "sale", "capture", "refund")
OPEN = ("waiting", "in_flight", "in_doubt")
PAGE = 500
EXPECTED = ("overpaid", "refund_failed")
"""What a person is told of without anything having gone wrong: a capture after a part was refunded, a refund that the
bank declined. Anything else means that an answer was lost for good."""


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


@frozen(kw_only=True)
class Told:
    """One message as the outbox holds it."""

    id: UUID
    order_id: UUID
    sequence: int
    type: str
    body: str
    consumed: bool


def differences(at: Counter, books: Plain, folder: Path) -> tuple[Found, list[str]]:
    """What there is, and everything about it that does not agree."""
    stored, outbox = families(at), _outbox(at)
    notes = [line for path in sorted(folder.glob("notes-*")) for line in lines_of(path)]
    delivered = [line for path in folder.glob("delivered-*") for line in path.read_text().split()]
    differ = [
        *_money(stored, books),
        *_keys(stored, books),
        *_obligations(stored, books),
        *_promises(stored, notes),
        *_doubles(stored, notes),
        *_histories(at, stored),
        *_facts(stored, outbox, delivered),
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
        messages=len(outbox),
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
    nothing, unless the bank did not send it back."""
    theirs = _sums(books["ledger"], "order_id")
    for family in stored:
        sums = theirs.get(str(family.order.id), Tally[str]())
        total = sum(each.total.minor for each in family.lines)
        kept = sums["sale"] + sums["capture"] - sums["refund"]
        if not 0 <= kept <= total:
            yield f"order {family.order.id}: {kept} kept of a total of {total}"
        failed = any(each.type == "refund" and each.kind == "failed" for each in family.operations)
        if family.order.kind == "cancelled" and kept and not failed:
            yield f"order {family.order.id} is cancelled, and {kept} was kept"
        for each in family.attention:
            if each.code not in EXPECTED:
                yield f"order {family.order.id}: {each.code} {dict(each.params)}"


def _promises(stored: list[OrderFamily], notes: list[Plain]) -> Iterator[str]:
    """I-20, I-27, S1-02: what a worker was told is there, once; what it never heard about was not done twice."""
    orders = {str(each.order.id) for each in stored}
    payments = {str(each.id): each for family in stored for each in family.payments}
    refunds = {str(each.id) for family in stored for each in family.refunds}
    customers = Tally(each.order.customer_id for each in stored)
    yield from (f"{count} orders under the key of {name}" for name, count in customers.items() if count > 1)
    asked = {f"c-{line['key']}" for line in notes if line["what"] == "asks"}
    yield from (f"nobody asked for the order of {name}" for name in customers.keys() - asked)
    if len({each.order.number for each in stored}) != len(stored):
        yield "a number was given twice"
    answered = {line["key"] for line in notes if line["what"] in ("done", "refused")}
    yield from (
        f"{each['key']} has no answer" for each in notes if each["what"] == "asks" and each["key"] not in answered
    )
    for line in notes:
        if line["what"] != "done":
            continue
        made = line["made"]
        if made.get("order", next(iter(orders), None)) not in orders:
            yield f"{line['key']} was told of the order {made['order']}, which is lost"
        if "refund" in made and made["refund"] not in refunds:
            yield f"{line['key']} was told of the refund {made['refund']}, which is lost"
        yield from _promised(line["key"], made, payments)


def _promised(key: str, made: Plain, payments: dict[str, Any]) -> Iterator[str]:
    if "payment" not in made:
        return
    payment = payments.get(made["payment"])
    if payment is None:
        yield f"{key} was told of the payment {made['payment']}, which is lost"
    elif made["status"] == "captured" and payment.captured.minor == 0:
        yield f"{key} was told that the payment {payment.id} is captured, and nothing is"


def _doubles(stored: list[OrderFamily], notes: list[Plain]) -> Iterator[str]:
    """I-20, I-33: a command that was asked for again under its key is still one command."""
    asked = [line for line in notes if line["what"] == "asks"]
    wanted = Tally((each["verb"], each["args"].get("payment") or each["args"].get("order")) for each in asked)
    for family in stored:
        order_id = str(family.order.id)
        made = {("pay", order_id): len(family.payments), ("refund", order_id): len(family.refunds)}
        for each in family.payments:
            types = Tally(operation.type for operation in family.operations_of(each.id))
            made["capture", str(each.id)] = types["capture"]
        for command, count in made.items():
            if count > wanted[command]:
                yield f"{command[0]} of {command[1]} was asked for {wanted[command]} times and made {count} times"


def _histories(at: Counter, stored: list[OrderFamily]) -> Iterator[str]:
    """I-18: every history is unbroken, and tells the very records that are stored."""
    with at.storage.reading() as store:
        for family in stored:
            entries = store.history(SCOPE, family.order.id)
            verify(entries)
            if len(entries) != family.order.version or in_order(replay(entries)) != in_order(without_personal(family)):
                yield f"order {family.order.id}: its history tells another story"


def _outbox(at: Counter) -> list[Told]:
    """Every message that was ever written, straight from the table."""
    url = at.storage.url
    engine = create_engine(url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url)
    try:
        with engine.connect() as connection:
            asked = text("SELECT id, order_id, sequence, type, body, consumed FROM orderkit_outbox")
            rows = connection.execute(asked).all()
    finally:
        engine.dispose()
    return [
        Told(id=_id(id), order_id=_id(order_id), sequence=sequence, type=type, body=str(body), consumed=bool(consumed))
        for id, order_id, sequence, type, body, consumed in rows
    ]


def _id(stored: bytes | UUID | str) -> UUID:
    if isinstance(stored, bytes):
        return UUID(bytes=stored)
    return stored if isinstance(stored, UUID) else UUID(stored)


def _facts(stored: list[OrderFamily], outbox: list[Told], delivered: list[str]) -> Iterator[str]:
    """I-32: one message per fact, none for what was rolled back, each delivered under its one id."""
    twice = [
        each for each, count in Tally((o.order_id, o.sequence, o.type, o.body) for o in outbox).items() if count > 1
    ]
    yield from (f"order {order_id} told {type} twice in version {sequence}" for order_id, sequence, type, _ in twice)
    versions = {each.order.id: each.order.version for each in stored}
    yield from (
        f"message {o.id} tells of a version that is not there" for o in outbox if o.sequence > versions[o.order_id]
    )
    ids = {str(each.id) for each in outbox}
    yield from (f"message {each} was never delivered" for each in ids - set(delivered))
    yield from (f"message {each} was delivered and is not in the outbox" for each in set(delivered) - ids)
    yield from (f"message {each.id} still waits" for each in outbox if not each.consumed)
    counts = Tally((each.order_id, each.type) for each in outbox)
    types = {each.type for each in outbox}
    for family in stored:
        wanted = {"order.placed": 1, "payment.started": len(family.payments), "refund.requested": len(family.refunds)}
        for type, count in wanted.items():
            if type in types and counts[family.order.id, type] != count:
                yield f"order {family.order.id} told {type} {counts[family.order.id, type]} times instead of {count}"
    yield from (f"nobody ever told {type}" for type in ("order.placed", "payment.started") if type not in types)


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
