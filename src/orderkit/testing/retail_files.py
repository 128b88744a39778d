"""Retail files for tests: CSV as a shop exports it, with cancellations whose fate is worked out independently.

Only test material lives here: lines, a strategy that draws files of them, a writer of long files, and `expected`, the
yardstick. The yardstick shares nothing with the importer: it keeps every sold unit as a token of its own and takes the
tokens away one by one.
"""

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Final, Literal

from attrs import evolve, field, frozen
from hypothesis import strategies as st

HEADER: Final = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
OPENING: Final = datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001  the file's dates are local and say no zone
PENNY: Final = Decimal("0.01")


@frozen(kw_only=True)
class RetailLine:
    """One line as the shop's export writes it; `at` is the shop's local time, `unit_price` has a decimal point."""

    order: str
    offer: str
    quantity: int
    unit_price: str
    at: datetime
    customer: str = ""
    title: str = ""

    @property
    def amount(self) -> Decimal:
        """Quantity times price, exact and signed."""
        return self.quantity * Decimal(self.unit_price)

    def cells(self) -> tuple[str, ...]:
        """The line's cells, under `HEADER`."""
        date = f"{self.at.day}/{self.at.month}/{self.at.year} {self.at:%H:%M}"
        price = self.unit_price.replace(".", ",")
        return (self.order, self.offer, self.title, str(self.quantity), date, price, self.customer, "United Kingdom")


@frozen(kw_only=True)
class ExpectedLine:
    """What must come of a line: signed units done and refused, and the signed amount of the refused part."""

    action: Literal["sale", "cancellation", "none"]
    done: int
    refused: int
    amount_refused: Decimal


@frozen(kw_only=True)
class ExpectedOrder:
    """What an imported order must hold: its total, each line rounded to the penny, and what was given back of it."""

    customer: str
    total: Decimal
    refunded: Decimal = Decimal(0)


@frozen(kw_only=True)
class RetailFile:
    """A file and what must come of it.

    Attributes:
        content: the bytes to write.
        lines: by the number of their line in the file.
        expected, orders: by line number, and by the order's id in the file.
    """

    content: bytes
    lines: Mapping[int, RetailLine]
    expected: Mapping[int, ExpectedLine]
    orders: Mapping[str, ExpectedOrder]

    @property
    def in_file(self) -> Decimal:
        """The file's own sum."""
        return sum((line.amount for line in self.lines.values()), Decimal(0))


def retail_file(lines: Sequence[RetailLine], *, line_end: str = "\n") -> RetailFile:
    """A file of these lines, with a byte order mark, semicolons and decimal commas, and what must come of it."""
    numbered = dict(enumerate(lines, start=2))
    with localcontext(Context(prec=60)):  # the host's own context must not round the yardstick
        expected, orders = _expected(numbered)
    return RetailFile(
        content=("\ufeff" + _written(lines, line_end)).encode(), lines=numbered, expected=expected, orders=orders
    )


