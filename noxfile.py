"""The project's sessions. Run with plain Python: `python3 noxfile.py -s tests`; nox itself works as well.

Only what installs and starts things lives here; what the tools check is set in pyproject.toml. A machine with
nothing but Python 3.11+ and pip is enough: the file keeps a nox of its own in .nox/.tool, leaves the system's Python
alone, and asks the network for nothing that is already installed.
"""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONSTRAINTS = HERE / "constraints.txt"
SUPPORTED = ("3.11", "3.12", "3.13")
THIS = "{}.{}".format(*sys.version_info)

if sys.version_info < (3, 11):
    raise SystemExit(f"orderkit needs Python 3.11 or newer, this is {sys.version.split()[0]}: call a newer python3")


def _bootstrap() -> int:
    """Run this file again with the nox in .nox/.tool, which is put there first if need be."""
    tool = HERE / ".nox" / ".tool" / f"py{sys.version_info.major}{sys.version_info.minor}"
    python = tool / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (tool / "ready").exists():
        print(f"noxfile: installing nox into {tool.relative_to(HERE)}", file=sys.stderr, flush=True)
        # Without pip, because Debian ships ensurepip apart; the system's pip serves the new environment from outside.
        venv.create(tool, with_pip=False, clear=True, symlinks=os.name != "nt")
        pip = [sys.executable, "-m", "pip", "--python", str(python), "--quiet", "--disable-pip-version-check"]
        if subprocess.call([*pip, "install", "--constraint", str(CONSTRAINTS), "nox"]) != 0:
            raise SystemExit("noxfile: pip could not install nox; it takes pip 22.3 or newer, and a network this once")
        (tool / "ready").touch()
    return subprocess.call([str(python), "-m", "nox", "-f", str(HERE / "noxfile.py"), *sys.argv[1:]])


try:
    import nox
except ModuleNotFoundError:
    if __name__ != "__main__":
        raise
    raise SystemExit(_bootstrap()) from None

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_external_run = True
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests", "lint", "types", "docs"]
os.environ.setdefault("VIRTUALENV_NO_PERIODIC_UPDATE", "1")  # it would look for newer seeds on the network
PYPROJECT = nox.project.load_toml("pyproject.toml")


def _real_interpreter(version: str) -> str | None:
    """A working Python of that version: this one, one on PATH, or one of pyenv's that is not switched on."""
    own = [sys.executable] if version == THIS else []
    on_path = [found] if (found := shutil.which(f"python{version}")) else []
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    beside = sorted(glob.glob(f"{pyenv}/versions/{version}.*/bin/python{version}"), reverse=True)
    # pyenv's shims stand on PATH also for versions that are off, so each candidate has to prove itself.
    proof = "import ssl, sqlite3, sys; print('{}.{}'.format(*sys.version_info), sys._base_executable)"
    for candidate in [*own, *on_path, *beside]:
        answer = subprocess.run([candidate, "-c", proof], capture_output=True, text=True, check=False)
        if answer.returncode == 0 and answer.stdout.startswith(f"{version} "):
            return answer.stdout.strip().partition(" ")[2]
    return None


def _pythons() -> list[str]:
    """The versions to test on, this one first; ORDERKIT_TEST_PYTHONS="3.11,3.13" asks for others."""
    asked = os.environ.get("ORDERKIT_TEST_PYTHONS", "").replace(",", " ").split()
    found = {version: _real_interpreter(version) for version in asked or dict.fromkeys((THIS, *SUPPORTED))}
    # nox looks an interpreter up by its name, hence the folders.
    folders = dict.fromkeys(str(Path(path).parent) for path in found.values() if path)
    os.environ["PATH"] = os.pathsep.join([*folders, os.environ["PATH"]])
    return [version for version, path in found.items() if path or version in asked] or [THIS]


def _install(session: nox.Session, *, extras: str = "", groups: tuple[str, ...] = ()) -> None:
    """Install orderkit in place with what the session needs, unless exactly that was installed before."""
    group = nox.project.dependency_groups(PYPROJECT, "build", *groups)
    wanted = [CONSTRAINTS.read_text(), (HERE / "pyproject.toml").read_text(), str(HERE), extras, *group]
    stamp = Path(session.virtualenv.location) / "orderkit-installed"
    digest = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    stamp.unlink(missing_ok=True)
    pinned = ("--constraint", str(CONSTRAINTS))
    session.install(*pinned, *group)
    # The build backend is in place and pinned, so the build needs no environment of its own.
    session.install(*pinned, "--no-build-isolation", "-e", f".[{extras}]" if extras else ".")
    stamp.write_text(digest)


