"""How Sphinx builds the documentation: MyST pages, the furo theme, nothing fetched from elsewhere."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

_project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["project"]

project = _project["name"]
version = release = _project["version"]
author = _project["authors"][0]["name"]
copyright = f"2026, {author}"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
# Fragments of the next version's changelog are no pages; towncrier gathers them.
exclude_patterns = [
    "_build",
    "changes/*.added.md",
    "changes/*.changed.md",
    "changes/*.fixed.md",
    "changes/*.removed.md",
]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"orderkit {release}"


def setup(app: Sphinx) -> None:
    """Show Mermaid drawings as their text, which code hosts render; a script from elsewhere would draw them here."""
    app.add_lexer("mermaid", TextLexer)
