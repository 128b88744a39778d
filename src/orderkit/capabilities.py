"""What a gateway's adapter declares that it can do; closed by default."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

KEPT_FOR_EVER = timedelta.max


@frozen(kw_only=True)
class Capabilities:
    """Declared by the adapter, read by rules before anything is written down.

    Attributes:
        authorize: it can hold money and capture later; without it only sales are possible.
        partial_capture: less than what was authorized may be captured.
        several_captures: after a partial capture the rest stays held; otherwise the gateway releases it.
        void: an authorization or an attempt in flight can be released.
        refund, partial_refund: captured money can be sent back, in parts.
        confirmed_by_person: outcomes come from a person who looks at the bank account or into the till.
        looks_up: it can say what became of an operation, by our key.
        keys_kept: for how long the same key certainly names the same operation; zero where it has no keys.
        grace: how long after a call an operation may still be missing from a look-up.
        currencies: the ISO 4217 codes it takes; None is any.
        one_click: customers may pay with a stored method in one click (row S4-33).
    """

    authorize: bool = False
    partial_capture: bool = False
    several_captures: bool = False
    void: bool = False
    refund: bool = False
    partial_refund: bool = False
    confirmed_by_person: bool = False
    looks_up: bool = False
    keys_kept: timedelta = timedelta(0)
    grace: timedelta = timedelta(minutes=1)
    currencies: frozenset[str] | None = None
    one_click: bool = False

    def takes(self, currency: str) -> bool:
        return self.currencies is None or currency in self.currencies
