"""What surrounds every request: a number, the right kind of transaction, and saving all or nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import Flask, g, request, session

from riskreg.database import only_reads
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.web.forms import Form

# A number that a proxy gave the request is kept, when it can be nothing but a number.
GIVEN_NUMBER = re.compile(r"[0-9a-f-]{8,64}", re.ASCII | re.IGNORECASE)
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def open_requests(app: Flask) -> None:
    """Give every request its number and tell the database of those that only read."""
    app.before_request(_open)
    app.teardown_request(_close)


def _open() -> None:
    g.request_stack = ExitStack()
    if request.method in READING:
        g.request_stack.enter_context(only_reads())


def _close(_error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("request_stack", None)
    g.pop("request_number", None)
    g.pop("nonce", None)
    if stack is not None:
        stack.close()


def request_number() -> str:
    """The number under which this request is found in the log: the proxy's, or made when first asked for."""
    if "request_number" not in g:
        given = request.headers.get("X-Request-ID", "")
        g.request_number = given if GIVEN_NUMBER.fullmatch(given) else secrets.token_hex(6)
    return str(g.request_number)


@contextmanager
def saving(form: Form | None = None) -> Iterator[None]:
    """Commit what the block did, or nothing of it.

    A broken rule is shown in the form and the block ends there, so that the view goes on to show the form again.
    Without a form, and when the person may not do it at all, the error goes on to its page. Return the redirect from
    inside the block: it is only sent once everything is saved.
    """
    flashes = list(session.get("_flashes", []))
    try:
        yield
        db.session.commit()
    except BaseException as error:
        db.session.rollback()
        _take_back(flashes)
        if form is None or not _shown(form, error):
            raise


def _take_back(flashes: list[object]) -> None:
    """A message that something was saved must not appear when it was not."""
    if flashes != session.get("_flashes", []):
        session["_flashes"] = flashes


def _shown(form: Form, error: BaseException) -> bool:
    if not isinstance(error, RuleBroken) or isinstance(error, NotPermitted):
        return False
    if isinstance(error, ChangedMeanwhile):
        form.show_changed(error.sentence)
    else:
        for one in error.problems:
            form.show_row_broken(one)
    return True
