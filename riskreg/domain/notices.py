"""What people are told, and when a digest goes (design, section 6).

What cannot wait is a message of its own, sent at once to everyone it concerns: escalations and what takes them back,
decisions and answers, what concerns an account, a job that fails. Everything else is a notice: it waits
for the digest of its person, which comes in the rhythm that the person has chosen, on working days only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from riskreg.domain.dates import LONDON

# By then the reminders of the day are written, and a digest is there before work begins.
DIGEST_AT = time(6, 30)
WEEK = 7
LONGEST_WAIT = 21  # days: a week, and holidays in a row that put its day off
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


class NoticeKind(StrEnum):
    """The kinds of notice, in the order in which a person chooses among them."""

    REVIEW = "review"
    ACTION = "action"
    CONTRACT_REVIEW = "contract review"
    MILESTONE = "milestone"
    RESULT = "result"
    HANDED_OVER = "handed over"
    JOINED = "escalation joined"
    REASON_WENT = "reason went"
    PROPOSED = "de-escalation proposed"
    ANSWERED = "owner answered"
    REFERRAL_ENDED = "referral ended"
    MENTION = "mention"
    PACK = "pack"
    MAIL_FAILED = "mail failed"

    @property
    def title(self) -> str:  # type: ignore[override] # a kind has a title; the method of str is of no use here
        """The kind as a person reads it."""
        return TITLES[self]


TITLES = {
    NoticeKind.REVIEW: "Reviews that fall due or are late",
    NoticeKind.ACTION: "Actions that fall due or are late",
    NoticeKind.CONTRACT_REVIEW: "Reviews of contracts that fall due or are late",
    NoticeKind.MILESTONE: "Contracts that run out of road",
    NoticeKind.RESULT: "Results that are due or overdue",
    NoticeKind.HANDED_OVER: "A risk is handed over to you",
    NoticeKind.JOINED: "An escalation gets a new reason",
    NoticeKind.REASON_WENT: "An escalation that stands loses a reason",
    NoticeKind.PROPOSED: "An end of an escalation is proposed",
    NoticeKind.ANSWERED: "An owner answers what DMT asked for",
    NoticeKind.REFERRAL_ENDED: "A referral to the corporate register ends",
    NoticeKind.MENTION: "Somebody mentions you",
    NoticeKind.PACK: "The pack for a meeting is ready",
    NoticeKind.MAIL_FAILED: "A message could not be sent",
}


class Rhythm(StrEnum):
    """How often a digest comes."""

    AT_ONCE = "at once"
    DAILY = "daily"
    WEEKLY = "weekly"


def digest_goes(
    rhythm: Rhythm,
    weekday: int,
    now: datetime,
    *,
    last: date | None,
    waiting_since: date,
    works: Callable[[date], bool],
) -> bool:
    """Whether a person's digest goes now: `last` is the day of the one before, `waiting_since` of the oldest notice.

    `works` says of a day whether a digest can go then: people work, and no stop of the jobs took the day away. A weekly
    digest goes on the first such day from the chosen weekday on, and only with what was waiting by then; its week
    begins with that weekday, and no second one goes within it.
    """
    moment = now.astimezone(LONDON)
    today = moment.date()
    if not works(today):
        return False
    if rhythm is Rhythm.AT_ONCE:
        return True
    if (moment.hour, moment.minute) < (DIGEST_AT.hour, DIGEST_AT.minute) or last == today:
        return False
    if rhythm is Rhythm.DAILY:
        return True
    chosen = today - timedelta(days=(today.weekday() - weekday) % WEEK)
    goes = chosen
    while not works(goes):
        goes += timedelta(days=1)
    return goes <= today and waiting_since <= goes and (last is None or last < chosen)


def next_digest(
    rhythm: Rhythm,
    weekday: int,
    now: datetime,
    *,
    last: date | None,
    waiting_since: date,
    works: Callable[[date], bool],
) -> datetime:
    """Return when a person's digest goes, by the rule of digest_goes: `now` itself, or the moment in London.

    Raises ValueError when it would not go within LONGEST_WAIT days, which no calendar of holidays makes so.
    """
    begins = time.min if rhythm is Rhythm.AT_ONCE else DIGEST_AT
    today = now.astimezone(LONDON).date()
    ahead = (datetime.combine(today + timedelta(days=days), begins, LONDON) for days in range(LONGEST_WAIT + 1))
    for moment in (now, *(one for one in ahead if one > now)):
        if digest_goes(rhythm, weekday, moment, last=last, waiting_since=waiting_since, works=works):
            return moment
    raise ValueError(f"no digest goes within {LONGEST_WAIT} days of {today}")
