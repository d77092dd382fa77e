"""The side of the admin: the lists in the order in which a provider needs them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kuploy.figures import list_of

START = {"title": _("Start"), "icon": "home", "link": "admin:index"}
# Title, icon and list of each; the list's name says which right it needs.
GROUPS: tuple[tuple[Any, tuple[tuple[Any, str, str], ...]], ...] = (
    (
        _("Customers"),
        (
            (_("Accounts"), "apartment", "accounts_account"),
            (_("Resellers"), "storefront", "accounts_account?kind__exact=reseller"),
            (_("Plans"), "sell", "accounts_plan"),
            (_("People"), "person", "accounts_user"),
            (_("Seats"), "badge", "accounts_membership"),
            (_("Invitations"), "mail", "accounts_invitation"),
        ),
    ),
    (
        _("Hosting"),
        (
            (_("Domains"), "language", "domains_domain"),
            (_("Mailboxes"), "inbox", "mailboxes_mailbox"),
            (_("Aliases"), "alternate_email", "mailboxes_alias"),
            (_("Usage"), "database", "quotas_usage"),
            (_("Filling up"), "data_alert", "quotas_filling"),
            (_("Mail hosts"), "dns", "quotas_hosttotal"),
        ),
    ),
    (
        _("Work"),
        (
            (_("Alerts"), "notifications", "notifications_alert"),
            (_("Deliveries"), "send", "notifications_delivery"),
            (_("Channels"), "webhook", "notifications_channel"),
            (_("Jobs of mail hosts"), "build", "mailboxes_hostjob"),
            (_("What was done"), "history", "accounts_auditevent"),
        ),
    ),
    (
        _("Sign-in"),
        (
            (_("E-mail addresses"), "mark_email_read", "account_emailaddress"),
            (_("Second factors"), "key", "mfa_authenticator"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Only what the person may look at."""
    start = {**START, "link": reverse("admin:index")}
    groups = [
        {"title": title, "separator": True, "items": [_item(*entry) for entry in entries
                                                      if _may_see(request, entry[2])]}
        for title, entries in GROUPS
    ]  # fmt: skip
    return [{"items": [start]}, *(group for group in groups if group["items"])]


def _item(title: Any, icon: str, target: str) -> dict[str, Any]:
    name, _mark, query = target.partition("?")
    return {"title": title, "icon": icon, "link": f"{list_of(name)}{query and '?'}{query}"}


def _may_see(request: HttpRequest, target: str) -> bool:
    app, model = target.partition("?")[0].split("_")
    rights = (f"{app}.view_{model}", f"{app}.change_{model}")
    return any(request.user.has_perm(right) for right in rights)
