"""Schema 3: what a flood of mails would slow down is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("mail_decided", "mail")
    op.create_index("mail_admitted", "mail", ["decided", "asker", "state"], sqlite_where=sa.text("asker != ''"))
    op.create_index("mail_unfiled", "mail", ["id"], sqlite_where=sa.text("filed = 0"))
    op.create_index("case_next_look", "case", ["next_look"])
    op.create_index("case_owner", "case", [sa.text("lower(owner)")])


def downgrade() -> None:
    op.drop_index("case_owner", "case")
    op.drop_index("case_next_look", "case")
    op.drop_index("mail_unfiled", "mail")
    op.drop_index("mail_admitted", "mail")
    op.create_index("mail_decided", "mail", ["decided"])
