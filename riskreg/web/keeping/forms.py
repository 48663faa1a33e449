"""The forms of a risk's text and ratings: proposing it, editing it, assessing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskreg.domain.access import Role
from riskreg.domain.policy import Policy
from riskreg.models import Risk
from riskreg.queries.keeping import places, posts_to_choose
from riskreg.services.assessing import Rating
from riskreg.services.proposing import NewRisk, RiskText
from riskreg.web.fields import ChoiceField, LongTextField, RevisionField, SelectField, TextField
from riskreg.web.forms import Form
from riskreg.web.risks.wording import level_choices

CHOOSE = ("", "Choose one")
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
    )
    revision = RevisionField()

    @classmethod
    def of(cls, risk: Risk) -> EditForm:
        """The form for a risk as it reads now."""
        names = ("title", "cause", "event", "consequence", "category", "objective", "revision")
        place = f"{risk.division_id}-{risk.service_id or ''}"
        form = cls(data={name: getattr(risk, name) for name in names} | {"place": place})
        form.offer_places()
        return form


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


class ProposalForm(TextForm):
    """A new risk with its owner and first assessment."""

    owner = SelectField("Owner", needed="Choose the post that owns the risk.", hint="The post, not the person.")
    likelihood = SelectField("Likelihood", needed="Choose the likelihood.")
    impact = SelectField("Impact", needed="Choose the impact.")
    rationale = LongTextField(
        "Why this rating?", needed="Say why you rate the risk so.", called="reason for the rating"
    )
    target_likelihood = SelectField("Target likelihood")
    target_impact = SelectField("Target impact")
    target_rationale = LongTextField(
        "Why this target?",
        hint="Needed for a target that is RED or above the current rating.",
        called="reason for the target",
    )
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
        form.offer_places()
        form.owner.offer([CHOOSE, *((str(key), title) for key, title in posts_to_choose(Role.RISK_OWNER))])
        offer_levels(form, policy, CHOOSE)
        return form

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Ask for both levels of the target or none, together with everything else."""
        valid = bool(super().validate(extra_validators))
        return both_or_none([(self.target_likelihood, self.target_impact)]) and valid

    def as_new_risk(self) -> NewRisk:
        """The risk as the service takes it; for a valid form."""
        return NewRisk(
            text=self.as_text(),
            owner_post_id=int(self.owner.data),
            current=Rating(int(self.likelihood.data), int(self.impact.data), self.rationale.data),
            target=rating_of(self.target_likelihood, self.target_impact, self.target_rationale),
            draft=self.then.data == DRAFT,
        )


class AssessmentForm(Form):
    """The owner's rating and target, each given or left as it is."""

    likelihood = SelectField("Likelihood")
    impact = SelectField("Impact")
    rationale = LongTextField(
        "Why this rating?", hint="Needed for a new current rating.", called="reason for the rating"
    )
    target_likelihood = SelectField("Target likelihood")
    target_impact = SelectField("Target impact")
    target_rationale = LongTextField(
        "Why this target?",
        hint="Needed for a target that is RED or above the current rating.",
        called="reason for the target",
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


def offer_levels(form: ProposalForm | AssessmentForm, policy: Policy, unset: tuple[str, str]) -> None:
    """Offer the five levels of likelihood and impact in the words of the policy."""
    likelihoods, impacts = level_choices(policy.likelihood_words), level_choices(policy.impact_words)
    no_target = unset if unset != CHOOSE else NO_TARGET
    form.likelihood.offer([unset, *likelihoods])
    form.impact.offer([unset, *impacts])
    form.target_likelihood.offer([no_target, *likelihoods])
    form.target_impact.offer([no_target, *impacts])
