"""The units Stripe counts in, which are not always those of ISO 4217, and the way there and back.

Only the table and the two conversions live here. What has no exact counterpart is refused, never rounded.
"""

from __future__ import annotations

from typing import Final

from orderkit.adapters.stripe.reading import Unreadable
from orderkit.errors import NotRepresentable
from orderkit.money import Money

CURRENCIES: Final = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD
    JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL
    THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW
    """.split()
)
"""What Stripe takes from customers (docs.stripe.com/currencies); which of them, depends on the account's country."""

_TIMES_100: Final = frozenset({"ISK", "UGX"})
# Without cents in ISO 4217 and in real life, but sent as if they had two digits, which are always 00.

_WHOLE_ONLY: Final = frozenset({"MGA"})
# Two digits in ISO 4217, sent in whole units: an amount with a fraction has no counterpart.

_ENDS_IN_ZERO: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Three digits in both, but the last one has to be 0.

# HUF and TWD are sent with two digits like most; only a payout to the bank has to be whole, and rounds by itself.


def to_wire(money: Money) -> int:
    """The amount in Stripe's units, for the field ``amount`` (I-15, F121, F122, F124).

    Raises:
        NotRepresentable: Stripe does not take the currency, or has no exact counterpart of the amount in it.
    """
    if money.currency not in CURRENCIES:
        raise NotRepresentable(f"amount: Stripe takes no {money.currency}; pay in another currency")
    if money.currency in _TIMES_100:
        return money.minor * 100
    if money.currency in _WHOLE_ONLY:
        return _divided(money, "whole units")
    if money.currency in _ENDS_IN_ZERO and money.minor % 10:
        raise NotRepresentable(f"amount: the last digit of {money} has to be 0 for Stripe; round it first")
    return money.minor


def from_wire(amount: int, currency: str) -> Money:
    """What Stripe's `amount` of a `currency` (in any case) is; negative amounts as well.

    Raises:
        Unreadable: the currency is none of Stripe's, or the amount is none that Stripe could mean.
    """
    code = currency.upper()
    if code not in CURRENCIES:
        raise Unreadable(f"currency: {currency[:12]!r} is none that Stripe takes")
    if code in _TIMES_100:
        if amount % 100:
            raise Unreadable(f"amount: {amount} of {code} does not end in 00")
        amount //= 100
    elif code in _WHOLE_ONLY:
        amount *= 100
    try:
        return Money.of_minor(amount, code)
    except NotRepresentable as error:
        raise Unreadable(str(error)) from None


def _divided(money: Money, unit: str) -> int:
    whole, rest = divmod(money.minor, 100)
    if rest:
        raise NotRepresentable(f"amount: Stripe counts {money.currency} in {unit}, and {money} is none; round it first")
    return whole
