"""Living through the year: each day's jobs in the morning, people's work, what that brings in the evening."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from functools import partial
from zlib import crc32
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import event, select

from riskreg.extensions import db
from riskreg.jobs import RUNNING_ALREADY, due_jobs, run_job
from riskreg.mail.sending import Outcome, PermanentFailure, Sent, TemporaryFailure
from riskreg.models import Message
from riskreg.services.posting import send_due
from tests.year import life
from tests.year.policy import Policy

FIRST, LAST = date(2017, 4, 3), date(2018, 3, 31)
LONDON = ZoneInfo("Europe/London")
MORNING, WORK, EVENING = time(6, 30), time(13, 0), time(17, 0)
LOADED = time(9, 40)  # by then the register had been loaded on the first day, and escalations were on their way
# On both nights on which the clocks change somebody asks every quarter of an hour what is due.
CLOCKS_CHANGE = (date(2017, 10, 29), date(2018, 3, 25))
QUARTER = timedelta(minutes=15)
RESTART = timedelta(minutes=1)  # short enough for the unluckiest day to be over by midnight
# Longer than a lease, and than the first pauses after a temporary failure.
NEXT_TRY = timedelta(minutes=16)
MOST_TRIES = 12
UNSETTLED = ("waiting", "claimed", "started")


class KilledError(BaseException):
    """The process is killed."""


@contextmanager
def kills(chance: float) -> Iterator[None]:
    """Kill the process at a commit, right before or right after it, with the chance given."""
    dice = random.Random(20)

    def perhaps(*_: object) -> None:
        if dice.random() < chance:
            raise KilledError

    for moment in ("before_commit", "after_commit"):
        event.listen(db.session, moment, perhaps)
    try:
        yield
    finally:
        for moment in ("before_commit", "after_commit"):
            event.remove(db.session, moment, perhaps)


def until_it_survives(work: Callable[[datetime], object], now: datetime) -> datetime:
    """Start the process anew, a minute later, until the work is done without being killed."""
    while True:
        try:
            work(now)
        except KilledError:
            db.session.remove()
            now += RESTART
        else:
            return now


@dataclass
class MailServer:
    """Takes messages. `moody`: it refuses one in ten at first, a few for good. `meanwhile`: what another does then."""

    moody: bool = False
    arrived: list[str] = field(default_factory=list)
    put_off: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def take(self, message: EmailMessage, started: Callable[[], None]) -> Outcome:
        """Take a message, or refuse it."""
        self.meanwhile()
        name = str(message["Message-ID"])
        dice = crc32(f"{message['To']} {message['Subject']}".encode()) if self.moody else 2
        if dice % 10 == 0 and name not in self.put_off:
            self.put_off.append(name)
            return TemporaryFailure("451 Try again later")
        if dice % 50 == 1:
            self.refused.append(name)
            return PermanentFailure("550 No such user")
        started()
        self.arrived.append(name)
        return Sent()


def the_days_jobs(now: datetime) -> None:
    """Run what is due, as the scheduler does: a job that another runs already is left to that one, later days too."""
    left = set()
    for name, day in due_jobs(now):
        if name in left:
            continue
        report = run_job(name, now, day)
        assert report.ok or report.outcome == RUNNING_ALREADY, report
        if not report.ok:
            left.add(name)


@dataclass
class Year:
    """A year, and what disturbs it: the chance of being killed at a commit, a moody mail server, days on which no job
    runs, another scheduler that does the same work at the same time.
    """

    server: MailServer = field(default_factory=MailServer)
    chance: float = 0
    stopped: Sequence[date] = ()
    racing: bool = False

    def live(self) -> Policy:
        """Live through the year and return what the policy says of it."""
        policy, missed = Policy(), list[date]()
        today = FIRST
        while today <= LAST:
            missed.append(today)
            if today not in self.stopped:
                self.morning(today, missed, policy)
                missed.clear()
            life.live(_at(today, WORK), partial(policy.look, today))
            if today not in self.stopped:
                self.send(_at(today, EVENING), policy)
            db.session.remove()
            today += timedelta(days=1)
        return policy

    def morning(self, today: date, missed: Sequence[date], policy: Policy) -> None:
        """The jobs of the day, those of missed days first; then the mail."""
        now = _at(today, LOADED if today == FIRST else MORNING)
        asked = _at(today, time(0, 0)) if today in CLOCKS_CHANGE else now
        while asked < now:
            self._run(the_days_jobs, asked)
            asked += QUARTER
        now = self._run(the_days_jobs, now)
        assert due_jobs(now) == []
        policy.look(today)
        policy.remind(missed, today)
        self.send(now, policy)

    def send(self, now: datetime, policy: Policy) -> None:
        """Put digests into the outbox and send, until nothing is left."""
        alone = now.astimezone(LONDON).time() >= WORK  # in the evening there is little to race for
        for _ in range(MOST_TRIES):
            now = self._run(self._put_digests, now, alone=alone)
            now = self._run(self._send_mail, now, alone=alone)
            alone = True
            before = policy.digests.total()
            policy.send(now.astimezone(LONDON).date())
            left = db.session.scalar(select(Message.id).where(Message.state.in_(UNSETTLED)).limit(1))
            db.session.rollback()
            if left is None and policy.digests.total() == before:
                return
            now += NEXT_TRY
        raise AssertionError(f"Messages are left at {now}.")

    def _put_digests(self, now: datetime) -> None:
        run_job("digests", now)

    def _send_mail(self, now: datetime) -> None:
        send_due(now, deliver=self.server.take)

    def _run(self, work: Callable[[datetime], object], now: datetime, *, alone: bool = False) -> datetime:
        if self.racing and not alone:
            self._race(work, now)
        with kills(self.chance):
            return until_it_survives(work, now)

    def _race(self, work: Callable[[datetime], object], now: datetime) -> None:
        """Do the work here and beside: at the same time on PostgreSQL, in between on SQLite, which has one writer."""
        app = current_app._get_current_object()  # type: ignore[attr-defined]

        def beside() -> None:
            with app.app_context():
                self._everything(now)

        if db.engine.dialect.name == "sqlite":
            self.server.meanwhile = partial(self._once, beside)
            work(now)
            self.server.meanwhile = lambda: None
            return
        with ThreadPoolExecutor(1) as other:
            done = other.submit(beside)
            work(now)
            done.result()

    def _once(self, beside: Callable[[], None]) -> None:
        self.server.meanwhile = lambda: None
        beside()

    def _everything(self, now: datetime) -> None:
        the_days_jobs(now)
        self._put_digests(now)
        self._send_mail(now)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=LONDON).astimezone(UTC)
