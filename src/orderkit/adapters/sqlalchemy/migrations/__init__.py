"""The revisions of orderkit's tables. Each is written out by hand, is never edited once released, and says in
`orderkit_schema` that it has run.
"""
