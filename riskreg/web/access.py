"""Who may see what: every view carries exactly one access class, and what carries none is refused.

The decorator goes directly above the function, below the route, so that the route registers the marked function:

    @blueprint.get("/queue")
    @needs(Permission.READ_QUEUE)
    def queue() -> ResponseReturnValue: ...
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from riskreg import clock
from riskreg.domain.access import GRANTS, Permission, Role
from riskreg.domain.errors import NotPermitted
from riskreg.domain.sentences import listed
from riskreg.extensions import login_manager
from riskreg.queries.sessions import Session, session_of
from riskreg.services.actors import Actor

COOKIE_WORDS = re.compile(r"(?P<person_id>[0-9]{1,9}):(?P<stamp>.*)")
View = TypeVar("View", bound=Callable[..., object])


class Open(Enum):
    """The access classes that are no permission."""

    PUBLIC = "anyone"
    SIGNED_IN = "anyone who is signed in"


AccessClass = Open | Permission


def _mark(view: View, access: AccessClass) -> View:
    view.access = access  # type: ignore[attr-defined] # the mark that the gate and the tests read
    return view


def public(view: View) -> View:
    """Mark a view that anyone may see."""
    return _mark(view, Open.PUBLIC)


def signed_in(view: View) -> View:
    """Mark a view that everyone who is signed in may see."""
    return _mark(view, Open.SIGNED_IN)


def needs(permission: Permission) -> Callable[[View], View]:
    """Mark a view that needs a permission, for every method it answers."""
    return lambda view: _mark(view, permission)


def access_of(app: Flask, endpoint: str) -> AccessClass | None:
    """Return the access class of an endpoint; None when it was given none."""
    access: AccessClass | None = getattr(app.view_functions[endpoint], "access", None)
    return access


def require_access_classes(app: Flask) -> None:
    """Refuse to start with a view that has no access class. Raises LookupError naming the endpoints."""
    public(app.view_functions["static"])
    without = sorted(name for name in app.view_functions if access_of(app, name) is None)
    if without:
        raise LookupError(f"views without an access class: {', '.join(without)}")


class Account:
    """The signed-in person as Flask-Login sees them: the id carries the stamp, so a new password ends old sessions."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, session: Session) -> None:
        self.session = session
        self.actor = Actor(session.person_id, session.name, session.roles, frozenset(session.posts), session.deputises)

    def get_id(self) -> str:
        """The person and the stamp of the session."""
        return f"{self.session.person_id}:{self.session.stamp}"

    @property
    def posts(self) -> list[str]:
        """The titles of the posts held, without one that the person is named after, and without vacant ones below."""
        held = [title for key, title in self.session.posts.items() if key not in self.session.vacant]
        return [title for title in held if title != self.session.name]


def load_account(words: str) -> Account | None:
    """Return the account that a session cookie names, or None when it no longer stands. One query."""
    named = COOKIE_WORDS.fullmatch(words)
    session = session_of(int(named["person_id"]), clock.today()) if named else None
    return Account(session) if named and session and session.stamp == named["stamp"] else None


def account() -> Account | None:
    """Return the signed-in person of this request, loaded once; None when nobody is signed in."""
    return known_account() if current_user.is_authenticated else None


def known_account() -> Account | None:
    """Return the signed-in person only if already loaded: for pages that must not ask the database."""
    found: Account | None = g.get("account")
    return found


def remember_account(found: Account | None) -> Account | None:
    """Keep the account for the rest of the request, and return it."""
    g.account = found
    return found


def forget_account() -> None:
    """End what was remembered: a request must never see the person of the one before it."""
    for name in ("account", "_login_user", "csrf_valid", "csrf_token"):
        g.pop(name, None)


def current_actor() -> Actor:
    """Return who is acting in this request. Raises NotPermitted when nobody is signed in."""
    found = account()
    if found is None:
        raise NotPermitted("Sign in first.")
    return found.actor


def may(permission: Permission) -> bool:
    """Whether the signed-in person has the permission; for templates, from what is already loaded."""
    found = known_account()
    return found is not None and found.actor.may(permission)


def refusal(permission: Permission) -> str:
    """Say what a person without the permission lacks."""
    return f"Your roles do not allow you to {permission}."


def roles_with(permission: Permission) -> str:
    """Name the roles that grant a permission, as a sentence has them."""
    return listed([role.title for role in Role if permission in GRANTS[role]])


def is_local(address: str) -> bool:
    """Whether an address stays on this site: a path, never another host in any disguise."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return plain and address.isprintable() and not parts.scheme and not parts.netloc


def guard_access(app: Flask) -> None:
    """Put the gate before every view."""
    login_manager.user_loader(lambda words: remember_account(load_account(words)))
    app.before_request(_gate)
    app.teardown_request(lambda _error: forget_account())
    app.jinja_env.globals.update(may=may, known_account=known_account, Permission=Permission)


def _gate() -> ResponseReturnValue | None:
    """Let the request through, send it to the sign-in page, or refuse it."""
    if request.endpoint is None:
        return None  # no such page: answered as that
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise LookupError(f"the view {request.endpoint} has no access class")
    if access is Open.PUBLIC:
        return None
    who = account()
    if who is None:
        return _to_sign_in()
    if isinstance(access, Permission) and not who.actor.may(access):
        raise NotPermitted(refusal(access))
    return None


def _to_sign_in() -> ResponseReturnValue:
    """Send a reader to the sign-in page and back; what was typed is shown rather than lost."""
    if request.method not in {"GET", "HEAD"}:
        raise Unauthorized
    back = request.full_path if request.query_string else request.path
    return redirect(url_for("auth.sign_in", next=back if back != "/" else None))
