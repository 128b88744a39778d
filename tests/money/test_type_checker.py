"""What the type checker refuses about money before anything runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import orderkit.money

SOURCE = """\
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


def test_money_mixes_with_nothing_else_for_the_type_checker(tmp_path: Path) -> None:
    """I-01, SX-12: bare numbers, floats and prices are refused as money by mypy, and right use is not.

    Which currency an amount has is known at run time only; there two of them are refused (see `test_money`).
    """
    (tmp_path / "mixed.py").write_text(SOURCE, encoding="utf-8")
    source = Path(orderkit.money.__file__).parents[2]
    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=cache", "mixed.py"],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )
    refused = {int(line) for line in re.findall(r"^mixed\.py:(\d+): error", found.stdout, re.MULTILINE)}
    expected = {number for number, line in enumerate(SOURCE.splitlines(), 1) if line.endswith("# refused")}
    assert refused == expected, found.stdout + found.stderr
