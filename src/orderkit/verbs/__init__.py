"""What can be done with orders, items, payments, refunds and credit: the facade's verbs, noun by noun.

Only arguments are turned into commands here; what they do is in `services/`.
"""

from __future__ import annotations

from orderkit.verbs.credit import Credit
from orderkit.verbs.orders import Items, Orders
from orderkit.verbs.payments import Payments, Refunds

__all__ = ["Credit", "Items", "Orders", "Payments", "Refunds"]
