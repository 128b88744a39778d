"""Orders and their money in the forms of other tools: one module per form.

Each takes records that somebody else has read and yields text piece by piece, in constant memory. Nothing here opens a
file or a store, and no personal value goes out.
"""
