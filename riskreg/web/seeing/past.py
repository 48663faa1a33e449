"""The register as at a day, and what changed between two days, as pages and as files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.dates import add_months
from riskreg.domain.lifecycle import BEFORE_APPROVAL, RiskStatus
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import written_reference
from riskreg.exchange.csv_files import BYTE_ORDER_MARK, csv_file
from riskreg.queries.as_at import RiskAsAt, register_as_at, register_began
from riskreg.queries.change_parts import Change, Part
from riskreg.queries.changes import changes_between
from riskreg.queries.register import RegisterName
from riskreg.web.access import needs
from riskreg.web.downloads import send_as_file
from riskreg.web.listing import Pages, asked_one_of
from riskreg.web.pages import page
from riskreg.web.risks.wording import ratings
from riskreg.web.seeing.choice import asked_scope, present
from riskreg.web.seeing.forms import DayForm, PeriodForm, asked_days, refuse_later
from riskreg.web.seeing.room import blueprint
from riskreg.web.seeing.wording import PARTS

STATUSES = {"": "Open", "closed": "Closed", "all": "Open and closed"}
AT_FIRST = 10  # rows of a part while all parts stand on one page
AS_AT_COLUMNS = (
    "reference", "title", "cause", "event", "consequence", "status", "owner", "held_by", "division", "own_rating",
    "likelihood", "impact", "rating_shown", "before_dmt", "open_actions", "overdue_actions", "last_review",
)  # fmt: skip
CHANGE_COLUMNS = ("change", "reference", "title", "on", "before", "after", "why", "by")


def _day_form(today: date) -> DayForm:
    form = DayForm(asked_days(day=None))
    if request.args.getlist("day") and form.validate():
        refuse_later(form, "day", today)
    return form


def _period_form(today: date) -> PeriodForm:
    form = PeriodForm(asked_days(**{"from": add_months(today, -1), "to": today}))
    if form.validate():
        refuse_later(form, "to", today)
        if not form.problems and form["from"].data > form["to"].data:
            form.show_broken("The earlier date must not be after the later date.", "from")
    return form


def _existed(register: RegisterName, day: date) -> list[RiskAsAt]:
    """What the register listed on a day: open, closed and merged risks, no drafts."""
    return [one for one in register_as_at(register.id, day) if one.risk.status not in BEFORE_APPROVAL]


@blueprint.get("/register/as-at")
@needs(Permission.READ_REGISTER)
def as_at() -> ResponseReturnValue:
    """Show the register as it stood at the end of a day: at most seven queries with the session."""
    register, today = present(), clock.today()
    form = _day_form(today)
    if form.problems or not form.day.data:
        return page("seeing/as_at.html", form=form, register=register, day=None)
    day, status = form.day.data, asked_one_of("status", list(STATUSES))
    began = register_began(register.id)
    if began is None or day < began:
        return page("seeing/as_at.html", form=form, register=register, day=day, began=began, existed=False)
    wanted = {"": (RiskStatus.OPEN,), "closed": (RiskStatus.CLOSED,), "all": (RiskStatus.OPEN, RiskStatus.CLOSED)}
    listed = [one for one in _existed(register, day) if one.risk.status in wanted[status]]
    counts = {str(rag): sum(one.risk.shown_rag == rag for one in listed) for rag in reversed(Rag)}
    rag = asked_one_of("rag", list(counts))
    rows = [one for one in listed if not rag or one.risk.shown_rag == rag]
    pages = Pages.asked(len(rows))
    return page(
        "seeing/as_at.html", form=form, register=register, day=day, began=began, existed=True, counts=counts, rag=rag,
        total=len(listed), which=status, statuses=STATUSES, pages=pages, ratings=ratings,
        rows=rows[pages.offset : pages.offset + pages.size], asked_day=f"{day:%Y-%m-%d}",
    )  # fmt: skip


@blueprint.get("/register/as-at.csv")
@needs(Permission.EXPORT)
def as_at_file() -> ResponseReturnValue:
    """Send the register as it stood at the end of a day; a day that makes no sense goes to the page that says so."""
    register, today = present(), clock.today()
    form = _day_form(today)
    if form.problems or not form.day.data:
        return redirect(url_for("seeing.as_at", day=request.args.getlist("day")))
    day: date = form.day.data
    rows = (_as_at_row(register, one) for one in _existed(register, day))
    return _file(f"register-as-at-{day:%Y-%m-%d}", AS_AT_COLUMNS, rows)


def _as_at_row(register: RegisterName, one: RiskAsAt) -> Sequence[object]:
    risk = one.risk
    return (
        written_reference(register.prefix, risk.number), risk.title, risk.cause, risk.event, risk.consequence,
        risk.status, risk.owner, one.holder, risk.division, risk.own_rag, risk.likelihood, risk.impact, risk.shown_rag,
        risk.escalation_id is not None, one.open_actions, one.late_actions, one.reviewed_on,
    )  # fmt: skip


@blueprint.get("/register/changes")
@needs(Permission.READ_REGISTER)
def changes() -> ResponseReturnValue:
    """Show what changed between the ends of two days, or one part of it page by page: at most fifteen queries."""
    register, today = present(), clock.today()
    form = _period_form(today)
    if form.problems:
        return page("seeing/changes.html", form=form, register=register, found=None, of=None)
    from_day, to_day = form["from"].data, form["to"].data
    shown_of = asked_scope(register)
    found = changes_between(shown_of.scope, from_day, to_day)
    part = asked_one_of("part", [str(one) for one in Part])
    pages = Pages.asked(len(found[Part(part)])) if part else None
    shown = {one: rows[:AT_FIRST] for one, rows in found.items() if rows}
    if pages:
        shown = {Part(part): found[Part(part)][pages.offset : pages.offset + pages.size]}
    return page(
        "seeing/changes.html", form=form, register=register, found=found, shown=shown, part=part, pages=pages,
        parts=PARTS, of=shown_of, from_day=from_day, to_day=to_day, began=register_began(register.id),
        asked_from=f"{from_day:%Y-%m-%d}", asked_to=f"{to_day:%Y-%m-%d}",
    )  # fmt: skip


@blueprint.get("/register/changes.csv")
@needs(Permission.EXPORT)
def changes_file() -> ResponseReturnValue:
    """Send what changed between the ends of two days; days that make no sense go to the page that says so."""
    register, today = present(), clock.today()
    form = _period_form(today)
    if form.problems:
        days = {name: request.args.getlist(name) for name in ("from", "to")}
        return redirect(url_for("seeing.changes", **days))  # type: ignore[arg-type]
    from_day, to_day = form["from"].data, form["to"].data
    found = changes_between(asked_scope(register).scope, from_day, to_day)
    rows = (_change_row(register, one) for part in Part for one in found[part])
    return _file(f"register-changes-{from_day:%Y-%m-%d}-to-{to_day:%Y-%m-%d}", CHANGE_COLUMNS, rows)


def _change_row(register: RegisterName, one: Change) -> Sequence[object]:
    reference = written_reference(register.prefix, one.number)
    return PARTS[one.part], reference, one.title, one.on, one.before, one.after, one.words, one.by


def _file(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    return send_as_file(BYTE_ORDER_MARK + "".join(csv_file(header, rows)), f"riskreg-{name}.csv")
