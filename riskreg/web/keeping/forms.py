"""The forms of a risk's text and ratings: proposing it, editing it, assessing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskreg.domain.access import Role
from riskreg.domain.policy import Policy
from riskreg.models import Risk
from riskreg.queries.keeping import places, posts_to_choose
from riskreg.services.assessing import Rating, newest_rating
from riskreg.services.proposing import TEXTS, NewRisk, RiskText
from riskreg.web.fields import (
    CHOOSE,
    ChoiceField,
    LongTextField,
    RevisionField,
    SelectField,
    TextField,
    at_most,
    needed_or_optional,
)
from riskreg.web.forms import Form
from riskreg.web.risks.wording import level_choices

NO_TARGET = ("", "None given")
PROPOSE, DRAFT = "propose", "draft"


class TextForm(Form):
    """What is written of a risk."""

    title = TextField("Title", needed="Enter a title.", hint="A few words that say what may go wrong.")
    cause = LongTextField("Cause", hint="Why it may happen.", limit=2_000)
    event = LongTextField("Event", needed="Say what may happen.", hint="What may happen.", limit=2_000)
    consequence = LongTextField("Consequence", hint="What it would lead to.", limit=2_000)
    category = TextField("Category", hint="Such as finance, safeguarding, legal or reputation.")
    objective = TextField("Objective", hint="What the directorate wants to achieve that this puts at risk.")
    place = SelectField("Division and service", needed="Choose the division or the service.")

    def offer_places(self) -> None:
        """Offer the divisions and services."""
        self.place.offer([CHOOSE, *((one.key, one.words) for one in places())])

    def event_may_stay_empty(self, risk: Risk) -> None:
        """Ask for no event where the risk came without one; a new risk needs it."""
        if not risk.event:
            self.event.validators = [needed_or_optional(""), at_most(2_000)]

    def as_text(self) -> RiskText:
        """The text as the service takes it; for a valid form."""
        division, _, service = self.place.data.partition("-")
        return RiskText(
            title=self.title.data,
            cause=self.cause.data,
            event=self.event.data,
            consequence=self.consequence.data,
            category=self.category.data,
            objective=self.objective.data,
            division_id=int(division),
            service_id=int(service) if service else None,
        )


class EditForm(TextForm):
    """The text of a risk that is there already, with the reason for changing it."""

    reason = LongTextField(
        "Why does the text change?",
        needed="Say why the text changes.",
        hint="A sentence. It stays in the history of the risk, with the words as they were.",
        called="reason",
        mentions=True,
    )
    revision = RevisionField()

    @classmethod
    def of(cls, risk: Risk) -> EditForm:
        """The form for a risk as it reads now."""
        form = cls(data=present_text(risk))
        form.offer_places()
        form.event_may_stay_empty(risk)
        return form


def present_text(risk: Risk) -> dict[str, Any]:
    """What a form of the text of a risk starts from."""
    place = f"{risk.division_id}-{risk.service_id or ''}"
    return {name: getattr(risk, name) for name in (*TEXTS, "revision")} | {"place": place}


def both_or_none(pairs: Sequence[tuple[Any, Any]]) -> bool:
    """Ask for both levels of each rating or none; say so beside the one that is missing."""
    valid = True
    for likelihood, impact in pairs:
        for here, there, word in ((likelihood, impact, "likelihood"), (impact, likelihood, "impact")):
            if there.data and not here.data:
                here.errors = [*here.errors, f"Choose the {word} as well."]
                valid = False
    return valid


def rating_of(likelihood: Any, impact: Any, rationale: Any) -> Rating | None:
    """The rating that two lists and a text give; None when nothing was chosen. For a valid form."""
    return Rating(int(likelihood.data), int(impact.data), rationale.data) if likelihood.data else None


class WholeForm(TextForm):
    """All that is entered of a risk before it is open: its text, its owner and its first ratings."""

    owner = SelectField("Owner", needed="Choose the post that owns the risk.", hint="The post, not the person.")
    likelihood = SelectField("Likelihood", needed="Choose the likelihood.")
    impact = SelectField("Impact", needed="Choose the impact.")
    rationale = LongTextField(
        "Why this rating?", needed="Say why you rate the risk so.", called="reason for the rating", mentions=True
    )
    target_likelihood = SelectField("Target likelihood")
    target_impact = SelectField("Target impact")
    target_rationale = LongTextField(
        "Why this target?",
        hint="Needed for a target that is RED or above the current rating.",
        called="reason for the target",
        mentions=True,
    )

    def offer_all(self, policy: Policy) -> None:
        """Offer the places, the posts and the levels in the words of the policy."""
        self.offer_places()
        self.owner.offer([CHOOSE, *((str(key), title) for key, title in posts_to_choose(Role.RISK_OWNER))])
        offer_levels(self, policy, CHOOSE)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Ask for both levels of the target or none, together with everything else."""
        valid = bool(super().validate(extra_validators))
        return both_or_none([(self.target_likelihood, self.target_impact)]) and valid

    def as_new_risk(self, *, draft: bool = True) -> NewRisk:
        """The risk as the service takes it; for a valid form."""
        return NewRisk(
            text=self.as_text(),
            owner_post_id=int(self.owner.data),
            current=Rating(int(self.likelihood.data), int(self.impact.data), self.rationale.data),
            target=rating_of(self.target_likelihood, self.target_impact, self.target_rationale),
            draft=draft,
        )


