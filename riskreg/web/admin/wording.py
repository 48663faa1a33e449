"""The words for messages on the pages of the administrator and in the audit trail."""

from __future__ import annotations

MESSAGE_KINDS = {
    "escalation_raised": "Escalation raised",
    "escalation_withdrawn": "Escalation withdrawn",
    "decision_made": "Decision made",
    "proposal_answered": "Proposal answered",
    "referral_proposed": "Referral to answer",
    "referral_answered": "Referral answered",
    "digest": "Digest",
    "job_failed": "Job failed",
    "reviews_due": "Reviews due",
    "results_due": "Results overdue",
    "account_invitation": "Invitation",
    "account_reset": "New password",
}
