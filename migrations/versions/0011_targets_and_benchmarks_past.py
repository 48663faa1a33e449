"""Targets and national figures as they were, those of statistical neighbours, and comments on results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "target_past",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("printed", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("floor", sa.String(length=40), nullable=True),
        sa.Column("green_tolerance", sa.String(length=40), nullable=True),
        sa.Column("amber_tolerance", sa.String(length=40), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=False),
        sa.Column("replaced_why", sa.String(), nullable=False),
        sa.CheckConstraint("replaced_why <> ''", name=op.f("ck_target_past_replaced_why")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name=op.f("fk_target_past_indicator_id_indicator")),
        sa.ForeignKeyConstraint(["replaced_by"], ["person.id"], name=op.f("fk_target_past_replaced_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_past")),
    )
    op.create_index(op.f("ix_target_past_indicator_id"), "target_past", ["indicator_id"])
    op.create_table(
        "benchmark_past",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("printed", sa.String(), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("comparable", sa.Boolean(), nullable=False),
        sa.Column("neighbours", sa.String(length=40), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=False),
        sa.Column("replaced_why", sa.String(), nullable=False),
        sa.CheckConstraint("replaced_why <> ''", name=op.f("ck_benchmark_past_replaced_why")),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_benchmark_past_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(["replaced_by"], ["person.id"], name=op.f("fk_benchmark_past_replaced_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benchmark_past")),
    )
    op.create_index(op.f("ix_benchmark_past_indicator_id"), "benchmark_past", ["indicator_id"])
    op.create_table(
        "result_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_result_comment_text")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_result_comment_person_id_person")),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name=op.f("fk_result_comment_result_id_result")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_comment")),
    )
    op.create_index(op.f("ix_result_comment_result_id"), "result_comment", ["result_id"])
    op.add_column("target", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("benchmark", sa.Column("neighbours", sa.String(length=40), nullable=True))
    op.add_column("benchmark", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Change them back."""
    op.drop_column("benchmark", "revision")
    op.drop_column("benchmark", "neighbours")
    op.drop_column("target", "revision")
    op.drop_table("result_comment")
    op.drop_table("benchmark_past")
    op.drop_table("target_past")
