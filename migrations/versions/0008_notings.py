"""What DMT took note of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "noting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_noting_text")),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalation.id"], name=op.f("fk_noting_escalation_id_escalation")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_noting_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_noting")),
    )
    op.create_index(op.f("ix_noting_escalation_id"), "noting", ["escalation_id"])
    op.create_index(op.f("ix_noting_meeting_on"), "noting", ["meeting_on"])


def downgrade() -> None:
    """Change them back."""
    op.drop_index(op.f("ix_noting_meeting_on"), table_name="noting")
    op.drop_index(op.f("ix_noting_escalation_id"), table_name="noting")
    op.drop_table("noting")
