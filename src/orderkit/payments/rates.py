"""A payment's amounts in the order's currency and back, at the rate that was frozen when it started; pure."""

from __future__ import annotations

from orderkit.money import Money, rounded
from orderkit.payments.records import Payment


def settled_for(payment: Payment, amount: Money, currency: str) -> Money:
    """What an amount of the payment counts for in the order's currency."""
    return amount if amount.currency == currency else rounded(amount.amount * payment.rate, currency)


def in_currency_of(payment: Payment, amount: Money) -> Money:
    """What an amount in the order's currency is in the payment's."""
    currency = payment.amount.currency
    return amount if amount.currency == currency else rounded(amount.amount / payment.rate, currency)
