"""Stripe's units, against a table of wire forms that was written down apart from the adapter's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateways.stripe.asking import order
from tests.gateways.stripe.serving import Serving

from orderkit import Money, Rejected
from orderkit.adapters.stripe import StripeGateway
from orderkit.adapters.stripe.reading import Unreadable
from orderkit.adapters.stripe.units import CURRENCIES, from_wire, to_wire
from orderkit.currencies import EXPONENTS, exponent
from orderkit.errors import NotRepresentable

# Major units, and what goes over the wire, by hand from docs.stripe.com/currencies.
WIRE = [
    ("10.00", "USD", 1000),
    ("19.99", "EUR", 1999),
    ("1000", "JPY", 1000),
    ("500", "KRW", 500),
    ("10000", "VND", 10000),
    ("500", "CLP", 500),
    ("600", "XAF", 600),
    ("600", "XOF", 600),
    ("600", "XPF", 600),
    ("7", "BIF", 7),
    ("7", "DJF", 7),
    ("7", "GNF", 7),
    ("7", "KMF", 7),
    ("7", "PYG", 7),
    ("7", "RWF", 7),
    ("7", "VUV", 7),
    ("5", "ISK", 500),
    ("5", "UGX", 500),
    ("5.00", "MGA", 5),
    ("1234.56", "HUF", 123456),
    ("10.01", "TWD", 1001),
    ("5.120", "KWD", 5120),
    ("5.130", "BHD", 5130),
    ("1.000", "JOD", 1000),
    ("1.010", "OMR", 1010),
    ("1.500", "TND", 1500),
]
NO_CENTS = set("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
LAST_DIGIT_ZERO = set("BHD JOD KWD OMR TND".split())


@pytest.mark.parametrize(("amount", "currency", "wire"), WIRE, ids=[f"{a} {c}" for a, c, _ in WIRE])
def test_an_amount_goes_over_the_wire_and_comes_back(amount: str, currency: str, wire: int) -> None:
    """Each kind of currency is sent as Stripe documents it, and read back as the same (I-15, F121, F122, F124)."""
    money = Money(amount, currency)
    assert to_wire(money) == wire
    assert from_wire(wire, currency.lower()) == money


@given(currency=st.sampled_from(sorted(CURRENCIES)), units=st.integers(1, 99_999_999))
def test_every_currency_comes_back_as_it_went(currency: str, units: int) -> None:
    """Whatever can be sent comes back unchanged, and counts as many major units there as here (I-15)."""
    money = Money.of_minor(units, currency)
    try:
        wire = to_wire(money)
    except NotRepresentable:
        assert currency in LAST_DIGIT_ZERO | {"MGA"}
        return
    assert from_wire(wire, currency) == money
    digits = 0 if currency in NO_CENTS else 3 if currency in LAST_DIGIT_ZERO else 2
    assert wire * 10 ** exponent(currency) == units * 10**digits


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("5.124", "KWD"), ("0.001", "TND"), ("5.20", "MGA"), ("1.000", "IQD"), ("1", "XAU"), ("1.0000", "CLF")],
)
def test_what_has_no_counterpart_is_refused_before_any_call(
    gateway: StripeGateway, stripe_server: Serving, amount: str, currency: str
) -> None:
    """An amount that Stripe cannot count is rejected with its reason, never rounded, and nothing is sent (I-15)."""
    for verb in (gateway.sale, gateway.authorize, gateway.refund, gateway.capture):
        outcome = verb(order("sale", Money(amount, currency), on="pi_1"))
        assert isinstance(outcome, Rejected)
        assert outcome.code == "amount_not_representable"
        assert currency in outcome.message
    assert stripe_server.requests == []


@pytest.mark.parametrize(("wire", "currency"), [(501, "isk"), (1, "UGX"), (5, "zzz"), (10**20, "eur"), (5, "XAU")])
def test_what_stripe_cannot_mean_is_not_read(wire: int, currency: str) -> None:
    """A number without a counterpart in our units is no amount."""
    with pytest.raises(Unreadable):
        from_wire(wire, currency)


def test_currencies_are_all_known_here() -> None:
    """What the adapter offers can be counted by `Money`."""
    assert all(exponent(code) >= 0 for code in CURRENCIES)
    assert len(CURRENCIES & EXPONENTS.keys()) > 135
