"""The main job from end to end, in a real browser: an indicator slips, the risk arrives before DMT, DMT decides, the
owner is told over real SMTP and answers."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from riskreg import jobs
from riskreg.clock import now
from riskreg.extensions import db
from riskreg.models import Escalation, Result, Risk
from tests.journeys.conftest import check_accessible
from tests.mail.servers import receiving, settings_for

OPEN_WINDOW = Callable[[str], Page]
MEASURE = "Percentage of Children Missing Education cases closed within 30 days"


def fill_day(page: Page, group: str, day: str, month: str, year: str) -> None:
    """Type a day into its three boxes."""
    boxes = page.get_by_role("group", name=group)
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        boxes.get_by_label(label).fill(value)


def origin(page: Page) -> str:
    """The address of the application that the window is on."""
    return page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2]


def send_mail(app: Flask) -> list[str]:
    """Send what waits in the outbox to a real SMTP server, and return its subjects with the addresses."""
    with receiving() as server:
        app.config.update(settings_for(server.port))
        report = jobs.run_job("send-mail", now())
        assert report.ok, report.outcome
        return [f"{letter['To']}: {letter['Subject']}" for letter in server.letters]


def publish(page: Page, value: str) -> None:
    """The performance officer finds the indicator and publishes its result for March 2017."""
    page.goto(f"{origin(page)}/indicators?q=Missing+Education")
    page.get_by_role("link", name=re.compile(MEASURE)).click()
    page.get_by_role("button", name="Publish a result").click()
    page.get_by_label("Result", exact=True).fill(value)
    page.get_by_label("Period", exact=True).fill("March 2017")
    fill_day(page, "Last day of the period", "31", "3", "2017")
    page.get_by_label("Provisional").check()
    check_accessible(page)
    page.get_by_role("button", name="See what it does").click()


def test_from_a_slip_to_the_owners_answer(journey_app: Flask, window: OPEN_WINDOW) -> None:
    send_mail(journey_app)
    officer = window("Performance Officer")
    publish(officer, "sixty")
    expect(officer.get_by_role("alert")).to_contain_text("is not a number")
    assert officer.get_by_label("Period", exact=True).input_value() == "March 2017"
    officer.get_by_label("Result", exact=True).fill("60")
    officer.get_by_role("button", name="See what it does").click()
    expect(officer.get_by_text("1 risk comes before DMT")).to_be_visible()
    check_accessible(officer)
    officer.get_by_role("button", name="Publish", exact=True).click()
    expect(officer.get_by_text("CYPE 08").first).to_be_visible()
    check_accessible(officer)

    letters = send_mail(journey_app)
    owner_address = "head-of-pru-inclusion-and-attendance@kent.example"
    assert any(owner_address in letter and "CYPE 08" in letter for letter in letters)
    assert sum("director" in letter for letter in letters) == 4

    member = window("Director of Planning and Access")
    member.goto(f"{origin(member)}/queue")
    check_accessible(member)
    expect(member.get_by_text(re.compile(f"{MEASURE}.*fell from 74%"))).to_be_visible()
    member.get_by_role("link", name="Decide on CYPE 08").click()
    check_accessible(member)
    member.get_by_role("button", name="Record the decision").click()
    expect(member.get_by_role("alert")).to_contain_text("Choose what DMT has decided")
    check_accessible(member)
    member.get_by_label("Confirm", exact=True).check()
    fill_day(member, "Date for the owner", "20", "4", "2017")
    member.get_by_label("Reason for the decision").fill("The cases are not closed in time. Say what you will do.")
    member.get_by_role("button", name="Record the decision").click()
    expect(member.get_by_text("CYPE 08: “confirm” was recorded. The rating shown is RED.")).to_be_visible()

    assert any(owner_address in letter and "CYPE 08" in letter for letter in send_mail(journey_app))

    owner = window("Head of Pupil Referral Units, Inclusion and Attendance")
    check_accessible(owner)
    owner.get_by_role("link", name=re.compile("CYPE 08")).first.click()
    expect(owner.get_by_role("heading", name="Complete the review")).to_be_visible()
    for question in ("Is the risk still described right?", "Are the controls working?", "Are the actions on track?"):
        owner.get_by_role("group", name=question).get_by_label("Yes").check()
    owner.get_by_label("Something has changed").check()
    owner.get_by_label("What has changed, or why nothing has").fill("Two officers were moved to this work in March.")
    owner.get_by_label(re.compile("Keep")).check()
    check_accessible(owner)
    owner.get_by_role("button", name="Complete the review").click()
    expect(owner.get_by_text("Two officers were moved").first).to_be_visible()
    check_accessible(owner)

    db.session.rollback()
    escalation = db.session.scalars(select(Escalation).join(Risk).where(Risk.title.contains("suitable"))).one()
    assert (escalation.status, escalation.risk.effective_rag) == ("awaiting DMT", "RED")


def test_a_wrong_figure_put_right_takes_back_what_only_it_raised(journey_app: Flask, window: OPEN_WINDOW) -> None:
    officer = window("Performance Officer")
    publish(officer, "6")
    officer.get_by_role("button", name="Publish", exact=True).click()
    expect(officer.get_by_text("1 risk escalated: CYPE 08")).to_be_visible()
    publish(officer, "60")
    expect(officer.get_by_role("alert")).to_contain_text("already published")
    officer.get_by_role("link", name="Correct the result for March 2017").click()
    officer.get_by_label("Right result").fill("76")
    officer.get_by_label("Final").check()
    officer.get_by_label("Why it is corrected").fill("A nought was missing, and late returns came in.")
    check_accessible(officer)
    officer.get_by_role("button", name="See what it does").click()
    expect(officer.get_by_text("1 risk has its escalation withdrawn")).to_be_visible()
    check_accessible(officer)
    officer.get_by_role("button", name="Publish", exact=True).click()
    expect(officer.get_by_text("Escalation withdrawn: CYPE 08")).to_be_visible()
    db.session.rollback()
    escalation = db.session.scalars(select(Escalation).join(Risk).where(Risk.title.contains("suitable"))).one()
    assert (escalation.status, escalation.risk.effective_rag) == ("withdrawn", "AMBER")
    kept = db.session.scalars(select(Result.printed).where(Result.period == "March 2017").order_by(Result.revision))
    assert kept.all() == ["6", "76"]
