"""A web worker loads what it needs to show pages, and not what only commands, rare files and machines need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {
    "aiosmtpd", "alembic", "apscheduler", "css_inline", "docx", "flask_migrate", "holidays", "icalendar", "openpyxl",
    "prometheus_client", "weasyprint", "xlsxwriter",
}  # fmt: skip
ASKED = "import sys, wsgi; print(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"


def test_a_web_worker_starts_without_what_it_hardly_ever_needs(tmp_path: Path) -> None:
    environment = {**os.environ, "RISKREG_ENV": "test", "DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}"}
    done = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "flask" in loaded
    assert loaded & HEAVY == set()
