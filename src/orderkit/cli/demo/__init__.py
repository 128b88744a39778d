"""The demo: a shop's day on a fresh database, with real orders from a file, played by the same services as any other.

`sample` and `fresh` say what it is played on, `cast` which order plays which part, `story` what happens, `checking`
that the sums are the file's own. The roles go to orders by rule, never by name, so that any file can be played.
"""
