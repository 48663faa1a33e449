"""The pages of the policy: the rules in force, every version, the draft, and its replay over the past."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.policy_setting import changes_no_past
from riskreg.domain.sentences import day
from riskreg.models import PolicyDraft
from riskreg.queries.policies import versions_of, versions_told
from riskreg.queries.replay import MOST_YEARS, earliest
from riskreg.services.policies import (
    NO_DRAFT,
    adopt_draft,
    discard_draft,
    draft_as_policy,
    draft_of,
    held_before,
    save_draft,
    try_draft,
)
from riskreg.web.access import current_actor, may, needs
from riskreg.web.in_force import present_policy, present_register
from riskreg.web.pages import page
from riskreg.web.policy.forms import AdoptForm, DraftForm, PolicyForm, SinceForm, as_typed, parts_of
from riskreg.web.policy.replaying import outcome, parts, short_record, totals
from riskreg.web.policy.settings import GROUPS, changes
from riskreg.web.policy.wording import GROUPS as RULES
from riskreg.web.requests import saving
from riskreg.web.seeing.forms import asked_days, refuse_later

blueprint = Blueprint("policy", __name__)


@blueprint.get("/policy")
@needs(Permission.READ_REGISTER)
def in_force() -> ResponseReturnValue:
    """Show every number that the rules go by today."""
    policy, register_id = present_policy(), present_register().id
    coming = [one for one in versions_of(register_id).values() if one.valid_from > clock.today()]
    return page(
        "policy/in_force.html",
        policy=policy,
        groups=[(title, rules(policy)) for title, rules in RULES],
        coming=coming,
        draft=draft_of(register_id),
    )


@blueprint.get("/policy/versions")
@needs(Permission.READ_REGISTER)
def versions() -> ResponseReturnValue:
    """Show every version: since when, by whom, why, and what it changed."""
    told = versions_told(present_register().id)
    before = [None, *(one.policy for one in told)]
    rows = [(one, changes(was, one.policy) if was else None) for one, was in zip(told, before, strict=False)]
    return page("policy/versions.html", rows=rows[::-1], in_force=present_policy())


@blueprint.get("/policy/draft")
@needs(Permission.READ_PROPOSALS)
def draft() -> ResponseReturnValue:
    """Show the draft of the policy; who sets the policy changes it here, or begins one from the policy in force."""
    if may(Permission.SET_POLICY):
        return save()
    found = _draft(present_register().id)
    said = draft_as_policy(found)
    return page("policy/draft_read.html", draft=found, changes=changes(held_before(found.register_id, said), said))


@blueprint.post("/policy/draft")
@needs(Permission.SET_POLICY)
def save() -> ResponseReturnValue:
    """Save the draft of the policy, or show it with what is wrong."""
    register, policy, now = present_register(), present_policy(), clock.now()
    found = draft_of(register.id)
    known = draft_as_policy(found) if found else policy
    stands = (
        {"valid_from": found.valid_from, "reason": found.reason, "revision": found.revision}
        if found
        else {
            "valid_from": day_of(now) + timedelta(days=1),
            "reason": "",
            "revision": 0,
        }
    )
    form = PolicyForm(data={**as_typed(known), **stands})
    form.known = known
    if form.validate_on_submit():
        with saving(form):
            typed = form.policy(known.version, form.valid_from.data)
            save_draft(current_actor(), register.id, typed, form.reason.data, form.revision.data, now)
            flash("The draft was saved. Nothing is judged by it until it is adopted.")
            return redirect(url_for("policy.replay"))
    found = draft_of(register.id)
    return page(
        "policy/draft.html",
        form=form,
        draft=found,
        discarding=DraftForm(formdata=None, data={"revision": found.revision}) if found else None,
        groups=[(title, said, [(one, parts_of(one.name)) for one in settings]) for title, said, settings in GROUPS],
        policy=policy,
    )


@blueprint.post("/policy/draft/discard")
@needs(Permission.SET_POLICY)
def discard() -> ResponseReturnValue:
    """Do away with the draft."""
    form = DraftForm()
    form.validate()
    with saving():
        discard_draft(current_actor(), present_register().id, form.revision.data or 0, clock.now())
        flash("The draft was discarded.")
        return redirect(url_for("policy.in_force"))
    raise AssertionError  # pragma: no cover - without a form, saving lets every refusal through


@blueprint.get("/policy/replay")
@needs(Permission.READ_PROPOSALS)
def replay() -> ResponseReturnValue:
    """Show what the draft would have raised, beside what was raised, and offer to adopt it."""
    found, today = _draft(present_register().id), clock.today()
    first = earliest(found.register_id, today)
    asking = SinceForm(asked_days(since=first))
    if asking.validate():
        refuse_later(asking, "since", today)
        if asking.since.data < first:
            asking.show_broken(f"The replay can begin on {day(first)} at the earliest.", "since")
    since = first if asking.problems else asking.since.data
    return _replayed(found, AdoptForm(formdata=None, data={"revision": found.revision}), asking, since)


@blueprint.post("/policy/replay")
@needs(Permission.SET_POLICY)
def adopt() -> ResponseReturnValue:
    """Adopt the draft as it was replayed, or show what its replay says now."""
    register_id = present_register().id
    found = _draft(register_id)
    form = AdoptForm(data={"revision": found.revision})
    since = _since(register_id, str(form.since.data))
    if form.validate_on_submit():
        with saving(form):
            seen, shown = form.revision.data, str(form.shown.data)
            version = adopt_draft(current_actor(), register_id, since, seen, clock.now(), shown=shown)
            flash(f"Version {version.version} of the policy was adopted. It holds from {day(version.valid_from)}.")
            return redirect(url_for("policy.versions"))
    return _replayed(_draft(register_id), form, SinceForm(MultiDict(), data={"since": since}), since)


def _draft(register_id: int) -> PolicyDraft:
    found = draft_of(register_id)
    if found is None:
        raise NotFound(f"{NO_DRAFT} Begin one from the page of the policy." if may(Permission.SET_POLICY) else NO_DRAFT)
    return found


def _replayed(found: PolicyDraft, form: AdoptForm, asking: SinceForm, since: date) -> ResponseReturnValue:
    register_id, now = found.register_id, clock.now()
    trial = try_draft(register_id, since, now)
    draft, first = draft_as_policy(found), earliest(register_id, day_of(now))
    held = [one for one in versions_of(register_id).values() if one.valid_from <= day_of(now)]
    return page(
        "policy/replay.html",
        form=asking if asking.problems else form,
        asking=asking,
        adopting=form,
        draft=found,
        trial=trial,
        replayed=trial.replayed,
        since=since,
        earliest=first,
        short=short_record(first, day_of(now)),
        outcome=outcome,
        years=MOST_YEARS,
        totals=totals(trial.replayed),
        parts=parts(trial.replayed),
        changes=changes(held_before(register_id, draft), draft),
        changes_no_past=changes_no_past(held, draft),
    )


def _since(register_id: int, words: str) -> date:
    """Return the day from which what is adopted was replayed, as its page says; the first one for what is no day."""
    first, today = earliest(register_id, clock.today()), clock.today()
    try:
        return min(max(date.fromisoformat(words), first), today)
    except ValueError:
        return first
