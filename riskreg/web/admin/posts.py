"""One post: who holds it, who stands in, what roles it brings; each form on the page has an address of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.sentences import day
from riskreg.extensions import db
from riskreg.models import Holding, Person, Post
from riskreg.queries.organisation import PostLine, people_to_choose, post_facts
from riskreg.services import people as services
from riskreg.web.access import current_actor, may, needs
from riskreg.web.admin.forms import EndForm, RolesForm, SittingForm
from riskreg.web.admin.room import blueprint
from riskreg.web.forms import Form
from riskreg.web.pages import page
from riskreg.web.requests import saving

ADDRESS = "/posts/<id:post_id>"


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of the page. Each has a prefix of its own, since they ask for the same things."""

    hand_over: SittingForm
    deputy: SittingForm
    end: EndForm
    roles: RolesForm


@blueprint.get(ADDRESS)
@needs(Permission.READ_REGISTER)
def post(post_id: int) -> ResponseReturnValue:
    """Show a post and everyone who ever held it."""
    facts = _known(post_id)
    return _show(facts, _forms(facts), None)


@blueprint.post(f"{ADDRESS}/hand-over")
@needs(Permission.MANAGE_PEOPLE)
def hand_over(post_id: int) -> ResponseReturnValue:
    """Give the post to a person from a day on."""
    forms = _forms(_known(post_id), "hand_over")
    form = forms.hand_over
    if form.validate_on_submit():
        with saving(form):
            who, first = _person(form), form.from_on.data
            services.hand_over_post(current_actor(), _row(post_id), who, first, clock.now())
            return _done(post_id, f"{who.name} holds this post from {day(first)}.")
    return _show(_known(post_id), forms, form)


@blueprint.post(f"{ADDRESS}/deputy")
@needs(Permission.MANAGE_PEOPLE)
def set_deputy(post_id: int) -> ResponseReturnValue:
    """Let a person stand in from a day on."""
    forms = _forms(_known(post_id), "deputy")
    form = forms.deputy
    if form.validate_on_submit():
        with saving(form):
            who, first = _person(form), form.from_on.data
            services.set_deputy(current_actor(), _row(post_id), who, first, clock.now())
            return _done(post_id, f"{who.name} is a deputy in this post from {day(first)}.")
    return _show(_known(post_id), forms, form)


@blueprint.post(f"{ADDRESS}/end")
@needs(Permission.MANAGE_PEOPLE)
def end_holding(post_id: int) -> ResponseReturnValue:
    """End a deputy's or the holder's time in the post."""
    forms = _forms(_known(post_id), "end")
    form = forms.end
    if form.validate_on_submit():
        with saving(form):
            holding, last = db.session.get_one(Holding, int(form.holding_id.data)), form.until_on.data
            services.end_holding(current_actor(), holding, last, clock.now())
            return _done(post_id, f"{holding.person.name}’s time in this post ends on {day(last)}.")
    return _show(_known(post_id), forms, form)


@blueprint.post(f"{ADDRESS}/roles")
@needs(Permission.MANAGE_PEOPLE)
def set_roles(post_id: int) -> ResponseReturnValue:
    """Say which roles the post brings."""
    forms = _forms(_known(post_id), "roles")
    form = forms.roles
    if form.validate_on_submit():
        with saving(form):
            services.set_roles(current_actor(), _row(post_id), form.chosen, clock.now())
            return _done(post_id, "The roles of this post were saved.")
    return _show(_known(post_id), forms, form)


def _forms(facts: PostLine, sent: str = "") -> Forms:
    """Make the forms; only the one that was sent reads what was sent, the others stand as if nothing had been."""

    def given(name: str) -> dict[str, Any]:
        return {} if name == sent else {"formdata": None}

    forms = Forms(
        hand_over=SittingForm(prefix="holder-", **given("hand_over")),
        deputy=SittingForm(prefix="deputy-", **given("deputy")),
        end=EndForm(prefix="end-", **given("end")),
        roles=RolesForm(prefix="roles-", data={str(role): True for role in facts.roles}, **given("roles")),
    )
    if may(Permission.MANAGE_PEOPLE):
        choices = people_to_choose()
        forms.hand_over.offer(choices)
        forms.deputy.offer(choices)
        forms.end.offer([one for one in facts.sittings if one.until_on is None])
    return forms


def _show(facts: PostLine, forms: Forms, sent: Form | None) -> ResponseReturnValue:
    return page("admin/post.html", form=sent, forms=forms, post=facts, day=clock.today())


def _done(post_id: int, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("admin.post", post_id=post_id))


def _person(form: SittingForm) -> Person:
    return db.session.get_one(Person, int(form.person_id.data))


def _row(post_id: int) -> Post:
    return db.session.get_one(Post, post_id)


def _known(post_id: int) -> PostLine:
    found = post_facts(post_id)
    if found is None:
        raise NotFound(f"There is no post {post_id}. The list under Admin has them all.")
    return found
