"""How the jobs stand: the last run and the last good one are told apart."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask

from riskreg.queries.jobs import Standing, days_made_good, job_standings, run_count, runs_listed
from tests import factories as make
from tests.web.test_jobs_page import run


def test_the_last_run_and_the_last_good_one_are_told_apart(app: Flask) -> None:
    good = run()
    failed = run(ok=False, started_at=make.NOW + timedelta(hours=1))
    run("remind", ok=False, started_at=make.NOW - timedelta(days=8))
    found = job_standings(["evaluate", "remind", "send-mail"], make.NOW - timedelta(days=7))
    last, last_good = found["evaluate"].last, found["evaluate"].last_good
    assert last is not None
    assert last_good is not None
    assert (last.id, last_good.id, found["evaluate"].failures) == (failed.id, good.id, 1)
    assert (found["remind"].last_good, found["remind"].failures, found["remind"].streak) == (None, 0, 1)
    assert found["evaluate"].streak == 1
    assert found["send-mail"] == Standing(None, None, 0, 0)


def test_failures_alone_are_counted_and_listed(app: Flask) -> None:
    run()
    failed = run(ok=False)
    run(ok=None, finished_at=None)
    assert (run_count(failed=False), run_count(failed=True)) == (3, 1)
    (line,) = runs_listed(failed=True, offset=0, size=50)
    assert line.id == failed.id
    assert runs_listed(failed=False, offset=0, size=1)[0].took is None


def test_the_days_of_a_stop_are_those_made_good_later_only(app: Flask) -> None:
    day, later = make.TODAY, timedelta(days=1)
    run("remind", day=day - 3 * later, started_at=make.NOW)  # made good today
    run("remind", day=day - 2 * later, started_at=make.NOW - 2 * later, ok=False)
    run("remind", day=day - 2 * later, started_at=make.NOW)  # failed on the day itself
    run("remind", day=day - later, started_at=datetime(2017, 4, 1, 23, 30, tzinfo=make.NOW.tzinfo))  # 00:30 in London
    run("remind", day=day - later, started_at=make.NOW)  # and once more by hand
    run("evaluate", day=day - later, started_at=make.NOW)
    assert days_made_good("remind", day - 7 * later, day - later) == {day - 3 * later, day - 2 * later}
    assert days_made_good("remind", day - 2 * later, day) == {day - 2 * later}
