"""The demo's last word: whether the orders come to what a plain sum over the file gives, per currency.

Only the comparison lives here:
``a plain sum = ordered - refunded for cancellations in the file + lines refused + rounding``, to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from decimal import Decimal

from attrs import frozen

from orderkit.imports import ImportReport
from orderkit.jsons import Json
from orderkit.money import Money
from orderkit.ports.storage import CurrencyTotals


@frozen(kw_only=True)
class Check:
    """One currency. `ordered` and `refunded` are the desk's sums, without what the demo itself gave back."""

    currency: str
    plain_sum: Decimal
    ordered: Decimal
    refunded: Decimal
    refused: Decimal
    rounding: Decimal

    @property
    def agrees(self) -> bool:
        return self.plain_sum == self.ordered - self.refunded + self.refused + self.rounding

    def as_json(self) -> dict[str, Json]:
        figures = ("plain_sum", "ordered", "refunded", "refused", "rounding")
        return {
            "currency": self.currency,
            **{name: format(getattr(self, name), "f") for name in figures},
            "agrees": self.agrees,
        }


def checks(
    plain: Mapping[str, Decimal],
    totals: Sequence[CurrencyTotals],
    *,
    report: ImportReport,
    given_back: Mapping[str, Money],
) -> tuple[Check, ...]:
    """The comparison for every currency of the file or the desk."""
    on_desk = {each.currency: each for each in totals}
    in_report = {each.currency or "": each for each in report.sums}
    made = []
    plain = _known(plain, {*on_desk, *in_report})
    for currency in sorted({*plain, *on_desk, *in_report}):
        desk, file = on_desk.get(currency), in_report.get(currency)
        own = given_back[currency].amount if currency in given_back else Decimal(0)
        made.append(
            Check(
                currency=currency,
                plain_sum=plain.get(currency, Decimal(0)),
                ordered=desk.total.amount if desk else Decimal(0),
                refunded=desk.refunded.amount - own if desk else Decimal(0),
                refused=file.refused if file else Decimal(0),
                rounding=file.rounding if file else Decimal(0),
            )
        )
    return tuple(made)


def _known(plain: Mapping[str, Decimal], known: Set[str]) -> dict[str, Decimal]:
    """The sums with every currency that nobody knows counted under none, as the report does."""
    sums: dict[str, Decimal] = {}
    for currency, amount in plain.items():
        code = currency if currency in known else ""
        sums[code] = sums.get(code, Decimal(0)) + amount
    return sums
