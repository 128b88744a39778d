"""How a run says that a law was broken; nothing in between may catch it."""

from __future__ import annotations


class Broken(BaseException):
    """A law does not hold. No `except Exception` catches it."""

    def __init__(self, id: str, says: str, why: str) -> None:
        self.id = id
        super().__init__(f"{id}: {says}\n     {why}")
