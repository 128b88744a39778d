"""Starting servers that others wrote, each as a process of its own; the session `peers` installs them.

Only finding, starting and stopping live here. ORDERKIT_PEERS names the folder that they were installed into.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(os.environ.get("ORDERKIT_PEERS") or ROOT / ".nox" / "peers" / "peers")
MOCK = PEERS / "npm" / "node_modules" / "stripe-stateful-mock" / "dist" / "cli.js"
LOCALSTRIPE = PEERS / "localstripe"
PATIENCE = 30.0


@contextmanager
def stateful_mock() -> Iterator[int]:
    """The port of a fresh `stripe-stateful-mock`: Stripe's Charges API with keys, by somebody else."""
    node = shutil.which("node")
    if node is None or not MOCK.is_file():
        pytest.skip(
            f"stripe-stateful-mock is not at {_shown(MOCK)} or node is missing: run `nox -s peers` with npm there"
        )
    port = _free_port()
    with _running([node, str(MOCK)], {"PORT": str(port), "LOG_LEVEL": "silent"}, port):
        yield port


@contextmanager
def localstripe(folder: Path) -> Iterator[int]:
    """The port of a fresh `localstripe`: PaymentIntents and webhooks without keys, by somebody else.

    It is under the GPL, so it is started and never imported; it keeps its state in `folder`.
    """
    if not (LOCALSTRIPE / "localstripe").is_dir():
        pytest.skip(f"localstripe is not in {_shown(LOCALSTRIPE)}: run `nox -s peers`")
    port = _free_port()
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    with _running(command, {"PYTHONPATH": str(LOCALSTRIPE), "TMPDIR": str(folder)}, port):
        yield port


@contextmanager
def _running(command: Sequence[str], settings: Mapping[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode} before it listened: {process.args!r}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the server does not listen after {PATIENCE} seconds: {process.args!r}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
