"""Links with the days between which they hold, and links as they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "link_past",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("heeds", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_why", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ended_why <> ''", name=op.f("ck_link_past_ended_why")),
        sa.CheckConstraint("(indicator_id IS NULL) <> (contract_id IS NULL)", name=op.f("ck_link_past_one_subject")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_link_past_contract_id_contract")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_link_past_indicator_id_indicator")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_past_person_id_person")),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name=op.f("fk_link_past_risk_id_risk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_past")),
    )
    op.create_index(op.f("ix_link_past_contract_id"), "link_past", ["contract_id"])
    op.create_index(op.f("ix_link_past_indicator_id"), "link_past", ["indicator_id"])
    op.create_index(op.f("ix_link_past_risk_id"), "link_past", ["risk_id"])
    op.add_column("link", sa.Column("from_on", sa.Date(), nullable=True))
    op.add_column("link", sa.Column("until_on", sa.Date(), nullable=True))
    op.execute(
        "ALTER TABLE link ADD COLUMN person_id INTEGER CONSTRAINT fk_link_person_id_person REFERENCES person (id)"
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_column("link", "person_id")
    op.drop_column("link", "until_on")
    op.drop_column("link", "from_on")
    op.drop_table("link_past")
