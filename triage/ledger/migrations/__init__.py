"""How an older ledger becomes one of ours, and back: a file for each schema, carried out by Alembic.

A change of `tables.py` is a new file in `versions/`: the next number, what to do and how to undo it, and `SCHEMA` in
`tables.py` raised to it. Tables are written down there as they were then, never taken from `tables.py`, which goes on
changing. `tests/ledger/test_migrations.py` compares what the files make with what `tables.py` says.
"""
