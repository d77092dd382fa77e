from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.many import Many, many
from accounts.audit import Actor
from accounts.models import Branding
from clients.branding import services


def _clear(branding: Branding, actor: Actor) -> None:
    services.clear_brand(account=branding.account, actor=actor)


@admin.register(Branding)
class BrandingAdmin(ReadOnlyAdmin):
    """How resellers appear to their clients, under which name of theirs."""

    list_display = ("account", "name", "host", "wanted_host", "support_email")
    list_select_related = ("account",)
    fields = (
        *("account", "name", "sender_name", "support_email", "accent", "dark_accent"),
        *("host", "wanted_host", "host_checked_at", "host_left_at"),
    )
    search_fields = ("host",)
    search_help_text = _("Beginning of a host name, or part of an account's name")
    actions = many(Many("clear", _("Take the brand away"), _clear, final=True))

    def find(self, term: str) -> Q:
        name = term.lower()
        hosts = Q(host__startswith=name) | Q(wanted_host__startswith=name)
        return hosts | Q(account__name__icontains=term)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Branding]":
        found: QuerySet[Branding] = super().get_queryset(request)
        return found.defer("host_proof", "host_findings")
