"""The report: an import in figures, and the sums that must add up to the file's own.

Only the frozen report and the running tally that makes it live here. For each currency
``in the file = sold + cancelled + refused + rounding``, exactly; whoever reads the report need not believe us.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import define, field, frozen

from orderkit.imports.exact import ZERO, plus, written
from orderkit.imports.outcomes import LineOutcome
from orderkit.imports.stated import ParsedLine
from orderkit.jsons import Json


@frozen(kw_only=True)
class CurrencySums:
    """Exact sums of one currency, in major units, with their signs; None for lines that name no known currency.

    Attributes:
        in_file: quantity times price of every line of the file that is readable.
        sold: what orderkit holds for the sales; cancelled: what was given back for cancellations, negative.
        refused: what the refused lines, and the refused parts of lines, would have added.
        rounding: what the file says beyond all of these, because orderkit keeps whole minor units only.
    """

    currency: str | None
    in_file: Decimal
    sold: Decimal
    cancelled: Decimal
    refused: Decimal
    rounding: Decimal

    @property
    def balances(self) -> bool:
        """Everything that the file sums up to is accounted for."""
        done = plus(self.sold, self.cancelled)
        return self.in_file == plus(plus(done, self.refused), self.rounding)

    def as_json(self) -> dict[str, Json]:
        """The sums as plain JSON, amounts as text in major units."""
        return {"currency": self.currency, **{name: written(getattr(self, name)) for name in _AMOUNTS}}


_AMOUNTS: Final = ("in_file", "sold", "cancelled", "refused", "rounding")


@frozen(kw_only=True)
class ImportReport:
    """A whole import in figures; it stays small however long the file is.

    Attributes:
        lines: how many the file has, the header and empty lines left out.
        sold, cancelled: lines of which something was done; refused: lines of which nothing was.
        partly_refused: cancelled lines of which a part was refused; unreadable: refused lines without an amount.
        reasons: how many lines were refused, in part or whole, for each reason.
        sums: per currency.
    """

    lines: int
    sold: int
    cancelled: int
    refused: int
    partly_refused: int
    unreadable: int
    reasons: Mapping[str, int]
    sums: tuple[CurrencySums, ...]

    @property
    def is_complete(self) -> bool:
        """Every line has its outcome."""
        return self.lines == self.sold + self.cancelled + self.refused

    @property
    def balances(self) -> bool:
        """Every currency's sum is accounted for."""
        return all(each.balances for each in self.sums)

    def as_json(self) -> dict[str, Json]:
        """The report as plain JSON, amounts as text in major units."""
        counts: dict[str, Json] = {name: getattr(self, name) for name in _COUNTS}
        sums: list[Json] = [each.as_json() for each in self.sums]
        return {**counts, "reasons": dict(self.reasons), "sums": sums, "balances": self.balances}


_COUNTS: Final = ("lines", "sold", "cancelled", "refused", "partly_refused", "unreadable")
_COUNTED_AS: Final = {"sale": "sold", "cancellation": "cancelled", "none": "refused"}


@define
class Tally:
    """Counts and sums that run along with an import."""

    _counts: Counter[str] = field(factory=Counter, init=False)
    _reasons: Counter[str] = field(factory=Counter, init=False)
    _sums: dict[str | None, dict[str, Decimal]] = field(factory=dict, init=False)

    def stated(self, line: ParsedLine) -> None:
        """One more line of the file."""
        self._counts["lines"] += 1
        if line.amount is not None:
            self._add(line.currency, in_file=line.amount)

    def settled(self, outcome: LineOutcome) -> None:
        """What came of one of them."""
        self._counts[_COUNTED_AS[outcome.action]] += 1
        if outcome.reason is not None:
            self._reasons[outcome.reason.code] += 1
            self._counts["partly_refused"] += outcome.action != "none"
        if outcome.amount_refused is None:
            self._counts["unreadable"] += 1
            return
        done = "sold" if outcome.action == "sale" else "cancelled"
        self._add(
            outcome.currency,
            **{done: outcome.amount_done, "refused": outcome.amount_refused, "rounding": outcome.rounding},
        )

    def report(self) -> ImportReport:
        """The figures up to here."""
        return ImportReport(
            **{name: self._counts[name] for name in _COUNTS},
            reasons=dict(sorted(self._reasons.items())),
            sums=tuple(
                CurrencySums(currency=code, **self._sums[code])
                for code in sorted(self._sums, key=lambda code: code or "")
            ),
        )

    def _add(self, currency: str | None, **amounts: Decimal) -> None:
        sums = self._sums.setdefault(currency, dict.fromkeys(_AMOUNTS, ZERO))
        for name, amount in amounts.items():
            sums[name] = plus(sums[name], amount)
