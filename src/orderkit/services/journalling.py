"""Reading the journal of a scope from end to end, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderkit.journal import JournalEntry
from orderkit.services.wiring import Wiring

PAGE: Final = 500


def journal(wiring: Wiring, *, page: int = PAGE) -> Iterator[JournalEntry]:
    """Every entry of the scope by order, version and position, in as much memory as one page takes.

    Each page is a reading of its own, so nothing is held open meanwhile; what is entered in the meantime may be among
    the entries or not, each of them whole.
    """
    after = None
    while True:
        with wiring.storage.reading() as store:
            entries = store.journal(wiring.scope, after=after, limit=page)
        yield from entries
        if len(entries) < page:
            return
        after = (entries[-1].order_id, entries[-1].sequence, entries[-1].position)
