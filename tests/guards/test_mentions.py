"""Every long text that somebody types says that it tells whom it mentions, or does not: as the services do."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from flask import Flask

from riskreg import web
from riskreg.web.fields import LongTextField
from riskreg.web.forms import Form
from riskreg.web.mentions import MENTIONS

# The text goes into a sentence about a risk, an indicator or a contract: whoever is mentioned in it is told.
TELLS = {
    "contracts.ContractRowsForm": {"reason"},
    "contracts.ProviderForm": {"reason"},
    "contracts.ReviewForm": {"note"},
    "contracts.RouteForm": {"note"},
    "contracts.StateForm": {"why"},
    "contracts.TermsForm": {"reason"},
    "corporate.AnswerForm": {"said"},
    "corporate.HandBackForm": {"said"},
    "escalations.DecisionForm": {"reason"},
    "escalations.NotingForm": {"text"},
    "evidence.EvidenceForm": {"description"},
    "evidence.RemovalForm": {"reason"},
    "indicators.ChangeForm": {"why"},
    "indicators.CommentForm": {"text"},
    "indicators.CorrectForm": {"reason"},
    "indicators.StateForm": {"why"},
    "keeping.ApprovalForm": {"reason"},
    "keeping.AssessmentForm": {"rationale", "target_rationale"},
    "keeping.CloseForm": {"reason"},
    "keeping.ControlForm": {"text"},
    "keeping.DiscardForm": {"reason"},
    "keeping.DraftForm": {"rationale", "reason", "target_rationale"},
    "keeping.EditForm": {"reason"},
    "keeping.EndControlForm": {"reason"},
    "keeping.ExemptForm": {"reason"},
    "keeping.HandOverForm": {"reason"},
    "keeping.MergeForm": {"reason"},
    "keeping.NewActionForm": {"text"},
    "keeping.NotExemptForm": {"reason"},
    "keeping.ProposalForm": {"rationale", "target_rationale"},
    "keeping.ReopenForm": {"reason"},
    "keeping.ResponseForm": {"reason"},
    "keeping.TakeUpForm": {"reason"},
    "keeping.WholeForm": {"rationale", "target_rationale"},
    "links.ChangeForm": {"why"},
    "links.EndForm": {"why"},
    "links.LinkForm": {"reason"},
    "risks.ActionForm": {"text"},
    "risks.EscalationForm": {"reason"},
    "risks.ReviewForm": {"note", "rationale"},
    "targets.NationalForm": {"reason"},
    "targets.SettingForm": {"reason"},
    "targets.TakenForm": {"reason"},
    "targets.TargetForm": {"reason"},
}
# It does not: what is said of a meeting, the policy or a message; descriptions, which the history does not repeat.
TELLS_NOT = {
    "admin.MessageForm": {"reason"},
    "contracts.TermsForm": {"description", "value_note"},
    "indicators.AddForm": {"description"},
    "indicators.ChangeForm": {"description"},
    "indicators.PublishForm": {"note"},
    "indicators.TermsForm": {"description"},
    "keeping.ControlForm": {"assurance"},
    "keeping.DraftForm": {"cause", "consequence", "event"},
    "keeping.EditForm": {"cause", "consequence", "event"},
    "keeping.ProposalForm": {"cause", "consequence", "event"},
    "keeping.TextForm": {"cause", "consequence", "event"},
    "keeping.WholeForm": {"cause", "consequence", "event"},
    "links.ChangeForm": {"reason"},
    "meetings.NotHeldForm": {"reason"},
    "meetings.NoteForm": {"note"},
    "policy.PolicyForm": {"reason"},
}


def forms(known: type[Form] = Form) -> Iterator[type[Form]]:
    """Every form of the application."""
    for one in known.__subclasses__():
        yield one
        yield from forms(one)


@pytest.fixture
def said(app: Flask) -> dict[str, dict[str, str]]:
    """The hints of the long texts of each form, by its room and name."""
    for module in pkgutil.walk_packages(web.__path__, "riskreg.web."):
        import_module(module.name)
    found: dict[str, dict[str, str]] = {}
    with app.test_request_context():
        for form in (one for one in forms() if one.__module__.startswith("riskreg.web.")):
            hints = {one.short_name: str(one.description) for one in form() if isinstance(one, LongTextField)}
            if hints:
                found[f"{form.__module__.split('.')[2]}.{form.__name__}"] = hints
    return found


def test_a_long_text_says_that_it_tells_whom_it_mentions_and_no_other_does(said: dict[str, dict[str, str]]) -> None:
    tells = {form: {name for name, hint in hints.items() if hint.endswith(MENTIONS)} for form, hints in said.items()}
    others = {form: {name for name, hint in hints.items() if "@" not in hint} for form, hints in said.items()}
    assert {form: names for form, names in tells.items() if names} == TELLS
    assert {form: names for form, names in others.items() if names} == TELLS_NOT


def test_the_hint_of_the_field_itself_is_said_first(said: dict[str, dict[str, str]]) -> None:
    hint = said["risks.ReviewForm"]["note"]
    assert hint == f"A sentence or two. It stays in the history of the risk. {MENTIONS}"
