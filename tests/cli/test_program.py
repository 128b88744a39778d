"""The program as a whole: its help, what it loads, and how it leaves."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.cli.running import ROOT, Orderkit

from orderkit.cli import program as module
from orderkit.cli.options import SHARED
from orderkit.cli.program import SECTIONS, Program, program, run

NAMES = [name for section in SECTIONS.values() for name in section]


def command(name: str) -> click.Command:
    assert isinstance(program, Program)
    found = program.get_command(click.Context(program), name)
    assert found is not None
    return found


def test_help_names_every_command_and_the_exit_codes(orderkit: Orderkit) -> None:
    """`orderkit --help` lists each command with a line, and says what the exit codes mean."""
    answer = orderkit("--help")
    assert answer.code == 0
    assert [name for name in NAMES if f"\n  {name} " not in answer.out] == []
    assert "Exit codes:" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 84


def test_help_loads_click_and_nothing_heavier() -> None:
    """A process that prints the help has loaded no database, terminal, locale or zone library, and no desk."""
    program_text = (
        "import sys\nfrom orderkit.cli.program import run\nrun(['--help'])\n"
        "print('LOADED', *sorted(sys.modules), file=sys.stderr)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program_text],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "src"},
        cwd=ROOT,
    )
    loaded = set(answer.stderr.split())
    assert {"LOADED", "click", "orderkit.cli.program"} <= loaded
    heavy = {"rich", "sqlalchemy", "alembic", "babel", "pendulum", "cattrs", "statemachine"}
    heavy |= {"orderkit.desk", "orderkit.shop"}
    assert loaded & heavy == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_command_teaches(name: str, orderkit: Orderkit) -> None:
    """Each command's help has a sentence, its options with a word about each, and examples."""
    answer = orderkit(name, "--help")
    assert answer.code == 0
    assert "Examples:" in answer.out
    assert command(name).name == name
    assert [each.name for each in command(name).params if isinstance(each, click.Option) and not each.help] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_example_in_the_help_is_a_command_that_is_understood(name: str) -> None:
    """The examples use arguments and options that there are."""
    epilog = command(name).epilog or ""
    examples = [shlex.split(line.partition(">")[0]) for line in epilog.splitlines() if line.startswith("  orderkit ")]
    assert examples
    for _, called, *arguments in examples:
        command(called).make_context(called, arguments)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_answers_in_json(name: str) -> None:
    """`--json` is everywhere, and all but `lifecycle` take a database, a scope and an actor."""
    spelled = {spelling for each in command(name).params for spelling in each.opts}
    assert "--json" in spelled
    shared = {spelling for option in SHARED for spelling in option.opts}
    assert name == "lifecycle" or shared - {"--zone"} <= spelled


def test_a_misspelt_command_or_option_is_a_usage_error(orderkit: Orderkit) -> None:
    """What is not understood leaves with 2 and says what is meant to be there."""
    for arguments in (("lst",), ("list", "--nope"), ("pay", "1"), ("list", "--limit", "many")):
        answer = orderkit(*arguments)
        assert answer.code == 2, arguments
        assert "Error: " in answer.err
        assert "Traceback" not in answer.err


def test_an_interrupted_run_says_so_and_leaves_with_130(
    orderkit: Orderkit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C shows no traceback."""

    def interrupted(*arguments: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module.Program, "invoke", interrupted)
    answer = orderkit("list")
    assert answer.code == 130
    assert "what was done is done" in answer.err


def test_a_defect_is_one_line_unless_its_traceback_is_asked_for(
    orderkit: Orderkit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody thought of leaves with 70 and a sentence; ORDERKIT_TRACEBACK shows where it was."""

    def broken(*arguments: object, **more: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(module.Program, "invoke", broken)
    with pytest.raises(ZeroDivisionError):
        run(["list"])
    monkeypatch.delenv("ORDERKIT_TRACEBACK")
    answer = orderkit("list")
    assert answer.code == 70
    assert "ZeroDivisionError: by nothing" in answer.err


def test_a_reader_that_goes_away_is_no_error_to_speak_of(shop: Orderkit, place: Path) -> None:
    """`orderkit list | head -0` leaves no traceback behind."""
    code = (
        "import subprocess, sys\n"
        "reader = subprocess.Popen([sys.executable, '-c', ''], stdin=subprocess.PIPE)\n"
        "reader.wait()\n"
        "command = [sys.executable, '-m', 'orderkit.cli', 'list']\n"
        "done = subprocess.run(command, stdout=reader.stdin, stderr=subprocess.PIPE)\n"
        "sys.stdout.write(done.stderr.decode())\n"
    )
    environment = {"PYTHONPATH": str(ROOT / "src"), "PATH": ""}
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=place, env=environment
    )
    assert said.stdout == ""


def test_the_version_is_the_packages(orderkit: Orderkit) -> None:
    """`orderkit --version` says which orderkit this is."""
    answer = orderkit("--version")
    assert (answer.code, answer.out.split()[0]) == (0, "orderkit")
