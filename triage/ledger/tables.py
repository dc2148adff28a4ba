"""The tables, and how our values are kept in them. Moments are ISO 8601 text in UTC: they sort, and can be read."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import JSON, TypeDecorator

SCHEMA = "0003"  # the newest file in `migrations/versions`, and what these tables are

_all = MetaData()


class Moment(TypeDecorator[datetime]):
    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


about = Table("about", _all, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False))

# One row for each folder in each of its lives (UIDVALIDITY), with the number of mails that it began with.
folder = Table(
    "folder",
    _all,
    Column("account", String(200), primary_key=True),
    Column("folder", String(500), primary_key=True),
    Column("uidvalidity", Integer, primary_key=True),
    Column("first_seen", Moment, nullable=False),
    Column("mails", Integer, nullable=False),
)

mail = Table(
    "mail",
    _all,
    Column("id", Integer, primary_key=True),
    Column("account", String(200), nullable=False),
    Column("folder", String(500), nullable=False),
    Column("uidvalidity", Integer, nullable=False),
    Column("uid", String(500), nullable=False),
    Column("content", String(64), nullable=False, index=True),
    Column("arrived", Moment, nullable=False),
    Column("journaled", Moment, nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("sender", String(320), nullable=False, default=""),
    Column("subject", Text, nullable=False, default=""),
    Column("understood", Text, nullable=False, default=""),
    Column("leading", Text, nullable=False, default=""),
    Column("decision", String(20), nullable=False, default=""),
    Column("answer_to", JSON, nullable=False, default=list),
    Column("asker", String(320), nullable=False, default=""),  # whose caps it counts against, in lower case
    Column("because", Text, nullable=False, default=""),
    Column("trace", Text, nullable=False, default=""),
    Column("decided", Moment),
    Column("filed", Boolean, nullable=False, default=False),
    UniqueConstraint("account", "folder", "uidvalidity", "uid"),
    Index("mail_asker", "asker", "decided"),
    # Schema 3: every cap counts what was admitted lately, and a flood of mails that are not must not slow that down.
    Index("mail_admitted", "decided", "asker", "state", sqlite_where=text("asker != ''")),
    Index("mail_unfiled", "id", sqlite_where=text("filed = 0")),
)

raw = Table(
    "raw",
    _all,
    Column("mail", ForeignKey("mail.id", ondelete="CASCADE"), primary_key=True),
    Column("octets", LargeBinary, nullable=False),
)

# What a mail was about, to tell a second mail about the same thing.
subject_of = Table(
    "notice",
    _all,
    Column("mail", ForeignKey("mail.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
)

case = Table(
    "case",
    _all,
    Column("id", Integer, primary_key=True),
    Column("key", String(40), nullable=False, unique=True),
    Column("owner", String(320), nullable=False),
    Column("addressees", JSON, nullable=False),
    Column("provider", String(100), nullable=False),
    Column("names", JSON, nullable=False),
    Column("expires", Date),
    Column("language", String(5), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("opened", Moment, nullable=False),
    Column("thread", JSON, nullable=False),
    Column("notice", Text, nullable=False),
    Column("notes", Integer, nullable=False),
    Column("leading", JSON, nullable=False),
    Column("looked", Moment),
    Column("told", Moment),
    Column("next_look", Moment),
    Column("looks", Integer, nullable=False),
    Column("reminded", Integer),
    Column("because", Text, nullable=False),
    Index("case_next_look", "next_look"),
)
Index("case_owner", func.lower(case.c.owner))

delivery = Table(
    "delivery",
    _all,
    Column("id", Integer, primary_key=True),
    Column("mail", ForeignKey("mail.id", ondelete="CASCADE"), index=True),
    Column("case", ForeignKey("case.id", ondelete="CASCADE"), index=True),
    Column("state", String(20), nullable=False, index=True),
    Column("envelope_from", String(320), nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("message_id", String(320), nullable=False, index=True),
    Column("octets", LargeBinary, nullable=False),
    Column("created", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("done", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("because", Text, nullable=False, default=""),
    UniqueConstraint("message_id", "recipient"),
)

# Schema 2: what was found out and done, for `cases show`; `lines` are observations in words.
chapter = Table(
    "chapter",
    _all,
    Column("id", Integer, primary_key=True),
    Column("mail", ForeignKey("mail.id", ondelete="CASCADE"), index=True),
    Column("case", ForeignKey("case.id", ondelete="CASCADE"), index=True),
    Column("at", Moment, nullable=False),
    Column("words", Text, nullable=False),
    Column("lines", JSON, nullable=False),
)

suppressed = Table(
    "suppressed",
    _all,
    Column("address", String(320), primary_key=True),
    Column("until", Moment, nullable=False),
    Column("because", Text, nullable=False),
)

METADATA = _all
