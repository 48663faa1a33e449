"""What people do in the year: always the same, told by names and days and never by the numbers of rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from hashlib import blake2b

from sqlalchemy import select

from riskreg.domain.contracts import RouteKind, RouteStage
from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import LIVE, ActionStatus, DecisionKind, DecisionTaken, EscalationStatus
from riskreg.domain.notices import NoticeKind, Rhythm
from riskreg.extensions import db
from riskreg.models import (
    Action,
    Contract,
    Escalation,
    Indicator,
    Meeting,
    Notice,
    Person,
    Post,
    Register,
    Risk,
    SignalRow,
)
from riskreg.queries.people import holders_of
from riskreg.queries.sessions import session_of
from riskreg.services.actions import ActionChange, update_action
from riskreg.services.actors import Actor
from riskreg.services.contracts import ReviewEntry, RouteEntry, record_review, record_route
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.keeping import hand_over_risk
from riskreg.services.meetings import schedule_meetings
from riskreg.services.packs import make_pack
from riskreg.services.people import add_person, deactivate_person, hand_over_post, set_deputy
from riskreg.services.preferences import set_preferences
from riskreg.services.publishing import publish_results
from riskreg.services.results import ResultEntry
from riskreg.services.reviews import ReviewAnswers, complete_review

SATURDAY = 5
DAYS = timedelta(days=21)
VACANT = "head-of-fair-access"  # from 12 June to 9 July
# Who hears how, by the code of the post; everybody else has a digest a day.
WISHES = {
    "director-planning-and-access": (Rhythm.AT_ONCE, 0, ()),
    "head-of-school-improvement": (Rhythm.AT_ONCE, 0, (NoticeKind.ACTION,)),
    "head-of-youth-justice": (Rhythm.WEEKLY, 0, ()),
    "head-of-skills-and-employability": (Rhythm.WEEKLY, 2, (NoticeKind.MILESTONE,)),
    "head-of-early-help": (Rhythm.WEEKLY, 4, ()),
    "corporate-director": (Rhythm.WEEKLY, 4, (NoticeKind.ACTION, NoticeKind.CONTRACT_REVIEW)),
    "performance-officer": (Rhythm.WEEKLY, 1, ()),
    "head-of-early-years-and-childcare": (Rhythm.DAILY, 0, (NoticeKind.HANDED_OVER,)),
    "administrator": (Rhythm.AT_ONCE, 0, ()),
}
NO_CHANGE = ReviewAnswers(still_right=True, controls_work=True, actions_on_track=True, changed=False, note="As it was.")
ROUTES = ((RouteKind.REPROCURE, RouteStage.DECIDED), (RouteKind.END, RouteStage.APPROVED))


def live(now: datetime, after_each: Callable[[], None]) -> None:
    """Live through a working day: each thing somebody does is committed, and `after_each` called."""
    today = now.date()
    planned = EVENTS.get(today)
    if today.weekday() >= SATURDAY and planned is None:
        return
    steps = [] if planned is None else [planned]
    if today.weekday() < SATURDAY:
        steps += [_reviews, _actions, _contracts, _results, _decisions]
    for step in steps:
        step(now, after_each)


def holder(code: str, today: date) -> Actor | None:
    """Whoever holds a post, as an actor; None while it is vacant."""
    found = holders_of(_post(code).id, today)
    return _actor(found[0].person_id, today) if found else None


def _actor(person_id: int, today: date) -> Actor:
    session = session_of(person_id, today)
    assert session is not None
    return Actor(person_id, session.name, session.roles, frozenset(session.posts), dict(session.deputises))


def _post(code: str) -> Post:
    return db.session.scalars(select(Post).where(Post.code == code)).one()


def _must(code: str, now: datetime) -> Actor:
    actor = holder(code, now.date())
    assert actor is not None
    return actor


def _happens(chance: float, *what: object) -> bool:
    """Whether something happens that happens with this chance: the same in every run."""
    thrown = blake2b(" ".join(map(str, what)).encode(), digest_size=4).digest()
    return int.from_bytes(thrown) < chance * 2**32


def _wishes(now: datetime, after_each: Callable[[], None]) -> None:
    for code, (rhythm, weekday, off) in WISHES.items():
        set_preferences(_must(code, now), rhythm, weekday, off, now)
    _save(after_each)


def _save(after_each: Callable[[], None]) -> None:
    db.session.commit()
    after_each()


def _reviews(now: datetime, after_each: Callable[[], None]) -> None:
    """Owners review what is due soon or late, one day or another."""
    soon = now.date() + timedelta(days=5)
    risks = db.session.scalars(select(Risk).where(Risk.status == "open", Risk.review_due_on <= soon)).all()
    for risk in sorted(risks, key=lambda one: one.reference.number):
        owner = holder(risk.owner_post.code, now.date())
        if owner and _happens(0.09, "review", risk.reference, now.date()):
            complete_review(owner, risk, NO_CHANGE, risk.revision, now)
            _save(after_each)


def _actions(now: datetime, after_each: Callable[[], None]) -> None:
    """Owners finish what is due, or move it on."""
    soon = now.date() + timedelta(days=10)
    waiting = Action.status.in_(("not started", "in progress"))
    for action in sorted(
        db.session.scalars(select(Action).where(waiting, Action.due_on <= soon)), key=lambda one: one.text
    ):
        owner = holder(action.owner_post.code, now.date())
        if owner is None or action.risk.status != "open":
            continue
        if _happens(0.03, "done", action.text, now.date()):
            change = ActionChange("Done.", ActionStatus.DONE, 100, action.due_on)
        elif _happens(0.05, "moved", action.text, now.date()):
            change = ActionChange(
                "It takes longer.", ActionStatus.IN_PROGRESS, 50, max(action.due_on, now.date()) + timedelta(days=20)
            )
        else:
            continue
        update_action(owner, action, change, action.revision, now)
        _save(after_each)


def _contracts(now: datetime, after_each: Callable[[], None]) -> None:
    """Managers hold reviews from time to time, and record what is to follow on contracts that run out of road."""
    for code in db.session.scalars(select(Contract.code).order_by(Contract.code)).all():
        held = _happens(0.005, "contract review", code, now.date())
        if not held and not _happens(0.02, "route", code, now.date()):
            continue
        contract = db.session.scalars(select(Contract).where(Contract.code == code)).one()
        manager = holder(contract.owner_post.code, now.date())
        if manager is None:
            continue
        if held and contract.review:
            following = now.date() + timedelta(days=100)
            entry = ReviewEntry(now.date(), "It goes well.", f"{following:%Y-%m}")
            record_review(manager, 1, contract, entry, contract.revision, now)
            _save(after_each)
        elif _out_of_road(contract):
            kind, stage = ROUTES[_happens(0.5, "which", contract.code, now.date())]
            record_route(
                manager, 1, contract, RouteEntry(kind, stage, now.date(), "As agreed."), contract.revision, now
            )
            _save(after_each)


def _out_of_road(contract: Contract) -> bool:
    standing = select(SignalRow.id).where(SignalRow.contract_id == contract.id, SignalRow.state == SignalState.STANDS)
    return db.session.scalar(standing.limit(1)) is not None


def _results(now: datetime, after_each: Callable[[], None]) -> None:
    """On Thursdays from the autumn on, results of the school year are published, up or down a little.

    Of some a figure for September comes first. It answers for no year: the year's is still asked for.
    """
    if now.date() < date(2017, 11, 1) or now.date().weekday() != 3:
        return
    entries = []
    for one in db.session.scalars(select(Indicator).order_by(Indicator.code)):
        known = {result.period_end: result for result in one.results if result.current}
        last = known.get(date(2016, 8, 31))
        if last is None or last.value is None or date(2017, 8, 31) in known:
            continue
        down = _happens(0.5, "down", one.code)
        value = last.value * (9 if down else 11) / 10
        value = min(value, Decimal(100)) if one.unit == "percent" else value
        if _happens(0.08, "result", one.code, now.date()):
            year = ("2017", date(2017, 8, 31), 2017, "final")
            entries.append(ResultEntry(one.id, f"{value:.{one.decimals}f}", *year, basis=last.basis))
        elif date(2017, 9, 30) not in known and _happens(0.05, "month", one.code, now.date()):
            month = ("September 2017", date(2017, 9, 30), 2018, "provisional")
            entries.append(ResultEntry(one.id, f"{value:.{one.decimals}f}", *month, basis="month"))
    if entries:
        publish_results(_must("performance-officer", now), 1, entries, now)
        _save(after_each)


def _decisions(now: datetime, after_each: Callable[[], None]) -> None:
    """DMT decides on what is before it, and is now and then of another opinion than the register."""
    director = _must("corporate-director", now)
    waiting = db.session.scalars(select(Escalation).where(Escalation.status == EscalationStatus.AWAITING)).all()
    for one in sorted(waiting, key=lambda row: row.risk.reference.number):
        if not _happens(0.06, "decision", one.risk.reference, now.date()):
            continue
        if _happens(0.6, "which", one.risk.reference, now.date()):
            taken = DecisionTaken(DecisionKind.CONFIRM, "It is real.", due_on=now.date() + timedelta(days=21))
        else:
            taken = DecisionTaken(DecisionKind.DECLINE, "The owner has it in hand.")
        record_decision(director, one, taken, one.risk.revision, now)
        _save(after_each)


def _risk_handed_over(now: datetime, after_each: Callable[[], None]) -> None:
    keeper = _must("risk-coordinator", now)
    risk = db.session.scalars(select(Risk).where(Risk.title.startswith("SEN Transport budget"))).one()
    post = _post("head-of-sen-assessment-and-placement")
    hand_over_risk(keeper, risk, post.id, "It is about placements. Thanks to @Auditor.", risk.revision, now)
    _save(after_each)


def _waiting_risk_handed_over(now: datetime, after_each: Callable[[], None]) -> None:
    """At a weekend a risk changes hands of which somebody is to be told on Monday, or later in the week."""
    waiting = select(Notice.thing).where(Notice.kind == NoticeKind.REVIEW, Notice.state == "waiting").distinct()
    ids = [int(thing.partition(":")[2]) for thing in db.session.scalars(waiting)]
    risks = sorted((db.session.get_one(Risk, key) for key in ids), key=lambda one: one.reference.number)
    post = _post("head-of-educational-psychology")
    for risk in [one for one in risks if one.owner_post_id != post.id and one.status == "open"][:1]:
        hand_over_risk(_must("risk-coordinator", now), risk, post.id, "For a while.", risk.revision, now)
        _save(after_each)


def _person_leaves(now: datetime, after_each: Callable[[], None]) -> None:
    leaving = holders_of(_post("head-of-fair-access").id, now.date())[0]
    deactivate_person(_must("administrator", now), db.session.get_one(Person, leaving.person_id), now)
    _save(after_each)


def _person_follows(now: datetime, after_each: Callable[[], None]) -> None:
    admin = _must("administrator", now)
    new = add_person(admin, "Nora New", "nora.new@kent.example", now)
    hand_over_post(admin, _post("head-of-fair-access"), new, now.date() + timedelta(days=3), now)
    _save(after_each)


def _deputy(now: datetime, after_each: Callable[[], None]) -> None:
    person = holders_of(_post("head-of-youth-justice").id, now.date())[0]
    post = _post("head-of-early-help")
    set_deputy(_must("administrator", now), post, db.session.get_one(Person, person.person_id), now.date(), now)
    _save(after_each)


def _meeting(now: datetime, after_each: Callable[[], None]) -> None:
    keeper = _must("risk-coordinator", now)
    register = db.session.get_one(Register, 1)
    schedule_meetings(keeper, register, "DMT meeting", now.date() + timedelta(days=6), None, None, now)
    _save(after_each)


def _referred(now: datetime, after_each: Callable[[], None]) -> None:
    """DMT refers what it can, the first by its reference, to the corporate register."""
    live = select(Escalation).where(Escalation.status.in_((EscalationStatus.AWAITING, EscalationStatus.CONFIRMED)))
    one = min(db.session.scalars(live), key=lambda row: row.risk.reference.number)
    _decided(one, DecisionTaken(DecisionKind.REFER, "It concerns the whole council."), now, after_each)


def _taken_back(now: datetime, after_each: Callable[[], None]) -> None:
    one = db.session.scalars(select(Escalation).where(Escalation.status == EscalationStatus.REFERRED)).one()
    taken = DecisionTaken(DecisionKind.CONFIRM, "We keep it.", due_on=now.date() + timedelta(days=21))
    _decided(one, taken, now, after_each)


def _decided(one: Escalation, taken: DecisionTaken, now: datetime, after_each: Callable[[], None]) -> None:
    record_decision(_must("corporate-director", now), one, taken, one.risk.revision, now)
    _save(after_each)


def _in_one_day(now: datetime, after_each: Callable[[], None], first: str, then: str) -> None:
    """A risk changes hands and comes before DMT, which decides; then it changes hands again, all before mail leaves."""
    keeper, live = _must("risk-coordinator", now), select(Escalation.risk_id).where(Escalation.status.in_(LIVE))
    quiet = db.session.scalars(select(Risk).where(Risk.status == "open", Risk.id.not_in(live))).all()
    risk = min(quiet, key=lambda one: one.reference.number)
    if risk.owner_post.code != first:
        hand_over_risk(keeper, risk, _post(first).id, "For a while.", risk.revision, now)
        _save(after_each)
    row = raise_escalation(keeper, risk, "It grows.", now)
    _save(after_each)
    _decided(row, DecisionTaken(DecisionKind.CONFIRM, "It does.", due_on=now.date() + DAYS), now, after_each)
    hand_over_risk(keeper, risk, _post(then).id, "For a while.", risk.revision, now)
    _save(after_each)


def _packs(now: datetime, after_each: Callable[[], None]) -> None:
    meeting = db.session.scalars(select(Meeting).order_by(Meeting.held_on.desc())).first()
    assert meeting is not None
    make_pack(_must("risk-coordinator", now), meeting, now)
    _save(after_each)


EVENTS: dict[date, Callable[[datetime, Callable[[], None]], None]] = {
    date(2017, 4, 3): _wishes,
    date(2017, 5, 17): _risk_handed_over,
    date(2017, 6, 12): _person_leaves,
    date(2017, 7, 7): _person_follows,
    date(2017, 6, 22): partial(_in_one_day, first="head-of-youth-justice", then=VACANT),
    date(2017, 7, 10): _referred,
    date(2017, 7, 24): _taken_back,
    date(2017, 8, 10): partial(_in_one_day, first="head-of-youth-justice", then="head-of-school-improvement"),
    date(2017, 9, 4): _deputy,
    date(2017, 10, 7): _waiting_risk_handed_over,
    date(2017, 10, 14): _waiting_risk_handed_over,
    date(2017, 10, 20): _referred,
    date(2017, 10, 21): _taken_back,
    date(2017, 10, 22): _referred,  # before anybody but those who hear at once is told that it was taken back
    date(2017, 11, 18): _waiting_risk_handed_over,
    date(2018, 1, 20): _waiting_risk_handed_over,
    date(2017, 9, 8): _meeting,
    date(2017, 9, 9): _packs,  # a Saturday: on Monday DMT hears of that of Sunday
    date(2017, 9, 10): _packs,
    date(2017, 9, 11): _packs,
    date(2017, 9, 12): _packs,
    date(2018, 1, 5): _meeting,
    date(2018, 1, 8): _packs,
}
