"""The facade's verbs about what customers have with the shop; only arguments are turned into commands here."""

from __future__ import annotations

from attrs import field, frozen

from orderkit.actors import Actor
from orderkit.credit.records import CreditAccount, CreditEntry, CreditEntryKind
from orderkit.money import Money
from orderkit.services import crediting
from orderkit.services.commands import Command
from orderkit.services.wiring import Wiring


@frozen
class Credit:
    """What customers have with the shop; they spend it by paying through a gateway that keeps it."""

    _wiring: Wiring = field(repr=False)
    _actor: Actor

    def grant(
        self, customer_id: str, amount: Money, *, key: str | None = None, reason: str | None = None
    ) -> CreditAccount:
        """Put money on the customer's account, such as for goodwill."""
        return self._enter("grant_credit", customer_id, "granted", amount, key=key, reason=reason)

    def withdraw(
        self, customer_id: str, amount: Money, *, key: str | None = None, reason: str | None = None
    ) -> CreditAccount:
        """Take money off the customer's account, such as when it was paid out.

        Raises:
            InvalidRequest: more than is available.
        """
        return self._enter("withdraw_credit", customer_id, "withdrawn", amount, key=key, reason=reason)

    def accounts(self, customer_id: str) -> tuple[CreditAccount, ...]:
        """What the customer has with us, one account per currency."""
        return crediting.accounts(self._wiring, customer_id)

    def entries(self, customer_id: str, currency: str) -> tuple[CreditEntry, ...]:
        """How an account came to what it is, oldest first."""
        return crediting.entries(self._wiring, customer_id, currency)

    def _enter(
        self,
        verb: str,
        customer_id: str,
        kind: CreditEntryKind,
        amount: Money,
        *,
        key: str | None,
        reason: str | None,
    ) -> CreditAccount:
        command = Command(verb=verb, actor=self._actor, target=str(customer_id), key=key, reason=reason)
        account, _ = crediting.enter(self._wiring, command, customer_id, kind, amount)
        return account
