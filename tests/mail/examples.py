"""Facts for a message of every kind, as the services put them into the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskreg.domain.lifecycle import DecisionKind
from riskreg.models import Person

BASE = "https://risks.kent.example"
PERSON = Person(name="Ann <Owner>", email="ann@kent.example")
ESCALATION: dict[str, Any] = {
    "id": 7,
    "risk_id": 3,
    "reference": "CYPE 20",
    "title": "Take-up <of> free places",
    "rag_before": "AMBER",
    "rag_after": "RED",
    "review_due_on": "2017-04-17",
    "sentences": ["Take-up fell from 74% to 70%, from GREEN to RED."],
}
WITHDRAWAL = {
    "id": 7,
    "risk_id": 3,
    "reference": "CYPE 20",
    "title": "Take-up <of> free places",
    "rag_before": "RED",
    "rag_after": "AMBER",
    "why": "Withdrawn. The figure for December 2016 was corrected from 70% to 79%: A return was late.",
}
DECISION: dict[str, Any] = {
    "escalation_id": 7,
    "risk_id": 3,
    "reference": "CYPE 20",
    "title": "Take-up of free places",
    "decision": "confirm",
    "reason": "The fall is real.",
    "due_on": "2017-05-05",
    "meeting_on": None,
    "decided_by": "Corporate Director",
}
ACCOUNT: dict[str, Any] = {"reset_id": 1, "token": "WzEsMl0.abc-d_e", "expires_at": "2017-04-10T08:30:00+00:00"}
REFERRED = {
    "referral_id": 4,
    "escalation_id": 7,
    "risk_id": 3,
    "reference": "CYPE 20",
    "title": "Take-up <of> free places",
    "own_rag": "AMBER",
    "rag_now": "RED",
}
PROPOSED = {**REFERRED, "reason": "It concerns the whole council.", "decided_by": "Corporate Director"}
ANSWERED = {**REFERRED, "said": "Others are touched too.", "by": "Corporate Risk Manager"}
ACCEPTED = {**ANSWERED, "answer": "accept", "corporate": "CRR 01", "audience": "owner"}
DECLINED = {**ANSWERED, "answer": "decline", "corporate": None, "audience": "dmt"}
HANDED_BACK = {**ANSWERED, "answer": "hand back", "corporate": "CRR 01", "audience": "owner"}
PROPOSAL: dict[str, Any] = {
    "risk_id": 3,
    "reference": "CYPE 24",
    "title": "Take-up <of> free places",
    "answer": "sent back",
    "reason": "Say what <may> happen.",
    "answered_by": "Risk Co-ordinator",
}
JOB: dict[str, Any] = {
    "job": "evaluate",
    "does": "Finds signals in results and contracts, and puts risks before DMT for them.",
    "first_failed_at": "2017-04-03T23:30:00+00:00",
    "error": "OperationalError: the disk <is> full",
    "page": ["jobs", ""],
}
LATE: dict[str, Any] = {
    "kind": "review",
    "what": "Review of CYPE 20",
    "title": "Take-up <of> free places",
    "rag": "RED",
    "by": "2017-03-27",
    "when": "7 days late",
    "why": "You are told as the Head of Early Years, who owns the risk.",
    "detail": ["A review asks: is the risk still right, is the rating?", "“No change” is a review too."],
    "do": "Review CYPE 20",
    "page": ["review", 3],
    "risk_id": 3,
}
SOON: dict[str, Any] = {
    **LATE,
    "kind": "action",
    "what": "Action on CYPE 21",
    "title": "Agree a programme of places with every provider in the districts where take-up is lowest. " * 2,
    "rag": "AMBER",
    "by": "2017-04-06",
    "when": "in 3 days",
    "why": "You are told as the owner of the action.",
    "detail": [],
    "do": "Say how far it is",
    "page": ["action", 19],
    "risk_id": 4,
}
NEWS: dict[str, Any] = {
    **LATE,
    "kind": "pack",
    "what": "The pack for the meeting on 9 May 2017",
    "title": "",
    "rag": None,
    "by": None,
    "when": "",
    "why": "You are told as a member of DMT.",
    "detail": ["It holds 4 risks to decide."],
    "do": "Read the pack",
    "page": ["pack", 2],
    "risk_id": None,
}
ALL_SHOWN: dict[str, Any] = {"more": 0, "page": ["own_message", 12]}
DIGEST: dict[str, Any] = {
    "day": "2017-04-03",
    "groups": [
        {
            "heading": "Late",
            "items": [LATE, {**LATE, "what": "Review of CYPE 22", "rag": "GREEN", "page": ["review", 5]}],
            **ALL_SHOWN,
        },
        {"heading": "To do", "items": [SOON], **ALL_SHOWN},
        {"heading": "To know", "items": [NEWS], **ALL_SHOWN},
    ],
}
EVERY_KIND: list[tuple[str, Mapping[str, Any]]] = [
    ("escalation_raised", {"for": "owner", "escalations": [ESCALATION]}),
    ("escalation_raised", {"for": "dmt", "escalations": [ESCALATION, {**ESCALATION, "id": 8, "rag_before": "RED"}]}),
    ("escalation_withdrawn", {"for": "owner", "escalations": [WITHDRAWAL]}),
    ("escalation_withdrawn", {"for": "dmt", "escalations": [WITHDRAWAL, {**WITHDRAWAL, "id": 8, "rag_after": "RED"}]}),
    ("decision_made", DECISION),
    ("decision_made", {**DECISION, "decision": DecisionKind.DEFER, "meeting_on": "2017-05-09", "rag_now": "RED"}),
    ("proposal_answered", PROPOSAL),
    ("proposal_answered", {**PROPOSAL, "answer": "approved", "reason": ""}),
    ("referral_proposed", PROPOSED),
    ("referral_answered", ACCEPTED),
    ("referral_answered", DECLINED),
    ("referral_answered", HANDED_BACK),
    ("account_invitation", ACCOUNT),
    ("account_reset", ACCOUNT),
    ("job_failed", JOB),
    ("digest", DIGEST),
    ("digest", {**DIGEST, "groups": [{"heading": "To know", "items": [NEWS], **ALL_SHOWN, "more": 31}]}),
    ("test_message", {"asked_by": "Chris <Admin>"}),
]
