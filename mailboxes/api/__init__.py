"""Mailboxes and aliases for programs."""

from mailboxes.api import aliases, mailboxes, removal, rules

__all__ = ["aliases", "mailboxes", "removal", "rules"]