@nox.session
def demo(session: nox.Session) -> None:
    """The main job on embedded SQLite, with real input."""
    _install(session, extras="cli,sqlalchemy")
    session.run("orderkit", "demo", *session.posargs)


@nox.session(python=_pythons())
def tests(session: nox.Session) -> None:
    """The whole suite, a real PostgreSQL included, on every Python found; what follows `--` goes to pytest."""
    _install(session, extras="cli,postgresql,stripe,testing", groups=("test",))
    session.run("pytest", "-q", *(session.posargs or ("-n", "auto", "--maxprocesses", "4", "--dist", "worksteal")))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, form, the direction of imports, and dependencies that are unused or undeclared."""
    _install(session, extras="cli,postgresql,stripe,testing", groups=("lint",))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("deptry", "src")


@nox.session
def types(session: nox.Session) -> None:
    """mypy --strict over the package and the tests that use its public names as a host does."""
    _install(session, extras="cli,postgresql,stripe,testing", groups=("test", "types"))
    session.run("mypy", "--strict", "src", *(folder for folder in ("tests/public_api",) if Path(folder).exists()))


@nox.session
def simulate(session: nox.Session) -> None:
    """Ten thousand seeded lives under every fault; `-- --seed N` plays one of them again, exactly."""
    _install(session, extras="cli,postgresql,stripe,testing", groups=("test",))
    session.run("python", "-m", "orderkit.testing.simulation", *session.posargs)


@nox.session
def crash(session: nox.Session) -> None:
    """Two hundred SIGKILLs under load on SQLite and on PostgreSQL; then the gateway's ledger and ours are compared."""
    _install(session, extras="cli,postgresql,stripe,testing", groups=("test",))
    session.run("python", "-m", "tests.crash", *(session.posargs or ("--kills", "200")))


@nox.session
def peers(session: nox.Session) -> None:
    """The Stripe adapter against servers that others wrote; what cannot be installed is said, and its tests skip."""
    _install(session, extras="cli,postgresql,stripe,testing", groups=("test",))
    folder = Path(session.virtualenv.location) / "peers"
    _install_localstripe(session, folder / "localstripe")
    _install_stateful_mock(session, folder / "npm")
    session.run("pytest", "-q", "tests/peers", *session.posargs, env={"ORDERKIT_PEERS": str(folder)})


def _install_localstripe(session: nox.Session, folder: Path) -> None:
    """Into a folder of its own, which only its own process ever sees."""
    stamp = folder / "installed"
    wanted = nox.project.dependency_groups(PYPROJECT, "peers")
    if stamp.exists() and stamp.read_text() == "\n".join(wanted):
        return
    shutil.rmtree(folder, ignore_errors=True)
    session.install("--constraint", str(CONSTRAINTS), "--target", str(folder), *wanted, success_codes=range(256))
    if (folder / "localstripe").is_dir():
        stamp.write_text("\n".join(wanted))
    else:
        session.warn("localstripe could not be installed: its tests skip")


def _install_stateful_mock(session: nox.Session, folder: Path) -> None:
    """With npm, where there is one."""
    package = "stripe-stateful-mock@0.0.16"
    if (folder / "node_modules" / "stripe-stateful-mock" / "dist" / "cli.js").is_file():
        return
    if shutil.which("npm") is None:
        session.warn("npm is not there: the tests of stripe-stateful-mock skip")
        return
    options = ("--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    session.run("npm", "install", *options, package, external=True, success_codes=range(256))


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, every warning an error, and the change fragments as they will read."""
    _install(session, groups=("docs",))
    session.run("towncrier", "build", "--draft", "--version", "unreleased")
    # -E: a page kept from a build that failed would not repeat its warning.
    session.run("sphinx-build", "-E", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html")
    session.log("see docs/_build/html/index.html")


@nox.session
def bench(session: nox.Session) -> None:
    """Side-by-side measurements; what follows `--` chooses among them."""
    _install(session, extras="cli,postgresql,testing", groups=("test",))
    session.run("python", "-m", "benchmarks", *session.posargs)


if __name__ == "__main__":
    os.chdir(HERE)
    nox.main()
