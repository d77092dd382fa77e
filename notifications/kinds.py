"""How each kind of alert looks in lists: its group, its drawing, its tone."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Look(NamedTuple):
    group: Any
    icon: str
    tone: str  # see components/status.html


MAILBOXES, PLAN, DOMAINS, WEBHOOKS = _("Mailboxes"), _("Plan"), _("Domains"), _("Webhooks")
TOOLS = _("Tools")

# In the order in which they are offered.
LOOKS = {
    "quota_80": Look(MAILBOXES, "mailbox", "warning"),
    "quota_95": Look(MAILBOXES, "mailbox", "warning"),
    "quota_100": Look(MAILBOXES, "mailbox", "error"),
    "quota_normal": Look(MAILBOXES, "mailbox", "ok"),
    "sending_limit": Look(MAILBOXES, "mailbox", "error"),
    "plan_limit": Look(PLAN, "plan", "warning"),
    "mailboxes_blocked": Look(PLAN, "mailbox", "error"),
    "suspended": Look(PLAN, "pause", "error"),
    "resumed": Look(PLAN, "play", "ok"),
    "domain_active": Look(DOMAINS, "domain", "ok"),
    "dns_broken": Look(DOMAINS, "domain", "error"),
    "mx_moved": Look(DOMAINS, "domain", "error"),
    "domain_gone": Look(DOMAINS, "domain", "error"),
    "dns_cured": Look(DOMAINS, "domain", "ok"),
    "dkim_old": Look(DOMAINS, "domain", "info"),
    "claim_lost": Look(DOMAINS, "domain", "error"),
    "deliver_here_ended": Look(DOMAINS, "domain", "info"),
    "migration_ended": Look(TOOLS, "migrate", "info"),
    "host_left": Look(DOMAINS, "domain", "error"),
    "import_ended": Look(TOOLS, "import", "info"),
    "channel_stopped": Look(WEBHOOKS, "webhook", "error"),
    "test": Look(WEBHOOKS, "webhook", "info"),
}
