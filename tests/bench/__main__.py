"""Measure, print the ratios beside the bars, and leave the judgement to the reader; `quick` leaves the long one out."""

from __future__ import annotations

import functools
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATABASE = ROOT / "build" / "bench.sqlite3"
ENVIRONMENT = {
    "RISKREG_ENV": "demonstration",
    "RISKREG_DEMONSTRATION_SIGN_IN": "1",
    "RISKREG_TODAY": "2017-04-03",
    "DATABASE_URL": f"sqlite:///{DATABASE}",
}
os.environ.update(ENVIRONMENT)

from flask_migrate import upgrade  # noqa: E402 - the settings come first
from sqlalchemy import select, text  # noqa: E402

from riskreg import clock, create_app  # noqa: E402
from riskreg.cli import load_commands  # noqa: E402
from riskreg.domain.access import Role  # noqa: E402
from riskreg.extensions import db  # noqa: E402
from riskreg.models import Indicator, Person, Risk, TargetRow  # noqa: E402
from riskreg.queries.policies import policy_on  # noqa: E402
from riskreg.queries.replay import earliest, replay  # noqa: E402
from riskreg.queries.sessions import session_of  # noqa: E402
from riskreg.services.actors import Actor  # noqa: E402
from riskreg.services.assessing import Rating, assess_risk  # noqa: E402
from riskreg.services.evaluation import evaluate_register  # noqa: E402
from riskreg.services.exporting import csv_lines  # noqa: E402
from riskreg.services.loading import load_plan  # noqa: E402
from riskreg.services.publishing import preview, publish_results  # noqa: E402
from riskreg.services.results import ResultEntry  # noqa: E402
from tests.bench.filling import RARE, fill_indicators, fill_mitigations, fill_one_risk, fill_risks  # noqa: E402
from tests.bench.morning import OWNERS, fill_owners  # noqa: E402
from tests.bench.serving import Browser, hidden, serving  # noqa: E402

DASHBOARD = "/dashboard?of=whole"
OWNER = "Head of Early Years and Childcare"
TIMES = 60
LATEST = text(
    "SELECT count(*) FROM link JOIN risk ON risk.id = link.risk_id JOIN result ON result.id = ("
    " SELECT r.id FROM result r WHERE r.indicator_id = link.indicator_id AND r.current = 1"
    " ORDER BY r.period_end DESC LIMIT 1) WHERE result.rag = 'RED' AND risk.status = 'open'"
)


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def row(what: str, measured: str, bar: str) -> None:
    """One line of the table."""
    print(f"{what:<58} {measured:>26}   bar: {bar}", flush=True)


def ratio(what: str, page: Callable[[], object], bare: Callable[[], object], bar: str) -> None:
    """Measure a page and the bare route in turn, and print the ratio of their medians."""
    for _ in range(5):
        page(), bare()
    compared(what, [(seconds(page), seconds(bare)) for _ in range(TIMES)], bar)


def compared(what: str, pairs: list[tuple[float, float]], bar: str) -> None:
    """Print the ratio of the medians of what was measured in turn, so that a busy machine slows both."""
    ours, theirs = (statistics.median(one) * 1000 for one in zip(*pairs, strict=True))
    row(what, f"{ours:.1f} ms / {theirs:.1f} ms = {ours / theirs:.1f} x", bar)


def prepare() -> tuple[int, int]:
    """A database with the plan and 10,000 risks more; return a full risk and one of its actions."""
    DATABASE.parent.mkdir(exist_ok=True)
    for path in DATABASE.parent.glob("bench.sqlite3*"):
        path.unlink()
    app = create_app()
    load_commands(app)
    with app.app_context():
        upgrade()
        load_plan(ROOT / "riskreg" / "plan", clock.now(), demonstration=True)
        evaluate_register(1, clock.now())
        risks = fill_risks(10_000)
        full = db.session.get_one(Risk, risks[0])
        full.owner_post_id = db.session.scalars(
            select(Risk.owner_post_id)
            .join(Person, Person.name == OWNER)
            .where(Risk.title.contains("free places"), Risk.id < risks[0])
        ).one()
        fill_mitigations(risks)
        actions = fill_one_risk(full.id, full.owner_post_id)
        db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        return full.id, actions[0]


