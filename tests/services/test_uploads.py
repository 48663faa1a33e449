"""Spreadsheets between their steps: kept for the person who sent them, for a day, with the choice of their columns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.domain.errors import RowsBroken, RuleBroken
from riskreg.exchange.mapping import ColumnMapping
from riskreg.extensions import db
from riskreg.jobs import run_job
from riskreg.models import Upload
from riskreg.services.actors import Actor
from riskreg.services.uploads import drop_old_uploads, keep_mapping, keep_upload, kept_mappings, own_file
from tests import factories as make

CONTENT = b"Code,Result\r\nEY-05,90\r\n"
MAPPING = ColumnMapping("", 1, {"Code": "A", "Result": "B"}, {"Code": "Code", "Result": "Result"})


@pytest.fixture
def officer(app: Flask) -> Actor:
    """A person who sends files."""
    return Actor(make.PersonFactory().id, "Officer", frozenset(), frozenset())


def test_a_file_is_kept_for_its_person_alone(officer: Actor) -> None:
    kept = keep_upload(officer, "results", "C:\\Temp\\a.csv", CONTENT, make.NOW)
    assert (kept.name, own_file(officer, kept.id)) == ("a.csv", kept)
    other = Actor(make.PersonFactory().id, "Other", frozenset(), frozenset())
    assert own_file(other, kept.id) is None
    assert own_file(officer, kept.id + 1) is None


def test_what_cannot_be_read_is_not_kept(officer: Actor) -> None:
    with pytest.raises(RowsBroken, match="the file is a PDF"):
        keep_upload(officer, "results", "a.csv", b"%PDF-1.7", make.NOW)
    assert db.session.scalars(select(Upload)).all() == []


def test_the_nightly_job_deletes_files_after_a_day(officer: Actor) -> None:
    keep_upload(officer, "results", "a.csv", CONTENT, make.NOW)
    newer = keep_upload(officer, "results", "b.csv", CONTENT, make.NOW + timedelta(hours=2))
    db.session.commit()
    assert drop_old_uploads(make.NOW + timedelta(days=1)) == 0
    outcome = run_job("tidy", make.NOW + timedelta(days=1, hours=1))
    assert outcome.outcome == "1 uploaded file deleted"
    db.session.expire_all()
    assert db.session.scalars(select(Upload.id)).all() == [newer.id]


def test_choices_are_kept_by_name_and_the_same_name_replaces_them(officer: Actor) -> None:
    keep_mapping(officer, "results", " Ofsted   monthly ", MAPPING, make.NOW)
    keep_mapping(officer, "targets", "Ofsted monthly", MAPPING, make.NOW)
    other = ColumnMapping("", 0, {"Code": "C"})
    keep_mapping(officer, "results", "Ofsted monthly", other, make.NOW)
    (row,) = kept_mappings("results")
    assert (row.name, ColumnMapping(**row.mapping)) == ("Ofsted monthly", other)
    for name in ("  ", "x" * 81):
        with pytest.raises(RuleBroken, match="at most 80 characters"):
            keep_mapping(officer, "results", name, MAPPING, make.NOW)
