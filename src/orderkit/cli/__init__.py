"""The command line `orderkit`: only its door lives here, so that importing it loads nothing.

`program` lists the commands and loads one when it is called; `commands/` holds them, small and one verb each; `opening`
wires a desk, `finding` turns what a person types into ids, `printing` and `plain` show records to people and programs,
`failures` turns errors into a line and an exit code. No decision about an order is made in this room.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    try:
        from orderkit.cli.program import run
    except ModuleNotFoundError as missing:
        if missing.name not in ("click", "rich"):
            raise
        sys.exit(f"error: the command line needs {missing.name}: pip install 'orderkit[cli,sqlalchemy]'")
    sys.exit(run())