def pages(risk_id: int, action_id: int) -> None:
    """The pages, beside the bare route."""
    with serving("wsgi:app", ENVIRONMENT) as ours, serving("tests.bench.bare:app", ENVIRONMENT) as plain:
        row("web process: start-up", f"{ours.seconds:.2f} s", "2 s")
        browser, bare = Browser(ours.port), Browser(plain.port)
        browser.sign_in(OWNER)

        def yardstick() -> str:
            return bare.get("/")

        def update() -> None:
            page = browser.get(f"/actions/{action_id}")
            form = [("csrf_token", hidden(page, "csrf_token")), ("revision", hidden(page, "revision"))]
            form += [("text", "Going on."), ("status", "in progress"), ("progress", "20")]
            form += [("due_on", part) for part in ("31", "8", "2017")]
            saving.append(seconds(lambda: expect(302, browser.ask("POST", f"/actions/{action_id}", form)[0])))

        saving: list[float] = []
        ratio("dashboard, 10,000 risks", lambda: browser.get(DASHBOARD), yardstick, "4 x")
        ratio("register page, 50 rows, filters and counts", lambda: browser.get("/register"), yardstick, "3 x")
        ratio("register page, in order of title", lambda: browser.get("/register?sort=title"), yardstick, "3 x")
        ratio(
            "one risk, 10 actions, 10 links, 50 of history", lambda: browser.get(f"/risks/{risk_id}"), yardstick, "3 x"
        )
        for name, word in (("common", "places"), ("rare", RARE)):
            path = f"/search?q={word}"
            ratio(f"search, 40,000 texts, a {name} word", functools.partial(browser.get, path), yardstick, "5 x")

        def counted_anew() -> tuple[float, float]:
            return seconds(lambda: browser.get(DASHBOARD)), seconds(yardstick)

        counting = []
        for _ in range(TIMES):
            update()
            counting.append(counted_anew())
        rated = [counted_anew() for _ in rated_again(risk_id)]
        beside = [theirs for _, theirs in counting]
        compared("saving an action update, audit included", list(zip(saving, beside, strict=True)), "3 x")
        compared("dashboard, first view after an action update", counting, "4 x")
        compared("dashboard, first view after a new rating", rated, "4 x")
        row("web process: memory of the worker", f"{ours.memory():.0f} MB", "120 MB")


def rated_again(risk_id: int) -> Iterator[int]:
    """Give a risk a new rating, again and again, as its owner would: what the dashboard counted is no longer true."""
    with create_app().app_context():
        for step in range(TIMES):
            now, risk = clock.now(), db.session.get_one(Risk, risk_id)
            owner = Actor(None, OWNER, frozenset(Role), frozenset({risk.owner_post_id}))
            assess_risk(owner, risk, Rating(1 + step % 5, 3, "As things are."), None, risk.revision, now)
            db.session.commit()
            yield step


def expect(wanted: int, status: int) -> None:
    """Stop when a measured request did not do what it should."""
    if status != wanted:
        raise RuntimeError(f"expected {wanted}, got {status}")


def mornings() -> None:
    """Five thousand digests in one morning, and the register page while they are written and sent."""
    with create_app().app_context():
        fill_owners(list(db.session.scalars(select(Risk.id).order_by(Risk.id.desc()).limit(OWNERS))))
        db.session.commit()
    with serving("wsgi:app", ENVIRONMENT) as ours, serving("tests.bench.bare:app", ENVIRONMENT) as plain:
        browser, bare, pairs = Browser(ours.port), Browser(plain.port), []
        browser.sign_in(OWNER)
        ratio("register page before that", lambda: browser.get("/register"), lambda: bare.get("/"), "3 x")
        with subprocess.Popen([sys.executable, "-m", "tests.bench.morning"], stdout=subprocess.PIPE, cwd=ROOT) as work:
            while work.poll() is None:
                pairs.append((seconds(lambda: browser.get("/register")), seconds(lambda: bare.get("/"))))
            took = json.loads(work.stdout.read() if work.stdout else "")
    for what in ("remind", "digests", "send"):
        row(f"{took['sent']:,} digests in a morning: {what}", f"{took[what]:.1f} s", "none")
    memory = f"{took['after']:.0f} MB, {took['before']:.0f} before"
    row("the same: most memory of the process", memory, "bounded")
    compared("register page meanwhile", pairs, "3 x")


