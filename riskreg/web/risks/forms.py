"""The forms of a risk: its review, the reason for putting it before DMT, and the update of an action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskreg.domain.lifecycle import ACTION_TRANSITIONS, ActionStatus
from riskreg.domain.policy import Policy
from riskreg.models import Action, Risk
from riskreg.services.actions import WHOLE, ActionChange
from riskreg.services.assessing import Rating
from riskreg.services.reviews import ReviewAnswers
from riskreg.web.datefields import DateField
from riskreg.web.fields import (
    CHOOSE,
    ChoiceField,
    LongTextField,
    RevisionField,
    SelectField,
    TickField,
    WholeNumberField,
)
from riskreg.web.forms import Form
from riskreg.web.risks.wording import level_choices

YES_NO = (("yes", "Yes"), ("no", "No"))
KEEP, ASSESS = "keep", "assess"
BOTH = "You chose to keep the rating and also new levels: choose one."


class ReviewForm(Form):
    """The questions of a review, in the order in which they are asked: the rating comes last."""

    still_right = ChoiceField(
        "Is the risk still described right?",
        choices=YES_NO,
        needed="Say whether the risk is still described right.",
        hint="Title, cause, event and consequence.",
    )
    controls_work = ChoiceField(
        "Are the controls working?", choices=YES_NO, needed="Say whether the controls are working."
    )
    actions_on_track = ChoiceField(
        "Are the actions on track?", choices=YES_NO, needed="Say whether the actions are on track."
    )
    any_change = ChoiceField(
        "Has anything changed since the last review?",
        choices=(("changed", "Something has changed"), ("same", "No change")),
        needed="Say whether anything has changed.",
    )
    note = LongTextField(
        "What has changed, or why nothing has",
        needed="Say what has changed, or why nothing has.",
        hint="A sentence or two. It stays in the history of the risk.",
        called="sentence",
        mentions=True,
    )
    escalate = TickField(
        "Put this risk before the Directorate Management Team (DMT)",
        hint="Your sentence above is given as the reason.",
    )
    rating = ChoiceField("Your rating", needed="Choose whether to keep the rating or to assess it anew.")
    likelihood = SelectField("Likelihood", hint="Only if you assess it anew.")
    impact = SelectField("Impact", hint="Only if you assess it anew.")
    target_likelihood = SelectField("Target likelihood")
    target_impact = SelectField("Target impact")
    rationale = LongTextField(
        "Why this target",
        hint="Needed for a target that is RED or above the current rating.",
        called="reason for the target",
        mentions=True,
    )
    revision = RevisionField()

    @classmethod
    def of(cls, risk: Risk, policy: Policy, kept: Mapping[str, Any] | None = None) -> ReviewForm:
        """The form for a risk, with the words of the policy, and with the answers that were kept."""
        form = cls(data={**(kept or {}), "revision": risk.revision})
        form.rating.offer([(KEEP, f"Keep it {risk.own_rag}"), (ASSESS, "Assess it anew, by likelihood and impact")])
        likelihoods, impacts = level_choices(policy.likelihood_words), level_choices(policy.impact_words)
        form.likelihood.offer([CHOOSE, *likelihoods])
        form.impact.offer([CHOOSE, *impacts])
        form.target_likelihood.offer([CHOOSE, *likelihoods])
        form.target_impact.offer([CHOOSE, *impacts])
        return form

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Ask for both levels of a rating or none, together with everything else, so that nobody is sent back twice."""
        valid = bool(super().validate(extra_validators))
        halves = [(self.target_likelihood, self.target_impact), (self.target_impact, self.target_likelihood)]
        missing = [
            (here, "Choose both a likelihood and an impact.") for here, there in halves if there.data and not here.data
        ]
        if self.rating.data == ASSESS:
            missing += [(self.likelihood, "Choose the likelihood.")] if not self.likelihood.data else []
            missing += [(self.impact, "Choose the impact.")] if not self.impact.data else []
        if self.rating.data == KEEP and (self.likelihood.data or self.impact.data):
            missing.append((self.rating, BOTH))
        for field, sentence in missing:
            field.errors = [*field.errors, sentence]
        return valid and not missing

    def may_be_kept(self) -> bool:
        """Whether the answers so far can be kept: nothing is asked of them but that no text is too long."""
        asked: list[Any] = [field for field in (self.note, self.rationale) if field.data]
        fit = [field.validate(self) for field in (*asked, self.revision)]  # of a text that is there, only its length
        return all(fit)

    def so_far(self) -> dict[str, Any]:
        """The answers as they were typed; a choice that was never offered is none."""
        answers: dict[str, Any] = {name: self[name].data for name in ("note", "rationale", "escalate")}
        for field in self:
            if isinstance(field, ChoiceField | SelectField):
                offered = {choice.value for choice in field.choices}
                answers[field.short_name] = field.data if field.data in offered else ""
        return answers

    def show_broken(self, sentence: str, field: str | None) -> None:
        """Show a broken rule beside its field: the answer that the service calls `changed` has another name here."""
        super().show_broken(sentence, "any_change" if field == "changed" else field)

    def as_answers(self) -> ReviewAnswers:
        """The answers as the service takes them; for a valid form."""
        target = None
        if self.target_likelihood.data:
            levels = int(self.target_likelihood.data), int(self.target_impact.data)
            target = Rating(*levels, rationale=self.rationale.data)
        current = None
        if self.rating.data == ASSESS:
            current = Rating(int(self.likelihood.data), int(self.impact.data))
        return ReviewAnswers(
            still_right=self.still_right.data == "yes",
            controls_work=self.controls_work.data == "yes",
            actions_on_track=self.actions_on_track.data == "yes",
            changed=self.any_change.data == "changed",
            note=self.note.data,
            escalate=self.escalate.data,
            current=current,
            target=target,
        )


class EscalationForm(Form):
    """Why a person puts a risk before DMT."""

    reason = LongTextField(
        "Why should DMT look at this risk?",
        needed="Say why DMT should look at this risk.",
        hint="Say what has happened and what you need from DMT. Every member reads this.",
        called="reason",
        mentions=True,
    )


class ActionForm(Form):
    """How far an action is. The update comes first: often it is all there is to say."""

    text = LongTextField(
        "What has been done since the last update?",
        needed="Say how far the action is.",
        called="update",
        mentions=True,
    )
    status = ChoiceField("Status", needed="Choose the status.")
    progress = WholeNumberField(
        "Progress in per cent",
        low=0,
        high=WHOLE,
        needed="Enter how far the action is, from 0 to 100 per cent.",
        called="progress",
    )
    due_on = DateField("Due date", needed="Enter the due date.", hint="If you move it, say why in the update above.")
    revision = RevisionField()

    @classmethod
    def of(cls, action: Action) -> ActionForm:
        """The form for an action as it stands, with what it may become."""
        present = ActionStatus(action.status)
        form = cls(
            data={
                "status": action.status,
                "progress": action.progress,
                "due_on": action.due_on,
                "revision": action.revision,
            }
        )
        may_become = [one for one in ActionStatus if one is present or one in ACTION_TRANSITIONS[present]]
        form.status.offer([(one.value, one.capitalize()) for one in may_become])
        return form

    def as_change(self) -> ActionChange:
        """The update as the service takes it; for a valid form."""
        return ActionChange(self.text.data, ActionStatus(self.status.data), self.progress.data or 0, self.due_on.data)
