"""A store that dies at its n-th commit, as a process does: in the middle of whatever was going on.

Only the wrapper lives here. What it raises is no `Exception`, so that nothing on the way up can take it for an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

from attrs import define, field

from orderkit import Storage
from orderkit.ports.storage import Reading, RefusedRequest, UnitOfWork

Moment = Literal["before", "after"]


class Died(BaseException):
    """The process is gone."""


@define
class DyingStorage:
    """A store over another one, whose process dies right before or right after its n-th commit.

    `commits` counts them all, so that an undisturbed run says how many moments there are.
    """

    kept: Storage
    dies_at: int = 0
    moment: Moment = "before"
    commits: int = field(default=0, init=False)

    @property
    def joins_host_transaction(self) -> bool:
        return self.kept.joins_host_transaction

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with self.kept.begin() as work:
            yield work
            self._reach("before")
        self._reach("after")

    def reading(self) -> AbstractContextManager[Reading]:
        return self.kept.reading()

    def number_block(self, scope: str, series: str, size: int) -> int:
        with self._one_commit():
            return self.kept.number_block(scope, series, size)

    def note_refusal(self, refused: RefusedRequest) -> None:
        with self._one_commit():
            self.kept.note_refusal(refused)

    def refusals(self, scope: str, *, limit: int) -> tuple[RefusedRequest, ...]:
        return self.kept.refusals(scope, limit=limit)

    @contextmanager
    def _one_commit(self) -> Iterator[None]:
        self._reach("before")
        yield
        self._reach("after")

    def _reach(self, moment: Moment) -> None:
        self.commits += moment == "before"
        if self.commits == self.dies_at and moment == self.moment:
            raise Died


class SealedStorage(DyingStorage):
    """A store that dies at whatever would be written to it."""

    def _reach(self, moment: Moment) -> None:
        raise Died
