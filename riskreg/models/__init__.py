"""The tables, one noun a file. Importing this package makes every table known to the metadata."""

from riskreg.models.audit import AuditEvent
from riskreg.models.contract import Contract, ContractReview, ContractRoute
from riskreg.models.escalation import Decision, DecisionRead, Escalation, EscalationSignal, SignalRow
from riskreg.models.evidence import Evidence, EvidenceContent
from riskreg.models.indicator import Benchmark, Indicator, Result, TargetRow
from riskreg.models.link import Link
from riskreg.models.meeting import AgendaItem, Meeting, Pack
from riskreg.models.mitigation import Action, ActionUpdate, Control
from riskreg.models.noting import Noting
from riskreg.models.organisation import Division, Service
from riskreg.models.outbox import JobRun, Message, Reminder
from riskreg.models.person import Holding, PasswordReset, Person, Post, PostRole, SignInAttempt
from riskreg.models.referral import Referral
from riskreg.models.register import PolicyVersion, Reference, Register
from riskreg.models.risk import Assessment, Review, ReviewDraft, Risk, RiskResponse, RiskVersion

__all__ = [
    "Action", "ActionUpdate", "AgendaItem", "Assessment", "AuditEvent", "Benchmark", "Contract", "ContractReview",
    "ContractRoute", "Control", "Decision", "DecisionRead", "Division", "Escalation", "EscalationSignal", "Evidence",
    "EvidenceContent", "Holding", "Indicator", "JobRun", "Link", "Meeting", "Message", "Noting", "Pack",
    "PasswordReset", "Person", "PolicyVersion", "Post", "PostRole", "Reference", "Referral", "Register", "Reminder",
    "Result", "Review", "ReviewDraft", "Risk", "RiskResponse", "RiskVersion", "Service", "SignInAttempt", "SignalRow",
    "TargetRow",
]  # fmt: skip
