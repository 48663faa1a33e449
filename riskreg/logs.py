"""The log: one line an event, as JSON in production and readable elsewhere, and nothing personal in it.

Whoever logs names a thing by its number. Of an exception only its kind and its place are told, and of what another
library says only the words that it was written with, not those that were put into them.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

OURS = "/riskreg/"
PACKAGE = "riskreg"
SHOWN_FIRST = ("timestamp", "level", "event")
# Libraries that tell of every turn they take.
QUIET = ("apscheduler", "flask_wtf.csrf")


class StandardError(logging.Handler):
    """Writes to what standard error is now, not what it was when the application was made."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - a log that cannot be written must not stop what it tells of
            self.handleError(record)


def keep_log(*, as_json: bool) -> None:
    """Send everything that is logged in this process through one place; a second call changes only the form."""
    structlog.configure(
        processors=[merge_contextvars, *_steps(), ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    last: Processor = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _plain
    handler = StandardError()
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[merge_contextvars, _words_alone, *_steps()],
            processors=[ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    for one in [one for one in root.handlers if isinstance(one, StandardError)]:
        root.removeHandler(one)
    root.addHandler(handler)
    logging.getLogger(PACKAGE).setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("werkzeug").addFilter(_no_address)


def _steps() -> list[Processor]:
    return [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True), _kind_and_place]


def _words_alone(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of another library's line keep what it was written with: a name or an address may have been put into it."""
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] not in {PACKAGE, "werkzeug"}:
        event["event"], event["from"] = str(record.msg), record.name
    return event


def _kind_and_place(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception tell what kind it was and where it came from; what it says may hold what someone typed."""
    told = event.pop("exc_info", None)
    if told is True:
        told = sys.exc_info()
    error = told if isinstance(told, BaseException) else told[1] if isinstance(told, tuple) else None
    if error is not None:
        event["error"], event["where"] = type(error).__name__, places(error.__traceback__)
    return event


def places(trace: TracebackType | None) -> list[str]:
    """Return the lines of our code that an exception came through, and the line where it was raised."""
    frames = traceback.extract_tb(trace)
    return [_place(frame) for frame in frames if OURS in frame.filename] + [_place(frame) for frame in frames[-1:]]


def _place(frame: traceback.FrameSummary) -> str:
    """A line of code, by its path within the package that it belongs to."""
    path = frame.filename.rpartition("site-packages/")[2]
    return f"{OURS[1:] + path.rpartition(OURS)[2] if OURS in path else path}:{frame.lineno} {frame.name}"


def _plain(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> str:
    told = " ".join(f"{name}={value}" for name, value in event.items() if name not in SHOWN_FIRST)
    return f"{event['timestamp']} {event['level']} {event['event']} {told}".rstrip()


def _no_address(record: logging.LogRecord) -> bool:
    """Drop the development server's own line for each request, which holds the whole address."""
    return " - - [" not in str(record.msg)
