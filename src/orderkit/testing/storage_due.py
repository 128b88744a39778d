"""The storage suite's part on recovery: which operations are due or open, and whose payment a reference belongs to."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from attrs import evolve

from orderkit.family import OrderFamily
from orderkit.orders.records import Attention
from orderkit.payments.records import Operation
from orderkit.ports.exchange import DueOperation
from orderkit.ports.storage import Storage
from orderkit.testing.families import NOON, SCOPE, begun_payment, new_family
from orderkit.testing.storage_cases import full_family
from orderkit.testing.storage_steps import go_on, keep, with_attention

MINUTE = timedelta(minutes=1)
KINDS = ("waiting", "in_flight", "in_doubt", "succeeded", "failed")


class Due:
    """Recovery scans states, not a queue, so that nothing it needs can be lost (SX-29, I-29)."""

    def test_due_operations_come_from_every_scope_by_time(self, storage: Storage) -> None:
        """Operations of any order and scope whose check is due, the longest due first, no more than asked for."""
        places = ((1, SCOPE, 3), (2, SCOPE, 1), (1, "other", 2), (3, SCOPE, None), (4, "third", 9))
        asked = [
            _asked(storage, number, scope=scope, next_check_at=None if minutes is None else NOON + MINUTE * minutes)
            for number, scope, minutes in places
        ]
        due = tuple(_due_operation(asked[place], places[place][1]) for place in (1, 2, 0))
        assert _due(storage, NOON + MINUTE * 3) == due
        assert _due(storage, NOON + MINUTE * 3, limit=2) == due[:2]
        assert _due(storage, NOON + MINUTE * 2) == due[:2]
        assert _due(storage, NOON + MINUTE - timedelta(microseconds=1)) == ()

    def test_an_operation_is_due_until_its_check_is_put_off(self, storage: Storage) -> None:
        """A change that moves or takes away the next check is seen by whoever scans next."""
        operation = _asked(storage, 1, next_check_at=NOON)
        family = _family(storage, operation)
        later = family.with_operation(evolve(operation, next_check_at=NOON + MINUTE))
        family = go_on(storage, family, later)
        assert _due(storage, NOON) == ()
        assert [each.next_check_at for each in _due(storage, NOON + MINUTE)] == [NOON + MINUTE]
        go_on(storage, family, family.with_operation(evolve(operation, next_check_at=None)))
        assert _due(storage, NOON + MINUTE) == ()

    def test_every_field_of_a_due_operation_is_told(self, storage: Storage) -> None:
        """Type, status and both instants come with it, of every operation of an order."""
        family = keep(storage, full_family())
        due = [each for each in family.operations if each.next_check_at]
        assert due
        until = max(each.next_check_at for each in due if each.next_check_at)
        assert _due(storage, until) == tuple(_due_operation(each, SCOPE) for each in due)

    def test_open_operations_come_by_the_time_they_were_asked(self, storage: Storage) -> None:
        """Those that wait, fly or are in doubt, asked by then, oldest first; what has ended is not among them (SX-29).

        It does not matter whether anybody is to look at them.
        """
        asked = [
            _asked(storage, number, kind=kind, asked_at=NOON - MINUTE * number, next_check_at=None)
            for number, kind in enumerate(KINDS, start=1)
        ]
        stuck = tuple(_due_operation(asked[place], SCOPE) for place in (2, 1, 0))
        assert _open(storage, NOON) == stuck
        assert _open(storage, NOON - MINUTE * 2) == stuck[:2]
        assert _open(storage, NOON, limit=1) == stuck[:1]

    def test_open_operations_are_of_one_scope(self, storage: Storage) -> None:
        """What is stuck in one scope is not told in another (row S0-01)."""
        mine = _asked(storage, 1)
        theirs = _asked(storage, 1, scope="other")
        assert _open(storage, NOON + MINUTE) == (_due_operation(mine, SCOPE),)
        assert _open(storage, NOON + MINUTE, scope="other") == (_due_operation(theirs, "other"),)

    def test_open_attention_comes_by_age(self, storage: Storage) -> None:
        """Entries of all orders that nobody has closed, the longest open first, as they are stored (SX-29)."""
        entries = [
            _attention(storage, number, opened_at=NOON - MINUTE * number, closed=number == 2) for number in range(1, 5)
        ]
        theirs = _attention(storage, 1, scope="other")
        longest_first = (entries[3], entries[2], entries[0])
        with storage.reading() as reading:
            assert reading.open_attention(SCOPE, limit=9) == longest_first
            assert reading.open_attention(SCOPE, limit=2) == longest_first[:2]
            assert reading.open_attention("other", limit=9) == (theirs,)

    def test_a_reference_leads_to_its_payment(self, storage: Storage) -> None:
        """From a gateway's own reference the store finds scope, order and payment; from an unknown one nothing."""
        mine = _asked(storage, 1, reference="ch_1")
        theirs = _asked(storage, 1, scope="other", reference="ch_2")
        _asked(storage, 2)
        assert _referred(storage, "ch_1") == (SCOPE, mine.order_id, mine.payment_id)
        assert _referred(storage, "ch_2") == ("other", theirs.order_id, theirs.payment_id)
        assert _referred(storage, "CH_1") is None
        assert _referred(storage, "ch_3") is None

    def test_a_reference_never_leads_to_another_account(self, storage: Storage) -> None:
        """The same reference of another gateway or account is another payment's, or nobody's (I-29)."""
        mine = _asked(storage, 1, reference="ch_1")
        theirs = _asked(storage, 2, reference="ch_1", asked_at=NOON - MINUTE, account="acct-2")
        assert _referred(storage, "ch_1") == (SCOPE, mine.order_id, mine.payment_id)
        assert _referred(storage, "ch_1", account="acct-2") == (SCOPE, theirs.order_id, theirs.payment_id)
        assert _referred(storage, "ch_1", account="acct-3") is None
        assert _referred(storage, "ch_1", gateway="other") is None

    def test_of_several_operations_the_first_asked_answers(self, storage: Storage) -> None:
        """Where one account has given a reference twice, the payment that was asked first is meant."""
        _asked(storage, 1, reference="ch_1", asked_at=NOON)
        first = _asked(storage, 2, reference="ch_1", asked_at=NOON - MINUTE)
        assert _referred(storage, "ch_1") == (SCOPE, first.order_id, first.payment_id)


