"""The program: its commands by name, each loaded only when it is called, and what becomes of an interrupted run.

Only the list of commands and the run as a whole live here. `orderkit --help` must answer at once, so this module
imports nothing but click, and a command's one-line help stands here and not with the command.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

import click
from attrs import frozen

INTERRUPTED: Final = 130
READER_HAS_GONE: Final = 1
DEFECT: Final = 70


@frozen
class Entry:
    """A command that can be loaded: the module below `commands`, and its line in the help."""

    room: str
    help: str


SECTIONS: Final[Mapping[str, Mapping[str, Entry]]] = {
    "To begin": {
        "demo": Entry("demo", "Try everything out on a fresh database, with real orders."),
        "import": Entry("importing", "Import the orders of a CSV file, and account for its every line."),
    },
    "To look": {
        "list": Entry("listing", "Show the orders, newest first."),
        "show": Entry("showing", "Show one order: lines, money, what may be done now, and why not."),
        "history": Entry("remembering", "Show who changed an order, when and why, and check it."),
        "totals": Entry("totalling", "Show the sums over all orders, per currency."),
        "journal": Entry("journalling", "Show what the accounts come to, or export the journal."),
        "lifecycle": Entry("lifecycles", "Show how orders, payments and the rest may move."),
    },
    "Money": {
        "pay": Entry("paying", "Pay an order: by card, by transfer, in cash."),
        "confirm": Entry("confirming", "Say that money has arrived, or that a refund has been paid out."),
        "reject": Entry("confirming", "Say that money will not come, or a refund could not be paid out."),
        "capture": Entry("capturing", "Take money that is authorized, all of it or a part."),
        "void": Entry("capturing", "Release money that is authorized and not captured."),
        "abandon": Entry("capturing", "Give up a payment that has no answer."),
        "refund": Entry("refunding", "Send money back for items of an order."),
    },
    "Orders": {
        "cancel": Entry("moving", "Cancel an order, with its money or without."),
        "move": Entry("moving", "Take a plain step of an order or item, such as complete."),
        "proceed": Entry("moving", "Go on with what a crash or a time-out left unfinished."),
        "sync": Entry("working", "Ask the gateways for all they know about an order."),
    },
    "The work behind": {
        "run": Entry("working", "Do what is due: recover, apply webhooks, hand facts over."),
        "stuck": Entry("working", "Show what does not go on by itself, since when, and why."),
    },
    "The database": {
        "migrate": Entry("migrating", "Make the database's tables, or bring them up to date."),
        "outbox": Entry("relaying", "Show what waits to leave, and send again what was given up."),
    },
}

HELP = """The order desk of a shop: orders, payments and refunds, with a reason for whatever is refused.

\b
  orderkit demo                                  see it all at once
  orderkit import orders.csv --map orderkit      bring your own orders
  orderkit list                                  look at them
  orderkit show 12                               one of them, and what may be done

Every command answers --help with examples, and --json with one JSON document.
"""

EPILOG = """\b
Exit codes:
  0  done
  1  refused, declined or failed; one line says why, nothing is half-done
  2  the command line itself was not understood
  3  import: finished, but some lines of the file were refused as unsound

\b
ORDERKIT_DB, ORDERKIT_SCOPE, ORDERKIT_ACTOR, ORDERKIT_LOCALE and ORDERKIT_ZONE
stand for the options of those names.
"""


class Program(click.Group):
    """A group whose commands are known by name and loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = next((section[cmd_name] for section in SECTIONS.values() if cmd_name in section), None)
        if entry is None:
            return None
        module = import_module(f"orderkit.cli.commands.{entry.room}")
        command = module.COMMANDS[cmd_name]
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.help) for name, entry in section.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Not set in by two more columns, as click does."""
        formatter.write_paragraph()
        formatter.write_text(EPILOG)


def _tell_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        print(f"orderkit {version('orderkit')}")
    except PackageNotFoundError:
        print("orderkit (not installed, but run from its source)")
    ctx.exit()


@click.group("orderkit", cls=Program, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_tell_version, help="Which orderkit."
)
def program() -> None:
    pass


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is the answer.

    Commands answer for orderkit's own errors (`failures`); here is what may happen to any program.
    """
    _print_what_the_terminal_can()
    try:
        left_with = program.main(arguments, prog_name="orderkit", standalone_mode=False)
        sys.stdout.flush()  # here and not when the interpreter ends, where a reader that has gone makes noise
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("\ninterrupted; what was done is done", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # What is left in the buffer must not be flushed again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_HAS_GONE
    except Exception as defect:  # the last stop: whoever types a command did not write this program
        if os.environ.get("ORDERKIT_TRACEBACK"):
            raise
        print(f"error: this is a defect of orderkit: {type(defect).__name__}: {defect}", file=sys.stderr)
        print("Set ORDERKIT_TRACEBACK=1 to see where, and please report it.", file=sys.stderr)
        return DEFECT
    return left_with if isinstance(left_with, int) else 0


def _print_what_the_terminal_can() -> None:
    """A terminal without the euro sign shows a question mark and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
