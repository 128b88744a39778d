"""The options that say how a CSV file is written, shared by `import` and `demo`, and the map they come to.

Only that lives here; reading a file is the business of `orderkit.imports`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import click
from attrs import evolve, frozen

from orderkit.errors import InvalidRequest
from orderkit.imports import ColumnMap, adapted, map_named

F = TypeVar("F", bound=Callable[..., object])

_OPTIONS: Final = (
    click.option("--map", "named", metavar="NAME", help="How the columns are called: orderkit or uk-retail."),
    click.option("--delimiter", metavar="CHAR", help="What stands between columns: ';', ',' or tab."),
    click.option("--decimal", metavar="MARK", help="What stands before a price's fraction: '.' or ','."),
    click.option("--day-first/--month-first", "day_first", default=None, help="How 1/12/2010 is meant."),
    click.option("--encoding", metavar="NAME", help="utf-8, cp1252 …"),
    click.option("--zone", metavar="NAME", help="The zone of dates without an offset: Europe/London …"),
    click.option("--currency", metavar="CODE", help="The currency of lines that name none: EUR …"),
    click.option("--cancellations", metavar="PREFIX", help="Orders whose id begins so cancel earlier sales: C"),
)


@frozen(kw_only=True)
class FileHabits:
    """What was said on the command line about how the file is written; None leaves the map as it is."""

    named: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    day_first: bool | None = None
    encoding: str | None = None
    zone: str | None = None
    currency: str | None = None
    cancellations: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, str | bool | None]) -> FileHabits:
        """What click gives a command for `file_options`."""

        def text(name: str) -> str | None:
            value = given.get(name)
            return value if isinstance(value, str) else None

        day_first = given.get("day_first")
        return cls(
            named=text("named"),
            delimiter=text("delimiter"),
            decimal=text("decimal"),
            day_first=day_first if isinstance(day_first, bool) else None,
            encoding=text("encoding"),
            zone=text("zone"),
            currency=text("currency"),
            cancellations=text("cancellations"),
        )

    def column_map(self, otherwise: ColumnMap | None = None) -> ColumnMap:
        """The map that comes of it; `otherwise` where none is named.

        Raises:
            InvalidRequest: no map is named, none is known by the name, or a value cannot be used.
        """
        if self.named is None and otherwise is None:
            raise InvalidRequest("map", "is_named_map")
        base = otherwise if self.named is None and otherwise is not None else map_named(self.named or "")
        chosen = adapted(
            base,
            delimiter=self.delimiter,
            decimal=self.decimal,
            day_first=self.day_first,
            encoding=self.encoding,
            zone=self.zone,
            currency=self.currency,
        )
        return chosen if self.cancellations is None else evolve(chosen, cancellation_prefix=self.cancellations)


def file_options(run: F) -> F:
    """Give a command the options; `FileHabits.of` gathers them."""
    for option in reversed(_OPTIONS):
        run = option(run)
    return run
