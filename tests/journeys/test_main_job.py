"""The main job from end to end, in a real browser and by keyboard: an indicator slips, the risk arrives before DMT, DMT
decides, the owner is told over real SMTP and answers."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from riskreg import jobs
from riskreg.clock import now
from riskreg.extensions import db
from riskreg.models import Escalation, Result, Risk
from tests.journeys.keyboard import Keyboard
from tests.mail.servers import receiving, settings_for

PERSON = Callable[[str], Keyboard]
MEASURE = "Percentage of Children Missing Education cases closed within 30 days"


def send_mail(app: Flask) -> list[str]:
    """Send what waits in the outbox to a real SMTP server, and return its subjects with the addresses."""
    with receiving() as server:
        app.config.update(settings_for(server.port))
        report = jobs.run_job("send-mail", now())
        assert report.ok, report.outcome
        return [f"{letter['To']}: {letter['Subject']}" for letter in server.letters]


def publish(officer: Keyboard, value: str) -> None:
    """The performance officer finds the indicator and enters its result for March 2017."""
    officer.open("/indicators?q=Missing+Education")
    officer.follow(re.compile(MEASURE))
    officer.press("Publish a result")
    officer.fill("Result", value)
    officer.fill("Period", "March 2017")
    officer.fill_day("Last day of the period", 31, 3, 2017)
    officer.tick("Provisional")
    officer.press("See what it does")


def test_from_a_slip_to_the_owners_answer(journey_app: Flask, person: PERSON) -> None:
    send_mail(journey_app)
    officer = person("Performance Officer")
    publish(officer, "sixty")
    expect(officer.page.get_by_role("alert")).to_contain_text("is not a number")
    assert officer.page.get_by_label("Period", exact=True).input_value() == "March 2017"
    officer.fill("Result", "60")
    officer.press("See what it does")
    officer.see("1 risk comes before DMT")
    officer.press("Publish")
    officer.see("CYPE 08")

    letters = send_mail(journey_app)
    owner_address = "head-of-pru-inclusion-and-attendance@kent.example"
    assert any(owner_address in letter and "CYPE 08" in letter for letter in letters)
    assert sum("director" in letter for letter in letters) == 4

    decide(person("Director of Planning and Access"))
    assert any(owner_address in letter and "CYPE 08" in letter for letter in send_mail(journey_app))
    answer(person("Head of Pupil Referral Units, Inclusion and Attendance"))
    db.session.rollback()
    escalation = db.session.scalars(select(Escalation).join(Risk).where(Risk.title.contains("suitable"))).one()
    assert (escalation.status, escalation.risk.effective_rag) == ("awaiting DMT", "RED")


def decide(member: Keyboard) -> None:
    """A member of DMT reads why the risk is in the queue, and decides."""
    member.open("/queue")
    member.see(re.compile(f"{MEASURE}.*fell from 74%"))
    member.follow("Decide on CYPE 08")
    member.press("Record the decision")
    expect(member.page.get_by_role("alert")).to_contain_text("Choose what DMT has decided")
    member.tick("Confirm")
    member.fill_day("Date for the owner", 20, 4, 2017)
    member.fill("Reason for the decision", "The cases are not closed in time. Say what you will do.")
    member.press("Record the decision")
    member.see("CYPE 08: “confirm” was recorded. The rating shown is RED.")


def answer(owner: Keyboard) -> None:
    """The owner answers by a review, from my work."""
    owner.follow(re.compile("CYPE 08"))
    owner.heading("Complete the review")
    for question in ("Is the risk still described right?", "Are the controls working?", "Are the actions on track?"):
        owner.tick("Yes", within=question)
    owner.tick("Something has changed")
    owner.fill("What has changed, or why nothing has", "Two officers were moved to this work in March.")
    owner.tick(re.compile("Keep"))
    owner.press("Complete the review")
    owner.see("Two officers were moved")


def test_a_wrong_figure_put_right_takes_back_what_only_it_raised(journey_app: Flask, person: PERSON) -> None:
    officer = person("Performance Officer")
    publish(officer, "6")
    officer.press("Publish")
    officer.see("1 risk escalated: CYPE 08")
    publish(officer, "60")
    expect(officer.page.get_by_role("alert")).to_contain_text("already published")
    officer.follow("Correct the result for March 2017")
    officer.fill("Right result", "76")
    officer.tick("Final")
    officer.fill("Why it is corrected", "A nought was missing, and late returns came in.")
    officer.press("See what it does")
    officer.see("1 risk has its escalation withdrawn")
    officer.press("Correct")
    officer.see("Escalation withdrawn: CYPE 08")
    db.session.rollback()
    escalation = db.session.scalars(select(Escalation).join(Risk).where(Risk.title.contains("suitable"))).one()
    assert (escalation.status, escalation.risk.effective_rag) == ("withdrawn", "AMBER")
    kept = db.session.scalars(select(Result.printed).where(Result.period == "March 2017").order_by(Result.revision))
    assert kept.all() == ["6", "76"]
