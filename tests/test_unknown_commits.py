"""A commit that nobody knows the end of: the key, read again, tells; a fact is recorded once all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from attrs import define

from orderkit import Actor, CommitUnknown, Customer, Money, NewLine, Orderkit, Shop
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.scripted import ScriptedGateway
from orderkit.ports.storage import UnitOfWork


@define
class LosingStorage:
    """Loses its connection at the `loses_at`-th commit from now: after it was written, or before."""

    storage: MemoryStorage
    loses_at: int = 0
    after: bool = True

    def __getattr__(self, name: str) -> object:
        return getattr(self.storage, name)

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        self.loses_at -= 1
        lost = self.loses_at == 0
        with self.storage.begin() as work:
            yield work
            if lost and not self.after:
                raise CommitUnknown("lost before it was written")
        if lost:
            raise CommitUnknown("lost after it was written")


def opened(*, loses_at: int, after: bool) -> tuple[Shop, ScriptedGateway]:
    card = ScriptedGateway()
    storage = LosingStorage(MemoryStorage(), loses_at, after)
    desk = Orderkit(storage=storage, gateways={"card": card})  # type: ignore[arg-type]  # the rest is the store's own
    return desk.scope("acme", actor=Actor.user("u-1")), card


LINES = [NewLine("MUG", "A mug", unit_price=Money("12.50", "EUR"))]


@pytest.mark.parametrize("after", [True, False], ids=["written", "not-written"])
@pytest.mark.parametrize("loses_at", [1, 2, 3], ids=["placing", "intent", "outcome"])
def test_a_lost_commit_neither_doubles_nor_loses_money(loses_at: int, after: bool) -> None:
    """Whichever commit is lost, there is one order and one payment, captured once (I-09, I-20, I-33)."""
    shop, card = opened(loses_at=loses_at, after=after)
    order = shop.orders.place(customer=Customer("c-1"), lines=LINES, key="cart-1")
    payment = shop.pay(order.id, via="card", key="cart-1")

    assert payment.captured == Money("12.50", "EUR")
    assert card.moved("sale") == 1250
    card.assert_keys_were_kept()
    assert [row.status for row in shop.orders.list().rows] == ["paid"]


def test_without_a_key_the_caller_has_to_know() -> None:
    """A command without a key cannot be looked up, so the caller is told that nobody knows."""
    shop, _ = opened(loses_at=1, after=True)
    with pytest.raises(CommitUnknown):
        shop.orders.place(customer=Customer("c-1"), lines=LINES)
