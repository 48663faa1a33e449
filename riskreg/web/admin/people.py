"""People: who they are, what they hold, who may still sign in."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.extensions import db
from riskreg.models import Person
from riskreg.queries.organisation import divisions_listed, people_count, people_listed, posts_listed
from riskreg.services.people import add_person, deactivate_person, reactivate_person
from riskreg.web.access import current_actor, may, needs
from riskreg.web.admin.forms import EndAccessForm, GiveAccessForm, PersonForm
from riskreg.web.admin.room import blueprint
from riskreg.web.listing import Pages, asked
from riskreg.web.pages import page
from riskreg.web.requests import saving


@blueprint.get("/people")
@needs(Permission.READ_REGISTER)
def people() -> ResponseReturnValue:
    """List people and posts; who may change them is offered the forms."""
    return _show(PersonForm() if may(Permission.MANAGE_PEOPLE) else None)


@blueprint.post("/people")
@needs(Permission.MANAGE_PEOPLE)
def add() -> ResponseReturnValue:
    """Add a person and send the invitation."""
    form = PersonForm()
    if form.validate_on_submit():
        with saving(form):
            person = add_person(current_actor(), form.name.data, form.email.data, clock.now())
            flash(f"{person.name} was added. An invitation goes to {person.email}.")
            return redirect(url_for("admin.people"))
    return _show(form)


def _show(form: PersonForm | None) -> ResponseReturnValue:
    today, words = clock.today(), asked("q")
    pages = Pages.asked(people_count(words))
    posts = posts_listed(today)
    return page(
        "admin/people.html",
        form=form,
        words=words,
        pages=pages,
        people=people_listed(words, today, offset=pages.offset, size=pages.size),
        posts=posts,
        divisions=divisions_listed(),
        day=today,
        vacant=[post for post in posts if post.holder(today) is None],
    )


@blueprint.get("/people/<id:person_id>")
@needs(Permission.MANAGE_PEOPLE)
def person(person_id: int) -> ResponseReturnValue:
    """Show one person, to end their access or give it back."""
    found = _known(person_id)
    return page("admin/person.html", person=found, form=_access_form(found))


@blueprint.post("/people/<id:person_id>")
@needs(Permission.MANAGE_PEOPLE)
def change_person(person_id: int) -> ResponseReturnValue:
    """End a person's access, or give it back to one whose access has ended."""
    found = _known(person_id)
    form = _access_form(found)
    if form.validate_on_submit():
        with saving(form):
            if found.active:
                deactivate_person(current_actor(), found, clock.now())
                flash(f"{found.name} can no longer sign in. The posts held are vacant now.")
            else:
                reactivate_person(current_actor(), found, clock.now())
                flash(f"{found.name} is active again. An invitation goes to {found.email}.")
            return redirect(url_for("admin.person", person_id=person_id))
    return page("admin/person.html", person=found, form=form)


def _access_form(found: Person) -> EndAccessForm | GiveAccessForm:
    return EndAccessForm.of(found.name) if found.active else GiveAccessForm()


def _known(person_id: int) -> Person:
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound(f"There is no person {person_id}. The list under Admin has everyone.")
    return found
