"""Money, unit prices, and the few ways in which one amount becomes another. Here stand the public names alone."""

from orderkit.money.amounts import Money, MoneyLike, rounded, share, total
from orderkit.money.numbers import LARGEST, MOST_DIGITS, SMALLEST
from orderkit.money.prices import Price
from orderkit.money.splitting import allocate, split_units

__all__ = [
    "LARGEST",
    "MOST_DIGITS",
    "SMALLEST",
    "Money",
    "MoneyLike",
    "Price",
    "allocate",
    "rounded",
    "share",
    "split_units",
    "total",
]
