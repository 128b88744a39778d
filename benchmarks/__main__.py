"""The command: finds the benchmarks, runs the chosen ones round by round, and prints a table or JSON.

Only arguments and discovery live here.
"""

from __future__ import annotations

import argparse
import json
import pkgutil
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import benchmarks
from benchmarks._rounds import Result, run_in_turns
from benchmarks._table import machine, table


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    known = sorted(each.name for each in pkgutil.iter_modules(benchmarks.__path__) if not each.name.startswith("_"))
    if asked.list:
        print("\n".join(known))
        return 0
    chosen = [name for name in known if not asked.names or any(name.startswith(start) for start in asked.names)]
    if not chosen:
        print(f"no benchmark begins with {' or '.join(asked.names)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    results = [_measured(name, asked.rounds) for name in chosen]
    if asked.json:
        print(json.dumps({"machine": machine(), "benchmarks": [each.as_json() for each in results]}, indent=2))
    else:
        print("\n\n".join([machine(), *map(table, results)]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="the beginning of a benchmark's name; all without one")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side takes its turn (5)")
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    return parser


def _measured(name: str, rounds: int) -> Result:
    print(f"{name}: preparing", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="orderkit-bench-") as folder:
        benchmark = import_module(f"benchmarks.{name}").benchmark(Path(folder))
        return run_in_turns(
            name, benchmark, rounds=rounds, tell=lambda text: print(f"{name}: {text}", file=sys.stderr, flush=True)
        )


sys.exit(main())
