"""Keeping a risk: category, objective, response, merging, and what became of a control.

Every column is added and dropped in place, by the same words on both databases: making the tables anew, as batch mode
does on SQLite, would lose their constraints and trip over the rows that refer to them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXTS = (
    ("risk", "category"),
    ("risk", "objective"),
    ("risk_version", "category"),
    ("risk_version", "objective"),
    ("risk_version", "change_reason"),
    ("control", "assurance"),
)


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "risk_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(kind = 'tolerate') = (until_on IS NOT NULL)", name=op.f("ck_risk_response_until")),
        sa.CheckConstraint(
            "kind IN ('treat', 'tolerate', 'transfer', 'terminate')", name=op.f("ck_risk_response_kind")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_risk_response_reason")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_risk_response_person_id_person")),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name=op.f("fk_risk_response_risk_id_risk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_response")),
    )
    op.create_index(op.f("ix_risk_response_risk_id"), "risk_response", ["risk_id"])
    for table, column in TEXTS:
        op.add_column(table, sa.Column(column, sa.String(), nullable=False, server_default=""))
    op.add_column("control", sa.Column("last_tested_on", sa.Date(), nullable=True))
    op.add_column("control", sa.Column("ended_on", sa.Date(), nullable=True))
    op.execute(
        "ALTER TABLE control ADD COLUMN ended_why VARCHAR DEFAULT '' NOT NULL"
        " CONSTRAINT ck_control_ended CHECK ((ended_on IS NULL) = (ended_why = ''))"
    )
    op.execute(
        "ALTER TABLE risk ADD COLUMN merged_into_id INTEGER"
        " CONSTRAINT ck_risk_merged_into CHECK ((status = 'merged') = (merged_into_id IS NOT NULL))"
        " CONSTRAINT fk_risk_merged_into_id_risk REFERENCES risk (id)"
    )
    op.create_index(op.f("ix_risk_merged_into_id"), "risk", ["merged_into_id"])


def downgrade() -> None:
    """Change them back."""
    op.drop_index(op.f("ix_risk_merged_into_id"), table_name="risk")
    op.drop_column("risk", "merged_into_id")
    for column in ("ended_why", "ended_on", "last_tested_on"):
        op.drop_column("control", column)
    for table, column in reversed(TEXTS):
        op.drop_column(table, column)
    op.drop_table("risk_response")
