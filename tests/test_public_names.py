"""The package's face: the names it exports, how they are loaded, and the README's program."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import orderkit

ROOT = Path(__file__).resolve().parent.parent
FACE = ROOT / "src" / "orderkit" / "__init__.py"


def names_for_type_checkers() -> set[str]:
    """What stands in the block that only type checkers read."""
    blocks = (node for node in ast.parse(FACE.read_text("utf-8")).body if isinstance(node, ast.If))
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names}


def test_type_checkers_and_programs_see_the_same_names() -> None:
    """`__all__`, the lazy table and the block for type checkers agree, without doubles."""
    assert len(orderkit.__all__) == len(set(orderkit.__all__))
    assert set(orderkit.__all__) == names_for_type_checkers() == {*orderkit._ROOM_OF, "profiles"}


@pytest.mark.parametrize("name", orderkit.__all__)
def test_every_public_name_can_be_had_and_explains_itself(name: str) -> None:
    """It is loaded from its room, and has a docstring of its own."""
    found = getattr(orderkit, name)
    assert inspect.getdoc(found)
    if inspect.isclass(found) or inspect.isfunction(found):
        assert found.__doc__
        assert found.__name__ == name


def test_names_that_are_not_public_are_not_there() -> None:
    """A misspelt name is an AttributeError, and an ImportError in an import."""
    with pytest.raises(AttributeError, match="no attribute 'Odrer'"):
        orderkit.Odrer  # type: ignore[attr-defined]  # noqa: B018  # the very mistake
    assert set(orderkit.__all__) <= set(dir(orderkit))


def test_a_star_import_gives_exactly_the_public_names() -> None:
    """`from orderkit import *` works although names are loaded lazily."""
    program = "from orderkit import *\nprint(*sorted(name for name in globals() if not name.startswith('__')))"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT / "src"
    )
    assert answer.stdout.split() == sorted(orderkit.__all__)


def test_the_readmes_program_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copied word for word, it places and pays an order on SQLite."""
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    names: dict[str, object] = {}
    exec(compile(program, "README.md", "exec"), names)  # noqa: S102  # it is ours, and this is the question
    payment = names["payment"]
    assert isinstance(payment, orderkit.Payment)
    assert (payment.status, payment.captured) == ("captured", orderkit.Money("39.98", "EUR"))
    storage = names["storage"]
    storage.close()  # type: ignore[attr-defined]  # the README's program goes on
