"""What a profile is: a frozen record of tables and choices. No `if` in the core knows one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from attrs import field, frozen

from orderkit.errors import LifecycleError
from orderkit.lifecycles import Extension, Lifecycle, merge
from orderkit.payments.lifecycle import OPERATION, PAYMENT
from orderkit.policies import Policies
from orderkit.refunds.lifecycle import REFUND
from orderkit.requests.lifecycle import PAYMENT_REQUEST


@frozen
class ItemKind:
    """A kind of thing sold. `individual` kinds get an item per unit at placing; others one item per line."""

    key: str
    individual: bool = False
    physical: bool = False


@frozen(kw_only=True)
class Profile:
    """One kind of shop.

    Attributes:
        order, item: the tables a shop decides; those of payments, operations, requests and refunds are the core's.
        order_types: the first is the default.
        item_kinds: what may be sold.
    """

    name: str
    order: Lifecycle
    item: Lifecycle
    policies: Policies = field(factory=Policies)
    order_types: tuple[str, ...] = ("purchase",)
    item_kinds: tuple[ItemKind, ...] = (ItemKind("product", physical=True),)

    def lifecycles(self, extensions: Iterable[Extension] = ()) -> Mapping[str, Lifecycle]:
        """Every table by noun, with the extensions merged in.

        Raises:
            LifecycleError: a merged table contradicts itself, or an extension names no table; both owners are named.
        """
        return resolved((self.order, self.item, PAYMENT_REQUEST, PAYMENT, OPERATION, REFUND), tuple(extensions))


def resolved(tables: Iterable[Lifecycle], extensions: tuple[Extension, ...]) -> dict[str, Lifecycle]:
    """The tables by name, each with the extensions that name it."""
    merged = {
        table.name: merge(table, [each for each in extensions if each.lifecycle == table.name]) for table in tables
    }
    for each in extensions:
        if each.lifecycle not in merged:
            raise LifecycleError(each.lifecycle, (f"{each.owner} extends it, and there is no such lifecycle",))
    return merged


def fingerprint_of(lifecycles: Mapping[str, Lifecycle]) -> str:
    """16 hexadecimal digits that stand for exactly these tables; stored with every order and history row."""
    text = "\n".join(f"{name} {lifecycles[name].fingerprint}" for name in sorted(lifecycles))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
