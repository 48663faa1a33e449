"""The forms of a link: making it, changing it, ending it."""

from __future__ import annotations

from typing import Any

from riskreg.domain.choices import Heeds
from riskreg.domain.links import LinkTerms, heeds_title
from riskreg.domain.policy import Policy
from riskreg.models import Link, Risk
from riskreg.web.datefields import DateField
from riskreg.web.fields import ChoiceField, LongTextField, RevisionField
from riskreg.web.forms import Form

ON_INDICATOR = (
    (
        Heeds.ANY.value,
        heeds_title(Heeds.ANY),
        "A result that slips, is RED or keeps getting worse puts the risk before DMT.",
    ),
    (Heeds.RED.value, heeds_title(Heeds.RED), "Only a RED result puts the risk before DMT."),
    (Heeds.WATCH.value, "Watch only", "It is shown on the risk and never puts it before DMT."),
)
ON_CONTRACT = (
    (Heeds.ANY.value, "Its milestones", "A milestone that is missed so far that DMT must know puts the risk there."),
    (Heeds.WATCH.value, "Watch only", "It is shown on the risk and never puts it before DMT."),
)


REASON_HINT = "A sentence that DMT can read when the risk comes before it."


class LinkForm(Form):
    """Why something bears on a risk, what of it the risk heeds, since when and until when."""

    reason = LongTextField(
        "Why does it bear on the risk?",
        needed="Say why it bears on the risk.",
        hint=REASON_HINT,
        called="reason",
        limit=1_000,
        mentions=True,
    )
    heeds = ChoiceField("What should the risk heed?", needed="Choose what the risk heeds.")
    from_on = DateField(
        "First day of the link (optional)",
        hint="Since when it bears on the risk, today at the latest. What stands is heeded once the link is saved.",
        called="first day of the link",
    )
    until_on = DateField(
        "Last day of the link (optional)",
        hint="The link ends by itself after this day. For example, 31 8 2017",
        called="last day of the link",
    )
    revision = RevisionField()

    @classmethod
    def of(cls, risk: Risk, policy: Policy, *, about_indicator: bool, reason: str = "") -> LinkForm:
        """The form for a risk, with what new links heed by the policy, and the reason that suggests itself."""
        heeds = policy.new_indicator_link_heeds if about_indicator else policy.new_contract_link_heeds
        form = cls(data={"revision": risk.revision, "heeds": heeds.value, "reason": reason})
        form.heeds.offer(ON_INDICATOR if about_indicator else ON_CONTRACT)
        return form

    def as_terms(self) -> LinkTerms:
        """What the link says, as the service takes it; for a valid form."""
        return LinkTerms(self.reason.data, Heeds(self.heeds.data), self.until_on.data, self.from_on.data)


class ChangeForm(LinkForm):
    """A link that is there already, with the reason for changing it."""

    why = LongTextField(
        "Why does the link change?",
        needed="Say why the link changes.",
        hint="It stays with the link as it was.",
        called="reason for the change",
        limit=1_000,
        mentions=True,
    )
    revision = RevisionField()

    def __init__(self, *given: Any, **values: Any) -> None:
        super().__init__(*given, **values)
        self.reason.description = REASON_HINT  # of a change the history tells why it was made, and no more

    @classmethod
    def of_link(cls, link: Link) -> ChangeForm:
        """The form for a link as it reads now. Of a contract, RED only and any slip are the same."""
        about_indicator = link.indicator is not None
        heeds = link.heeds if about_indicator or link.heeds == Heeds.WATCH else Heeds.ANY.value
        facts = {"reason": link.reason, "heeds": heeds, "from_on": link.from_on, "until_on": link.until_on}
        form = cls(data={**facts, "revision": link.risk.revision})
        form.heeds.offer(ON_INDICATOR if about_indicator else ON_CONTRACT)
        return form


class EndForm(Form):
    """Why a link ends."""

    why = LongTextField(
        "Why does the link end?",
        needed="Say why the link ends.",
        hint="It stays with the link among those that were.",
        called="reason",
        limit=1_000,
        mentions=True,
    )
    revision = RevisionField()
