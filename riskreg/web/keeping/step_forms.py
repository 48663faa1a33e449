"""The forms of single steps: approving, responding, handing over, merging, closing, and controls and actions."""

from __future__ import annotations

from datetime import date
from typing import Any

from riskreg.domain.access import Role
from riskreg.domain.exempt import PARAGRAPHS
from riskreg.domain.keeping import RESPONSES, ResponseKind
from riskreg.models import Action, Control, Risk
from riskreg.queries.keeping import posts_to_choose
from riskreg.services.actions import NewAction
from riskreg.services.controls import ControlText
from riskreg.services.keeping import Response
from riskreg.web.datefields import DateField
from riskreg.web.fields import CHOOSE, ChoiceField, LongTextField, RevisionField, SelectField, TextField
from riskreg.web.forms import Form
from riskreg.web.mentions import MENTIONS, mentions_somebody

APPROVE, SEND_BACK = "approve", "send back"


def _posts(role: Role, first: tuple[str, str] = CHOOSE) -> list[tuple[str, str]]:
    return [first, *((str(key), title) for key, title in posts_to_choose(role))]


class ApprovalForm(Form):
    """The co-ordinator's answer to a proposal."""

    answer = ChoiceField(
        "Your answer",
        choices=(
            (APPROVE, "Approve it", "The risk is open from today, and its first review counts from today."),
            (SEND_BACK, "Send it back", "It becomes a draft again, with what you write below."),
        ),
        needed="Choose whether to approve the risk or to send it back.",
    )
    reason = LongTextField("What is missing", hint="Needed when you send it back.", called="reason", mentions=True)
    revision = RevisionField()


class ResponseForm(Form):
    """What is done about the risk."""

    kind = ChoiceField(
        "Response",
        choices=[(one.value, one.capitalize(), words) for one, words in RESPONSES.items()],
        needed="Choose the response.",
    )
    until_on = DateField(
        "Tolerated until",
        hint="Only for a risk that is tolerated. For example, 31 8 2017",
        called="date until which it is tolerated",
    )
    decided_on = DateField(
        "Response from", needed="Enter the day from which this is the response.", called="date of the response"
    )
    reason = LongTextField(
        "Why is this the response?", needed="Say why this is the response.", called="reason", mentions=True
    )
    revision = RevisionField()

    @classmethod
    def of(cls, risk: Risk, today: date) -> ResponseForm:
        """The form for a risk, from today unless another day is given."""
        return cls(data={"revision": risk.revision, "decided_on": today})

    def as_response(self) -> Response:
        """The response as the service takes it; for a valid form."""
        return Response(ResponseKind(self.kind.data), self.reason.data, self.decided_on.data, self.until_on.data)


class HandOverForm(Form):
    """To which post the risk goes, and why."""

    owner = SelectField("New owner", needed="Choose the post that the risk goes to.", hint="The post, not the person.")
    reason = LongTextField(
        "Why does the risk change hands?", needed="Say why the risk changes hands.", called="reason", mentions=True
    )
    revision = RevisionField()

    @classmethod
    def of(cls, risk: Risk) -> HandOverForm:
        """The form for a risk, with every post that can own one."""
        form = cls(data={"revision": risk.revision})
        form.owner.offer(_posts(Role.RISK_OWNER))
        return form


class MergeForm(Form):
    """Into which risk this one goes, and why."""

    into = TextField(
        "Reference of the other risk",
        needed="Enter the reference of the risk that this one goes into.",
        hint="For example, CYPE 03 or 3. It stays open.",
        called="reference",
    )
    reason = LongTextField(
        "Why are the two one risk?", needed="Say why the two are one risk.", called="reason", mentions=True
    )
    revision = RevisionField()


class CloseForm(Form):
    """Why the risk leaves the register."""

    reason = LongTextField(
        "Why is the risk closed?", needed="Say why the risk is closed.", called="reason", mentions=True
    )
    revision = RevisionField()


class ReopenForm(Form):
    """Why the risk comes back."""

    reason = LongTextField(
        "Why is the risk reopened?", needed="Say why the risk is reopened.", called="reason", mentions=True
    )
    revision = RevisionField()


