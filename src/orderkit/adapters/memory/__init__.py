"""The reference store: everything in this process's memory, gone with it.

It says what the port means and is what other stores are compared with. The one public name is `MemoryStorage`; what is
stored is in `contents.py`, the questions in `questions.py`, and the commit in `storage.py`.
"""

from __future__ import annotations

from orderkit.adapters.memory.storage import MemoryStorage

__all__ = ["MemoryStorage"]
