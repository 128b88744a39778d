"""The crash sweep by hand: `python -m tests.crash --kills 200 --database postgresql --seed 7`.

It prints its figures and ends with 1 where anything was lost, doubled or does not agree; the same seed throws the same
moments, faults and commands again, though not the same interleaving.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.crash.conductor import sweep


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Kill workers, recover, compare.")
    parser.add_argument("--kills", type=int, default=200, help="how many workers are killed; 200 without it")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append", help="both without it")
    parser.add_argument("--seed", default="1", help="what the dice are thrown with")
    parser.add_argument("--keep", type=Path, help="a folder that is left behind with all that was written")
    given = parser.parse_args()
    failed = False
    for database in given.database or ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(prefix="orderkit-crash-") as scratch:
            folder = (given.keep or Path(scratch)) / database
            folder.mkdir(parents=True, exist_ok=True)
            figures = sweep(database, kills=given.kills, seed=given.seed, folder=folder)
        sys.stdout.write(f"{figures}\n")
        sys.stdout.flush()
        failed = failed or bool(figures.differences)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
