"""The provider's side: plans and accounts can be edited, everything else is there to look at."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import secure_admin_login
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.audit import Actor, audit
from accounts.models import Account, AuditEvent, Membership, Plan, User

# The panel's own sign-in: with its rate limits and its second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)
# Their own pages show the secret of an authenticator app and the keys of open sessions.
admin.site.unregister([Authenticator, UserSession])


def actor_of(request: HttpRequest, account: Account | None) -> Actor:
    assert isinstance(request.user, User)  # noqa: S101  (the admin lets in nobody else)
    return Actor(account, request.user, get_adapter().get_client_ip(request))


class AuditedAdmin(ModelAdmin):  # type: ignore[misc]
    """Saves only what was changed, so that counts kept by triggers are never overwritten."""

    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        obj.save(update_fields=form.changed_data if change else None)
        account = obj if isinstance(obj, Account) else getattr(obj, "account", None)
        verb = "changed" if change else "created"
        audit(
            actor_of(request, account), f"{obj._meta.model_name}.{verb}", obj,
            fields=form.changed_data,
        )  # fmt: skip


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Plan)
class PlanAdmin(AuditedAdmin):
    list_display = ("name", "owner", "email_hosting", "domain_limit", "mailbox_limit")
    search_fields = ("name",)
    autocomplete_fields = ("owner",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(AuditedAdmin):
    list_display = ("name", "slug", "kind", "reseller", "plan", "domain_count", "mailbox_count")
    list_filter = ("kind",)
    list_select_related = ("reseller", "plan")
    search_fields = ("name", "slug")
    autocomplete_fields = ("reseller", "plan")
    readonly_fields = ("domain_count", "mailbox_count", "alias_count", "created_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("email", "is_active", "is_staff", "last_login")
    search_fields = ("email",)
    fields = ("email", "is_active", "is_staff", "is_superuser", "last_login", "date_joined")


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """For who has lost the second factor: it can be taken away, not looked into."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    exclude = ("data",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "account", "role")
    list_select_related = ("user", "account")
    search_fields = ("user__email", "account__name")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "actor_name", "action", "object_name", "account", "ip")
    list_select_related = ("account",)
    search_fields = ("object_name", "actor_name")
    ordering = ("-id",)
