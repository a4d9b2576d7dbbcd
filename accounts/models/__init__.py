"""Practices and their people (tenant tables); users and sign-in (the gate's tables)."""

from accounts.models.gate import (
    RecoveryCode,
    SignInSession,
    SignInTicket,
    SignInTry,
    TotpDevice,
    User,
)
from accounts.models.installation import ContextKey, DemoMark
from accounts.models.practice import DataKey, Membership, Practice, Role, RoleGrant

__all__ = [
    "ContextKey",
    "DataKey",
    "DemoMark",
    "Membership",
    "Practice",
    "RecoveryCode",
    "Role",
    "RoleGrant",
    "SignInSession",
    "SignInTicket",
    "SignInTry",
    "TotpDevice",
    "User",
]
