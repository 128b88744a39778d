"""`Orderkit`, a host's one object: what it is wired to, and the order desks it hands out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from orderkit.actors import Actor
from orderkit.errors import InvalidRequest
from orderkit.extensions import Field
from orderkit.lifecycles import Extension, Lifecycle
from orderkit.ports.clock import Clock, SystemClock
from orderkit.ports.gateway import PaymentGateway
from orderkit.ports.ids import Ids, TimeOrderedIds
from orderkit.ports.storage import Storage
from orderkit.profiles import Profile, retail
from orderkit.profiles.profile import fingerprint_of
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
        channels: where facts go; each gets its own outbox messages.
        clock, ids: handed in by tests and simulators.

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
        channels: Sequence[str] = ("events",),
        clock: Clock | None = None,
        ids: Ids | None = None,
    ) -> None:
        self.storage = storage
        self.profile = profile
        self.lifecycles: Mapping[str, Lifecycle] = profile.lifecycles(extensions)
        self.fields = tuple(fields)
        self.channels = tuple(channels)
        self._fingerprint = fingerprint_of(self.lifecycles)
        self._gateways = _per_scope(gateways or {})
        self._scopes = scopes
        self._clock = clock or SystemClock()
        self._ids = ids or TimeOrderedIds()
        self._numbers = Numbers()

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
        wiring = Wiring(
            scope=scope,
            storage=storage or self.storage,
            gateways=self._gateways,
            clock=self._clock,
            ids=self._ids,
            profile=self.profile,
            lifecycles=self.lifecycles,
            fingerprint=self._fingerprint,
            fields=self.fields,
            channels=self.channels,
            numbers=self._numbers,
        )
        settings = (self._scopes or {}).get(scope, ScopeSettings())
        return Shop(wiring, actor, settings)


def _per_scope(gateways: Mapping[str, PaymentGateway] | Callable[[str], Gateways]) -> Callable[[str], Gateways]:
    if isinstance(gateways, Mapping):
        known = dict(gateways)
        return lambda scope: known
    return gateways
