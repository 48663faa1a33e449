"""All commands in one place; importing this module loads what they need, Alembic with it."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate

import config
from riskreg.cli.demo import demo_commands
from riskreg.cli.export import export_file
from riskreg.cli.mail import mail_commands
from riskreg.cli.mailbox import mailbox_commands
from riskreg.cli.people import people_commands
from riskreg.cli.plan import plan_commands
from riskreg.cli.scheduler import evaluate_now, jobs_commands, outbox_commands, scheduler_commands
from riskreg.cli.start import start_demonstration
from riskreg.extensions import db

MIGRATIONS = config.ROOT / "migrations"
COMMANDS = (
    start_demonstration,
    mailbox_commands,
    demo_commands,
    mail_commands,
    plan_commands,
    export_file,
    scheduler_commands,
    jobs_commands,
    outbox_commands,
    evaluate_now,
    people_commands,
)


def add_commands(app: Flask) -> None:
    """Add the commands to the application, and those of Flask-Migrate, which adds its own."""
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    for command in COMMANDS:
        app.cli.add_command(command)
