"""Commands of the `flask` program: every job by hand, loading, exporting, and the demonstration."""

from __future__ import annotations

from flask import Flask

from riskreg.cli.export import export_file
from riskreg.cli.mailbox import mailbox_commands
from riskreg.cli.people import people_commands
from riskreg.cli.plan import plan_commands
from riskreg.cli.scheduler import evaluate_now, jobs_commands, outbox_commands, scheduler_commands
from riskreg.cli.start import start_demonstration


def register_commands(app: Flask) -> None:
    """Add the commands to the application; called by create_app."""
    app.cli.add_command(start_demonstration)
    app.cli.add_command(mailbox_commands)
    app.cli.add_command(plan_commands)
    app.cli.add_command(export_file)
    app.cli.add_command(scheduler_commands)
    app.cli.add_command(jobs_commands)
    app.cli.add_command(outbox_commands)
    app.cli.add_command(evaluate_now)
    app.cli.add_command(people_commands)
