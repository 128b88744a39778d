"""What README and guides show is run, in the order in which it is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser

from orderkit import Actor, Customer, Money, NewLine, Orderkit
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.offline import OfflineGateway
from orderkit.adapters.sqlalchemy import SqlStorage

ROOT = Path(__file__).resolve().parent.parent


def run(page: Path, **known: object) -> int:
    """Runs the Python blocks of a page with some names known; how many there were."""
    document = Sybil(parsers=[PythonCodeBlockParser()]).parse(page)
    document.namespace.update(known)
    shown = sum(example.evaluate() is None for example in document.examples())
    if isinstance(storage := document.namespace["storage"], SqlStorage):
        storage.close()
    return shown


@pytest.mark.parametrize("page", ["README.md", "docs/start.md", "docs/safe-money.md"])
def test_a_newcomer_can_type_what_a_page_shows(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block runs, in an empty folder, with nothing but what the page says before it."""
    monkeypatch.chdir(tmp_path)
    assert run(ROOT / page) > 0


def test_the_extensions_that_are_shown_work() -> None:
    """A plugin's status holds a paid order, its rule joins `pay`, and its fields are found again."""
    storage, actor = MemoryStorage(), Actor.user("u-1")
    mug = NewLine("MUG", "A mug", unit_price=Money("12.50", "EUR"))
    shop = Orderkit(storage=storage, gateways={"cash": OfflineGateway()}).scope("acme", actor=actor)
    order = shop.orders.place(customer=Customer("c-1"), lines=[mug])
    shop.payments.confirm(shop.pay(order.id, via="cash").id)

    names = {"storage": storage, "actor": actor, "order": order, "customer": Customer("c-1"), "mug": mug}
    assert run(ROOT / "docs" / "extending.md", **names) > 0
    with storage.reading() as store:
        assert store.family("acme", order.id).order.status == "on_hold"
