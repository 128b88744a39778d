"""What a run of the command line comes to, and the files that the tests run it on; the fixtures are in `conftest`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import frozen

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "examples" / "orders.csv"

ORDERS = """order,date,customer,sku,title,quantity,unit_price,currency
A-1,2025-03-03T09:00:00Z,c-1,TEA,Earl Grey,2,12.50,EUR
A-1,2025-03-03T09:00:00Z,c-1,CUP,Blue cup,4,9.90,EUR
A-2,2025-03-04T09:00:00Z,c-2,POT,Iron pot,1,64.00,EUR
A-3,2025-03-05T09:00:00Z,c-3,BOWL,Tea bowl,2,8400,JPY
"""


@frozen
class Answer:
    """What a run of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


Orderkit = Callable[..., Answer]
