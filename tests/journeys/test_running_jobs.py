"""The administrator looks at the jobs, runs one by hand, and sees what it did."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from riskreg import clock, scheduler
from riskreg.extensions import db
from riskreg.leadership import leadership_of
from riskreg.services.schedulers import note_scheduler
from tests.journeys.keyboard import Keyboard


def test_the_administrator_runs_a_job_by_hand(journey_app: Flask, person: Callable[[str], Keyboard]) -> None:
    administrator = person("Administrator")
    administrator.open("/admin/jobs")
    administrator.see("No scheduler runs, so no job does.")
    administrator.press("Run tidy now")
    administrator.see("A run of tidy was asked for.")
    administrator.see("It begins when a scheduler runs.")
    with journey_app.app_context():
        note_scheduler("this one", "server-1", clock.now(), leads=True)
        db.session.commit()
        leadership = leadership_of(db.engine)
        assert leadership.take()
        scheduler.run_what_was_asked(journey_app, leadership)
        leadership.release()
    administrator.open("/admin/jobs")
    administrator.see("A scheduler leads on server-1")
    administrator.see("done: 0 uploaded files deleted")
