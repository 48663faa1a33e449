"""Risks referred to the corporate register."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

IS_STANDING = sa.text("state IN ('proposed', 'accepted')")


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reference_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_referral_ended")),
        sa.CheckConstraint("(state IN ('proposed', 'ended')) OR answer <> ''", name=op.f("ck_referral_answer")),
        sa.CheckConstraint("state <> 'accepted' OR reference_id IS NOT NULL", name=op.f("ck_referral_reference")),
        sa.CheckConstraint("state IN ('proposed', 'accepted', 'declined', 'ended')", name=op.f("ck_referral_state")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_referral_answered_by_person")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_referral_decision_id_decision")),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalation.id"], name=op.f("fk_referral_escalation_id_escalation")
        ),
        sa.ForeignKeyConstraint(["reference_id"], ["reference.id"], name=op.f("fk_referral_reference_id_reference")),
        sa.ForeignKeyConstraint(["register_id"], ["register.id"], name=op.f("fk_referral_register_id_register")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_referral_decision_id")),
        sa.UniqueConstraint("reference_id", name=op.f("uq_referral_reference_id")),
    )
    op.create_index(op.f("ix_referral_escalation_id"), "referral", ["escalation_id"])
    op.create_index("ix_referral_register", "referral", ["register_id", "state"])
    op.create_index(
        "uq_referral_standing",
        "referral",
        ["escalation_id"],
        unique=True,
        sqlite_where=IS_STANDING,
        postgresql_where=IS_STANDING,
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("referral")
