"""Tenants, the people in them, their plans, and the record of who did what."""

from accounts.models.people import User
from accounts.models.plans import BandPrice, Plan
from accounts.models.tenants import Account, Invitation, Membership, MembershipQuerySet
from accounts.models.trail import AuditEvent
from accounts.roles import Role

__all__ = [
    "Account",
    "AuditEvent",
    "BandPrice",
    "Invitation",
    "Membership",
    "MembershipQuerySet",
    "Plan",
    "Role",
    "User",
]
