"""The revisions of orderkit's tables. Each is written out by hand, is never edited once it was released, and writes
into `orderkit_schema` that it has run.

`SqlStorage.migrate` runs them by itself. A host with an Alembic history of its own may take them into it instead:

    # alembic.ini
    path_separator = newline
    version_locations =
        %(here)s/migrations/versions
        orderkit.adapters.sqlalchemy:migrations/versions

    # the host's revision that needs orders
    depends_on = "ok0001"

and then `alembic upgrade heads`. Ours are the branch `orderkit`; the host's own `env.py` is the one that runs, and
should say `render_as_batch=True` on SQLite.
"""
