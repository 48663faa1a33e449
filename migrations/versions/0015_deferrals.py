"""Deferrals know the meeting at which they were decided, beside the one they go to; meetings that were not held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables. Until now a deferral kept only the meeting it goes to."""
    op.add_column("decision", sa.Column("deferred_to", sa.Date(), nullable=True))
    op.execute("UPDATE decision SET deferred_to = meeting_on, meeting_on = NULL WHERE kind = 'defer to a meeting'")
    op.add_column("meeting", sa.Column("not_held", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Change them back."""
    op.drop_column("meeting", "not_held")
    op.execute("UPDATE decision SET meeting_on = deferred_to WHERE kind = 'defer to a meeting'")
    op.drop_column("decision", "deferred_to")
