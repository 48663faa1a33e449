"""Every route is in exactly one access class, and each role is let in or refused accordingly, reading and writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from riskreg.domain.access import GRANTS, Permission, Role
from riskreg.web.access import Open, access_of

PUBLIC, SIGNED_IN = Open.PUBLIC, Open.SIGNED_IN
P = Permission

# The whole application. A new route has to be given its line here, by someone who has thought about it.
CLASSES: dict[str, Open | Permission] = {
    "static": PUBLIC,
    "auth.sign_in": PUBLIC,
    "auth.sign_out": SIGNED_IN,
    "auth.reset": PUBLIC,
    "auth.set_password": PUBLIC,
    "work.home": P.SEE_OWN_WORK,
    "work.read_decisions": P.SEE_OWN_WORK,
    "register.listing": P.READ_REGISTER,
    "search.results": P.READ_REGISTER,
    "policy.in_force": P.READ_REGISTER,
    "policy.versions": P.READ_REGISTER,
    "policy.draft": P.READ_PROPOSALS,
    "policy.save": P.SET_POLICY,
    "policy.discard": P.SET_POLICY,
    "policy.replay": P.READ_PROPOSALS,
    "policy.adopt": P.SET_POLICY,
    "own.preferences": SIGNED_IN,
    "own.renew": SIGNED_IN,
    "own.stop": SIGNED_IN,
    "own.messages": SIGNED_IN,
    "own.message": SIGNED_IN,
    "own.calendar": PUBLIC,
    "risks.risk": P.READ_REGISTER,
    "risks.review": P.REVIEW_RISK,
    "risks.start_again": P.REVIEW_RISK,
    "risks.raise_escalation": P.RAISE_ESCALATION,
    "risks.action": P.READ_REGISTER,
    "risks.update_action": P.UPDATE_ACTION,
    "importing.upload": P.KEEP_REGISTER,
    "importing.columns": P.KEEP_REGISTER,
    "importing.rows": P.KEEP_REGISTER,
    "importing.whole": P.KEEP_REGISTER,
    "keeping.propose": P.PROPOSE_RISK,
    "keeping.proposals": P.READ_PROPOSALS,
    "keeping.submit": P.PROPOSE_RISK,
    "keeping.approve": P.KEEP_REGISTER,
    "keeping.edit": P.KEEP_RISK,
    "keeping.assess": P.REVIEW_RISK,
    "keeping.response": P.KEEP_RISK,
    "keeping.hand_over": P.KEEP_REGISTER,
    "keeping.merge": P.KEEP_REGISTER,
    "keeping.close": P.KEEP_REGISTER,
    "keeping.reopen": P.KEEP_REGISTER,
    "keeping.discard": P.PROPOSE_RISK,
    "keeping.take_up": P.PROPOSE_RISK,
    "keeping.new_control": P.KEEP_RISK,
    "keeping.control": P.KEEP_RISK,
    "keeping.end": P.KEEP_RISK,
    "keeping.new_action": P.KEEP_RISK,
    "keeping.become_control": P.KEEP_RISK,
    "keeping.exempt": P.KEEP_REGISTER,
    "keeping.not_exempt": P.KEEP_REGISTER,
    "keeping.exempt_control": P.KEEP_REGISTER,
    "keeping.not_exempt_control": P.KEEP_REGISTER,
    "keeping.exempt_action": P.KEEP_REGISTER,
    "keeping.not_exempt_action": P.KEEP_REGISTER,
    "escalations.queue": P.READ_QUEUE,
    "escalations.note": P.DECIDE,
    "escalations.escalation": P.READ_QUEUE,
    "escalations.decide": P.DECIDE,
    "meetings.listing": P.READ_QUEUE,
    "meetings.meeting": P.READ_QUEUE,
    "meetings.schedule": P.MANAGE_MEETINGS,
    "meetings.make_agenda": P.MANAGE_MEETINGS,
    "meetings.add_item": P.MANAGE_MEETINGS,
    "meetings.move_up": P.MANAGE_MEETINGS,
    "meetings.move_down": P.MANAGE_MEETINGS,
    "meetings.remove_item": P.MANAGE_MEETINGS,
    "meetings.note_item": P.MANAGE_MEETINGS,
    "meetings.note_meeting": P.MANAGE_MEETINGS,
    "meetings.close": P.MANAGE_MEETINGS,
    "meetings.cancel": P.MANAGE_MEETINGS,
    "meetings.make": P.MANAGE_MEETINGS,
    "meetings.pack": P.READ_QUEUE,
    "meetings.download": P.READ_QUEUE,
    "reports.listing": P.READ_REGISTER,
    "reports.make": P.MANAGE_MEETINGS,
    "reports.report": P.READ_REGISTER,
    "reports.download": P.READ_REGISTER,
    "corporate.listing": P.READ_REGISTER,
    "corporate.referral": P.READ_REGISTER,
    "corporate.answer": P.ANSWER_REFERRAL,
    "corporate.hand_back": P.ANSWER_REFERRAL,
    "seeing.home": P.READ_REGISTER,
    "seeing.risks": P.READ_REGISTER,
    "seeing.actions": P.READ_REGISTER,
    "seeing.escalations": P.READ_REGISTER,
    "seeing.indicators": P.READ_REGISTER,
    "seeing.contracts": P.READ_REGISTER,
    "seeing.signals": P.READ_REGISTER,
    "seeing.ending": P.READ_REGISTER,
    "seeing.as_at": P.READ_REGISTER,
    "seeing.as_at_file": P.EXPORT,
    "seeing.changes": P.READ_REGISTER,
    "seeing.changes_file": P.EXPORT,
    "seeing.timeline": P.READ_REGISTER,
    "seeing.versions": P.READ_REGISTER,
    "links.depends": P.READ_REGISTER,
    "links.of_indicator": P.READ_REGISTER,
    "links.of_contract": P.READ_REGISTER,
    "links.choose": P.KEEP_RISK,
    "links.risk_for_indicator": P.KEEP_RISK,
    "links.risk_for_contract": P.KEEP_RISK,
    "links.add_indicator": P.KEEP_RISK,
    "links.add_contract": P.KEEP_RISK,
    "links.change": P.KEEP_RISK,
    "links.end": P.KEEP_RISK,
    "indicators.listing": P.READ_REGISTER,
    "indicators.indicator": P.READ_REGISTER,
    "indicators.watch": P.READ_REGISTER,
    "indicators.new": P.ADD_INDICATOR,
    "indicators.edit": P.KEEP_INDICATOR,
    "indicators.end": P.KEEP_INDICATOR,
    "targets.listing": P.READ_REGISTER,
    "targets.target": P.PUBLISH_RESULT,
    "targets.national": P.PUBLISH_RESULT,
    "targets.workbook": P.PUBLISH_RESULT,
    "targets.download": P.PUBLISH_RESULT,
    "targets.uploaded": P.PUBLISH_RESULT,
    "targets.national_workbook": P.PUBLISH_RESULT,
    "targets.national_download": P.PUBLISH_RESULT,
    "targets.national_uploaded": P.PUBLISH_RESULT,
    "indicators.publish": P.PUBLISH_RESULT,
    "indicators.publish_period": P.PUBLISH_RESULT,
    "indicators.correct": P.PUBLISH_RESULT,
    "indicators.comment": P.PUBLISH_RESULT,
    "indicators.waiting": P.READ_REGISTER,
    "indicators.period_file": P.PUBLISH_RESULT,
    "indicators.upload": P.PUBLISH_RESULT,
    "indicators.upload_columns": P.PUBLISH_RESULT,
    "indicators.upload_rows": P.PUBLISH_RESULT,
    "spreadsheets.discard": SIGNED_IN,
    "contracts.listing": P.READ_REGISTER,
    "contracts.contract": P.READ_REGISTER,
    "contracts.route": P.RECORD_CONTRACT,
    "contracts.review": P.RECORD_CONTRACT,
    "contracts.new": P.KEEP_CONTRACT,
    "contracts.edit": P.KEEP_CONTRACT,
    "contracts.provider": P.KEEP_CONTRACT,
    "contracts.close": P.KEEP_CONTRACT,
    "contracts.timeline": P.READ_REGISTER,
    "contracts.workbook": P.EXPORT,
    "contracts.upload": P.KEEP_CONTRACT,
    "contracts.upload_columns": P.KEEP_CONTRACT,
    "contracts.upload_rows": P.KEEP_CONTRACT,
    "admin.people": P.READ_REGISTER,
    "admin.person": P.MANAGE_PEOPLE,
    "admin.add": P.MANAGE_PEOPLE,
    "admin.change_person": P.MANAGE_PEOPLE,
    "admin.post": P.READ_REGISTER,
    "admin.hand_over": P.MANAGE_PEOPLE,
    "admin.set_deputy": P.MANAGE_PEOPLE,
    "admin.end_holding": P.MANAGE_PEOPLE,
    "admin.set_roles": P.MANAGE_PEOPLE,
    "admin.mail": P.MANAGE_MAIL,
    "admin.message": P.MANAGE_MAIL,
    "admin.try_settings": P.MANAGE_MAIL,
    "admin.jobs": P.MANAGE_MAIL,
    "admin.run_job": P.MANAGE_MAIL,
    "health.live": PUBLIC,
    "health.ready": PUBLIC,
    "health.metrics": PUBLIC,
    "admin.audit": P.READ_AUDIT,
    "evidence.to_risk": P.ADD_EVIDENCE,
    "evidence.to_action": P.ADD_EVIDENCE,
    "evidence.to_escalation": P.ADD_EVIDENCE,
    "evidence.download": P.READ_REGISTER,
    "evidence.remove": P.ADD_EVIDENCE,
    "files.listing": P.EXPORT,
    "files.export": P.EXPORT,
    "files.whole": P.EXPORT,
}


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each route with each method that it answers, reading before writing."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule, method


def ask(client: FlaskClient, app: Flask, rule: Rule, method: str, example: dict[str, Any]) -> tuple[int, str, str]:
    """Ask for a route and return the status, where it leads and what it says."""
    with app.test_request_context():
        address = url_for(rule.endpoint, **{name: example[name] for name in rule.arguments})
    answer = client.open(address, method=method)
    text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    answer.close()
    return answer.status_code, answer.headers.get("Location", ""), text


def test_every_route_has_the_class_that_is_written_down_here(plan_app: Flask) -> None:
    assert {rule.endpoint: access_of(plan_app, rule.endpoint) for rule, _ in rules(plan_app)} == CLASSES


def test_who_is_not_signed_in_sees_only_what_is_public(
    plan_app: Flask, client: FlaskClient, example: dict[str, Any]
) -> None:
    plan_app.config["WTF_CSRF_ENABLED"] = False
    for rule, method in rules(plan_app):
        status, location, _ = ask(client, plan_app, rule, method, example)
        if CLASSES[rule.endpoint] is PUBLIC:
            assert status not in (401, 403), rule
        elif method == "GET":
            assert (status, "/sign-in" in location) == (302, True), rule
        else:
            assert status == 401, rule


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_let_in_where_it_may_and_refused_where_not(
    plan_app: Flask, signed_in_as: Callable[[str], FlaskClient], example: dict[str, Any], role: Role
) -> None:
    plan_app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in_as(role)
    for rule, method in rules(plan_app):
        if rule.endpoint == "auth.sign_out":
            continue
        access = CLASSES[rule.endpoint]
        status, location, text = ask(client, plan_app, rule, method, example)
        assert status < 500, (rule, method)
        assert "/sign-in" not in location, (rule, method)
        if isinstance(access, Permission) and access not in GRANTS[role]:
            assert status == 403, (rule, method)
            assert "Your roles do not allow you" in text, (rule, method)
        else:
            assert "Your roles do not allow you to " + str(access) not in text, (rule, method)


@pytest.mark.parametrize("role", list(Role))
def test_no_page_shows_a_way_to_what_its_reader_may_not_do(
    plan_app: Flask, signed_in_as: Callable[[str], FlaskClient], example: dict[str, Any], role: Role
) -> None:
    client = signed_in_as(role)
    writing = {
        "risks.review": P.REVIEW_RISK, "risks.raise_escalation": P.RAISE_ESCALATION,
        "indicators.publish": P.PUBLISH_RESULT, "indicators.publish_period": P.PUBLISH_RESULT,
        "targets.target": P.PUBLISH_RESULT, "targets.national": P.PUBLISH_RESULT, "targets.workbook": P.PUBLISH_RESULT,
        "targets.national_workbook": P.PUBLISH_RESULT,
        "evidence.to_risk": P.ADD_EVIDENCE, "evidence.to_action": P.ADD_EVIDENCE,
        "evidence.to_escalation": P.ADD_EVIDENCE, "evidence.remove": P.ADD_EVIDENCE,
        "contracts.route": P.RECORD_CONTRACT,
        "contracts.review": P.RECORD_CONTRACT, "admin.mail": P.MANAGE_MAIL, "admin.jobs": P.MANAGE_MAIL,
        "keeping.propose": P.PROPOSE_RISK, "keeping.proposals": P.READ_PROPOSALS, "keeping.edit": P.KEEP_RISK,
        "keeping.response": P.KEEP_RISK, "keeping.hand_over": P.KEEP_REGISTER, "keeping.merge": P.KEEP_REGISTER,
        "keeping.close": P.KEEP_REGISTER, "keeping.new_action": P.KEEP_RISK, "keeping.new_control": P.KEEP_RISK,
        "keeping.discard": P.PROPOSE_RISK,
        "keeping.control": P.KEEP_RISK, "keeping.end": P.KEEP_RISK, "keeping.assess": P.REVIEW_RISK,
        "admin.audit": P.READ_AUDIT, "meetings.schedule": P.MANAGE_MEETINGS, "meetings.close": P.MANAGE_MEETINGS,
        "meetings.cancel": P.MANAGE_MEETINGS, "meetings.note_item": P.MANAGE_MEETINGS,
        "meetings.note_meeting": P.MANAGE_MEETINGS,
    }  # fmt: skip
    with plan_app.test_request_context():
        by_endpoint = {rule.endpoint: rule for rule, _ in rules(plan_app)}
        ways = {
            url_for(name, **{key: example[key] for key in by_endpoint[name].arguments})
            for name, permission in writing.items()
            if permission not in GRANTS[role]
        }
    for rule, method in rules(plan_app):
        if method == "GET":
            _, _, text = ask(client, plan_app, rule, method, example)
            assert not [way for way in ways if f'href="{way}"' in text], rule
