"""The guard between units of work and the outside world: while one is open, nobody may be called (I-35)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from orderkit.errors import OutsideCallInUnitOfWork
from orderkit.ports.storage import Storage, UnitOfWork

T = TypeVar("T")

_open_units: ContextVar[int] = ContextVar("orderkit_open_units", default=0)


@contextmanager
def unit_of_work(storage: Storage) -> Iterator[UnitOfWork]:
    """A unit of work that outside calls can see."""
    token = _open_units.set(_open_units.get() + 1)
    try:
        with storage.begin() as work:
            yield work
    finally:
        _open_units.reset(token)


def outside(what: str, call: Callable[[], T]) -> T:
    """Call the outside world.

    Raises:
        OutsideCallInUnitOfWork: a unit of work is open here; in production too.
    """
    if _open_units.get():
        raise OutsideCallInUnitOfWork(what)
    return call()
