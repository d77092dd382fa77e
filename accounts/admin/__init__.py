"""The provider's side: what every page is made of, and the pages of people and of what was done."""

from accounts.admin.people import EmailAddressAdmin
from accounts.admin.trail import AuditEventAdmin

__all__ = ["AuditEventAdmin", "EmailAddressAdmin"]
