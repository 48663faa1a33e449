"""Notices and digests in place of reminders; how often each person wants to hear; which schedulers are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Reviews that were told stay told. What still waited in the outbox as a message of the old kinds is let go: the next
# run of the reminders tells it again, as notices.
LET_GO = """
    UPDATE message SET state = 'dropped', lease_until = NULL, last_error = 'Told again in a digest.'
    WHERE kind IN ('reviews_due', 'results_due') AND state IN ('waiting', 'claimed', 'failed')
"""
TOLD = """
    INSERT INTO notice (kind, thing, person_id, stage, due_on, facts, state, created_at, message_id, ended_why)
    SELECT 'review', 'risk:' || reminder.risk_id, reminder.person_id, reminder.stage, reminder.due_on, '{}', 'told',
           message.created_at, message.id, ''
    FROM reminder JOIN message ON message.id = reminder.message_id WHERE message.state <> 'dropped'
"""
RHYTHM = "CONSTRAINT ck_person_rhythm CHECK (rhythm IN ('at once', 'daily', 'weekly'))"
WEEKDAY = "CONSTRAINT ck_person_rhythm_weekday CHECK (rhythm_weekday BETWEEN 0 AND 4)"
BACK = """
    INSERT INTO reminder (risk_id, person_id, stage, due_on, message_id)
    SELECT CAST(substr(thing, 6) AS INTEGER), person_id, stage, due_on, message_id FROM notice
    WHERE kind = 'review' AND state = 'told'
"""


def upgrade() -> None:
    """Change the tables."""
    _make_notice()
    op.execute(LET_GO)
    op.execute(TOLD)
    op.drop_table("reminder")
    # By hand, with the constraints on the columns themselves: so SQLite need not write the table anew, which it may
    # not while rows of other tables point at it.
    op.execute(f"ALTER TABLE person ADD COLUMN rhythm VARCHAR DEFAULT 'daily' NOT NULL {RHYTHM}")
    op.execute(f"ALTER TABLE person ADD COLUMN rhythm_weekday INTEGER DEFAULT 0 NOT NULL {WEEKDAY}")
    op.add_column("person", sa.Column("switched_off", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("person", sa.Column("calendar_stamp", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "scheduler_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduler_seen")),
        sa.UniqueConstraint("holder", name=op.f("uq_scheduler_seen_holder")),
    )
    op.create_index(op.f("ix_scheduler_seen_seen_at"), "scheduler_seen", ["seen_at"])
    op.create_index("ix_message_kind_state", "message", ["kind", "state"])
    op.create_table(
        "demonstration_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demonstration_day")),
    )


def _make_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("ended_why", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'told', 'dropped')", name=op.f("ck_notice_state")),
        sa.CheckConstraint("(state = 'dropped') = (ended_why <> '')", name=op.f("ck_notice_ended_why")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_notice_message_id_message")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "kind", "thing", "person_id", "stage", "due_on", name=op.f("uq_notice_kind_thing_person_id_stage_due_on")
        ),
    )
    op.create_index("ix_notice_state_person", "notice", ["state", "person_id"])
    op.create_index(op.f("ix_notice_message_id"), "notice", ["message_id"])
    op.create_index(op.f("ix_notice_person_id"), "notice", ["person_id"])


def downgrade() -> None:
    """Change them back. Notices of other kinds, and those that were not told, are lost."""
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_reminder_message_id_message")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name=op.f("fk_reminder_risk_id_risk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "risk_id", "person_id", "stage", "due_on", name=op.f("uq_reminder_risk_id_person_id_stage_due_on")
        ),
    )
    op.create_index(op.f("ix_reminder_message_id"), "reminder", ["message_id"])
    op.execute(BACK)
    op.drop_table("notice")
    op.drop_table("demonstration_day")
    op.drop_table("scheduler_seen")
    op.drop_index("ix_message_kind_state", "message")
    for column in ("calendar_stamp", "switched_off", "rhythm_weekday", "rhythm"):
        op.drop_column("person", column)