def _asked(
    storage: Storage,
    number: int,
    *,
    scope: str = SCOPE,
    account: str = "acct-1",
    kind: str = "in_flight",
    asked_at: datetime = NOON,
    next_check_at: datetime | None = NOON,
    reference: str | None = None,
) -> Operation:
    """The one operation of a new order, as it is stored."""
    family = keep(storage, new_family(number=number, scope=scope))
    begun = begun_payment(family)
    operation = evolve(
        begun.operations[0], kind=kind, asked_at=asked_at, next_check_at=next_check_at, reference=reference
    )
    payment = evolve(begun.payments[0], gateway="card", account=account)
    go_on(storage, family, begun.with_operation(operation).with_payment(payment))
    return operation


def _attention(
    storage: Storage, number: int, *, scope: str = SCOPE, opened_at: datetime = NOON, closed: bool = False
) -> Attention:
    """The one entry of a new order, as it is stored."""
    family = keep(storage, new_family(number=number, scope=scope))
    (entry,) = with_attention(family).attention
    entry = evolve(entry, opened_at=opened_at, params={"n": number}, closed_at=NOON if closed else None)
    go_on(storage, family, family.with_attention(entry))
    return entry


def _family(storage: Storage, operation: Operation) -> OrderFamily:
    with storage.reading() as reading:
        return reading.family(SCOPE, operation.order_id)


def _due_operation(operation: Operation, scope: str) -> DueOperation:
    return DueOperation(
        scope=scope,
        order_id=operation.order_id,
        operation_id=operation.id,
        type=operation.type,
        status=operation.status,
        asked_at=operation.asked_at,
        next_check_at=operation.next_check_at,
    )


def _due(storage: Storage, until: datetime, *, limit: int = 100) -> tuple[DueOperation, ...]:
    with storage.reading() as reading:
        return reading.due_operations(until=until, limit=limit)


def _open(storage: Storage, asked_until: datetime, *, scope: str = SCOPE, limit: int = 100) -> tuple[DueOperation, ...]:
    with storage.reading() as reading:
        return reading.open_operations(scope, asked_until=asked_until, limit=limit)


def _referred(
    storage: Storage, reference: str, *, gateway: str = "card", account: str = "acct-1"
) -> tuple[str, UUID, UUID] | None:
    with storage.reading() as reading:
        return reading.payment_with_reference(gateway, account, reference)
