"""The log of the web application: one line an event, with the request's number and nothing personal."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from flask import Flask, request
from flask.signals import got_request_exception
from structlog.typing import Processor

from riskreg.web.requests import request_number

OURS = "/riskreg/"


class _Stderr:
    """Writes to what standard error is now, not what it was when the application was made."""

    def msg(self, message: str) -> None:
        """Write one line."""
        stream: TextIO = sys.stderr
        stream.write(message + "\n")
        stream.flush()

    debug = info = warning = error = critical = msg


def keep_journal(app: Flask) -> None:
    """Log what goes wrong: as JSON in production, readable elsewhere."""
    last: Processor = structlog.processors.JSONRenderer() if app.config["RISKREG_ENV"] == "production" else _plain
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            last,
        ],
        logger_factory=lambda *_: _Stderr(),
        cache_logger_on_first_use=False,
    )
    # Flask would log the exception with its message and the address, both of which may hold what someone typed.
    app.logger.addFilter(lambda record: not record.exc_info)
    logging.getLogger("flask_wtf.csrf").setLevel(logging.WARNING)
    got_request_exception.connect(_failed, app)


def _plain(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> str:
    told = " ".join(f"{name}={value}" for name, value in event.items() if name not in {"event", "level", "timestamp"})
    return f"{event['timestamp']} {event['level']} {event['event']} {told}".rstrip()


def _failed(_sender: Flask, exception: BaseException, **_: Any) -> None:
    log("request failed", exception)


def log(event: str, exception: BaseException | None = None) -> None:
    """Log an event of this request: its number, the rule it matched and where it failed, never what was typed."""
    frames = traceback.extract_tb(exception.__traceback__ if exception else None)
    where = [_place(frame) for frame in frames if OURS in frame.filename] + [_place(frame) for frame in frames[-1:]]
    structlog.get_logger().error(
        event,
        request=request_number(),
        method=request.method,
        rule=str(request.url_rule or ""),
        error=type(exception).__name__ if exception else "",
        where=where,
    )


def _place(frame: traceback.FrameSummary) -> str:
    """A line of code, by its path within the package that it belongs to."""
    path = frame.filename.rpartition("site-packages/")[2]
    return f"{OURS[1:] + path.rpartition(OURS)[2] if OURS in path else path}:{frame.lineno} {frame.name}"
