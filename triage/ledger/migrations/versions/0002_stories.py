"""Schema 2: what was found out and done, for `cases show`; and every cap counts what was decided lately."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("mail_decided", "mail", ["decided"])
    op.create_table(
        "chapter",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mail", sa.Integer, sa.ForeignKey("mail.id", ondelete="CASCADE")),
        sa.Column("case", sa.Integer, sa.ForeignKey("case.id", ondelete="CASCADE")),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("lines", sa.JSON, nullable=False),
    )
    op.create_index("ix_chapter_mail", "chapter", ["mail"])
    op.create_index("ix_chapter_case", "chapter", ["case"])


def downgrade() -> None:
    op.drop_table("chapter")
    op.drop_index("mail_decided", "mail")
