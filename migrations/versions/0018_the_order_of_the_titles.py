"""What finds a page of the register in the order of the titles on SQLite, without reading and sorting all of them.

PostgreSQL goes without: it takes no title of thousands of letters, as an imported list may have, into an index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_risk_title", "risk", [sa.text("lower(title)"), "reference_id"])


def downgrade() -> None:
    """Change them back."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_risk_title", table_name="risk")
