"""Commands for what the schedule does: run it, run one job by hand, evaluate, send the outbox."""

from __future__ import annotations

import signal
from threading import Event

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from riskreg import clock, jobs
from riskreg.cli.sentences import Refused, one_sentence_when_the_database_fails
from riskreg.domain.sentences import plural
from riskreg.extensions import db
from riskreg.leadership import leadership_of
from riskreg.services.notices import Raised

scheduler_commands = AppGroup("scheduler", help="The process that runs the jobs on time.")
jobs_commands = AppGroup("jobs", help="The jobs, by hand.")
outbox_commands = AppGroup("outbox", help="The messages that wait to be sent.")


@scheduler_commands.command("run")
def run_scheduler() -> None:
    """Run the jobs on time until stopped. Several may run: one leads, the others wait."""
    # Imported here, because every web worker loads the commands and none of them may carry a scheduler.
    from riskreg.scheduler import run_schedule  # noqa: PLC0415

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    app = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - threads need the app itself
    leadership = leadership_of(db.engine)
    db.engine.dispose()
    run_schedule(app, leadership, stop)
    click.echo("The scheduler has stopped.")


@jobs_commands.command("list")
def list_jobs() -> None:
    """Say what each job does and when."""
    for job in jobs.JOBS.values():
        click.echo(f"{job.name}: {job.does} It runs {job.when}.")


@jobs_commands.command("run")
@click.argument("name", type=click.Choice(list(jobs.JOBS)))
def run_by_hand(name: str) -> None:
    """Run one job now, for the days that it missed and for today; never at the same time as the scheduler runs it."""
    with one_sentence_when_the_database_fails():
        for day in jobs.days_by_hand(name, clock.now()):
            report = jobs.run_job(name, clock.now(), day, by_hand=True)
            if not report.ok:
                raise Refused(f"{name} failed: {report.outcome}")
            click.echo(f"{name}: {report.outcome}")


@outbox_commands.command("send")
def send_outbox() -> None:
    """Send what is due now."""
    run_by_hand.callback("send-mail")  # type: ignore[misc] # click types the wrapped function as optional


@click.command("evaluate")
@with_appcontext
def evaluate_now() -> None:
    """Evaluate every register and say what was raised, and why."""
    with one_sentence_when_the_database_fails():
        done = [evaluation for _prefix, evaluation in jobs.evaluations(clock.now())]
        lines = [_line(raised) for evaluation in done for raised in evaluation.raised]
        db.session.commit()
    for line in lines or ["Nothing new: no risk was escalated."]:
        click.echo(line)
    proposed = sum(len(evaluation.proposed) for evaluation in done)
    withdrawn = sum(len(evaluation.withdrawn) for evaluation in done)
    if proposed or withdrawn:
        click.echo(f"{plural(proposed, 'de-escalation')} proposed, {plural(withdrawn, 'escalation')} withdrawn.")


def _line(raised: Raised) -> str:
    escalation = raised.escalation
    why = "\n    ".join(raised.sentences)
    return f"{escalation.risk.reference} {escalation.rag_before} → {escalation.rag_after}: {why}"
