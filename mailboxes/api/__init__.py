"""Mailboxes and aliases for programs."""

from mailboxes.api import aliases, limits, mailboxes, removal, rules

__all__ = ["aliases", "limits", "mailboxes", "removal", "rules"]
