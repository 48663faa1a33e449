"""What stays out of published reports, the report to the Cabinet Committee, and an index for counting risks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EXEMPT = ("risk", "control", "action")


def upgrade() -> None:
    """Change the tables."""
    for table in EXEMPT:
        op.add_column(table, sa.Column("exempt_why", sa.String(), nullable=False, server_default=""))
    op.execute(
        "ALTER TABLE pack ADD COLUMN kind VARCHAR DEFAULT 'meeting' NOT NULL"
        " CONSTRAINT ck_pack_kind CHECK (kind IN ('meeting', 'committee'))"
    )
    op.add_column("pack", sa.Column("since", sa.Date(), nullable=True))
    op.create_index(
        "ix_risk_counts", "risk", ["register_id", "status", "division_id", "effective_rag", "review_due_on"]
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_index("ix_risk_counts", table_name="risk")
    op.drop_column("pack", "since")
    op.drop_column("pack", "kind")
    for table in reversed(EXEMPT):
        op.drop_column(table, "exempt_why")
