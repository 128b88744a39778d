"""What services are wired to: the ports, the tables in force, and the numbers taken from the store in blocks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from attrs import define, field, frozen

from orderkit.actors import Actor
from orderkit.cases import Case
from orderkit.errors import InvalidRequest
from orderkit.extensions import Field
from orderkit.family import OrderFamily
from orderkit.lifecycles import Lifecycle
from orderkit.payments.decisions import GatewayAccount
from orderkit.payments.records import Operation, Payment
from orderkit.ports.clock import Clock
from orderkit.ports.gateway import CreditKeeper, PaymentGateway
from orderkit.ports.ids import Ids
from orderkit.ports.rates import ExchangeRates
from orderkit.ports.storage import Storage
from orderkit.profiles import Profile
from orderkit.standing import stand

Gateways = Mapping[str, PaymentGateway]


@define
class Numbers:
    """Numbers for people, taken from the store in blocks and given out in order; what a dead process held is a hole."""

    size: int = 20
    _blocks: dict[tuple[str, str], tuple[int, int]] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def next(self, storage: Storage, scope: str, series: str) -> int:
        """A fresh number. Inside a host's transaction blocks of one are taken: a rollback may give them back."""
        if storage.joins_host_transaction:
            return storage.number_block(scope, series, 1)
        with self._lock:
            number, end = self._blocks.get((scope, series), (0, 0))
            if number >= end:
                number = storage.number_block(scope, series, self.size)
                end = number + self.size
            self._blocks[scope, series] = (number + 1, end)
            return number


@frozen(kw_only=True)
class Wiring:
    """Everything a service needs, for one scope."""

    scope: str
    storage: Storage
    gateways: Callable[[str], Gateways]
    clock: Clock
    ids: Ids
    profile: Profile
    lifecycles: Mapping[str, Lifecycle]
    fingerprint: str
    fields: tuple[Field, ...]
    channels: tuple[str, ...]
    numbers: Numbers
    rates: ExchangeRates | None = None

    def case(self, family: OrderFamily, actor: Actor, at: datetime) -> Case:
        """The case of a family at an instant, never before its last change (I-18)."""
        return Case(
            family=family,
            standing=stand(family),
            lifecycles=self.lifecycles,
            actor=actor,
            policies=self.profile.policies,
            at=max(at, family.order.changed_at),
        )

    def new_id(self, at: datetime) -> Callable[[], UUID]:
        return lambda: self.ids.new(at)

    def gateway(self, name: str) -> PaymentGateway:
        """The gateway that the host wired under this name.

        Raises:
            InvalidRequest: there is none; the known ones are named.
        """
        known = self.gateways(self.scope)
        if name not in known:
            raise InvalidRequest("via", "is_known_gateway", via=name, known=", ".join(known) or "none")
        return known[name]

    def account(self, name: str) -> GatewayAccount:
        gateway = self.gateway(name)
        merchant = getattr(gateway, "merchant", None)
        return GatewayAccount(
            gateway=name,
            account=gateway.account,
            capabilities=gateway.capabilities,
            merchant=merchant if isinstance(merchant, str) else None,
        )

    def gateway_of(self, payment: Payment, operation: Operation) -> tuple[str, PaymentGateway]:
        """The gateway that carries an operation out, by the host's name: the payment's, or the one that keeps credit.

        Raises:
            InvalidRequest: it is not wired any more, or stands for another account by now.
        """
        if operation.type == "credit":
            name, _ = self.credit_keeper()
            return name, self.gateway(name)
        return payment.gateway, self.gateway(self.account_of(payment).gateway)

    def credit_keeper(self) -> tuple[str, CreditKeeper]:
        """The gateway that keeps customers' credit, and the name it is wired under.

        Raises:
            InvalidRequest: none of the wired gateways does.
        """
        for name, gateway in self.gateways(self.scope).items():
            if isinstance(gateway, CreditKeeper):
                return name, gateway
        raise InvalidRequest("gateways", "keeps_credit", known=", ".join(self.gateways(self.scope)) or "none")

    @property
    def keeps_credit(self) -> bool:
        """One of the wired gateways keeps customers' credit."""
        return any(isinstance(each, CreditKeeper) for each in self.gateways(self.scope).values())

    def account_of(self, payment: Payment) -> GatewayAccount:
        """The account that a payment went through, as it is wired now.

        Raises:
            InvalidRequest: its gateway is not wired any more, or stands for another account by now.
        """
        through = self.account(payment.gateway)
        if through.account != payment.account:
            raise InvalidRequest(
                "gateways", "is_same_account", gateway=payment.gateway, account=payment.account, wired=through.account
            )
        return through

    def accounts(self, payments: tuple[Payment, ...]) -> dict[UUID, GatewayAccount]:
        """Of each payment whose gateway is wired here and still the same account, what it can do."""
        known = self.gateways(self.scope)
        made = {each.id: self.account(each.gateway) for each in payments if each.gateway in known}
        return {
            each.id: made[each.id] for each in payments if each.id in made and made[each.id].account == each.account
        }

    def confirmed_by_person(self, payments: tuple[Payment, ...]) -> frozenset[UUID]:
        """Of which payments a person says what became of the money; whatever account the gateway stands for by now."""
        known = self.gateways(self.scope)
        by_person = {name for name, gateway in known.items() if gateway.capabilities.confirmed_by_person}
        return frozenset(each.id for each in payments if each.gateway in by_person)