def files() -> None:
    """The register as CSV."""
    with create_app().app_context():
        row(
            "register as CSV, 10,000 rows",
            f"{seconds(lambda: sum(len(line) for line in csv_lines('risks'))):.2f} s",
            "2 s",
        )


def publishing() -> None:
    """All 110 results of a year: what they would do is shown, then they are published as shown and evaluated."""
    with create_app().app_context():
        now = clock.now()
        person = db.session.scalars(select(Person.id).where(Person.name == "Performance Officer")).one()
        standing = session_of(person, clock.today())
        if standing is None:
            raise RuntimeError("there is no performance officer")
        actor = Actor(standing.person_id, standing.name, standing.roles, frozenset(standing.posts))
        indicators = db.session.scalars(select(Indicator).order_by(Indicator.id).limit(110)).all()
        ended = clock.today().replace(month=3, day=31)

        entries = []
        for indicator in indicators:
            target = next((one for one in indicator.targets if one.year == 2017), TargetRow(value=None))
            value = f"{target.value:.0f}" if target.value is not None else "1"
            entries.append(ResultEntry(indicator.id, value, "March 2017", ended, 2017))
        shown: list[str] = []

        def publish_all() -> None:
            publish_results(actor, 1, entries, now, shown=shown[0])
            db.session.commit()

        seen = seconds(lambda: shown.append(preview(actor, 1, entries, now).digest))
        row("what publishing 110 results would do", f"{seen:.2f} s", "1 s")
        row("publishing 110 results with evaluation", f"{seconds(publish_all):.2f} s", "1 s")


def replaying() -> None:
    """A draft lived through over the whole past of 10,000 risks with ten results each; then that past is taken back."""
    with create_app().app_context():
        risks = db.session.scalars(select(Risk.id).order_by(Risk.id.desc()).limit(10_000)).all()
        fill_indicators(list(risks), results_each=10, apart=timedelta(days=90))
        now, today = clock.now(), clock.today()
        held = policy_on(1, today)
        draft = replace(held, version=held.version + 1, floor_share=held.floor_share / 2)
        began = earliest(1, today)
        row(
            "replaying a policy over 10,000 risks, 100,000 results",
            f"{seconds(lambda: replay(1, {held.version: held}, draft, began, now)):.2f} s",
            "5 s",
        )
        db.session.rollback()


def everything() -> None:
    """100,000 risks, links and indicators, 1,000,000 results."""
    with create_app().app_context():
        risks = fill_risks(100_000, first_id=2_000_000)
        fill_indicators(risks, results_each=10)
        db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        statement = statistics.median(seconds(lambda: db.session.execute(LATEST).all()) for _ in range(3))
        first = seconds(lambda: evaluate_register(1, clock.now()))
        db.session.commit()
        again = seconds(lambda: evaluate_register(1, clock.now()))
        db.session.rollback()
        for what, took in (("first time, 100 new RED results", first), ("again, nothing new", again)):
            row(
                f"evaluating everything: {what}", f"{took:.2f} s / {statement:.2f} s = {took / statement:.1f} x", "10 x"
            )


def main() -> None:
    """Every measurement, one after another; told to end, it ends what it started first."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    risk_id, action_id = prepare()
    pages(risk_id, action_id)
    files()
    publishing()
    replaying()
    mornings()
    if "quick" not in sys.argv[1:]:
        everything()


if __name__ == "__main__":
    main()
