"""Commands of the `flask` program: every job by hand, loading, exporting, migrating, and the demonstration."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup


class Commands(AppGroup):
    """The commands, loaded when the `flask` program asks for one: a web worker never does, and saves their memory."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name=app.name)
        self.app = app

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        load_commands(self.app)
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command, or nothing when there is none of that name."""
        load_commands(self.app)
        return super().get_command(ctx, cmd_name)


def register_commands(app: Flask) -> None:
    """Let the `flask` program find the commands; called by create_app."""
    app.cli = Commands(app)


def load_commands(app: Flask) -> None:
    """Add the commands, `flask db` among them; from then on the application can be migrated."""
    if not app.cli.commands:
        from riskreg.cli.commands import add_commands  # noqa: PLC0415 - 20 MB, which only the `flask` program needs

        add_commands(app)
