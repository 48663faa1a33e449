"""What the rules refuse, each with a sentence for the person who asked."""

from __future__ import annotations


class RuleBroken(Exception):  # noqa: N818 - a rule that is broken says what happened; the trade has no other word
    """Something the rules do not allow. `field` names the form field the sentence belongs beside, if one does."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotPermitted(RuleBroken):
    """The person may not do this."""


class ChangedMeanwhile(RuleBroken):
    """The thing changed after the person had opened it; nothing was saved."""
