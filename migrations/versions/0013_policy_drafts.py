"""A draft of the policy, and who adopted each version and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "policy_draft",
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["register_id"], ["register.id"], name=op.f("fk_policy_draft_register_id_register")),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name=op.f("fk_policy_draft_saved_by_person")),
        sa.PrimaryKeyConstraint("register_id", name=op.f("pk_policy_draft")),
    )
    op.add_column("policy_version", sa.Column("reason", sa.String(), nullable=False, server_default=""))
    op.add_column("policy_version", sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "ALTER TABLE policy_version ADD COLUMN adopted_by INTEGER CONSTRAINT fk_policy_version_adopted_by_person REFERENCES person (id)"
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_column("policy_version", "adopted_by")
    op.drop_column("policy_version", "adopted_at")
    op.drop_column("policy_version", "reason")
    op.drop_table("policy_draft")
