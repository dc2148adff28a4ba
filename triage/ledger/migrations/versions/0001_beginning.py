"""Schema 1: mails with their octets, what they were about, cases, letters, and addresses that are left alone."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("about", sa.Column("name", sa.String(40), primary_key=True), _text("value"))
    op.create_table(
        "folder",
        sa.Column("account", sa.String(200), primary_key=True),
        sa.Column("folder", sa.String(500), primary_key=True),
        sa.Column("uidvalidity", sa.Integer, primary_key=True),
        _moment("first_seen"),
        _number("mails"),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer, primary_key=True),
        _short("account", 200),
        _short("folder", 500),
        _number("uidvalidity"),
        _short("uid", 500),
        _short("content", 64),
        _moment("arrived"),
        _moment("journaled"),
        _short("state", 20),
        _number("attempts"),
        _short("sender", 320),
        _text("subject"),
        _text("understood"),
        _text("leading"),
        _short("decision", 20),
        sa.Column("answer_to", sa.JSON, nullable=False),
        _short("asker", 320),
        _text("because"),
        _text("trace"),
        sa.Column("decided", sa.String(32)),
        sa.Column("filed", sa.Boolean, nullable=False),
        sa.UniqueConstraint("account", "folder", "uidvalidity", "uid"),
    )
    op.create_index("ix_mail_content", "mail", ["content"])
    op.create_index("ix_mail_state", "mail", ["state"])
    op.create_index("mail_asker", "mail", ["asker", "decided"])
    op.create_table("raw", _belongs_to("mail", primary_key=True), _octets("octets"))
    op.create_table("notice", _belongs_to("mail", primary_key=True), sa.Column("key", sa.Text, primary_key=True))
    op.create_table(
        "case",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(40), nullable=False, unique=True),
        _short("owner", 320),
        sa.Column("addressees", sa.JSON, nullable=False),
        _short("provider", 100),
        sa.Column("names", sa.JSON, nullable=False),
        sa.Column("expires", sa.Date),
        _short("language", 5),
        _short("state", 20),
        _moment("opened"),
        sa.Column("thread", sa.JSON, nullable=False),
        _text("notice"),
        _number("notes"),
        sa.Column("leading", sa.JSON, nullable=False),
        sa.Column("looked", sa.String(32)),
        sa.Column("told", sa.String(32)),
        sa.Column("next_look", sa.String(32)),
        _number("looks"),
        sa.Column("reminded", sa.Integer),
        _text("because"),
    )
    op.create_index("ix_case_state", "case", ["state"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer, primary_key=True),
        _belongs_to("mail"),
        _belongs_to("case"),
        _short("state", 20),
        _short("envelope_from", 320),
        _short("recipient", 320),
        _short("message_id", 320),
        _octets("octets"),
        _moment("created"),
        _moment("due"),
        sa.Column("done", sa.String(32)),
        _number("attempts"),
        _text("because"),
        sa.UniqueConstraint("message_id", "recipient"),
    )
    for column in ("mail", "case", "state", "message_id"):
        op.create_index(f"ix_delivery_{column}", "delivery", [column])
    op.create_table(
        "suppressed", sa.Column("address", sa.String(320), primary_key=True), _moment("until"), _text("because")
    )


def downgrade() -> None:
    for table in ("suppressed", "delivery", "case", "notice", "raw", "mail", "folder", "about"):
        op.drop_table(table)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _short(name: str, characters: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(characters), nullable=False)


def _moment(name: str) -> sa.Column[str]:
    return _short(name, 32)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _belongs_to(table: str, *, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(table, sa.Integer, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=primary_key)
