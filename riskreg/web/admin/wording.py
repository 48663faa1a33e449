"""The words for messages on the pages of the administrator and in the audit trail."""

from __future__ import annotations

MESSAGE_KINDS = {
    "escalation_raised": "Escalation raised",
    "decision_made": "Decision made",
    "reviews_due": "Reviews due",
    "account_invitation": "Invitation",
    "account_reset": "New password",
}
