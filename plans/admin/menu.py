"""The side of the admin: the lists in the order in which a provider needs them."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kuploy.figures import list_of

Entries = tuple[tuple[Any, str, str], ...]
# Title, icon and list of each; the list's name says which right it needs.
GROUPS: tuple[tuple[Any, Entries], ...] = (
    (
        _("Customers"),
        (
            (_("Accounts"), "apartment", "accounts_account"),
            (_("Resellers"), "storefront", "accounts_account?kind__exact=reseller"),
            (_("Brands"), "palette", "accounts_branding"),
            (_("Plans"), "sell", "accounts_plan"),
            (_("Billing"), "receipt_long", "plans_snapshot"),
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
            (_("Imports"), "upload", "imports_importjob"),
            (_("Migrations"), "move_to_inbox", "migration_migrationjob"),
            (_("Mailboxes moving in"), "sync", "migration_migrationmailbox"),
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


TARGETS = [target for _title, entries in GROUPS for _name, _icon, target in entries]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Only what the person may look at."""
    start = {"title": _("Start"), "icon": "home", "link": reverse("admin:index")}
    groups = [
        {"title": title, "separator": True, "items": _items(request, entries)}
        for title, entries in GROUPS
    ]
    return [{"items": [start]}, *(group for group in groups if group["items"])]


def favicon(request: HttpRequest) -> str:
    return static("img/favicon.svg")


def _items(request: HttpRequest, entries: Entries) -> list[dict[str, Any]]:
    return [
        {
            "title": title, "icon": icon, "link": _link(target),
            "active": _is_here(request, target),
        }
        for title, icon, target in entries
        if _may_see(request, target)
    ]  # fmt: skip


def _link(target: str) -> str:
    name, mark, query = target.partition("?")
    return f"{list_of(name)}{mark}{query}"


def _is_here(request: HttpRequest, target: str) -> bool:
    """Of two entries for one list the one with the filter that is on."""
    name = target.partition("?")[0]
    asked = f"{name}?{request.META.get('QUERY_STRING', '')}"
    wanted = asked if asked in TARGETS else name
    return request.path.startswith(list_of(name)) and target == wanted


def _may_see(request: HttpRequest, target: str) -> bool:
    app, model = target.partition("?")[0].split("_")
    rights = (f"{app}.view_{model}", f"{app}.change_{model}")
    return any(request.user.has_perm(right) for right in rights)
