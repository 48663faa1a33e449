"""The decision of DMT on an escalation, and what it notes of several in one go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import Field

from riskreg.domain.lifecycle import (
    DECISIONS,
    DEFERRED_TO_NEEDED,
    DUE_NEEDED,
    DecisionKind,
    DecisionTaken,
    EscalationStatus,
)
from riskreg.models import Escalation, Risk
from riskreg.web.datefields import DateField
from riskreg.web.fields import ChoiceField, LongTextField, RevisionField
from riskreg.web.forms import Form

K = DecisionKind
EFFECTS = {
    K.CONFIRM: "The rating shown stays {effective}. The owner must re-assess the risk by the date you enter below.",
    K.REFER: "The risk is proposed to the corporate register. The directorate keeps managing it; the rating shown stays"
    " {effective}.",
    K.RETURN: "The owner is told what is missing, and answers by the date you enter below. It stays {effective}.",
    K.DECLINE: "The escalation ends. {back}; only new or worse facts raise it again.",
    K.DEFER: "It stays in the queue until the meeting whose date you enter below. The rating shown stays {effective}.",
    K.DE_ESCALATE: "The escalation ends. {back}.",
    K.CLOSE: "The escalation ends and the risk leaves the register. Its reference stays its own.",
}
REFERRAL_ENDS = " Its referral to the corporate register ends."


class DecisionForm(Form):
    """What DMT decides. Which of the dates is needed depends on the decision."""

    kind = ChoiceField("What has DMT decided?", needed="Choose what DMT has decided.")
    due_on = DateField("Date for the owner", called="date for the owner")
    deferred_to = DateField(
        "Deferred to the meeting of",
        hint="Only if you defer: a day later than today. For example, 9 5 2017",
        called="date of the meeting it is deferred to",
    )
    meeting_on = DateField(
        "Decided at the meeting of",
        hint="If it was decided at a meeting. Leave it empty if it was not.",
        called="date of the meeting at which this was decided",
    )
    reason = LongTextField(
        "Reason for the decision",
        needed="Give the reason for the decision.",
        hint="The owner reads this. It stays in the history of the risk.",
        called="reason",
        mentions=True,
    )
    revision = RevisionField()
    can_defer = False

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Ask for the date that the decision needs together with everything else, so that nobody is sent back twice."""
        valid = bool(super().validate(extra_validators))
        needed = {str(kind): (self.due_on, sentence) for kind, sentence in DUE_NEEDED.items()}
        needed[str(K.DEFER)] = (self.deferred_to, DEFERRED_TO_NEEDED)
        if self.kind.data in needed:
            field, missing = needed[self.kind.data]
            if field.data is None and not field.errors:
                field.errors.append(missing)
                valid = False
        return valid

    def offer(self, kinds: Iterable[DecisionKind], risk: Risk, *, referred: bool = False) -> None:
        """Offer decisions, each with what will happen. `referred`: the risk is before the corporate register."""
        offered = list(kinds)
        self.can_defer = K.DEFER in offered
        when = "you confirm, or return it to the owner" if K.CONFIRM in offered else "you return it to the owner"
        self.due_on.description = f"Only if {when}. For example, 28 4 2017"
        same = risk.own_rag == risk.effective_rag
        back = (
            f"The rating stays the owner’s {risk.own_rag}"
            if same
            else f"The rating returns to the owner’s {risk.own_rag}"
        )
        words = {"effective": risk.effective_rag, "back": back}
        ends = REFERRAL_ENDS if referred else ""
        self.kind.offer([(kind.value, kind.capitalize(), EFFECTS[kind].format(**words) + ends) for kind in offered])

    def as_decision(self) -> DecisionTaken:
        """The decision as the rules read it; for a valid form."""
        kind, reason = DecisionKind(self.kind.data), self.reason.data
        return DecisionTaken(kind, reason, self.due_on.data, self.meeting_on.data, self.deferred_to.data)


class TickedField(Field):
    """The escalations that were ticked, each with the revision of its risk that was seen: revisions by id.

    Each box sends both, as 12-3 for the third revision of the risk of escalation 12.
    """

    anchor = "ticked"  # the first of the boxes
    data: dict[int, int]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the boxes. Raises ValueError with a sentence when none was ticked, or for what no box holds."""
        self.data = {}
        found = [re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", one) for one in valuelist]
        if not found:
            raise ValueError("Tick the escalations that DMT has noted.")
        if None in found:
            raise ValueError("Open the page again: it does not say which escalations you saw.")
        self.data = {int(one[1]): int(one[2]) for one in found if one}


class NotingForm(Form):
    """What DMT notes of the escalations that are ticked."""

    ticked = TickedField("Escalations")
    text = LongTextField(
        "Remark",
        needed="Say what DMT remarked.",
        hint="It is kept with each of the escalations that are ticked, for its owner and the record to read.",
        called="remark",
        mentions=True,
    )
    meeting_on = DateField(
        "Meeting", hint="The meeting at which they were noted, if it was one. For example, 31 3 2017",
        called="date of the meeting",
    )  # fmt: skip


def decisions_on(escalation: Escalation) -> list[DecisionKind]:
    """Return the decisions that the escalation allows; none once it has ended.

    Only a register that has a corporate register above it can refer.
    """
    allowed = DECISIONS.get(EscalationStatus(escalation.status), {})
    return [kind for kind in allowed if kind is not K.REFER or escalation.risk.register.parent_id is not None]
