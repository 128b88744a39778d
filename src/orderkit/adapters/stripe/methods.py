"""The handle of a means of payment, as `pay(method=…)` takes it. Only its three forms live here."""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

from orderkit.errors import InvalidRequest

_HANDLE: Final = re.compile(r"(?:(?P<customer>cus_\w+)/)?(?P<method>(?:pm|card|src|ba)_\w+)(?P<present>/present)?")


@frozen
class SavedMethod:
    """A method that the customer saved with Stripe before; `handle` is what `pay` takes.

    ``pm_…`` alone is a method the customer has just given. ``cus_…/pm_…`` is a saved one, charged while the customer is
    away; what then needs the customer is declined as `authentication_required`. ``cus_…/pm_…/present`` is a saved one
    while the customer is there and can be asked.

    Attributes:
        customer: Stripe's customer (``cus_…``) who owns it. method: Stripe's payment method (``pm_…``).
        present: the customer is there.
    """

    customer: str
    method: str
    present: bool = False

    @property
    def handle(self) -> str:
        return f"{self.customer}/{self.method}" + ("/present" if self.present else "")


def saved(handle: str) -> SavedMethod | str:
    """What a handle says: a saved method, or the id of one that was just given.

    Raises:
        InvalidRequest: it has none of the three forms.
    """
    found = _HANDLE.fullmatch(handle)
    if found is None or (found["present"] and not found["customer"]):
        raise InvalidRequest("method", "is_method_handle", example="pm_card_visa", saved="cus_123/pm_456")
    if found["customer"] is None:
        return found["method"]
    return SavedMethod(found["customer"], found["method"], present=found["present"] is not None)
