"""What councils publish of a contract, and its earlier providers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "contract_provider",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_provider_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contract_provider_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_provider")),
    )
    op.create_index(op.f("ix_contract_provider_contract_id"), "contract_provider", ["contract_id"])
    op.execute("ALTER TABLE contract ADD COLUMN tier INTEGER CONSTRAINT ck_contract_tier CHECK (tier BETWEEN 1 AND 3)")
    op.execute(
        "ALTER TABLE contract ADD COLUMN extensions INTEGER DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_contract_extensions CHECK (extensions >= 0)"
    )
    op.add_column("contract", sa.Column("extension_months", sa.Integer(), nullable=True))
    op.add_column("contract", sa.Column("notice_months", sa.Integer(), nullable=True))
    op.add_column("contract", sa.Column("procurement_route", sa.String(), nullable=False, server_default=""))
    op.add_column("contract", sa.Column("provider_number", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "contract", sa.Column("safeguarding_critical", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("contract", sa.Column("rolling", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("contract", sa.Column("provider_is_small", sa.Boolean(), nullable=True))
    op.add_column("contract", sa.Column("provider_is_voluntary", sa.Boolean(), nullable=True))
    op.add_column("contract", sa.Column("irrecoverable_vat", sa.String(length=40), nullable=True))
    op.execute(
        "ALTER TABLE contract ADD COLUMN closed_why VARCHAR DEFAULT '' NOT NULL"
        " CONSTRAINT ck_contract_closed CHECK ((closed_on IS NULL) = (closed_why = ''))"
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_column("contract", "closed_why")
    op.drop_column("contract", "irrecoverable_vat")
    op.drop_column("contract", "provider_is_voluntary")
    op.drop_column("contract", "provider_is_small")
    op.drop_column("contract", "rolling")
    op.drop_column("contract", "safeguarding_critical")
    op.drop_column("contract", "provider_number")
    op.drop_column("contract", "procurement_route")
    op.drop_column("contract", "notice_months")
    op.drop_column("contract", "extension_months")
    op.drop_column("contract", "extensions")
    op.drop_column("contract", "tier")
    op.drop_table("contract_provider")
