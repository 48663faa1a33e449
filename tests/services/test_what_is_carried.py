"""Every table of the register: either a whole register that is taken in holds the same rows, or it says why not.

A new table makes this red until it is decided; so does a new column that is not taken along.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.exchange.opening import read_workbook
from riskreg.extensions import Table, db
from riskreg.models import Action, Control, Review
from riskreg.services.restoring import take_in_whole_register
from riskreg.services.whole_register import whole_register_file
from tests import databases
from tests.services.by_hand import add_by_hand, everybody, minutes
from tests.services.decided_by_hand import decide_by_hand
from tests.services.test_whole_register import work_on_it

CARRIED = {
    *("reference", "risk", "risk_version", "assessment", "risk_response", "control", "action", "action_update"),
    *("link", "link_past", "review"),
    *("contract", "contract_route", "contract_review", "contract_provider"),
    *("indicator", "target", "target_past", "benchmark", "benchmark_past", "result", "result_comment"),
    *("signal", "escalation", "escalation_signal", "decision", "noting", "referral", "meeting", "agenda_item"),
}
HAS_TO_BE_THERE = "the organisation is loaded or set up first; what names nobody there is refused by name"
WHILE_AT_WORK = "what somebody was in the middle of, or what the program needs to run"
LEFT = {
    **dict.fromkeys(("register", "division", "service", "post", "post_role", "person", "holding"), HAS_TO_BE_THERE),
    "policy_version": f"{HAS_TO_BE_THERE}: a result that was judged by a version that is not there is refused",
    "pack": "it was made of the whole register as that stood there, and is kept as it was given to read",
    "decision_read": "it says how far somebody has read there, by the numbers of that place",
    "evidence": "files are taken out one by one; what they were stands in the file “evidence”",
    "evidence_content": "as evidence",
    "audit_event": "it is the trail of the place it comes from; what was taken in says from which file and row",
    **dict.fromkeys(("message", "notice"), "what was sent was sent; what is due is found anew"),
    **dict.fromkeys(("policy_draft", "review_draft", "upload", "saved_mapping"), WHILE_AT_WORK),
    **dict.fromkeys(("sign_in_attempt", "password_reset", "job_run", "scheduler_seen"), WHILE_AT_WORK),
    "demonstration_day": WHILE_AT_WORK,
}
COUNTS_CHANGES = "it tells two who change one thing at once, and begins anew"
COLUMNS_LEFT = {
    **{(one, "revision"): COUNTS_CHANGES for one in ("risk", "action", "indicator", "contract", "target", "benchmark")},
    **{(one, "revision"): COUNTS_CHANGES for one in ("referral", "meeting", "agenda_item")},
    ("indicator", "position"): "the order is kept, and the number is another",
}
NAMED_BY = {
    "register": ("prefix",), "division": ("name",), "service": ("division_id", "name"), "post": ("code",),
    "person": ("name",), "reference": ("register_id", "number"), "risk": ("reference_id",), "indicator": ("code",),
    "contract": ("code",), "action": ("risk_id", "text", "first_due_on"),
    "result": ("indicator_id", "basis", "period_end", "revision"), "escalation": ("risk_id", "opened_at"),
    "decision": ("escalation_id", "kind", "decided_at"), "meeting": ("register_id", "held_on"),
    "signal": ("indicator_id", "contract_id", "fact", "severity", "state"),
}  # fmt: skip
Held = dict[str, Counter[tuple[tuple[str, Any], ...]]]


def test_every_table_is_carried_or_says_why_not() -> None:
    tables = set(Table.metadata.tables)
    assert set(LEFT) | CARRIED == tables
    assert set(LEFT) & CARRIED == set()
    assert all(name in CARRIED and column in Table.metadata.tables[name].columns for name, column in COLUMNS_LEFT)


def everything() -> Held:
    """The rows of every table that is carried, each row by what it says and by the names of what it points to."""
    by_id = {name: {row.id: row for row in _rows(name)} for name in NAMED_BY}

    def plain(table: str, column: str, value: Any) -> Any:
        keys = Table.metadata.tables[table].columns[column].foreign_keys
        if value is not None and keys:
            other = next(iter(keys)).column.table.name
            row = by_id[other][value]
            return tuple(plain(other, name, getattr(row, name)) for name in NAMED_BY[other])
        if (table, column) == ("decision", "seen"):
            named = [{**one, "id": plain("escalation_signal", "signal_id", one["id"])} for one in value["signals"]]
            return str(sorted({**value, "signals": named}.items()))
        return value.replace(microsecond=0) if isinstance(value, datetime) else str(value)

    def said(table: str, row: Any) -> tuple[tuple[str, Any], ...]:
        left = {"id", *(column for name, column in COLUMNS_LEFT if name == table)}
        return tuple((name, plain(table, name, value)) for name, value in row._mapping.items() if name not in left)

    return {name: Counter(said(name, row) for row in _rows(name)) for name in sorted(CARRIED)}


def _rows(table: str) -> list[Any]:
    return list(db.session.execute(select(Table.metadata.tables[table])))


def the_rest() -> None:
    """What none of the work has said."""
    for table in (Action, Control):
        db.session.scalars(select(table)).first().exempt_why = "3: talks with a provider"  # type: ignore[union-attr]
    reviewed = db.session.scalars(select(Review)).one()
    reviewed.controls_work = reviewed.changed = reviewed.escalate = True
    db.session.commit()


@pytest.fixture(scope="session")
def taken_out(backend: databases.Backend) -> tuple[bytes, Held]:
    """The plan's register after all kinds of work: its workbook, and what is held."""
    with contextmanager(backend.application)("plan"):
        work_on_it()
        add_by_hand()
        decide_by_hand()
        the_rest()
        return whole_register_file(), everything()


def test_what_is_carried_is_held_as_it_was(fresh: Flask, taken_out: tuple[bytes, Held]) -> None:
    content, before = taken_out
    assert [name for name in before if not before[name]] == []
    take_in_whole_register(everybody(), 1, read_workbook(content, "all.xlsx"), minutes(60))
    after = everything()
    for name, rows in before.items():
        assert (rows - after[name], after[name] - rows) == (Counter(), Counter()), name


def test_the_work_fills_every_column_so_that_none_can_be_lost_unseen(taken_out: tuple[bytes, Held]) -> None:
    empty = [
        f"{name}.{column}"
        for name, rows in taken_out[1].items()
        for column in {column for row in rows for column, _ in row}
        if not any(dict(row)[column] not in (None, "", "None", "False") for row in rows)
    ]
    assert sorted(empty) == []