def write_long_file(path: str | os.PathLike[str], *, lines: int) -> Decimal:
    """Writes about so many lines (orders of nine, each followed by a small cancellation) and returns their sum.

    Memory stays flat whatever the length, so that it may serve to measure an importer's.
    """
    written = Decimal(0)
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(HEADER)
        for number in range(lines // 10):
            for line in _long_order(number):
                writer.writerow(line.cells())
                written += line.amount
    return written


def _long_order(number: int) -> list[RetailLine]:
    at = OPENING + timedelta(minutes=2 * number)
    sales = [
        RetailLine(
            order=str(536365 + number),
            offer=f"{20000 + (7 * number + position) % 4000}",
            title=f"ITEM {position} OF A BOX",
            quantity=1 + (number + position) % 12,
            unit_price=f"{(number * 13 + position * 37) % 40}.{position}5",
            at=at,
            customer=str(12000 + number % 5000),
        )
        for position in range(9)
    ]
    cancelled = evolve(sales[0], order=f"C{sales[0].order}", quantity=-1, at=at + timedelta(minutes=1))
    return [*sales, cancelled]


def _written(lines: Iterable[RetailLine], line_end: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator=line_end)
    writer.writerow(HEADER)
    writer.writerows(line.cells() for line in lines)
    return text.getvalue()


# The yardstick: one token per sold unit.


def _expected(lines: Mapping[int, RetailLine]) -> tuple[dict[int, ExpectedLine], dict[str, ExpectedOrder]]:
    sold = {number: line for number, line in lines.items() if _is_sale(line)}
    taken_back = {number: line for number, line in lines.items() if _is_cancellation(line)}
    expected = {number: _refused(line) for number, line in lines.items()}
    expected |= {number: _sold(line) for number, line in sold.items()}
    tokens = _tokens(sold)
    refunded: defaultdict[str, Decimal] = defaultdict(Decimal)
    for number in sorted(taken_back, key=lambda number: (taken_back[number].at, number)):
        line = taken_back[number]
        orders = [_take_newest(tokens[_key(line)], line) for _ in range(-line.quantity)]
        found = [order for order in orders if order is not None]
        expected[number] = _cancelled(line, len(found))
        for order in found:
            refunded[order] += Decimal(line.unit_price)
    return expected, _orders(sold, refunded)


def _is_sale(line: RetailLine) -> bool:
    return not line.order.startswith("C") and line.quantity > 0 and Decimal(line.unit_price) >= 0


def _is_cancellation(line: RetailLine) -> bool:
    return line.order.startswith("C") and line.quantity < 0 and Decimal(line.unit_price) >= 0


def _key(line: RetailLine) -> tuple[str, str, Decimal]:
    return line.customer, line.offer, Decimal(line.unit_price)


def _tokens(sold: Mapping[int, RetailLine]) -> dict[tuple[str, str, Decimal], list[tuple[datetime, int, str]]]:
    tokens: defaultdict[tuple[str, str, Decimal], list[tuple[datetime, int, str]]] = defaultdict(list)
    for number, line in sold.items():
        tokens[_key(line)] += [(line.at, number, line.order)] * line.quantity
    return tokens


def _take_newest(tokens: list[tuple[datetime, int, str]], line: RetailLine) -> str | None:
    """The order whose unit is taken back; None when this customer bought none before, or nobody knows who it was."""
    bought = [token for token in tokens if token[0] <= line.at] if line.customer else []
    if not bought:
        return None
    newest = max(bought)
    tokens.remove(newest)
    return newest[2]


def _orders(sold: Mapping[int, RetailLine], refunded: Mapping[str, Decimal]) -> dict[str, ExpectedOrder]:
    orders: dict[str, ExpectedOrder] = {}
    for line in sold.values():
        so_far = orders.get(line.order, ExpectedOrder(customer=line.customer, total=Decimal(0)))
        orders[line.order] = evolve(so_far, total=so_far.total + line.amount.quantize(PENNY, ROUND_HALF_UP))
    return {order: evolve(each, refunded=refunded.get(order, Decimal(0))) for order, each in orders.items()}


def _sold(line: RetailLine) -> ExpectedLine:
    return ExpectedLine(action="sale", done=line.quantity, refused=0, amount_refused=Decimal(0))


def _refused(line: RetailLine) -> ExpectedLine:
    return ExpectedLine(action="none", done=0, refused=line.quantity, amount_refused=line.amount)


def _cancelled(line: RetailLine, found: int) -> ExpectedLine:
    left = -line.quantity - found
    return ExpectedLine(
        action="cancellation" if found else "none",
        done=-found,
        refused=-left,
        amount_refused=-left * Decimal(line.unit_price),
    )


# The strategy. Orders stand twenty minutes apart, so that of two sales one is always the newer.

CUSTOMERS: Final = ("17850", "13047", "12583", "")
TITLES: Final = ("WHITE HANGING HEART", 'RECORD FRAME 7" SINGLE', 'LETTER "D" BLING', "SET;OF;3", "", "?", " BOX ")
PRICES: Final = ("2.55", "0.85", "4", "2.1", "0", "7.65", "1000.00")
SUB_PENNY_PRICES: Final = ("0.001", "1.005", "0.125")

Fate = Literal["whole", "partial", "early", "doubled", "excessive", "other price", "other customer"]
FATES: Final[tuple[Fate, ...]] = ("whole", "partial", "early", "doubled", "excessive", "other price", "other customer")


@frozen(kw_only=True)
class _Shop:
    """What can be bought: each offer has one price in a file; those of the second kind are never cancelled."""

    prices: Mapping[str, str]
    sub_penny: Mapping[str, str] = field(factory=dict)


@st.composite
def retail_files(draw: st.DrawFn, *, most_orders: int = 6, most_cancellations: int = 6) -> RetailFile:
    """Files with whole, partial, early, doubled and excessive cancellations, adjustments, and lines in any order."""
    shop = _Shop(
        prices={f"2175{number}": draw(st.sampled_from(PRICES)) for number in range(3)},
        sub_penny={"85123A": draw(st.sampled_from(SUB_PENNY_PRICES))},
    )
    lines: list[RetailLine] = []
    for number in range(draw(st.integers(1, most_orders))):
        lines += draw(_orders_of(shop, number))
    sold = [line for line in lines if line.offer in shop.prices]
    if sold:
        for number in range(draw(st.integers(0, most_cancellations))):
            lines += draw(_cancellations_of(sold, number))
    lines += draw(st.lists(st.sampled_from(_ADJUSTMENTS), max_size=2, unique=True))
    arranged = draw(st.permutations(lines)) if draw(st.booleans()) else sorted(lines, key=lambda line: line.at)
    return retail_file(arranged, line_end=draw(st.sampled_from(("\n", "\r\n"))))


@st.composite
def _orders_of(draw: st.DrawFn, shop: _Shop, number: int) -> list[RetailLine]:
    customer = draw(st.sampled_from(CUSTOMERS))
    at = OPENING + timedelta(minutes=20 * number, days=draw(st.integers(0, 1)) * number)
    prices = {**shop.prices, **shop.sub_penny}
    bought = draw(st.lists(st.tuples(st.sampled_from(sorted(prices)), st.integers(1, 9)), min_size=1, max_size=5))
    takes_two_minutes = draw(st.booleans())
    return [
        RetailLine(
            order=str(536365 + number),
            offer=offer,
            quantity=quantity,
            unit_price=prices[offer],
            at=at + timedelta(minutes=int(takes_two_minutes and 2 * position >= len(bought))),
            customer=customer,
            title=draw(st.sampled_from(TITLES)),
        )
        for position, (offer, quantity) in enumerate(bought)
    ]


@st.composite
def _cancellations_of(draw: st.DrawFn, sold: Sequence[RetailLine], number: int) -> list[RetailLine]:
    sale = draw(st.sampled_from(sold))
    fate = draw(st.sampled_from(FATES))
    quantity = {"partial": max(1, sale.quantity // 2), "excessive": sale.quantity + 3}.get(fate, sale.quantity)
    line = evolve(
        sale,
        order=f"C{536900 + number}",
        quantity=-quantity,
        at=sale.at + timedelta(minutes=5 + draw(st.integers(0, 300))),
    )
    if fate == "early":
        line = evolve(line, at=OPENING - timedelta(minutes=1 + number))
    elif fate == "other price":
        line = evolve(line, unit_price="3.33")
    elif fate == "other customer":
        line = evolve(line, customer="99999")
    return [line, line] if fate == "doubled" else [line]


_ADJUSTMENTS: Final = (
    RetailLine(order="537000", offer="21414", quantity=-22, unit_price="0", at=OPENING + timedelta(hours=3)),
    RetailLine(order="A563186", offer="B", quantity=1, unit_price="-11062.06", at=OPENING, title="Adjust bad debt"),
    RetailLine(order="A563185", offer="B", quantity=1, unit_price="11062.06", at=OPENING, title="Adjust bad debt"),
    RetailLine(order="C537100", offer="M", quantity=4, unit_price="1.5", at=OPENING, customer="17850", title="Manual"),
)
