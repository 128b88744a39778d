"""`Orderkit`, a host's one object: what it is wired to, the order desks it hands out, and the work of its workers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from uuid import UUID

from orderkit.actors import Actor
from orderkit.errors import InvalidRequest
from orderkit.extensions import Field
from orderkit.lifecycles import Extension, Lifecycle
from orderkit.ports.clock import Clock, SystemClock
from orderkit.ports.delivery import Channel
from orderkit.ports.exchange import EventStatus, InboxEvent
from orderkit.ports.gateway import PaymentGateway
from orderkit.ports.ids import Ids, TimeOrderedIds
from orderkit.ports.rates import ExchangeRates
from orderkit.ports.storage import Storage
from orderkit.profiles import Profile, retail
from orderkit.profiles.profile import fingerprint_of
from orderkit.services.receiving import Inbox, Receipt, receive, retry
from orderkit.services.relaying import resend
from orderkit.services.running import Ran, run_due
from orderkit.services.wiring import Gateways, Numbers, Wiring
from orderkit.settings import ScopeSettings
from orderkit.shop import Shop


class Orderkit:
    """The library, wired to one host: its profile, store, gateways and plugins.

    Args:
        storage: where orders live.
        profile: what kind of shop this is.
        gateways: by the host's own keys (``"card"``); or a function from scope to such a mapping.
        extensions: plugins' additions to lifecycles. fields: values that ride along with orders.
        scopes: the known scopes with their settings; without it every non-empty scope is one, with the defaults.
        channels: where facts go: names, each of which gets its own outbox messages; or names with the `Channel` that
            takes them there, which `run_due` then hands them to.
        clock, ids: handed in by tests and simulators.
        rates: quotes exchange rates, where customers may pay in another currency than the order's.

    Raises:
        LifecycleError: the extensions contradict the profile or one another.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        profile: Profile = retail,
        gateways: Mapping[str, PaymentGateway] | Callable[[str], Gateways] | None = None,
        extensions: Iterable[Extension] = (),
        fields: Iterable[Field] = (),
        scopes: Mapping[str, ScopeSettings] | None = None,
        channels: Sequence[str] | Mapping[str, Channel] = ("events",),
        clock: Clock | None = None,
        ids: Ids | None = None,
        rates: ExchangeRates | None = None,
    ) -> None:
        self.storage = storage
        self.profile = profile
        self.lifecycles: Mapping[str, Lifecycle] = profile.lifecycles(extensions)
        self.fields = tuple(fields)
        self.channels = tuple(channels)
        self._deliveries: Mapping[str, Channel] = dict(channels) if isinstance(channels, Mapping) else {}
        self._fingerprint = fingerprint_of(self.lifecycles)
        self._gateways = _per_scope(gateways or {})
        self._scopes = scopes
        self._clock = clock or SystemClock()
        self._ids = ids or TimeOrderedIds()
        self._numbers = Numbers()
        self._rates = rates

    def scope(self, scope: str, *, actor: Actor, storage: Storage | None = None) -> Shop:
        """The order desk of one tenant, on behalf of one actor.

        `storage` puts its commands into a host's own transaction (``sql_storage.within(connection)``): they commit
        with the host's rows; what must ask a gateway is only written down, and `Shop.proceed` goes on afterwards.

        Raises:
            InvalidRequest: the scope is empty, too long, or not one of the known ones (row S0-01).
        """
        if not isinstance(scope, str) or not scope.strip() or len(scope) > 64:
            raise InvalidRequest("scope", "has_1_to_64_characters", scope=str(scope)[:64])
        if self._scopes is not None and scope not in self._scopes:
            raise InvalidRequest("scope", "is_known_scope", scope=scope)
        settings = (self._scopes or {}).get(scope, ScopeSettings())
        return Shop(self._wiring(scope, storage or self.storage), actor, settings)

    def receive(self, gateway: str, body: bytes, headers: Mapping[str, str], *, scope: str = "") -> Receipt:
        """Take a webhook of the gateway that the host calls `gateway`, and answer with what to tell its sender.

        It is checked, stored raw, and then applied; a duplicate or late one does no harm. `scope` is needed where
        gateways are wired per scope, or where the gateway does not carry our metadata; with it, only payments of that
        scope are touched. Answer the sender with `Receipt.http_status`.

        Raises:
            StorageError: it could not be stored; answer 503, so that it is sent again.
        """
        return receive(self._inbox(), gateway, body, headers, scope=scope)

    def run_due(self, *, limit: int = 100, owner: str | None = None) -> Ran:
        """Do what is due now, of every scope: recover operations, apply webhooks that waited, hand facts over.

        Call it every minute or so, from as many workers as you like; or let `orderkit run` do it. `owner` names this
        worker in the outbox's leases; without it every call is one of its own.
        """
        return run_due(
            self._inbox(), self._deliveries, owner=owner or self._ids.new(self._clock.now()).hex, limit=limit
        )

    def events(
        self, statuses: Sequence[EventStatus] = ("parked", "dead"), *, limit: int = 100
    ) -> tuple[InboxEvent, ...]:
        """Webhooks as they were stored, in these statuses, the oldest first."""
        with self.storage.reading() as store:
            return store.events(tuple(statuses), limit=limit)

    def retry(self, event: InboxEvent) -> InboxEvent:
        """Look at a parked or dead webhook again, such as after an adapter was mended."""
        return retry(self._inbox(), event)

    def resend(self, channel: str, *, ids: Collection[UUID] | None = None) -> tuple[UUID, ...]:
        """Put messages that were given up back into the outbox, all of the channel's or these; which ones it was."""
        return resend(self.storage, self._clock, channel, ids=ids)

    def _inbox(self) -> Inbox:
        return Inbox(
            storage=self.storage,
            clock=self._clock,
            ids=self._ids,
            gateways=self._gateways,
            wiring_of=lambda scope: self._wiring(scope, self.storage),
        )

    def _wiring(self, scope: str, storage: Storage) -> Wiring:
        return Wiring(
            scope=scope,
            storage=storage,
            gateways=self._gateways,
            clock=self._clock,
            ids=self._ids,
            profile=self.profile,
            lifecycles=self.lifecycles,
            fingerprint=self._fingerprint,
            fields=self.fields,
            channels=self.channels,
            numbers=self._numbers,
            rates=self._rates,
        )


def _per_scope(gateways: Mapping[str, PaymentGateway] | Callable[[str], Gateways]) -> Callable[[str], Gateways]:
    if isinstance(gateways, Mapping):
        known = dict(gateways)
        return lambda scope: known
    return gateways
