"""Alembic's way in: it runs this file for each of its commands, on the connection that `schema.py` hands over."""

from alembic import context

from triage.ledger.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a column by copying its table
)
with context.begin_transaction():
    context.run_migrations()
