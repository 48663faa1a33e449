"""What the policy says should be sent: a model apart from the code that sends, with dates and rules of its own.

It reads the facts from the tables (what is due, who holds what, what happened by the audit trail) and nothing else.
"""

from __future__ import annotations

import calendar
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from riskreg.extensions import db
from riskreg.models import (
    Action,
    AuditEvent,
    Contract,
    ContractReview,
    Escalation,
    EscalationSignal,
    Holding,
    Indicator,
    Message,
    Notice,
    Pack,
    Person,
    Post,
    PostRole,
    Referral,
    Result,
    Risk,
    SignalRow,
)
from tests.year.ledger import Key, Words, names, pack_words
from tests.year.pressing import Pressing, Told
from tests.year.reviews import months_on, reviews_due

RULES = json.loads((Path(__file__).parents[2] / "riskreg" / "plan" / "policy.json").read_text())
# Easter, the bank holidays of May and August, and Christmas, as the government announced them for England.
HOLIDAYS = {
    date(2017, 4, 14), date(2017, 4, 17), date(2017, 5, 1), date(2017, 5, 29), date(2017, 8, 28), date(2017, 12, 25),
    date(2017, 12, 26), date(2018, 1, 1), date(2018, 3, 30), date(2018, 4, 2),
}  # fmt: skip
BEFORE = RULES["reminder_days_before"]
EARLY = {-days: {"owner"} for days in BEFORE}
CAPACITIES = {"line director": "line", "co-ordinator": "coordinator", "DMT": "dmt_member"}
LATE = {
    kind: {
        RULES[f"late_days_{day}"]: {"owner", *(CAPACITIES[name] for name in RULES[f"late_{kind}_told_{step}"])}
        for day, step in (("line_director", "first"), ("coordinator", "second"))
    }
    for kind in ("review", "action")
}
LADDERS: dict[str, dict[int, set[str]]] = {
    "review": EARLY | LATE["review"],
    "action": EARLY | LATE["action"],
    "contract review": EARLY
    | {
        RULES["review_overdue_days_manager"]: {"owner"},
        RULES["review_overdue_days_head"]: {"owner", "line"},
    },
    "result": {-max(BEFORE): {"performance_officer"}, 1: {"performance_officer"}},
}
PRESSING = {
    "escalated": "escalation_raised",
    "brought back": "escalation_raised",
    "withdraw": "escalation_withdrawn",
}
ESCALATION_NEWS = {"joined": "escalation joined", "propose de-escalation": "de-escalation proposed"}
REFER = "refer to the corporate register"
STANDS = ("awaiting DMT", "confirmed", "returned to owner", "referred to corporate", "deferred to a meeting")
DAY = timedelta(days=1)


def works(on: date) -> bool:
    """Whether people work on a day."""
    return on.isoweekday() <= 5 and on not in HOLIDAYS