class DiscardForm(Form):
    """Why a draft or a proposal comes to nothing."""

    reason = LongTextField(
        "Why is it discarded?",
        needed="Say why it is discarded.",
        hint="Who proposed it is told by e-mail.",
        called="reason",
        mentions=True,
    )
    revision = RevisionField()


class TakeUpForm(Form):
    """Why a risk that was discarded becomes a draft again."""

    reason = LongTextField(
        "Why is it taken up again?", needed="Say why it is taken up again.", called="reason", mentions=True
    )
    revision = RevisionField()


class EndControlForm(Form):
    """Why a control is no longer in place."""

    reason = LongTextField(
        "Why is the control no longer in place?",
        needed="Say why the control has ended.",
        called="reason",
        mentions=True,
    )
    revision = RevisionField()


class ControlForm(Form):
    """A control, with how it is known to work."""

    text = LongTextField(
        "Control", needed="Say what the control is.", hint="What is in place and holds the risk.", mentions=True
    )
    owner = SelectField("Owner")
    assurance = LongTextField(
        "Assurance", hint="How it is known to work: who checks it, and what they found.", limit=1_000
    )
    last_tested_on = DateField("Last tested", hint="For example, 28 2 2017", called="day of the last test")
    revision = RevisionField()

    @classmethod
    def of(cls, risk: Risk, control: Control | None = None, action: Action | None = None) -> ControlForm:
        """The form for a new control, for one that is there, or for what a finished action left in place."""
        data: dict[str, Any] = {"revision": risk.revision}
        if action:
            data |= {"text": action.text, "owner": str(action.owner_post_id)}
        if control:
            data |= present_control(control)
        form = cls(data=data)
        if control:  # of a new one the history tells what it is, of a changed one also how it is known to work
            form.assurance.description = f"{form.assurance.description} {MENTIONS}"
            form.assurance.validators = [*form.assurance.validators, mentions_somebody]
        offered = _posts(Role.ACTION_OWNER, ("", "Nobody in particular"))
        owner = control.owner_post if control else None
        if owner and str(owner.id) not in dict(offered):
            offered.append((str(owner.id), owner.title))  # it keeps the owner that it has
        form.owner.offer(offered)
        return form

    def as_text(self) -> ControlText:
        """The control as the service takes it; for a valid form."""
        owner = int(self.owner.data) if self.owner.data else None
        return ControlText(self.text.data, owner, self.assurance.data, self.last_tested_on.data)


def present_control(control: Control) -> dict[str, Any]:
    """What the form of a control that is there starts from."""
    return {
        "text": control.text,
        "owner": str(control.owner_post_id or ""),
        "assurance": control.assurance,
        "last_tested_on": control.last_tested_on,
    }


class NewActionForm(Form):
    """What is still to be done, by whom and when."""

    text = LongTextField("What is to be done?", needed="Say what is to be done.", called="action", mentions=True)
    owner = SelectField("Owner", needed="Choose the post that owns the action.", hint="The post, not the person.")
    due_on = DateField("Due date", needed="Enter the due date.")
    revision = RevisionField()

    @classmethod
    def of(cls, risk: Risk) -> NewActionForm:
        """The form for a risk, with every post that can own an action."""
        form = cls(data={"revision": risk.revision})
        form.owner.offer(_posts(Role.ACTION_OWNER))
        return form

    def as_action(self) -> NewAction:
        """The action as the service takes it; for a valid form."""
        return NewAction(self.text.data, int(self.owner.data), self.due_on.data)


class ExemptForm(Form):
    """By which paragraph of the law something is kept out of public papers, and why."""

    paragraph = ChoiceField(
        "By which paragraph is it exempt?",
        choices=[(str(number), f"Paragraph {number}", words) for number, words in PARAGRAPHS.items()],
        needed="Choose the paragraph by which it is exempt.",
    )
    reason = LongTextField("Why is it exempt?", needed="Say why it is exempt.", called="reason", mentions=True)
    revision = RevisionField()


class NotExemptForm(Form):
    """Why something may be published after all."""

    reason = LongTextField(
        "Why is it no longer exempt?", needed="Say why it is no longer exempt.", called="reason", mentions=True
    )
    revision = RevisionField()
