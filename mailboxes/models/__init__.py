"""Mailboxes, aliases, and the work that a mail host is owed."""

from mailboxes.models.boxes import (
    MAIL_LANGUAGES,
    POSTMASTER,
    POSTMASTER_BYTES,
    POSTMASTER_MESSAGES,
    Address,
    Alias,
    Mailbox,
    MailboxQuerySet,
    MailRules,
    TenantQuerySet,
    this_mail_host,
)
from mailboxes.models.contacts import Letter, MailboxInvitation, Recovery
from mailboxes.models.jobs import (
    CLAIM_LASTS,
    LONGEST_PAUSE,
    SHORT_CLAIM_LASTS,
    HostJob,
    HostJobQuerySet,
)
from mailboxes.models.sign_ins import SignIn

__all__ = [
    "CLAIM_LASTS", "LONGEST_PAUSE", "MAIL_LANGUAGES", "POSTMASTER", "POSTMASTER_BYTES",
    "POSTMASTER_MESSAGES", "SHORT_CLAIM_LASTS", "Address", "Alias", "HostJob", "HostJobQuerySet",
    "Letter", "MailRules", "Mailbox", "MailboxInvitation", "MailboxQuerySet", "Recovery", "SignIn",
    "TenantQuerySet", "this_mail_host",
]  # fmt: skip
