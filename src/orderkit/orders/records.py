"""What an order is: the order itself, its lines, what adjusts them, what needs a person's attention, and what comes in.

Only frozen records live here; how they are made and changed is in `decisions.py`. Personal values are not here at all
(`personal.py`); `Customer` and `Address` are how they come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from attrs import field, fields, frozen

from orderkit.jsons import Json
from orderkit.money import Money, Price, total

Extra = Mapping[str, Json]


@frozen
class Customer:
    """Who buys: `id` is the host's reference; name and e-mail are snapshots, kept with the personal values."""

    id: str
    name: str | None = None
    email: str | None = None


@frozen
class Address:
    """Where to bill or ship to; every part is a personal value and any may be missing."""

    name: str | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None

    def parts(self) -> dict[str, str]:
        """The parts that are given, by name."""
        named = ((each.name, getattr(self, each.name)) for each in fields(Address))
        return {name: value for name, value in named if value}


@frozen
class Source:
    """Where the order came from: a channel (``web``, ``widget``, ``import:uk-retail``) and its own reference there."""

    channel: str
    reference: str | None = None


@frozen
class Terms:
    """What the offer promised when it was sold; later changes of the catalogue have no effect.

    Attributes:
        partial_payment: the customer may pay in several payments.
        minimum_share: the least first payment, as a share between 0 and 1.
        most_units: how many may be bought at once; None is any number.
        refundable_until: an instant; a refund may be asked for strictly before it; None is always.
    """

    partial_payment: bool = False
    minimum_share: Decimal | None = None
    most_units: int | None = None
    refundable_until: datetime | None = None


@frozen
class Adjustment:
    """What changes a line's amount: a discount lowers it; a tax that is not included raises it.

    `amount` is never negative; `base` is what it was computed from. An included tax is shown, not added.
    """

    kind: Literal["discount", "tax"]
    code: str
    label: str
    rate: Decimal | None
    base: Money
    amount: Money
    included: bool = False


@frozen
class Discount:
    """A discount asked for on a new line: by rate (0 to 1) or by amount, not both."""

    code: str
    label: str
    rate: Decimal | None = None
    amount: Money | None = None


@frozen
class Tax:
    """A tax asked for on a new line, by rate; `included` when the unit price holds it already."""

    code: str
    label: str
    rate: Decimal
    included: bool = False


@frozen
class NewLine:
    """A line as the host asks for it. `unit_price` may carry more digits than the currency; the line rounds once."""

    offer: str
    title: str
    unit_price: Money | Price = field(kw_only=True)
    quantity: int = field(default=1, kw_only=True)
    category: str | None = field(default=None, kw_only=True)
    item_kind: str = field(default="product", kw_only=True)
    discounts: tuple[Discount, ...] = field(default=(), kw_only=True)
    taxes: tuple[Tax, ...] = field(default=(), kw_only=True)
    terms: Terms = field(factory=Terms, kw_only=True)
    extra: Extra = field(factory=dict, kw_only=True)


@frozen(kw_only=True)
class Line:
    """What was sold; never changes once placed."""

    id: UUID
    order_id: UUID
    position: int
    offer: str
    title: str
    category: str | None
    item_kind: str
    quantity: int
    unit_price: Price
    adjustments: tuple[Adjustment, ...]
    terms: Terms
    extra: Extra

    @property
    def amount(self) -> Money:
        """Unit price times quantity, before any adjustment (row S4-17)."""
        return self.unit_price.times(self.quantity)

    @property
    def discount(self) -> Money:
        return total((each.amount for each in self.adjustments if each.kind == "discount"), self.unit_price.currency)

    @property
    def tax_added(self) -> Money:
        """Taxes that come on top; included ones are part of the amount already."""
        added = (each.amount for each in self.adjustments if each.kind == "tax" and not each.included)
        return total(added, self.unit_price.currency)

    @property
    def total(self) -> Money:
        """What the customer owes for this line (I-02: only excluded tax is added)."""
        return self.amount - self.discount + self.tax_added


@frozen(kw_only=True)
class Order:
    """One purchase. Its row is the lock of the whole family: `version` counts the accepted changes.

    Attributes:
        id: ours, opaque and unchangeable; number: for people, unique per scope, rising, with holes.
        status, kind, lifecycles: the status key, its kind, and the fingerprint of the tables that decided it.
        customer_id: the host's reference; the name is a personal value.
        placed_at: when the customer ordered; recorded_at: when orderkit learned of it. Both UTC.
        author: the actor who placed it, as ``kind:id``.
    """

    lifecycle: ClassVar[str] = "order"

    id: UUID
    scope: str
    number: int
    type: str
    status: str
    kind: str
    lifecycles: str
    version: int
    currency: str
    customer_id: str
    placed_at: datetime
    recorded_at: datetime
    changed_at: datetime
    author: str
    locale: str | None = None
    source: Source | None = None
    ordering_account: str | None = None
    contract: str | None = None
    promotion: str | None = None
    affiliate: str | None = None
    external_invoice_number: str | None = None
    parent_id: UUID | None = None
    copied_from_id: UUID | None = None
    extra: Extra = field(factory=dict)


@frozen(kw_only=True)
class Attention:
    """Something about the order that needs a person; it stands beside the status and changes none."""

    id: UUID
    order_id: UUID
    code: str
    params: Mapping[str, str | int | bool | None]
    opened_at: datetime
    closed_at: datetime | None = None


@frozen(kw_only=True)
class FieldValue:
    """The value of a field that a host or plugin declared, written beside its record in the same commit."""

    owner_id: UUID
    on: str
    name: str
    value: str | int | bool | None
