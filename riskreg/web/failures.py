"""The pages for everything that is refused or goes wrong: what happened, that nothing was saved, and what was typed."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from riskreg.database import only_reads
from riskreg.domain.access import Permission
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.web.access import account, refusal, roles_with
from riskreg.web.journal import log
from riskreg.web.requests import READING, request_number

SECRET_WORDS = ("password", "token", "secret", "code")
# What a page sends along by itself: hidden fields and the button that was pressed.
UNTYPED = frozenset({"revision", "later", "newest", "forget", "back", "shown"})
RETRY_SECONDS = "30"
SENTENCES = {
    400: ("The page could not be read", "What your browser sent could not be understood."),
    401: ("You are signed out", "Your session has ended, so the register does not know who is asking."),
    403: ("You may not do this", "Ask the administrator of the register if you think that you should."),
    404: ("Page not found", "There is nothing at this address. If you typed it, check that it is right."),
    405: ("This address cannot be used like that", "Go back and use the button or the link on the page."),
    410: ("This is no longer here", "It has been removed."),
    413: ("That was too large", "What you sent is larger than the register takes. Send a smaller text or file."),
    429: ("Too many attempts", "Wait a few minutes, then try again."),
}
FORGED = (
    "Nothing was saved",
    "The page was open for too long, or was not ours, so it was not taken. Open the page again and send it again.",
)
LOCKED = (
    "The register is busy",
    "The register could not be written to or read just now. Wait a moment, then try again.",
)
TWICE = (
    "Someone else was quicker",
    "Someone saved the same thing at the same moment. Open the page again to see what they saved.",
)
FAILED = (
    "Something went wrong",
    "The fault is ours. Tell the administrator the number below: it leads to what happened.",
)
ASK_THE_OWNER = (
    "If you think that it should be done, ask the owner to do it, or the line director while that post is vacant."
)
ASK_FOR_ROLES = "If you need to, ask the administrator to change the roles of your post."


@dataclass(frozen=True, slots=True)
class Typed:
    """One thing that was typed: the name of its field, and the words."""

    name: str
    words: str


def typed() -> list[Typed]:
    """Return what was typed into the form that was sent, without passwords and tokens."""
    if request.method in READING:
        return []
    with suppress(HTTPException):
        return [
            Typed(_label(name), " ".join(values))
            for name, values in request.form.lists()
            if name not in UNTYPED and not any(word in name.lower() for word in SECRET_WORDS) and any(values)
        ]
    return []


def _label(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ").removesuffix(" id")
    return words[:1].upper() + words[1:]


def form_address() -> str:
    """Return where the form is that was sent, if its address can be opened as a page; else nothing."""
    with suppress(HTTPException):
        current_app.create_url_adapter(request).match(method="GET")  # type: ignore[union-attr]
        return request.full_path if request.query_string else request.path
    return ""


def failure(title: str, sentence: str, status: int, **facts: object) -> tuple[str, int]:
    """Answer with a page that says what went wrong."""
    saved = request.method in READING
    back = "" if saved else form_address()
    given: dict[str, object] = {"more": "", "number": "", "sign_in": False, "back": back, **facts}
    return (
        render_template(
            "failures/failure.html", title=title, sentence=sentence, typed=typed(), read_only=saved, **given
        ),
        status,
    )


def answer_failures(app: Flask) -> None:
    """Register an answer to every failure."""
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(NotPermitted, _not_permitted)
    app.register_error_handler(ChangedMeanwhile, _changed)
    app.register_error_handler(RuleBroken, _broken)
    app.register_error_handler(OperationalError, _operational)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _internal)


def _who() -> None:
    """Know who is signed in, so that the page has its navigation; without it if the database does not answer."""
    with suppress(SQLAlchemyError), only_reads():
        account()


def _forged(_error: CSRFError) -> ResponseReturnValue:
    _who()
    return failure(*FORGED, 400)


def _not_permitted(error: NotPermitted) -> ResponseReturnValue:
    db.session.rollback()
    lacking = next((one for one in Permission if error.sentence == refusal(one)), None)
    more = f"This is for: {roles_with(lacking)}. {ASK_FOR_ROLES}" if lacking else ASK_THE_OWNER
    return failure("You may not do this", error.sentence, 403, more=more)


def _changed(error: ChangedMeanwhile) -> ResponseReturnValue:
    db.session.rollback()
    return failure("This changed meanwhile", error.sentence, 409, more="Go back, load the page again and decide anew.")


def _broken(error: RuleBroken) -> ResponseReturnValue:
    db.session.rollback()
    return failure("This cannot be done", error.sentence, 422)


def _operational(error: OperationalError) -> ResponseReturnValue:
    """A lock or a lost connection passes; anything else the database says is a fault of ours."""
    db.session.rollback()
    of_sqlite = isinstance(error.orig, sqlite3.Error)
    passing = not of_sqlite or any(word in str(error.orig) for word in ("locked", "busy"))
    if not passing:
        raise error
    log("database did not answer", error)
    return *failure(*LOCKED, 503), {"Retry-After": RETRY_SECONDS}


def _integrity(error: IntegrityError) -> ResponseReturnValue:
    """Two people at the same moment; any other broken constraint is a fault of ours."""
    db.session.rollback()
    twice = getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint" in str(error.orig)
    if not twice:
        raise error
    log("saved twice at once", error)
    return failure(*TWICE, 409)


def _http(error: HTTPException) -> ResponseReturnValue:
    """Answer an HTTP error in our words, or in those of the view that raised it."""
    code = error.code or 500
    if code < 400 or error.response is not None:
        return error  # a redirect, such as the one that adds a missing slash
    _who()
    title, sentence = SENTENCES.get(code, (error.name, ""))
    if error.description and error.description != type(error).description:
        sentence = error.description
    kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    return *failure(title, sentence, code, sign_in=code == 401), kept


def _internal(_error: HTTPException) -> ResponseReturnValue:
    with suppress(SQLAlchemyError):
        db.session.rollback()
    return failure(*FAILED, 500, number=request_number())
