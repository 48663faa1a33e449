"""`flask plan load`: fill the register from a plan's tables."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from riskreg.cli.sentences import Refused, one_sentence_when_the_database_fails
from riskreg.clock import now
from riskreg.domain.sentences import plural
from riskreg.exchange.tables import BrokenTable
from riskreg.extensions import db
from riskreg.services.loading import SHIPPED_PLAN, load_plan

plan_commands = AppGroup("plan", help="Work with the directorate's plan.")


@plan_commands.command("load")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=SHIPPED_PLAN,
    help="The folder with the plan's tables; the shipped plan when left out.",
)
def load(folder: Path) -> None:
    """Load a plan in one transaction; what is there already stays as it is.

    A broken table is refused with file, row, column and what is wrong, and nothing is loaded.
    """
    with one_sentence_when_the_database_fails():
        try:
            report = load_plan(folder, now(), demonstration=bool(current_app.config["DEMONSTRATION_SIGN_IN"]))
        except BrokenTable as broken:
            found = plural(len(broken.problems), "problem")
            raise Refused(f"{broken}\nNothing was loaded: {found} found.") from None
        db.session.commit()
    click.echo(report)
