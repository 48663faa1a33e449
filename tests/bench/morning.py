"""A morning on which 5,000 owners each have a review due: reminders, digests, and all of them sent.

Run by itself (`python -m tests.bench.morning`) it does the work on the database of the settings and prints a line of
JSON; the measuring process watches the pages meanwhile.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from riskreg import create_app
from riskreg.extensions import db
from riskreg.jobs import run_job
from riskreg.mail.sending import Sent
from riskreg.models import Division, Holding, Person, Post, Risk
from riskreg.services.posting import send_due
from tests.bench.filling import TODAY

OWNERS = 5000
FIRST = 500_000
AT = datetime(2017, 4, 3, 6, 0, tzinfo=UTC)  # seven in London, a Monday


def fill_owners(risks: list[int]) -> None:
    """Give each of these risks an owner of its own, whose review is due on the day of the measurement."""
    division = db.session.scalars(select(Division.id).order_by(Division.id).limit(1)).one()
    above = db.session.scalars(select(Post.id).order_by(Post.id).limit(1)).one()
    keys = range(FIRST, FIRST + len(risks))
    plain: dict[str, Any] = {"division_id": division, "line_post_id": above, "assumed": False, "source_line": ""}
    _write(Post, ({**plain, "id": key, "code": f"owner-{key}", "title": f"Owner {key}", "note": ""} for key in keys))
    known: dict[str, Any] = {"session_stamp": "1", "active": True, "demonstration": True, "rhythm": "daily"}
    known |= {"rhythm_weekday": 0, "switched_off": [], "calendar_stamp": ""}
    _write(Person, ({**known, "id": key, "name": f"Olu {key}", "email": f"{key}@kent.example"} for key in keys))
    held = {"deputy": False, "from_on": TODAY, "until_on": None}
    _write(Holding, ({**held, "post_id": key, "person_id": key} for key in keys))
    owned = [{"id": risk, "owner_post_id": key, "review_due_on": TODAY} for risk, key in zip(risks, keys, strict=True)]
    db.session.execute(update(Risk), owned)


def _write(table: Any, rows: Iterator[dict[str, Any]]) -> None:
    db.session.execute(insert(table), list(rows))


def megabytes() -> float:
    """The most memory that this process has had resident, as Linux tells it (what its parent had is not counted)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def take(message: EmailMessage, started: Callable[[], None]) -> Sent:
    """Be the mail server."""
    message.as_bytes()
    started()
    return Sent()


def main() -> None:
    """Do the work of the morning and print how long each part took, and what memory it needed."""
    with create_app().app_context():
        took: dict[str, float] = {"before": megabytes()}
        for job in ("remind", "digests"):
            began = time.perf_counter()
            report = run_job(job, AT, by_hand=True)
            if not report.ok:
                raise RuntimeError(report.outcome)
            took[job] = time.perf_counter() - began
        began, sent = time.perf_counter(), 0
        while batch := send_due(AT, deliver=take).sent:
            sent += batch
        took |= {"send": time.perf_counter() - began, "sent": sent, "after": megabytes()}
    print(json.dumps(took))


if __name__ == "__main__":
    main()
