"""Opening a desk for one command: the database, the gateways in the box, the scope, and in whose name.

Only the wiring of the command line lives here. A database is made by the commands that bring orders in, and by
`migrate`; the others refuse one that is not there, so that a slip of the pen in --db makes no empty file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast, get_args
from zoneinfo import ZoneInfo

from orderkit.actors import Actor, ActorKind
from orderkit.cli.gateways import gateways_in_the_box
from orderkit.cli.options import Options
from orderkit.cli.urls import sqlite_path
from orderkit.desk import Orderkit
from orderkit.errors import InvalidRequest, NotFound, StorageError
from orderkit.ports.storage import Storage
from orderkit.settings import ScopeSettings
from orderkit.shop import Shop

if TYPE_CHECKING:
    from orderkit.adapters.sqlalchemy import SqlStorage

_PATIENCE: Final = 2.0
"""Seconds to wait for a lock, and a command tries five times: nobody waits at a terminal for half a minute."""

_PEOPLE: Final = ("user", "client", "system")


@contextmanager
def opened(options: Options, *, create: bool = False) -> Iterator[Shop]:
    """The desk of the scope that the options name; its database is closed when the block ends.

    `create` makes the database and its tables where they are missing, and brings older ones up to date.

    Raises:
        StorageError: there is no database, or it cannot be used; Busy: it is locked.
        InvalidRequest: the URL, the scope, the actor, the locale or the zone is none; or, in place of `NotFound`, no
            order at all is in the scope, while others have some.
    """
    storage = storage_at(options.db, create=create)
    try:
        shop = desk_over(storage, options)
        try:
            yield shop
        except NotFound:
            require_known_scope(shop)
            raise
    finally:
        storage.close()


@contextmanager
def opened_for_work(options: Options) -> Iterator[Orderkit]:
    """The same database for a worker, who belongs to no scope."""
    storage = storage_at(options.db, create=False)
    try:
        yield _desk(storage, options)
    finally:
        storage.close()


def desk_over(storage: Storage, options: Options) -> Shop:
    """The desk of the scope over a store that is open."""
    return _desk(storage, options).scope(options.scope, actor=actor_named(options.actor))


def _desk(storage: Storage, options: Options) -> Orderkit:
    settings = ScopeSettings(zone=known_zone(options.zone), locale=known_locale(options.locale))
    return Orderkit(storage=storage, gateways=gateways_in_the_box(), scopes={options.scope: settings})


def storage_at(url: str, *, create: bool) -> SqlStorage:
    """The store behind a URL, open; see `opened`."""
    if "://" not in url:
        raise InvalidRequest("db", "is_database_url", found=url)
    path = sqlite_path(url)
    if not create and path is not None and not path.exists():
        raise StorageError(
            f"there is no database at {path}. `orderkit demo` makes one to try things out, "
            "`orderkit import` one with your orders; or name another with --db"
        )
    from orderkit.adapters.sqlalchemy import SqlStorage

    storage = SqlStorage(url, busy_timeout=_PATIENCE)
    try:
        if create:
            storage.migrate()
    except BaseException:
        storage.close()
        raise
    return storage


def require_known_scope(shop: Shop) -> None:
    """Refuse a scope without orders where others have some: it is a slip of the pen.

    Raises:
        InvalidRequest: naming the scopes that have orders.
    """
    with shop.wiring.storage.reading() as store:
        known = store.scopes()
    if known and shop.wiring.scope not in known:
        raise InvalidRequest("scope", "is_known_scope", scope=shop.wiring.scope, known=", ".join(known))


def actor_named(text: str) -> Actor:
    """The actor written ``user:anna``, or just ``anna``.

    Raises:
        InvalidRequest: the kind is none that can sit at a terminal, or nothing stands behind it.
    """
    kind, colon, id = text.partition(":")
    if not colon:
        kind, id = "user", text
    if kind not in _PEOPLE or kind not in get_args(ActorKind) or not id.strip():
        raise InvalidRequest("actor", "is_known_actor", found=text)
    return Actor(cast("ActorKind", kind), id.strip())


def known_zone(name: str) -> str:
    """The zone's name, if it is one.

    Raises:
        InvalidRequest: it is not.
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidRequest("zone", "is_known_zone", found=name) from None
    return name


def known_locale(name: str) -> str:
    """The locale's name, if amounts can be printed by it.

    Raises:
        InvalidRequest: they cannot.
    """
    if name != "en":
        from orderkit.labels.money import format_money
        from orderkit.money import Money

        format_money(Money.zero("EUR"), name)
    return name
