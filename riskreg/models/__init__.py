"""The tables, one noun a file. Importing this package makes every table known to the metadata."""

from riskreg.models.audit import AuditEvent
from riskreg.models.contract import Contract, ContractProvider, ContractReview, ContractRoute
from riskreg.models.escalation import Decision, DecisionRead, Escalation, EscalationSignal, SignalRow
from riskreg.models.evidence import Evidence, EvidenceContent
from riskreg.models.indicator import Benchmark, BenchmarkPast, Indicator, Result, ResultComment, TargetPast, TargetRow
from riskreg.models.link import Link, LinkPast
from riskreg.models.meeting import AgendaItem, Meeting, Pack
from riskreg.models.mitigation import Action, ActionUpdate, Control
from riskreg.models.notice import Notice
from riskreg.models.noting import Noting
from riskreg.models.organisation import Division, Service
from riskreg.models.outbox import DemonstrationDay, JobRun, Message, SchedulerSeen
from riskreg.models.person import Holding, PasswordReset, Person, Post, PostRole, SignInAttempt
from riskreg.models.referral import Referral
from riskreg.models.register import PolicyDraft, PolicyVersion, Reference, Register
from riskreg.models.risk import Assessment, Review, ReviewDraft, Risk, RiskResponse, RiskVersion
from riskreg.models.upload import SavedMapping, Upload

__all__ = [
    "Action", "ActionUpdate", "AgendaItem", "Assessment", "AuditEvent", "Benchmark", "BenchmarkPast", "Contract",
    "ContractProvider", "ContractReview", "ContractRoute", "Control", "Decision", "DecisionRead", "DemonstrationDay",
    "Division", "Escalation", "EscalationSignal", "Evidence", "EvidenceContent", "Holding", "Indicator", "JobRun",
    "Link", "LinkPast", "Meeting", "Message", "Notice", "Noting", "Pack", "PasswordReset", "Person", "PolicyDraft",
    "PolicyVersion", "Post", "PostRole", "Reference", "Referral", "Register", "Result", "ResultComment", "Review",
    "ReviewDraft", "Risk", "RiskResponse", "RiskVersion", "SavedMapping", "SchedulerSeen", "Service", "SignInAttempt",
    "SignalRow", "TargetPast", "TargetRow", "Upload",
]  # fmt: skip
