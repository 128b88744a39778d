"""`orderkit migrate`: the database's tables made, or brought up to date."""

from __future__ import annotations

from orderkit.cli.opening import storage_at
from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit
from orderkit.cli.printing import Paper
from orderkit.cli.urls import shown_url

EXAMPLES = """
orderkit migrate
orderkit migrate --db postgresql://shop@localhost/shop
"""


@desk_command("migrate", examples=EXAMPLES)
def migrate(options: Options) -> None:
    """Make the database's tables, or bring those of an older version up to date.

    Doing it again does no harm. `orderkit import` and `orderkit demo` do it by themselves; no other command does.
    """
    storage_at(options.db, create=True).close()
    if options.as_json:
        emit({"database": shown_url(options.db), "up_to_date": True})
    else:
        Paper.of(options).say(f"{shown_url(options.db)} is up to date.")


COMMANDS = {"migrate": migrate}
