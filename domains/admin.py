from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import ReadOnlyAdmin, actor_of
from domains import services
from domains.models import Domain
from kuploy.errors import Refused


@admin.register(Domain)
class DomainAdmin(ReadOnlyAdmin):
    """Acts go through the same services as in the panel."""

    list_display = ("name", "account", "status", "local", "healthy", "mailbox_count", "checked_at")
    list_filter = ("status", "healthy")
    list_select_related = ("account",)
    search_fields = ("name",)
    actions = ("suspend", "resume", "check_again")
    exclude = ("proof_label", "proof_text")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("domains.change_domain")

    @admin.action(description=gettext_lazy("Suspend"), permissions=["operate"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[Domain]) -> None:
        _each(request, queryset, services.suspend_domain)

    @admin.action(description=gettext_lazy("Resume"), permissions=["operate"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Domain]) -> None:
        _each(request, queryset, services.resume_domain)

    @admin.action(description=gettext_lazy("Check DNS again"), permissions=["operate"])
    def check_again(self, request: HttpRequest, queryset: QuerySet[Domain]) -> None:
        _each(request, queryset, services.request_check)


def _each(request: HttpRequest, domains: QuerySet[Domain], act: Callable[..., None]) -> None:
    """Do it for each domain; what is refused is said by name."""
    done = 0
    for domain in domains.select_related("account"):
        try:
            act(domain=domain, actor=actor_of(request, domain.account))
        except Refused as error:
            messages.warning(request, f"{domain}: {error}")
        else:
            done += 1
    messages.info(request, _("Done for %(count)d domains.") % {"count": done})
