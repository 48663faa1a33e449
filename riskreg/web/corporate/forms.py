"""What the co-ordinator of the corporate register answers."""

from __future__ import annotations

from riskreg.domain.referrals import WORDS_NEEDED, Answer
from riskreg.web.fields import ChoiceField, LongTextField, RevisionField
from riskreg.web.forms import Form

READ_BY = "The owner of the risk and DMT read this. It stays in the history of the risk."


class AnswerForm(Form):
    """Whether the corporate register takes a risk on."""

    kind = ChoiceField(
        "What does the corporate register answer?",
        needed="Choose whether the corporate register accepts the risk.",
        choices=[
            (
                Answer.ACCEPT.value,
                "Accept",
                "It gets the next reference of the corporate register. The directorate keeps managing it.",
            ),
            (Answer.DECLINE.value, "Decline", "It goes back to DMT, which decides again and sees your reason."),
        ],
    )
    said = LongTextField(
        "What it takes on, or why it declines", needed="Say what it takes on, or why it declines.", hint=READ_BY,
        called="answer",
        mentions=True,
    )  # fmt: skip
    revision = RevisionField()

    @property
    def answer(self) -> Answer:
        """The answer as the rules read it; for a valid form."""
        return Answer(self.kind.data)


class HandBackForm(Form):
    """Why the corporate register hands an accepted risk back."""

    said = LongTextField(
        "Reason for handing it back",
        needed=WORDS_NEEDED[Answer.HAND_BACK],
        hint=READ_BY,
        called="reason",
        mentions=True,
    )
    revision = RevisionField()

    @property
    def answer(self) -> Answer:
        """The one answer that this form gives."""
        return Answer.HAND_BACK
