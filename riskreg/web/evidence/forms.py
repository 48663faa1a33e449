"""The forms of evidence: a file with what it shows, and why one is removed."""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError

from riskreg.domain.errors import RuleBroken
from riskreg.domain.evidence import LARGEST, TAKEN, size_words
from riskreg.services.evidence import Upload, check_file
from riskreg.web.fields import LongTextField
from riskreg.web.forms import Form
from riskreg.web.uploads import FileField, Received

SHORT = 500


class EvidenceForm(Form):
    """A file and what it shows."""

    file = FileField("File", needed="Choose a file.", hint=f"Up to {size_words(LARGEST)}. One of these kinds: {TAKEN}.")
    description = LongTextField(
        "What does it show?",
        needed="Say what the file shows.",
        hint="A sentence that tells the reader whether to open it.",
        called="description",
        limit=SHORT,
        mentions=True,
    )

    def validate_file(self, _field: Any) -> None:
        """Say what is wrong with the file together with what is wrong with the words."""
        try:
            check_file(self.as_upload())
        except RuleBroken as broken:
            raise ValidationError(broken.sentence) from None

    def as_upload(self) -> Upload:
        """Return the file as the service takes it; only once one was chosen."""
        stream: Received = self.file.data.stream
        return Upload(self.file.data.filename, stream.getvalue(), stream.size)


class RemovalForm(Form):
    """Why a file should not be here."""

    reason = LongTextField(
        "Why is it removed?",
        needed="Say why the file is removed.",
        hint="Everyone who reads the register can read this. Do not name children or families.",
        called="reason",
        limit=SHORT,
        mentions=True,
    )
