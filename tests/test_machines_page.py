"""The page with the machine drawings says what the tables say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_the_machines_page_is_what_the_tables_print() -> None:
    """docs/machines.md is the generated text to the letter; `python docs/generate.py` writes it anew."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)

    assert (DOCS / "machines.md").read_text(encoding="utf-8") == generate.page()
