from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import BY_ACCOUNT, LateFilter, ReadOnlyAdmin, actor_of, by_choice, holding
from accounts.admin.many import Many, many
from accounts.admin.suspension import FIELDS, SuspensionFilter, acts, suspended
from accounts.audit import Actor
from mailboxes import jobs, services
from mailboxes.models import Alias, HostJob, Mailbox
from mailboxes.suspension import resume_mailbox, suspend_mailbox

# Jobs are looked up by mailbox: for more than so many, more has to be typed.
MOST_MAILBOXES = 100


def _disable(mailbox: Mailbox, actor: Actor) -> None:
    services.disable_mailbox(mailbox=mailbox, actor=actor)


def _enable(mailbox: Mailbox, actor: Actor) -> None:
    services.enable_mailbox(mailbox=mailbox, actor=actor)


def _kick(mailbox: Mailbox, actor: Actor) -> None:
    services.end_sessions(mailbox=mailbox, actor=actor)


@admin.register(Mailbox)
class MailboxAdmin(ReadOnlyAdmin):
    list_display = (
        "address", "account", "state", suspended, "size", "host", "created_at",
    )  # fmt: skip
    list_filter = (by_choice("state"), SuspensionFilter, BY_ACCOUNT)
    list_select_related = ("account",)
    search_fields = ("address",)
    search_help_text = _("Part of an address")
    ordering = ("address",)
    fields = (
        "address", "account", "domain", "display_name", "state", *FIELDS, "size", "in_use",
        "quota_messages", "host", "language", "created_at",
    )  # fmt: skip
    readonly_fields = ("size", "in_use")
    actions = many(
        Many("disable", _("Disable"), _disable),
        Many("enable", _("Enable"), _enable),
        Many("kick", _("End open sessions"), _kick),
        *acts("mailbox", suspend_mailbox, resume_mailbox),
    )

    def find(self, term: str) -> Q:
        return holding("address", term.lower())

    @admin.display(description=_("size"))
    def size(self, mailbox: Mailbox) -> str:
        return filesizeformat(mailbox.quota_bytes)

    @admin.display(description=_("in use"))
    def in_use(self, mailbox: Mailbox) -> str:
        usage = mailbox.usage
        return filesizeformat(usage.bytes if usage else 0)


@admin.register(Alias)
class AliasAdmin(ReadOnlyAdmin):
    list_display = ("address", "account", "targets")
    list_filter = (BY_ACCOUNT,)
    list_select_related = ("account",)
    search_fields = ("address",)
    search_help_text = _("Part of an address")
    ordering = ("address",)

    def find(self, term: str) -> Q:
        return holding("address", term.lower())


def _try_now(job: HostJob, actor: Actor) -> None:
    jobs.try_now(job=job, actor=actor)


@admin.register(HostJob)
class HostJobAdmin(ReadOnlyAdmin):
    """The oldest first: it has waited longest."""

    list_display = ("kind", "address", "host", "attempts", "due_at", "claimed_at", "last_error")
    list_filter = (by_choice("kind"), LateFilter)
    links_here = ("host__exact",)
    search_fields = ("mailbox_id",)
    search_help_text = _("Beginning of a mailbox's address")
    ordering = ("pk",)
    actions = many(Many("try_now", _("Try now"), _try_now))

    def find(self, term: str) -> Q:
        found = Mailbox.objects.filter(address__startswith=term.lower()).order_by("address")
        return Q(mailbox_id__in=list(found.values_list("pk", flat=True)[:MOST_MAILBOXES]))

    def actor_for(self, request: HttpRequest, row: Any) -> Actor:
        return actor_of(request, None)
