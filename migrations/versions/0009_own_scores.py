"""The owner's own score on the risk, where it is counted ten thousand at a time, and what finds a page of a list."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COUNTS = ["register_id", "status", "division_id", "effective_rag", "review_due_on"]
SCORES = ["register_id", "status", "own_likelihood", "own_impact", "own_rag", "division_id", "owner_post_id"]


def upgrade() -> None:
    """Change the tables."""
    op.execute(
        "ALTER TABLE risk ADD COLUMN own_likelihood INTEGER"
        " CONSTRAINT ck_risk_own_likelihood CHECK (own_likelihood BETWEEN 1 AND 5)"
    )
    op.execute(
        "ALTER TABLE risk ADD COLUMN own_impact INTEGER"
        " CONSTRAINT ck_risk_own_impact CHECK (own_impact BETWEEN 1 AND 5)"
        " CONSTRAINT ck_risk_own_both_or_none CHECK ((own_likelihood IS NULL) = (own_impact IS NULL))"
    )
    op.execute(
        "UPDATE risk SET (own_likelihood, own_impact) = ("
        "SELECT likelihood, impact FROM assessment WHERE id = ("
        "SELECT max(id) FROM assessment WHERE risk_id = risk.id AND kind = 'current'))"
    )
    op.drop_index("ix_risk_counts", table_name="risk")
    op.create_index("ix_risk_counts", "risk", [*COUNTS, "owner_post_id", "recorded_at", "closed_on"])
    op.create_index("ix_risk_scores", "risk", SCORES)
    op.create_index("ix_action_open", "action", ["status", "due_on", "risk_id"])
    for table in ("risk_version", "assessment"):
        op.create_index(op.f(f"ix_{table}_recorded_at"), table, ["recorded_at"])


def downgrade() -> None:
    """Change them back."""
    for table in ("assessment", "risk_version"):
        op.drop_index(op.f(f"ix_{table}_recorded_at"), table_name=table)
    op.drop_index("ix_action_open", table_name="action")
    op.drop_index("ix_risk_scores", table_name="risk")
    op.drop_index("ix_risk_counts", table_name="risk")
    op.create_index("ix_risk_counts", "risk", COUNTS)
    for column in ("own_impact", "own_likelihood"):
        op.drop_column("risk", column)
