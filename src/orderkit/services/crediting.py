"""What a customer has with us: granted or withdrawn by a person, and read; spending it is paying, through a gateway."""

from __future__ import annotations

from uuid import UUID, uuid5

from orderkit.credit.decisions import entered
from orderkit.credit.records import CreditAccount, CreditEntry, CreditEntryKind
from orderkit.errors import Busy, CommitUnknown, InvalidRequest, KeyReused, StaleRecord, StorageError
from orderkit.money import Money
from orderkit.services import texts
from orderkit.services.commands import DECIDED_AGAIN, Command, checked
from orderkit.services.refusals import refusals_noted
from orderkit.services.units import unit_of_work
from orderkit.services.wiring import Wiring

_KEYS = UUID("0190f1f0-6f72-7d65-b26b-697400000001")
"""The name space of the entries' ids that callers' keys stand for: one key, one entry, for ever (RFC 9562, 5.5)."""


def enter(
    wiring: Wiring, command: Command, customer_id: str, kind: CreditEntryKind, amount: Money
) -> tuple[CreditAccount, CreditEntry]:
    """Add one entry to the customer's account in the amount's currency, once per key.

    Raises:
        InvalidRequest: not more than zero, more than is available, or no customer.
        KeyReused: the key stands for another amount or kind.
    """
    with refusals_noted(wiring, command):
        checked(command)
        if not isinstance(amount, Money):
            raise InvalidRequest("amount", "is_money", type=type(amount).__name__, example='Money("9.99", "EUR")')
        if not isinstance(customer_id, str) or not customer_id.strip():
            raise InvalidRequest("customer_id", "is_given")
        texts.checked(customer_id, "customer_id")
        last: StorageError | None = None
        for _ in range(DECIDED_AGAIN):
            try:
                return _once(wiring, command, customer_id, kind, amount)
            except (StaleRecord, Busy, CommitUnknown) as conflict:
                if isinstance(conflict, CommitUnknown) and command.key is None:
                    raise
                last = conflict
        raise Busy(f"{command.verb}: others changed the account {DECIDED_AGAIN} times; call it again") from last


def _once(
    wiring: Wiring, command: Command, customer_id: str, kind: CreditEntryKind, amount: Money
) -> tuple[CreditAccount, CreditEntry]:
    now = wiring.clock.now()
    with unit_of_work(wiring.storage) as work:
        before = work.credit_account(wiring.scope, customer_id, amount.currency)
        id = wiring.ids.new(now)
        if command.key is not None:
            id = uuid5(_KEYS, "\n".join((wiring.scope, customer_id, command.verb, command.key)))
            entries = work.credit_entries(wiring.scope, customer_id, amount.currency)
            known = next((each for each in entries if each.id == id), None)
            if known is not None:
                if (known.kind, known.amount) != (kind, amount):
                    raise KeyReused(command.verb, command.key)
                return before, known
        after, entry = entered(
            before, kind, amount, id=id, at=now, actor=str(command.actor), cause=command.reason or command.verb
        )
        work.write_credit(before, entry, after)
    return after, entry


def accounts(wiring: Wiring, customer_id: str) -> tuple[CreditAccount, ...]:
    """What a customer has with us, by currency."""
    with wiring.storage.reading() as store:
        return store.credit_accounts(wiring.scope, customer_id)


def entries(wiring: Wiring, customer_id: str, currency: str) -> tuple[CreditEntry, ...]:
    """How the account came to what it is, oldest first."""
    with wiring.storage.reading() as store:
        return store.credit_entries(wiring.scope, customer_id, currency)
