"""Tenants, the people in them, their plans, and the record of who did what."""

from accounts.models.branding import Branding, Logo
from accounts.models.people import User
from accounts.models.plans import BandPrice, Plan
from accounts.models.suspension import Hand, Suspendable, Suspension, highest, inherited_step
from accounts.models.tenants import (
    Account,
    AccountQuerySet,
    Invitation,
    Membership,
    MembershipQuerySet,
    branded,
)
from accounts.models.tokens import Answer, Area, Token
from accounts.models.trail import AuditEvent
from accounts.roles import Role

__all__ = [
    "Account",
    "AccountQuerySet",
    "Answer",
    "Area",
    "AuditEvent",
    "BandPrice",
    "Branding",
    "Hand",
    "Invitation",
    "Logo",
    "Membership",
    "MembershipQuerySet",
    "Plan",
    "Role",
    "Suspendable",
    "Suspension",
    "Token",
    "User",
    "branded",
    "highest",
    "inherited_step",
]
