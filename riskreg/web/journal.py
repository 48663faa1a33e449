"""What the log tells of the web application: a line for each request, and what went wrong in it."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request
from flask.signals import got_request_exception
from structlog.contextvars import bind_contextvars, unbind_contextvars

from riskreg.logs import keep_log, places
from riskreg.web.requests import request_number

# Any word may be sent as a method; only these are written down as they are.
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
HEADER = "X-Request-ID"

logger = structlog.stdlib.get_logger("riskreg.web")


def keep_journal(app: Flask) -> None:
    """Log every request and what goes wrong: as JSON in production, readable elsewhere."""
    keep_log(as_json=app.config["RISKREG_ENV"] == "production")
    # Flask would log the exception with its message and the address, both of which may hold what someone typed.
    app.logger.addFilter(lambda record: not (record.name == app.logger.name and record.exc_info))
    got_request_exception.connect(_failed, app)
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(lambda _error: unbind_contextvars("request"))


def _begin() -> None:
    g.began = time.perf_counter()
    bind_contextvars(request=request_number())


def _end(response: Response) -> Response:
    """Write the line of the request: never its address, which may hold a token or what someone looked for."""
    began: float = g.pop("began", time.perf_counter())
    response.headers[HEADER] = request_number()
    logger.info(
        "request",
        method=_method(),
        rule=str(request.url_rule or ""),
        status=response.status_code,
        ms=round((time.perf_counter() - began) * 1000, 1),
    )
    return response


def _method() -> str:
    return request.method if request.method in METHODS else "another"


def _failed(_sender: Flask, exception: BaseException, **_: object) -> None:
    log("request failed", exception)


def log(event: str, exception: BaseException | None = None) -> None:
    """Log an event of this request: its number, the rule it matched and where it failed, never what was typed."""
    logger.error(
        event,
        method=_method(),
        rule=str(request.url_rule or ""),
        error=type(exception).__name__ if exception else "",
        where=places(exception.__traceback__ if exception else None),
    )
