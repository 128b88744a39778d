"""The file that the demo plays when none is named: a dozen orders in three currencies, written by hand.

Only where it is and how it is read lives here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from attrs import evolve

from orderkit.errors import InvalidRequest
from orderkit.imports import MAPS, ColumnMap

CANCELLATIONS: Final = "C-"
SAMPLE_MAP: Final[ColumnMap] = evolve(MAPS["orderkit"], cancellation_prefix=CANCELLATIONS)

# Beside this module in an installed package, in the examples of a clone.
_PLACES: Final = (Path(__file__).parent / "orders.csv", Path(__file__).parents[4] / "examples" / "orders.csv")


def sample_file() -> Path:
    """Where the sample is, said as shortly as the working directory allows.

    Raises:
        InvalidRequest: this installation came without it.
    """
    for path in _PLACES:
        if path.is_file():
            here = Path.cwd()
            return path.relative_to(here) if path.is_relative_to(here) else path
    raise InvalidRequest("file", "has_sample")
