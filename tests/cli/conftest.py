"""What the tests of the command line share: ways to run it, here and in another process, and files to run it on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.running import ORDERS, ROOT, Answer, Orderkit

from orderkit.cli.program import run


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own, with nothing said by the environment; a defect shows its traceback."""
    monkeypatch.chdir(tmp_path)
    for name in ("DB", "SCOPE", "ACTOR", "LOCALE", "ZONE"):
        monkeypatch.delenv(f"ORDERKIT_{name}", raising=False)
    monkeypatch.delenv("NOX_CURRENT_SESSION", raising=False)
    monkeypatch.setenv("ORDERKIT_TRACEBACK", "1")
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def orderkit(capsys: pytest.CaptureFixture[str]) -> Orderkit:
    """Runs the command line in this process."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        code = run([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture
def another_process(place: Path) -> Orderkit:
    """Runs the command line as a program of its own, which knows nothing but the database."""

    def call(*arguments: object) -> Answer:
        command = [sys.executable, "-m", "orderkit.cli", *map(str, arguments)]
        path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=place,
            env=environment,
            timeout=120,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def shop(orderkit: Orderkit, place: Path) -> Orderkit:
    """The command line over a database with three unpaid orders: 1 of two lines, 2 of one, 3 in yen."""
    (place / "orders.csv").write_text(ORDERS, "utf-8")
    assert orderkit("import", "orders.csv", "--map", "orderkit").code == 0
    return orderkit
