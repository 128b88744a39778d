"""What the type checker refuses about money before anything runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import orderkit.money
from orderkit.errors import CurrencyMismatch

BARE = """\
from decimal import Decimal
from orderkit.money import Money, Price, rounded, share, total
eur = Money("1.00", "EUR")
good: Money = eur + eur - eur * 2 + total([eur], "EUR") + share(eur, Decimal("0.5"))
eur + 1  # refused
1 + eur  # refused
eur + 1.0  # refused
eur - Decimal(1)  # refused
eur + Price("1.00", "EUR")  # refused
eur + "1.00 EUR"  # refused
eur < 5  # refused
eur * 0.5  # refused
eur * Decimal("0.5")  # refused
sum([eur, eur])  # refused
float(eur)  # refused
Money(1.5, "EUR")  # refused
Money("1.00")  # refused
Price(1.5, "EUR")  # refused
Price("1.00", "EUR").times(1.5)  # refused
share(eur, 0.19)  # refused
rounded(1.5, "EUR")  # refused
total([eur, 1], "EUR")  # refused
eur.minor = 5  # refused
"""

NAMES = """\
from decimal import Decimal
from typing import Literal
from orderkit.money import Money, allocate, rounded, share, split_units, total
Euro = Money[Literal["EUR"]]
half = Decimal("0.5")
code: str = "EUR"
eur = Money("10.00", "EUR")
usd = Money("10.00", "USD")
unknown: Money = Money("10.00", "EUR")  # of any currency for the type checker, which is what `Money` says
dollars: Money = usd
"""

TWO_CURRENCIES = """\
eur + usd
eur - usd
eur < usd
eur <= usd
eur > usd
eur >= usd
Money("1", "EUR") + Money("1", "USD")
Money.of_minor(1, "EUR") + Money.of_minor(1, "USD")
Money.zero("EUR") - Money.zero("USD")
total([eur, usd], "EUR")
total([usd], "EUR")
total((amount for amount in (usd, usd)), "EUR")
eur + eur + usd
eur - eur + usd
eur * 2 + usd
2 * eur + usd
-eur + usd
abs(eur) + usd
share(eur, half) + usd
rounded(half, "EUR") + usd
allocate(eur, [1, 2])[1] + usd
split_units(eur, 3, 1)[0] + usd
total([eur, eur], "EUR") + usd
total([unknown], "EUR") + usd
eur + unknown + usd
Money.from_any(eur) + usd
"""

RIGHT_USE = """\
def with_tax(net: Money[Literal["EUR"]]) -> Money[Literal["EUR"]]: return net + share(net, Decimal("0.2"))
sums: list[Money[Literal["EUR"]]] = [eur + eur, eur - eur, eur * 2, 2 * eur, -eur, abs(eur), with_tax(eur)]
made: list[Euro] = [Money("1", "EUR"), Money.of_minor(1, "EUR"), Money.zero("EUR"), Euro("1", "EUR")]
parts: tuple[Euro, ...] = (*allocate(eur, [1, 2]), *split_units(eur, 3, 1), share(eur, half), rounded(half, "EUR"))
totals: list[Euro] = [total(sums, "EUR"), total([], "EUR"), Money.from_any(eur), sum(sums, eur)]
order = [eur < eur, eur <= eur, eur > eur, eur >= eur, eur == eur]
either: Money[Literal["EUR", "USD"]] = usd
plain: Money = eur
mixed: list[Money] = [eur, usd, unknown]
told_by_an_operand: list[Euro] = [eur + unknown, eur - unknown, total([unknown, eur], "EUR")]
not_told: list[Money] = [unknown + eur, unknown - eur, unknown + unknown, total([eur, unknown], code), -unknown]
not_told = [Money("1", code), Money.zero(code), rounded(half, code), total(sums, code), total([eur], code)]
order += [eur < unknown, unknown < eur, eur >= unknown, unknown >= eur, unknown == eur]
running = Money.zero("EUR")
for amount in mixed[2:]: running += amount
"""

OF_ANOTHER_TYPE = """\
one: Euro = Money("1", "USD")
two: Euro = Money("1", code)
three: Euro = unknown
four: Euro = Money.zero("USD")
five: Euro = total([usd], "USD")
six: Money[Literal["EUR", "USD"]] = Money("1", "CHF")
seven: Money[int]
eight: list[Euro] = [unknown + eur]
nine = eur == usd
running += usd
"""

LEFT_TO_THE_RUN = ["eur + dollars", "unknown < dollars", "total([dollars], 'EUR')", "max(eur, usd)", "sum([usd], eur)"]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The lines that ``mypy --strict`` refuses in what a host might write, by file."""
    host = tmp_path_factory.mktemp("host")
    sources = {
        "bare.py": BARE,
        "known.py": NAMES + RIGHT_USE + TWO_CURRENCIES + OF_ANOTHER_TYPE + "\n".join(LEFT_TO_THE_RUN),
    }
    for name, source in sources.items():
        (host / name).write_text(source, encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=cache", *sources],
        cwd=host,
        env={**os.environ, "MYPYPATH": str(Path(orderkit.money.__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1, found.stdout + found.stderr
    errors = re.findall(r"^(\w+\.py):(\d+): error", found.stdout, re.MULTILINE)
    return {
        name: {line for number, line in enumerate(source.splitlines(), 1) if (name, str(number)) in errors}
        for name, source in sources.items()
    }


def test_money_mixes_with_nothing_else_for_the_type_checker(refused: dict[str, set[str]]) -> None:
    """I-01: bare numbers, floats and prices are refused as money by mypy, and right use is not."""
    assert refused["bare.py"] == {line for line in BARE.splitlines() if line.endswith("# refused")}


@pytest.mark.row("SX-12")
def test_two_currencies_have_no_sum_for_the_type_checker_nor_at_run_time(refused: dict[str, set[str]]) -> None:
    """I-01, SX-12: each sum and comparison of two currencies is refused by mypy and, where it runs, with an error."""
    lines = TWO_CURRENCIES.splitlines()
    assert set(lines) - refused["known.py"] == set()
    names: dict[str, object] = {}
    exec(NAMES, names)  # noqa: S102  # our own text
    for line in lines:
        with pytest.raises(CurrencyMismatch):
            exec(line, names)  # noqa: S102


def test_right_use_of_known_and_unknown_currencies_is_accepted(refused: dict[str, set[str]]) -> None:
    """Known amounts keep their currency through every operation, and meet amounts of any currency either way round."""
    assert refused["known.py"] & set((NAMES + RIGHT_USE).splitlines()) == set()
    exec(NAMES + RIGHT_USE, {})  # noqa: S102


def test_an_amount_in_another_or_an_unknown_currency_is_not_of_the_type(refused: dict[str, set[str]]) -> None:
    """What is annotated as money in euro takes neither dollars nor an amount of which no currency is known."""
    assert set(OF_ANOTHER_TYPE.splitlines()) - refused["known.py"] == set()


@pytest.mark.parametrize("line", LEFT_TO_THE_RUN)
def test_what_types_do_not_know_is_refused_at_run_time(refused: dict[str, set[str]], line: str) -> None:
    """SX-12: where mypy sees plain `Money`, or only what two currencies have in common, the run refuses the mix."""
    assert line not in refused["known.py"]
    with pytest.raises(CurrencyMismatch):
        exec(NAMES + line, {})  # noqa: S102