def end_of(words: str) -> date:
    """The last day of what is written as a day, a month or a year."""
    year, month, day = (*(int(part) for part in words.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


@dataclass(frozen=True)
class Thing:
    """Something that is due: its stage is found on the ladder of its kind, unless `stage` and `capacities` are set."""

    kind: str
    words: str
    due: date
    owner: int | None
    stage: str = ""
    capacities: frozenset[str] = frozenset()

    def reached(self, on: date) -> tuple[str, frozenset[str]] | None:
        """The stage that the thing has reached on a day, and in which capacities people are told; None before it."""
        if self.stage:
            return self.stage, self.capacities
        steps = [step for step in LADDERS[self.kind] if self.told_on(step) <= on]
        if not steps:
            return None
        step = max(steps)
        return (f"{step:+d}" if step else "0"), frozenset(LADDERS[self.kind][step])

    def told_on(self, step: int) -> date:
        """The day on which a step is told: not past a day off while it lies ahead, so that it is told in time."""
        on = self.due + DAY * step
        if step > 0:
            return on
        return next(on - DAY * back for back in range(14) if works(on - DAY * back))


@dataclass
class Noted:
    """A notice that should be there. `since`: the day on which it was noted; `fate` and `digest` as in the ledger."""

    key: Key
    person: int
    since: date
    capacity: str = ""
    fate: str = "waiting"
    digest: str = ""
    event: tuple[str, int, int] | None = None  # what must still be true of it: of which kind, and of which rows


def due_things(words: Words) -> Iterator[Thing]:
    """Everything that is due some day, as the tables have it now."""
    reviews = reviews_due()
    for risk in db.session.execute(select(Risk.id, Risk.owner_post_id).where(Risk.status == "open")):
        yield Thing("review", words.risk[risk.id], reviews[risk.id], risk.owner_post_id)
    open_actions = select(Action.id, Action.due_on, Action.owner_post_id).join(Risk, Risk.id == Action.risk_id)
    open_actions = open_actions.where(Risk.status == "open", Action.status.not_in(("done", "cancelled")))
    for action in db.session.execute(open_actions):
        yield Thing("action", words.action[action.id], action.due_on, action.owner_post_id)
    held = dict(
        db.session.execute(
            select(ContractReview.contract_id, ContractReview.next_review).order_by(ContractReview.id)
        ).all()
    )
    owners = {}
    for contract in db.session.execute(select(Contract.id, Contract.code, Contract.review, Contract.owner_post_id)):
        owners[contract.id] = contract.owner_post_id
        ahead = held.get(contract.id, contract.review)
        if ahead and contract.owner_post_id:
            yield Thing("contract review", contract.code, end_of(ahead), contract.owner_post_id)
    columns = (SignalRow.contract_id, SignalRow.since, SignalRow.reaches, SignalRow.kind, SignalRow.fact)
    standing = select(SignalRow.found_on, *columns)
    for signal in db.session.execute(standing.where(SignalRow.state == "stands", SignalRow.contract_id.is_not(None))):
        if signal.kind != "review overdue" and owners[signal.contract_id]:
            told = frozenset({"owner"} if signal.reaches == 1 else {"owner", "line"})
            says = f"{words.contract[signal.contract_id]}: {signal.kind}, {signal.fact}, found on {signal.found_on}"
            yield Thing("milestone", says, signal.since, owners[signal.contract_id], "reached", told)
    yield from results_due(words)


def results_due(words: Words) -> Iterator[Thing]:
    """The next result of each: it follows the last on the usual basis, or on any where there is none."""
    published = select(Result.indicator_id, Result.basis == Indicator.basis, Result.period_end)
    published = published.join(Indicator, Indicator.id == Result.indicator_id).where(Result.current)
    ends = {(key, usual): end for key, usual, end in db.session.execute(published.order_by(Result.period_end))}
    for row in db.session.scalars(select(Indicator).where(Indicator.ended_on.is_(None))):
        if last := ends.get((row.id, True)) or ends.get((row.id, False)):
            due = months_on(last, row.frequency_months) + timedelta(days=RULES["result_grace_days"])
            yield Thing("result", words.indicator[row.id], due, None)


class Staffing:
    """Who holds what on a day."""

    def __init__(self, on: date) -> None:
        """Read the posts, their roles and who holds them."""
        self.line = dict(db.session.execute(select(Post.id, Post.line_post_id)).all())
        self.bringing: dict[str, list[int]] = defaultdict(list)
        for role in db.session.execute(select(PostRole.role, PostRole.post_id).order_by(PostRole.post_id)):
            self.bringing[role.role].append(role.post_id)
        self.held: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        rows = select(Holding.post_id, Holding.person_id, Holding.deputy, Holding.from_on, Holding.until_on)
        for row in db.session.execute(rows.join(Person, Person.id == Holding.person_id).where(Person.active)):
            if row.from_on <= on and (row.until_on is None or on <= row.until_on):
                self.held[row.post_id].append((row.person_id, row.deputy))

    def owners(self, post: int) -> set[int]:
        """The holder of a post, and the deputies."""
        return {person for person, _ in self.held.get(post, ())}

    def answers(self, post: int) -> set[int]:
        """The holder of a post, or the deputies while there is none."""
        return {person for person, deputy in self.held.get(post, ()) if not deputy} or self.owners(post)

    def role(self, role: str) -> set[int]:
        """Who answers for the posts with a role."""
        return set().union(*(self.answers(post) for post in self.bringing[role]))

    def above(self, post: int) -> set[int]:
        """Who answers for the nearest post up the line that somebody holds; the co-ordinators when there is none."""
        passed = {post}
        over = self.line[post]
        while over is not None and over not in passed:
            if self.answers(over):
                return self.answers(over)
            passed.add(over)
            over = self.line[over]
        return self.role("coordinator")

    def hearing(self, post: int) -> set[int]:
        """Who is told of what a post owns: those in it, or those above while it is vacant."""
        return self.owners(post) or self.above(post)

    def told(self, thing: Thing, on: date) -> set[int]:
        """Who is told of a thing on a day; what a vacant post owns is its line's from the first stage on."""
        reached = thing.reached(on)
        if reached is None:
            return set()
        people: set[int] = set()
        for capacity in reached[1]:
            if capacity in ("owner", "line"):
                assert thing.owner is not None
                people |= self.owners(thing.owner) if capacity == "owner" else self.above(thing.owner)
            else:
                people |= self.role(capacity)
        if thing.owner is not None and not self.owners(thing.owner):
            people |= self.above(thing.owner)
        return people


def _key(event: AuditEvent) -> int:
    """The number of the row that an event is about."""
    return int(event.subject.rpartition(":")[2])


def _about(signal: SignalRow) -> tuple[int | None, int | None, str]:
    """The indicator or the contract that a signal is about, and the fact."""
    return signal.indicator_id, signal.contract_id, signal.fact


class Policy:
    """The year as it should be. It is told when the day's reminders are due, when something may have happened, and
    when digests go; the ledger that it keeps meanwhile is compared with the one in the tables at the end.
    """

    def __init__(self) -> None:
        """Begin with the register as it was loaded; what that brought before DMT is told."""
        self.words = Words()
        self.noted: dict[Key, Noted] = {}
        self.pressing = Pressing()
        self.digests: Counter[tuple[str, str, tuple[Key, ...]]] = Counter()
        self.last: dict[int, date] = {}
        self.missed: set[date] = set()
        self.read_until = 0
        self.lost: set[int] = set()

    def remind(self, days: Iterable[date], today: date) -> None:
        """The reminders of some days, the missed ones first, are noted today."""
        days = list(days)
        self.missed |= {on for on in days if on != today}
        things = list(due_things(self.words))
        for on in days:
            staff = Staffing(on)
            for thing in things:
                self._note(thing, staff.told(thing, on), on, today)

    def _note(self, thing: Thing, people: Iterable[int], on: date, today: date) -> None:
        reached = thing.reached(on)
        if reached is None:
            return
        for person in sorted(people):
            self._add((thing.kind, thing.words, reached[0], thing.due.isoformat()), person, today)

    def _add(
        self, what: tuple[str, str, str, str], person: int, today: date, event: tuple[str, int, int] | None = None
    ) -> None:
        key = (*what, self._name(person))
        self.noted.setdefault(key, Noted(key, person, today, event=event))

    def look(self, today: date) -> None:
        """Read from the audit trail what happened since the last look, and tell those whom it concerns."""
        query = select(AuditEvent).where(AuditEvent.id > self.read_until).order_by(AuditEvent.id)
        staff = Staffing(today)
        for event in db.session.scalars(query):
            self.read_until = event.id
            self._happened(event, staff, today)

    def _happened(self, event: AuditEvent, staff: Staffing, today: date) -> None:
        if event.risk_id:
            self._happened_to_risk(event, db.session.get_one(Risk, event.risk_id), staff, today)
        else:
            self._happened_to_people(event, staff, today)
        if "@" in event.sentence and event.person_id:
            for person, name in db.session.execute(select(Person.id, Person.name).where(Person.active)):
                if f"@{name}" in event.sentence and person != event.person_id:
                    self._add(("mention", "mentioned: " + event.sentence, "", today.isoformat()), person, today)

    def _happened_to_risk(self, event: AuditEvent, risk: Risk, staff: Staffing, today: date) -> None:
        on, members = today.isoformat(), staff.role("dmt_member")
        corporate, heard = staff.role("corporate_coordinator"), staff.hearing(risk.owner_post_id)
        if event.verb in PRESSING:
            self._press(PRESSING[event.verb], event, risk, on, {"owner": heard, "dmt": members})
        elif event.verb in ESCALATION_NEWS:
            self._news(ESCALATION_NEWS[event.verb], risk, heard | members, today, (event.verb, _key(event), 0))
        elif event.verb == "answered":
            self._news("owner answered", risk, members - {event.person_id}, today, ("answered", _key(event), 0))
        elif event.verb in ("recovered", "withdrawn"):
            # Of an escalation that stands; where its end is proposed, or it has ended, they hear that instead.
            escalation = db.session.get_one(Escalation, _key(event))
            told = heard | members if escalation.status in STANDS and not escalation.proposal else set()
            self._news("reason went", risk, told, today, ("reason", escalation.id, event.id))
        elif event.verb == "decided":
            self._press("decision_made", event, risk, on, {"owner": heard})
            referred = corporate if event.detail["kind"] == REFER else set()
            self._press("referral_proposed", event, risk, on, {"corporate": referred})
        elif event.verb == "ended the referral":
            told = (heard | members | corporate) - {event.person_id}
            self._news("referral ended", risk, told, today, ("referral", _key(event), 0))
        elif event.verb == "handed over":
            what, vacant = ("handed over", str(risk.reference), "", on), not staff.owners(risk.owner_post_id)
            self._tell(
                what, heard - {event.person_id}, today, ("vacant" if vacant else "risk", risk.id, risk.owner_post_id)
            )

    def _tell(
        self, what: tuple[str, str, str, str], people: Iterable[int], today: date, event: tuple[str, int, int]
    ) -> None:
        for person in sorted(people):
            self._add(what, person, today, event)

    def _news(self, kind: str, risk: Risk, people: Iterable[int], today: date, event: tuple[str, int, int]) -> None:
        """Something happened to an escalation; what happens to a risk in one go is told in one go."""
        self._tell((kind, f"{risk.reference} at {risk.revision}", "", today.isoformat()), people, today, event)

    def _happened_to_people(self, event: AuditEvent, staff: Staffing, today: date) -> None:
        on = today.isoformat()
        if event.verb == "add a person":
            self.pressing.add({_key(event)}, partial(Told, "account_invitation", "", on, event=event.id))
        elif event.verb in ("hand over a post", "set a deputy"):
            title = db.session.get_one(Post, _key(event)).title
            what = ("handed over", f"post {title} {event.detail['from_on']}", "", on)
            self._add(what, event.detail.get("after") or event.detail["person"], today, ("post", 0, _key(event)))
        elif event.verb == "made a pack":
            pack = db.session.get_one(Pack, _key(event))
            for person in sorted(staff.role("dmt_member") - {event.person_id}):
                self._add(("pack", pack_words(pack), "", on), person, today, ("pack", pack.id, 0))

    def _press(self, kind: str, event: AuditEvent, risk: Risk, on: str, people: Mapping[str, set[int]]) -> None:
        told = partial(Told, kind, str(risk.reference), on, event=event.id, risk=risk.id, escalation=_key(event))
        for capacity, some in people.items():
            self.pressing.add(some, partial(told, capacity=capacity))

    def _name(self, person: int) -> str:
        if person not in self.words.people:
            self.words.people = names()
        return self.words.people[person]

    def send(self, today: date) -> None:
        """Let the digests go that are due; then tell the administrators of what could not be sent."""
        self.pressing.send(Staffing(today), today.isoformat())
        sent = [self._digest(person, today) for person in self._waiting()]
        things: dict[tuple[str, str], Thing] = {}
        if any(sent):
            things = {(thing.kind, thing.words): thing for thing in due_things(self.words)}
        staff = Staffing(today)
        for taken in sent:
            if taken:
                self._write(taken, things, staff, today)
        self._lost(staff, today)

    def _lost(self, staff: Staffing, today: date) -> None:
        """Tell the administrators of messages that failed; not when those told them of nothing but other failures."""
        for message in db.session.scalars(select(Message).where(Message.state.in_(("failed", "unknown")))):
            if message.id in self.lost:
                continue
            self.lost.add(message.id)
            about = set(db.session.scalars(select(Notice.kind).where(Notice.message_id == message.id)))
            for person in sorted(staff.role("administrator")) if about != {"mail failed"} else ():
                what = ("mail failed", self.words.message(message), "", today.isoformat())
                self._add(what, person, today, ("message", message.id, 0))

    def _waiting(self) -> list[int]:
        return sorted({one.person for one in self.noted.values() if one.fate == "waiting"})

    def _digest(self, key: int, today: date) -> list[Noted]:
        """What a person's digest takes along today; nothing when none goes."""
        person = db.session.get_one(Person, key)
        mine = [one for one in self.noted.values() if one.person == key and one.fate == "waiting"]
        if not works(today) or not self._goes(person, mine, today):
            return []
        for one in mine:
            if not person.active:
                one.fate = "inactive"
            elif one.key[0] in person.switched_off:
                one.fate = "switched off"
        taken = [one for one in mine if one.fate == "waiting"]
        for one in taken:
            one.digest = today.isoformat()
        if taken:
            self.last[key] = today
        return taken

    def _goes(self, person: Person, mine: list[Noted], today: date) -> bool:
        if person.rhythm == "at once":
            return True
        if self.last.get(person.id) == today:
            return False
        if person.rhythm == "daily" or any(one.key[0] == "pack" for one in mine):
            return True
        chosen = max(today - DAY * back for back in range(7) if (today - DAY * back).weekday() == person.rhythm_weekday)
        # A day on which nobody works, or no job ran, is made good on the first after it on which both is so.
        ahead = (chosen + DAY * on for on in range(14))
        goes = next(on for on in ahead if works(on) and on not in self.missed)
        had = person.id in self.last and self.last[person.id] >= chosen
        return not had and goes <= today and min(one.since for one in mine) <= goes

    def _write(self, taken: list[Noted], things: dict[tuple[str, str], Thing], staff: Staffing, today: date) -> None:
        newest = {one.key[:2]: one for one in taken}
        for one in taken:
            if one.event or one.key[0] == "mention":
                one.fate = self._still(one, today)
            elif newest[one.key[:2]] is not one:
                one.fate = "overtaken"
            else:
                one.fate = self._still_due(one, things.get(one.key[:2]), staff, today)
        told = tuple(sorted(one.key for one in taken if one.fate == "told"))
        self.digests[taken[0].key[-1], today.isoformat(), told] += 1

    def _still_due(self, one: Noted, thing: Thing | None, staff: Staffing, today: date) -> str:
        if thing is None:
            return "gone"
        if thing.due.isoformat() != one.key[3]:
            return "moved"
        people = staff.told(thing, today)
        if one.person in people:
            return "told"
        self._note(thing, people, today, today)
        return "re-aimed" if people else "nobody"

    def _still(self, one: Noted, today: date) -> str:
        """Whether what happened is still worth telling."""
        kind, key, post = one.event or ("", 0, 0)
        if kind == "pack":
            pack = db.session.get_one(Pack, key)
            assert pack.meeting is not None
            newer = select(Pack.id).where(Pack.meeting_id == pack.meeting_id, Pack.id > pack.id).limit(1)
            return "outdated" if pack.meeting.held_on < today or db.session.scalar(newer) else "told"
        if kind == "message":
            state = db.session.get_one(Message, key).state
            return "told" if state in ("failed", "unknown") else "settled"
        if kind == "answered":
            return "told" if db.session.get_one(Escalation, key).status == STANDS[0] else "decided on"
        if kind == "reason":
            return self._still_lost(db.session.get_one(Escalation, key), db.session.get_one(AuditEvent, post))
        if kind == "referral":
            states = db.session.scalars(select(Referral.state).where(Referral.escalation_id == key))
            return "referred anew" if {"proposed", "accepted"} & set(states) else "told"
        if kind in ESCALATION_NEWS:
            escalation = db.session.get_one(Escalation, key)
            stands = escalation.status in STANDS and (kind == "joined" or escalation.proposal)
            return "told" if stands else "gone"
        return "told" if self._still_theirs(one, today) else "handed on"

    def _still_theirs(self, one: Noted, today: date) -> bool:
        """Whether what was handed over is still with that post, and the post still held by the person, or by nobody."""
        kind, key, post = one.event or ("", 0, 0)
        if kind in ("risk", "vacant") and db.session.get_one(Risk, key).owner_post_id != post:
            return False
        if kind == "vacant":
            return not Staffing(today).owners(post)
        if kind in ("risk", "post"):
            held = select(Holding.until_on).where(Holding.post_id == post, Holding.person_id == one.person)
            return any(until is None or until >= today for until in db.session.scalars(held))
        return True

    def _still_lost(self, escalation: Escalation, event: AuditEvent) -> str:
        """Whether an escalation that lost a reason stands, and nothing as grave on the same fact does again."""
        if escalation.status not in STANDS:
            return "gone"
        if escalation.proposal:
            return "end proposed"
        held = select(SignalRow).join(EscalationSignal, EscalationSignal.signal_id == SignalRow.id)
        signals = list(db.session.scalars(held.where(EscalationSignal.escalation_id == escalation.id)))
        best: dict[tuple[int | None, int | None, str], int] = defaultdict(int)
        for one in signals:
            if one.state == "stands":
                best[_about(one)] = max(best[_about(one)], one.severity)
        same = select(AuditEvent.sentence).where(AuditEvent.at == event.at, AuditEvent.subject == event.subject)
        said = list(db.session.scalars(same.where(AuditEvent.verb.in_(("recovered", "withdrawn")))))
        lost = [one for one in signals if any(f"It said: {one.sentence} " in text for text in said)]
        return "told" if any(best[_about(one)] < one.severity for one in lost) else "back"

    def expected(self) -> dict[str, object]:
        """The ledger as it should be."""
        notices = {key: (one.fate, one.digest) for key, one in self.noted.items()}
        return {"notices": notices, "digests": self.digests, "pressing": self.pressing.counted(self._name)}
