"""Orders that come in from elsewhere: reading a CSV file, staging its lines, matching cancellations, reporting.

Here stand the public names, and nothing else. This room reads files and decides nothing about an order: the driver in
`services` places what is staged and records what came of every line.
"""

from __future__ import annotations

from orderkit.imports.maps import MAPS, ColumnMap, adapted, map_named
from orderkit.imports.matching import Candidate, Match, Matched, has_customer, match, reverses, something_goes_back
from orderkit.imports.outcomes import LineOutcome, cancelled, changed_since, refused, sold, unpaid
from orderkit.imports.parsing import parse, parse_rows
from orderkit.imports.reading import BadRow, RawRow, read_rows
from orderkit.imports.report import CurrencySums, ImportReport, Tally
from orderkit.imports.sentences import sentence
from orderkit.imports.staging import Staged, StagedOrder, stage, stage_file
from orderkit.imports.stated import CancellationLine, ParsedLine, RefusedLine, SaleLine, StatedLine

__all__ = [
    "MAPS",
    "BadRow",
    "CancellationLine",
    "Candidate",
    "ColumnMap",
    "CurrencySums",
    "ImportReport",
    "LineOutcome",
    "Match",
    "Matched",
    "ParsedLine",
    "RawRow",
    "RefusedLine",
    "SaleLine",
    "Staged",
    "StagedOrder",
    "StatedLine",
    "Tally",
    "adapted",
    "cancelled",
    "changed_since",
    "has_customer",
    "map_named",
    "match",
    "parse",
    "parse_rows",
    "read_rows",
    "refused",
    "reverses",
    "sentence",
    "sold",
    "something_goes_back",
    "stage",
    "stage_file",
    "unpaid",
]
