"""`flask mail bounce`: where a mail server hands over the mail that comes back."""

from __future__ import annotations

import logging
import sys
from typing import BinaryIO

import click
from flask.cli import AppGroup

from riskreg import clock
from riskreg.cli.sentences import Refused, one_sentence_when_the_database_fails
from riskreg.extensions import db
from riskreg.services.bounces import NOT_OURS, take_bounce

log = logging.getLogger(__name__)
mail_commands = AppGroup("mail", help="Mail that comes back.")
# Reports are small, but some servers return the whole message with them.
MOST_BYTES = 1024 * 1024


class TryLater(Refused):
    """Tells the mail server to keep the report and hand it over again (EX_TEMPFAIL of sysexits)."""

    exit_code = 75


@mail_commands.command("bounce")
def take_in() -> None:
    """Take in one returned message from standard input, as a mail server's pipe delivers it.

    What is no report on a message of ours is no error: the mail server has done its part.
    """
    content = _read(sys.stdin.buffer)
    try:
        with one_sentence_when_the_database_fails():
            done = take_bounce(content, clock.now())
            db.session.commit()
    except Refused as error:
        raise TryLater(error.message) from error
    log.log(logging.WARNING if done == NOT_OURS else logging.INFO, "returned mail: %s", done)
    click.echo(done)


def _read(stream: BinaryIO) -> bytes:
    """Read to the end, since a pipe that is closed early looks like a failure, and keep the first MOST_BYTES."""
    content = stream.read(MOST_BYTES)
    while stream.read(MOST_BYTES):
        pass
    return content
