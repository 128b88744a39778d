"""What becomes of connections when the process forks, as servers do that load the shop before they start workers.

A connection that two processes use corrupts a database file and mixes up answers, so a child lets go of its parent's.
"""

from __future__ import annotations

import os
from weakref import WeakSet

from sqlalchemy import Engine, Pool

_engines: WeakSet[Engine] = WeakSet()
# Kept for ever, since even closing them would act on what the parent goes on using.
_inherited: list[Pool] = []


def let_go_after_fork(engine: Engine) -> None:
    """Have the engine connect anew in every child process."""
    _engines.add(engine)


def _in_child() -> None:
    for engine in _engines:
        _inherited.append(engine.pool)
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):  # there are no forks on Windows
    os.register_at_fork(after_in_child=_in_child)
