"""Practices and their people (tenant tables); users and sign-in (the gate's tables)."""

from accounts.models.alerts import (
    AlertAddress,
    AlertCase,
    AlertCursor,
    AlertHit,
    AlertSetting,
    AlertStep,
)
from accounts.models.api import ApiToken, ApiWrite
from accounts.models.auditing import AuditRequest, AuditRequestStep, DrawnSample, EvidencePack
from accounts.models.credentials import (
    BreachedPassword,
    KnownDevice,
    Passkey,
    PasskeyChallenge,
    PasswordReset,
    PasswordResetAsk,
    PastPassword,
    SprayAlarm,
)
from accounts.models.gate import (
    PasswordDue,
    RecoveryCode,
    SignInSession,
    SignInTicket,
    SignInTry,
    TotpDevice,
    User,
)
from accounts.models.installation import ContextKey, DemoMark
from accounts.models.log_review import (
    LogReview,
    LogReviewLine,
    LogReviewMark,
    LogReviewSignature,
)
from accounts.models.particulars import PracticeParticulars, TherapistParticulars
from accounts.models.practice import DataKey, IndexKey, Membership, Practice, Role, RoleGrant
from accounts.models.second_person import Act, Approval, ApprovalLimit
from accounts.models.security import (
    AccessReview,
    AccessReviewItem,
    Draft,
    Invitation,
    NetworkRange,
    OutgoingMail,
    SecurityPolicy,
)

__all__ = [
    "AccessReview",
    "AccessReviewItem",
    "Act",
    "AlertAddress",
    "AlertCase",
    "AlertCursor",
    "AlertHit",
    "AlertSetting",
    "AlertStep",
    "ApiToken",
    "ApiWrite",
    "Approval",
    "ApprovalLimit",
    "AuditRequest",
    "AuditRequestStep",
    "BreachedPassword",
    "ContextKey",
    "DataKey",
    "DemoMark",
    "Draft",
    "DrawnSample",
    "EvidencePack",
    "IndexKey",
    "Invitation",
    "KnownDevice",
    "LogReview",
    "LogReviewLine",
    "LogReviewMark",
    "LogReviewSignature",
    "Membership",
    "NetworkRange",
    "OutgoingMail",
    "Passkey",
    "PasskeyChallenge",
    "PasswordDue",
    "PasswordReset",
    "PasswordResetAsk",
    "PastPassword",
    "Practice",
    "PracticeParticulars",
    "RecoveryCode",
    "Role",
    "RoleGrant",
    "SecurityPolicy",
    "SignInSession",
    "SignInTicket",
    "SignInTry",
    "SprayAlarm",
    "TherapistParticulars",
    "TotpDevice",
    "User",
]
