"""Promises: what workers were told and what leaves the shop, against what is stored, order by order.

Each check yields sentences about what does not agree; money is compared in `verdict`.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from attrs import frozen
from sqlalchemy import create_engine, text
from tests.crash.bank import Plain
from tests.crash.desks import SCOPE, Counter

from orderkit import OrderFamily
from orderkit.family import in_order
from orderkit.history import replay, verify, without_personal


@frozen(kw_only=True)
class Told:
    """One message as the outbox holds it."""

    id: UUID
    order_id: UUID
    sequence: int
    type: str
    body: str
    consumed: bool


def promises(stored: list[OrderFamily], notes: list[Plain]) -> Iterator[str]:
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
    yield from (f"{each['key']}: {each['why']}" for each in notes if each["what"] == "lost")
    answered = {line["key"] for line in notes if line["what"] in ("done", "refused", "lost")}
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


def doubles(stored: list[OrderFamily], notes: list[Plain]) -> Iterator[str]:
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


def histories(at: Counter, stored: list[OrderFamily]) -> Iterator[str]:
    """I-18: every history is unbroken, and tells the very records that are stored."""
    with at.storage.reading() as store:
        for family in stored:
            entries = store.history(SCOPE, family.order.id)
            verify(entries)
            if len(entries) != family.order.version or in_order(replay(entries)) != in_order(without_personal(family)):
                yield f"order {family.order.id}: its history tells another story"


def outbox(at: Counter) -> list[Told]:
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


def facts(stored: list[OrderFamily], outbox: list[Told], delivered: list[str]) -> Iterator[str]:
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
