"""The order in which things happen; the only callers of ports."""
