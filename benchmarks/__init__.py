"""Side-by-side measurements: `python -m benchmarks [NAME…] [--rounds N] [--json] [--list]`, or `nox -s bench -- NAME`.

Every module here without a leading underscore is one benchmark: it has a function `benchmark(folder)` that returns a
`Benchmark` (see `_rounds`), and its docstring says what is measured. That is all it takes to add one.
"""
