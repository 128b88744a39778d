"""The options that every command takes, and the decorator that makes a function a command.

Only what all commands share lives here: how options are asked for and gathered. What they mean is in `opening`.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

import click
from attrs import asdict, frozen

from orderkit.cli.failures import failures_told
from orderkit.errors import InvalidRequest

P = ParamSpec("P")

DEFAULT_DB: Final = "sqlite:///orderkit.db"


@frozen(kw_only=True)
class Options:
    """What a command was told besides its own arguments; see `orderkit list --help`."""

    db: str = DEFAULT_DB
    scope: str = "main"
    actor: str = "user:cli"
    as_json: bool = False
    locale: str = "en"
    zone: str = "UTC"


def whoever_is_logged_in() -> str:
    """The actor by default: the login name; some containers have none."""
    try:
        return f"user:{getpass.getuser()}"
    except (KeyError, OSError, ImportError):
        return "user:cli"


JSON: Final = click.Option(["--json", "as_json"], is_flag=True, help="Answer with one JSON document, errors too.")

SHARED: Final = (
    click.Option(
        ["--db"],
        metavar="URL",
        default=DEFAULT_DB,
        envvar="ORDERKIT_DB",
        show_default=True,
        help="The database: sqlite:///file.db or postgresql://user@host/name.",
    ),
    click.Option(
        ["--scope"],
        metavar="NAME",
        default="main",
        envvar="ORDERKIT_SCOPE",
        show_default=True,
        help="Whose orders: the tenant, the shop.",
    ),
    click.Option(
        ["--actor"],
        metavar="WHO",
        default=whoever_is_logged_in,
        envvar="ORDERKIT_ACTOR",
        show_default="user:LOGIN",
        help="In whose name, for the history.",
    ),
    click.Option(
        ["--locale"],
        metavar="NAME",
        default="en",
        envvar="ORDERKIT_LOCALE",
        show_default=True,
        help="How amounts are printed: en, de, uk …",
    ),
    click.Option(
        ["--zone", "shown_zone"],
        metavar="NAME",
        default="UTC",
        envvar="ORDERKIT_ZONE",
        show_default=True,
        help="Whose clocks times are printed by: Europe/Kyiv …",
    ),
    JSON,
)
"""In the order of the help. What a command has of its own by the same name (`import --zone`) takes the place of it."""


class Command(click.Command):
    """A command whose help shows its own options first, then those that every command takes."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        shared = {option.name for option in SHARED}
        parts: dict[str, list[tuple[str, str]]] = {"Options": [], "Options of every command": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                parts["Options of every command" if param.name in shared else "Options"].append(record)
        for title, records in parts.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


def desk_command(
    name: str, *, examples: str = "", needs_desk: bool = True
) -> Callable[[Callable[Concatenate[Options, P], None]], click.Command]:
    """Make a function a command that takes the shared options, and tells its failures in one line.

    The function's docstring is the help; `examples` are shown below it, word for word. A command that needs no desk
    takes `--json` alone.
    """

    def decorate(run: Callable[Concatenate[Options, P], None]) -> click.Command:
        own = {spelling for param in getattr(run, "__click_params__", ()) for spelling in param.opts}
        offered = SHARED if needs_desk else (JSON,)
        shared = [option for option in offered if not own & set(option.opts)]

        # Not `wraps` alone: click must not see the function's first parameter, which it does not give.
        @wraps(run)
        def asked(*args: P.args, **given: P.kwargs) -> None:
            options = _gathered(given)
            with failures_told(options):
                for name, value in {**given, **asdict(options)}.items():
                    _require_text(name, value)
                run(options, *args, **given)

        made = click.command(name, cls=Command, epilog=_verbatim(examples))(asked)
        made.params.extend(shared)
        return made

    return decorate


def _gathered(given: dict[str, object]) -> Options:
    """Take the shared options out of everything that click gives."""
    told = {option.name: given.pop(option.name) for option in SHARED if option.name and option.name in given}
    default = Options()
    return Options(
        db=str(told.get("db", default.db)),
        scope=str(told.get("scope", default.scope)),
        actor=str(told.get("actor", default.actor)),
        as_json=bool(told["as_json"]),
        locale=str(told.get("locale", default.locale)),
        # Where a command has a --zone of its own (the file's), the environment can still say this one.
        zone=str(told.get("shown_zone") or os.environ.get("ORDERKIT_ZONE") or default.zone),
    )


def _require_text(name: str, value: object) -> None:
    """Bytes that are no text in the terminal's encoding arrive as lone surrogates, which nothing can store or print."""
    for text in value if isinstance(value, tuple) else (value,):
        if isinstance(text, str) and not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
            raise InvalidRequest(name, "is_storable_text", text=ascii(text[:40]))


def _verbatim(examples: str) -> str | None:
    lines = [line.strip() for line in examples.strip().splitlines()]
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines) if lines else None
