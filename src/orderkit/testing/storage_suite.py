"""The exam of a store: whoever writes one subclasses `StorageSuite` in a test file and says how to get an empty store.

    class TestMyStore(StorageSuite):
        @pytest.fixture
        def storage(self) -> Storage:
            return MyStore()

Only what an author answers lives here; the tests are in the parts that the suite is put together from.
"""

from __future__ import annotations

import pytest

from orderkit.ports.storage import Storage
from orderkit.testing.storage_commits import Commits
from orderkit.testing.storage_conflicts import Conflicts
from orderkit.testing.storage_credit import Credits
from orderkit.testing.storage_deliveries import Deliveries
from orderkit.testing.storage_due import Due
from orderkit.testing.storage_guards import Guards
from orderkit.testing.storage_inbox import Inbox
from orderkit.testing.storage_journal import Journals
from orderkit.testing.storage_keys import Keys
from orderkit.testing.storage_lists import Lists
from orderkit.testing.storage_lookups import Lookups
from orderkit.testing.storage_numbers import Numbers, Outbox, Refusals
from orderkit.testing.storage_races import Races
from orderkit.testing.storage_round_trips import RoundTrips


class StorageSuite(
    RoundTrips,
    Conflicts,
    Guards,
    Races,
    Keys,
    Commits,
    Numbers,
    Outbox,
    Deliveries,
    Inbox,
    Refusals,
    Lists,
    Lookups,
    Due,
    Credits,
    Journals,
):
    """What every store has to do.

    Attributes:
        overlaps: two units of work may be open at the same moment, as on PostgreSQL. A store that lets the second one
            wait until the first has ended, as SQLite does, says False: the tests that open two at once in one thread
            would wait for ever, and such a store has nothing to show by them.
    """

    overlaps: bool = True

    @pytest.fixture
    def storage(self) -> Storage:
        """An empty store, new for every test."""
        raise NotImplementedError("give the suite a fixture named storage that returns an empty store")

    def reopened(self, storage: Storage) -> Storage:
        """A store over the same data as another process would open it; what lives in memory alone returns itself."""
        return storage
