"""Indicators that are added here: of a contract, for information only, and those that ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables. Every indicator so far is rated, and none has ended or measures a contract."""
    op.execute(
        "ALTER TABLE indicator ADD COLUMN contract_id INTEGER"
        " CONSTRAINT fk_indicator_contract_id_contract REFERENCES contract (id)"
    )
    op.create_index(op.f("ix_indicator_contract_id"), "indicator", ["contract_id"])
    op.add_column("indicator", sa.Column("description", sa.String(), nullable=False, server_default=""))
    op.add_column("indicator", sa.Column("origin", sa.String(), nullable=False, server_default=""))
    op.add_column("indicator", sa.Column("is_rated", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("indicator", sa.Column("ended_on", sa.Date(), nullable=True))
    op.execute(
        "ALTER TABLE indicator ADD COLUMN ended_why VARCHAR DEFAULT '' NOT NULL"
        " CONSTRAINT ck_indicator_ended CHECK ((ended_on IS NULL) = (ended_why = ''))"
    )
    op.add_column("indicator", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Change them back."""
    op.drop_column("indicator", "revision")
    op.drop_column("indicator", "ended_why")
    op.drop_column("indicator", "ended_on")
    op.drop_column("indicator", "is_rated")
    op.drop_column("indicator", "origin")
    op.drop_column("indicator", "description")
    op.drop_index(op.f("ix_indicator_contract_id"), "indicator")
    op.drop_column("indicator", "contract_id")
