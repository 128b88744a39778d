"""`python -m orderkit.cli`, for where the command `orderkit` is not on the path."""

from __future__ import annotations

from orderkit.cli import main

main()
