"""Signing in and out, and setting a new password by a link that came by e-mail."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from werkzeug.exceptions import Forbidden

from riskreg import clock
from riskreg.domain.access import Role
from riskreg.domain.errors import RuleBroken
from riskreg.extensions import db
from riskreg.models import Person
from riskreg.queries.demonstration import people_by_role
from riskreg.services import accounts
from riskreg.services.demonstration import sign_in_as
from riskreg.web.access import account, is_local, load_account, public, remember_account, signed_in
from riskreg.web.auth.forms import DemonstrationForm, PasswordForm, ResetForm, SignInForm
from riskreg.web.pages import page
from riskreg.web.requests import saving

blueprint = Blueprint("auth", __name__)
COMES_FOR = {
    Role.DMT_MEMBER: "Decides for the Directorate Management Team (DMT) on the risks before it.",
    Role.RISK_OWNER: "Reviews risks, and is told what slips under them.",
    Role.PERFORMANCE_OFFICER: "Publishes results, and sees what they escalate.",
    Role.CONTRACT_MANAGER: "Records the routes and reviews of contracts.",
    Role.ACTION_OWNER: "Says how far an action is.",
    Role.COORDINATOR: "Keeps the register in order.",
    Role.CORPORATE_COORDINATOR: "Answers for the corporate register.",
    Role.AUDITOR: "Reads everything and changes nothing.",
    Role.ADMINISTRATOR: "Looks after people, posts, mail and jobs.",
}
SENT = "If the register knows that address, a link to set a new password is on its way to it."


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Show the sign-in page, or sign in: with a password, or in the demonstration as someone chosen there."""
    if request.method == "GET" and account() is not None:
        return redirect(_next())
    if "person_id" in request.form:
        return _sign_in_as_chosen()
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form)
    try:
        person = accounts.sign_in(form.email.data, form.password.data, clock.now(), request.remote_addr or "")
    except accounts.SignInRefused as refused:
        db.session.commit()  # the failure is counted, or nothing would slow a guesser down
        form.show_broken(refused.sentence, refused.field)
        return _sign_in_page(form, 429 if refused.sentence == accounts.TOO_MANY else 422)
    return _begin(person)


def _sign_in_as_chosen() -> ResponseReturnValue:
    """Sign in as one of the demonstration's people; refused everywhere else."""
    if not current_app.config["DEMONSTRATION_SIGN_IN"]:
        raise Forbidden("Only the demonstration lets people in without a password.")
    form = DemonstrationForm()
    if form.validate_on_submit():
        with saving(form):
            return _begin(sign_in_as(form.person_id.data or 0, clock.now()))
    return _sign_in_page(SignInForm(formdata=None), 422, form)


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    remember_account(None)
    flash("You are signed out.")
    return redirect(url_for("auth.sign_in"))


@blueprint.route("/reset", methods=["GET", "POST"])
@public
def reset() -> ResponseReturnValue:
    """Ask for a link to set a new password. The answer is the same whether the address is known or not."""
    form = ResetForm()
    if form.validate_on_submit():
        with saving(form):
            accounts.ask_reset(form.email.data, clock.now())
            flash(SENT)
            return redirect(url_for("auth.sign_in"))
    return page("auth/reset.html", form=form)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
def set_password(token: str) -> ResponseReturnValue:
    """Set a new password by the link of an e-mail."""
    now = clock.now()
    form = PasswordForm()
    try:
        person = accounts.person_of_token(token, now)
    except RuleBroken as over:
        return page("auth/link_over.html", status=410, sentence=over.sentence)
    email = person.email
    if form.validate_on_submit():
        with saving(form):
            accounts.set_password(token, form.password.data, now)
            flash("Your new password is set. Sign in with it.")
            return redirect(url_for("auth.sign_in"))
    return page("auth/set_password.html", form=form, email=email)


def _sign_in_page(form: SignInForm, status: int = 200, chosen: DemonstrationForm | None = None) -> ResponseReturnValue:
    offered = people_by_role(clock.today()) if current_app.config["DEMONSTRATION_SIGN_IN"] else []
    problems = (chosen or form).problems
    return page("auth/sign_in.html", form=form, status=status, offered=offered, comes_for=COMES_FOR, problems=problems)


def _begin(person: Person) -> ResponseReturnValue:
    """Begin the person's session: a new one, so that nobody can have planted it, that ends when it lies idle."""
    found = load_account(f"{person.id}:{person.session_stamp}")
    if found is None:
        raise RuleBroken("This account cannot sign in.")
    target = _next()
    db.session.commit()
    session.clear()
    session.permanent = True
    login_user(found)
    remember_account(found)
    return redirect(target)


def _next() -> str:
    """Where the person was going, if that is a page of ours."""
    asked = request.args.get("next", "")
    if is_local(asked):
        return asked
    return url_for("work.home") if "work.home" in current_app.view_functions else "/"
