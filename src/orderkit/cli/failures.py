"""From an error to one line on the terminal, or one JSON document, and the exit code.

Only that translation lives here; the words for refusals are in `sentences`. No error that a user can cause shows a
traceback: neither orderkit's own, nor what the operating system says about files.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from orderkit.cli.urls import shown_url
from orderkit.errors import (
    Busy,
    CommitUnknown,
    InvalidRequest,
    NotFound,
    OrderkitError,
    Refusal,
    StorageError,
    TransitionError,
    TransitionNotPossible,
)

if TYPE_CHECKING:
    from orderkit.cli.options import Options
    from orderkit.jsons import Json

FAILED: Final = 1
UNSOUND_LINES: Final = 3

_OF_THE_DATABASE: Final = (StorageError, Busy, CommitUnknown)


@contextmanager
def failures_told(options: Options) -> Iterator[None]:
    """Tell any failure that leaves the block, and end the command with its exit code."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (OrderkitError, OSError, ModuleNotFoundError) as error:
        tell(error, options)
        raise click.exceptions.Exit(FAILED) from error


def tell(error: Exception, options: Options) -> None:
    """Print the failure: as JSON to stdout, where a program looks for its answer; else as one line to stderr."""
    if options.as_json:
        print(json.dumps({"error": described(error, options)}, indent=2, ensure_ascii=False))
    else:
        print(f"error: {message_of(error, options)}", file=sys.stderr)


def described(error: Exception, options: Options) -> dict[str, Json]:
    """The failure as plain JSON, always with the same keys; what does not apply is null."""
    refusal = getattr(error, "refusal", None)
    reference = getattr(error, "reference", None)
    return {
        "type": type(error).__name__,
        "field": error.field if isinstance(error, InvalidRequest) else None,
        "code": refusal.code if isinstance(refusal, Refusal) else None,
        "params": dict(refusal.params) if isinstance(refusal, Refusal) else {},
        "message": message_of(error, options),
        "reference": str(reference) if reference else None,
    }


def message_of(error: Exception, options: Options) -> str:
    """One line: what is wrong with which field, why, and what to do about it."""
    return _one_line(_of_request(error) or _of_machinery(error, options))


def _of_request(error: Exception) -> str:
    """What somebody asked for and did not get; empty for other errors."""
    from orderkit.cli.sentences import sentence

    if isinstance(error, InvalidRequest):
        return f"{error.field}: {sentence(error.refusal)}"
    if isinstance(error, TransitionNotPossible):
        return f"{error.event} is not possible: {_instead(error)}"
    if isinstance(error, TransitionError):
        return f"{error.event} is refused for the {_words(error.lifecycle)}: {sentence(error.refusal)}"
    if isinstance(error, NotFound):
        return f"there is no {_words(error.noun)} {error.wanted} here; `orderkit list` shows the orders"
    return ""


def _of_machinery(error: BaseException, options: Options) -> str:
    """What the database, the operating system or the installation could not do."""
    if isinstance(error, Busy) and isinstance(error.__cause__, StorageError):
        error = error.__cause__  # what kept it busy says more than how often it was tried
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the file'}: {error.strerror}."
    text = str(error) or type(error).__name__
    if isinstance(error, CommitUnknown):
        text = f"{text}. Look with `orderkit show` whether it was done; under a --key it can safely be said again"
    # Of a database that cannot be used, the store says why, and here stands which.
    is_about_database = type(error) in _OF_THE_DATABASE and not text.startswith("there is no database")
    return f"{shown_url(options.db)}: {_with_way_out(text)}" if is_about_database else text


def _instead(error: TransitionNotPossible) -> str:
    there_is = f"; what there is from here: {', '.join(error.possible)}" if error.possible else ""
    return f"the {_words(error.lifecycle)} is {_words(error.status)}{there_is}"


def _with_way_out(text: str) -> str:
    is_known = "storage.migrate()" in text and "orderkit migrate" not in text
    return f"{text.rstrip('.')}. Run `orderkit migrate` with the same --db." if is_known else text


def _words(key: str) -> str:
    return key.replace("_", " ")


def _one_line(text: str) -> str:
    """Values in a message may come from a file, so nothing in it may move the cursor."""
    return "".join(each if each.isprintable() else " " for each in text)