class ProposalForm(WholeForm):
    """A new risk, and what should happen with it."""

    then = ChoiceField(
        "What should happen now?",
        choices=(
            (PROPOSE, "Propose it to the risk co-ordinator", "It opens once the co-ordinator approves it."),
            (DRAFT, "Keep it as a draft", "You can change it and propose it later."),
        ),
        needed="Choose what should happen now.",
    )

    @classmethod
    def of(cls, policy: Policy) -> ProposalForm:
        """The empty form, with the words of the policy."""
        form = cls(data={"then": PROPOSE})
        form.offer_all(policy)
        return form


class DraftForm(WholeForm):
    """A draft that is there already, with the reason for changing it."""

    reason = LongTextField(
        "Why does the draft change?",
        needed="Say why the draft changes.",
        hint="A sentence. It stays in the history of the risk, with what it said before.",
        called="reason",
        mentions=True,
    )
    revision = RevisionField()

    @classmethod
    def of(cls, risk: Risk, policy: Policy) -> DraftForm:
        """The form for a draft as it stands now."""
        form = cls(data=present_draft(risk))
        form.offer_all(policy)
        form.event_may_stay_empty(risk)
        return form


def present_draft(risk: Risk) -> dict[str, Any]:
    """What the form of a draft starts from: its text, its owner and the ratings that stand."""
    data = present_text(risk) | {"owner": str(risk.owner_post_id)}
    for kind, prefix in (("current", ""), ("target", "target_")):
        rating = newest_rating(risk.id, kind)
        data[f"{prefix}likelihood"] = str(rating.likelihood or "") if rating else ""
        data[f"{prefix}impact"] = str(rating.impact or "") if rating else ""
        data[f"{prefix}rationale"] = rating.rationale if rating else ""
    return data


class AssessmentForm(Form):
    """The owner's rating and target, each given or left as it is."""

    likelihood = SelectField("Likelihood")
    impact = SelectField("Impact")
    rationale = LongTextField(
        "Why this rating?", hint="Needed for a new current rating.", called="reason for the rating", mentions=True
    )
    target_likelihood = SelectField("Target likelihood")
    target_impact = SelectField("Target impact")
    target_rationale = LongTextField(
        "Why this target?",
        hint="Needed for a target that is RED or above the current rating.",
        called="reason for the target",
        mentions=True,
    )
    revision = RevisionField()

    @classmethod
    def of(cls, risk: Risk, policy: Policy) -> AssessmentForm:
        """The form for a risk, with the words of the policy."""
        form = cls(data={"revision": risk.revision})
        offer_levels(form, policy, ("", "No change"))
        return form

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Ask for both levels of a rating or none, together with everything else."""
        valid = bool(super().validate(extra_validators))
        pairs = [(self.likelihood, self.impact), (self.target_likelihood, self.target_impact)]
        return both_or_none(pairs) and valid

    def ratings(self) -> tuple[Rating | None, Rating | None]:
        """The current rating and the target as the service takes them; for a valid form."""
        return (
            rating_of(self.likelihood, self.impact, self.rationale),
            rating_of(self.target_likelihood, self.target_impact, self.target_rationale),
        )


def offer_levels(form: WholeForm | AssessmentForm, policy: Policy, unset: tuple[str, str]) -> None:
    """Offer the five levels of likelihood and impact in the words of the policy."""
    likelihoods, impacts = level_choices(policy.likelihood_words), level_choices(policy.impact_words)
    no_target = unset if unset != CHOOSE else NO_TARGET
    form.likelihood.offer([unset, *likelihoods])
    form.impact.offer([unset, *impacts])
    form.target_likelihood.offer([no_target, *likelihoods])
    form.target_impact.offer([no_target, *impacts])
