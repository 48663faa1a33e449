"""The owner's own score on the risk, where it is counted ten thousand at a time, and what finds a page of a list."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    for column in ("own_likelihood", "own_impact"):
        op.execute(
            f"ALTER TABLE risk ADD COLUMN {column} INTEGER"
            f" CONSTRAINT ck_risk_{column} CHECK ({column} BETWEEN 1 AND 5)"
        )
    op.execute(
        "UPDATE risk SET (own_likelihood, own_impact) = ("
        "SELECT likelihood, impact FROM assessment WHERE id = ("
        "SELECT max(id) FROM assessment WHERE risk_id = risk.id AND kind = 'current'))"
    )


def downgrade() -> None:
    """Change them back."""
    for column in ("own_impact", "own_likelihood"):
        op.drop_column("risk", column)
