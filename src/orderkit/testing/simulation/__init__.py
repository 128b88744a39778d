"""The simulator: a whole shop, its gateways and its store, played out by a seed, with every law asked at every step.

    python -m orderkit.testing.simulation --runs 1000
    python -m orderkit.testing.simulation --seed 4711

A run is a pure function of its seed. `run` plays one; what it came to is an `Outcome`.
"""
