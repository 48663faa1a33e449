"""How a command ends when it cannot do what was asked: with one sentence, and nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from riskreg.extensions import db


class Refused(click.ClickException):
    """A sentence for the person at the terminal, without click's “Error:”."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence alone."""
        click.echo(self.message, file=file, err=True)


class RefusedWord(Refused):
    """The sentence is about a word of the command line."""

    exit_code = 2


@contextmanager
def one_sentence_when_the_database_fails() -> Iterator[None]:
    """Raise Refused when the database is locked, away or not migrated; whatever happens, leave no transaction open."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Refused(f"The database cannot be used ({reason}). Nothing was changed.") from error
    finally:
        db.session.rollback()
