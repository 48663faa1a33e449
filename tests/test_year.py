"""A year on the shipped plan: everything is told once, to the right people, on the day that the policy says.

What should have been sent is worked out apart from the code that sends (tests/year/policy.py), in two years
alike: one with two schedulers at once and some days without any, and one in which the process is killed and the mail
server refuses. In both the clocks change twice, people come and go, and things are done, moved and handed over.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from riskreg.domain.notices import NoticeKind
from riskreg.extensions import db
from riskreg.models import JobRun, Message
from tests.databases import Backend
from tests.year.days import FIRST, LAST, MailServer, Year
from tests.year.ledger import written

KILLS = 0.15
STOPPED = [date(2017, 8, 10) + timedelta(days=days) for days in range(6)]  # from a Thursday to a Tuesday


@dataclass(frozen=True)
class Lived:
    """What a year left behind: the ledger as it should be and as it is, and how messages and jobs stand."""

    expected: dict[str, Any]
    found: dict[str, Any]
    states: Counter[str]
    runs: Counter[tuple[str, date]]


def lived(backend: Backend, year: Year) -> Lived:
    """Live through a year."""
    found = []
    for _app in backend.application("plan"):  # to its end, where the database is put back
        expected = year.live().expected()
        states = Counter(db.session.scalars(select(Message.state)))
        good = select(JobRun.job, JobRun.day, func.count()).where(JobRun.ok.is_(True)).group_by(JobRun.job, JobRun.day)
        runs = Counter({(row[0], row[1]): row[2] for row in db.session.execute(good)})
        found.append(Lived(expected, written(), states, runs))
    return found[0]


def compare(year: Lived) -> None:
    """The two ledgers part by part, so that a difference can be read."""
    for part, expected in year.expected.items():
        found = year.found[part]
        missing = [one for one in expected.items() if found.get(one[0]) != one[1]]
        wrong = [one for one in found.items() if expected.get(one[0]) != one[1]]
        assert (len(missing), missing[:5], len(wrong), wrong[:5]) == (0, [], 0, []), part


def each_once(server: MailServer, states: Counter[str]) -> None:
    """What counts as sent arrived, and nothing arrived twice."""
    assert len(server.arrived) == len(set(server.arrived))
    assert states["sent"] <= len(server.arrived) <= states["sent"] + states["unknown"]
    assert set(server.arrived).isdisjoint(server.refused)
    assert states["failed"] == len(set(server.refused))  # who was killed before noting a refusal asked once more


def test_a_year_with_two_schedulers_and_some_days_without_one(backend: Backend) -> None:
    year = Year(racing=True, stopped=STOPPED)
    found = lived(backend, year)
    compare(found)
    each_once(year.server, found.states)
    assert set(found.states) == {"sent", "dropped"}
    days = {FIRST + timedelta(days=days) for days in range((LAST - FIRST).days + 1)}
    assert {day for job, day in found.runs if job == "remind"} == days
    assert {day for job, day in found.runs if job == "evaluate"} == days - set(STOPPED)
    notices = found.found["notices"]
    fates = {fate for fate, _ in notices.values()}
    known = {"told", "waiting", "overtaken", "moved", "gone", "switched off", "re-aimed", "outdated", "referred anew"}
    assert fates >= known
    assert {key[-1] for key in found.found["pressing"]} == {"told", "dropped"}
    assert {key[0] for key in notices} == {kind for kind in NoticeKind if kind != NoticeKind.MAIL_FAILED}
    assert len(notices) > 1000


def test_a_year_in_which_the_process_is_killed_and_the_mail_server_refuses(backend: Backend) -> None:
    year = Year(server=MailServer(moody=True), chance=KILLS)
    found = lived(backend, year)
    compare(found)
    each_once(year.server, found.states)
    assert set(found.states) <= {"sent", "dropped", "unknown", "failed"}
    assert min(found.states["unknown"], found.states["failed"], len(year.server.put_off)) > 0
    assert NoticeKind.MAIL_FAILED in {key[0] for key in found.found["notices"]}
