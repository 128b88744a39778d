"""How many digits each currency of ISO 4217 has after the point.

Only the table and the question to it live here. Names and symbols are a label's matter, the units that a gateway
counts in are its adapter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from orderkit.errors import NotRepresentable

_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
        COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
        INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
        MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
        STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

WITHOUT_MINOR_UNIT = frozenset(
    {"XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"}
)
"""Metals, bond units and test codes, for which ISO 4217 gives "N.A." instead of a number of digits.

They are counted in whole units here: a finer unit would be an invention, and no two systems would agree on it.
"""

EXPONENTS: Mapping[str, int] = MappingProxyType(
    {code: digits for digits, codes in _BY_DIGITS.items() for code in codes.split()}
    | dict.fromkeys(WITHOUT_MINOR_UNIT, 0)
)
"""Every code of ISO 4217 list one (January 2026), funds codes included, with its digits after the point, 0 to 4."""

WITHDRAWN: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(("ANG", "BGN", "CUC", "HRK", "MRO", "SLL", "STD", "VEF", "ZWL"), 2)
)
"""Codes withdrawn since 2018: orders that were placed in them are still read, refunded and imported."""

_KNOWN = {**EXPONENTS, **WITHDRAWN}


def exponent(code: str) -> int:
    """How many digits the currency has after the point: 2 for EUR, 0 for JPY, 3 for KWD, 4 for CLF (ISO 4217).

    Raises:
        NotRepresentable: the code is neither current nor withdrawn lately; codes are written in capitals.
    """
    try:
        return _KNOWN[code]
    except (KeyError, TypeError):
        raise NotRepresentable(_unknown(code)) from None


def _unknown(code: object) -> str:
    if not isinstance(code, str):
        return f"currency: an ISO 4217 code such as 'EUR' is needed, not a value of type {type(code).__name__}"
    # Only a typing error needs it, and it is no part of what `import orderkit` should load.
    from difflib import get_close_matches

    close = get_close_matches(code[:8].strip().upper(), sorted(_KNOWN), n=3, cutoff=0.6)
    way_out = f"did you mean {' or '.join(close)}?" if close else "use a code such as 'EUR'"
    return f"currency: {code[:32]!r} is not a code of ISO 4217; {way_out}"
