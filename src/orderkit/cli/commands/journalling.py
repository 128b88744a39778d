"""`orderkit journal`: what every account comes to, and the whole journal as a ledger of beancount."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import click

from orderkit.cli.opening import opened, require_known_scope
from orderkit.cli.options import Options, desk_command
from orderkit.cli.plain import emit, plain
from orderkit.cli.printing import Paper, table
from orderkit.cli.urls import sqlite_path
from orderkit.errors import InvalidRequest
from orderkit.exports.beancount import to_beancount
from orderkit.journal import JournalEntry, balances
from orderkit.money import Money
from orderkit.services.journalling import journal as entries_of
from orderkit.shop import Shop

EXAMPLES: Final = """
orderkit journal
orderkit journal --beancount books.beancount
orderkit journal --beancount - > books.beancount
orderkit journal --scope acme --json
"""


@desk_command("journal", examples=EXAMPLES)
@click.option("--beancount", metavar="FILE", help="Write all entries as a ledger of beancount; - is the terminal.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
def journal(options: Options, /, *, beancount: str | None, force: bool) -> None:
    """Show what every account of the journal comes to, per currency: debits above zero, credits below.

    Each movement of money is an entry whose postings sum to zero, and none is ever changed. With --beancount the
    entries themselves are written, for `bean-check` and the tools around it. The file appears whole or not at all.
    """
    if beancount == "-" and options.as_json:
        raise InvalidRequest("beancount", "is_file_beside_json")
    path = None if beancount in (None, "-") else Path(str(beancount))
    if path is not None:
        _require_free(path, options, force=force)
    with opened(options) as shop:
        entries = _entries(shop)
        title = f"Journal of {shop.wiring.scope}"
        if path is not None:
            _tell_written(options, path, _write(path, to_beancount(entries, title=title), options, force=force))
        elif beancount is not None:
            sys.stdout.writelines(to_beancount(entries, title=title))
        else:
            _tell_balances(options, balances(entries))


def _entries(shop: Shop) -> Iterator[JournalEntry]:
    """The journal of the scope, which is refused here, before anything is written, where it is nobody's."""
    entries = entries_of(shop.wiring)
    first = next(entries, None)
    if first is None:
        require_known_scope(shop)
        return iter(())
    return chain((first,), entries)


def _require_free(path: Path, options: Options, *, force: bool) -> None:
    """Refuse a path that holds something else; with `force` any file but the database gives way.

    Raises:
        InvalidRequest: naming the path.
    """
    if not path.exists():
        return
    database = sqlite_path(options.db)
    if database is not None and database.exists() and path.samefile(database):
        raise InvalidRequest("beancount", "is_not_the_database", path=str(path))
    if not path.is_file():
        raise InvalidRequest("beancount", "is_writable", path=str(path), problem="it is not a file")
    if not force:
        raise InvalidRequest("beancount", "is_free_or_forced", path=str(path))


def _write(path: Path, texts: Iterable[str], options: Options, *, force: bool) -> int:
    """Write the file beside its place and move it there when it is whole; how many bytes it has.

    Raises:
        InvalidRequest: it cannot be written, naming it, or somebody else has put a file there meanwhile.
    """
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        file = unfinished.open("w", encoding="utf-8", newline="\n")
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    try:
        with file:
            file.writelines(texts)
        _require_free(path, options, force=force)
        size = unfinished.stat().st_size
        os.replace(unfinished, path)
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    finally:
        unfinished.unlink(missing_ok=True)
    return size


def _unwritable(path: Path, problem: OSError) -> InvalidRequest:
    return InvalidRequest("beancount", "is_writable", path=str(path), problem=problem.strerror)


def _tell_written(options: Options, path: Path, size: int) -> None:
    if options.as_json:
        emit({"file": str(path), "bytes": size})
    else:
        Paper.of(options).verbatim(f"{path}: {size:,} bytes. Judge it with: bean-check {shlex.quote(str(path))}")


def _tell_balances(options: Options, sums: dict[tuple[str, str], int]) -> None:
    amounts = [(account, Money.of_minor(minor, currency)) for (account, currency), minor in sums.items()]
    if options.as_json:
        emit({"balances": [{"account": account, "balance": plain(amount)} for account, amount in amounts]})
        return
    paper = Paper.of(options)
    if not amounts:
        paper.say("Nothing has been entered yet: orderkit import FILE brings orders.")
        return
    made = table("*Account", "Currency", ">Balance")
    for account, amount in amounts:
        made.add_row(account, amount.currency, paper.some(amount))
    paper.show(made)


COMMANDS = {"journal": journal}
