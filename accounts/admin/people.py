"""People: who they are and where they may go. What proves that they are it is never shown."""

from typing import Any

from allauth.account.admin import EmailAddress
from allauth.account.decorators import secure_admin_login
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.admin.base import BY_ACCOUNT, ReadOnlyAdmin, actor_of, by_choice
from accounts.admin.many import Many, many
from accounts.models import Invitation, Membership, User

# The panel's own sign-in: with its rate limits and its second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.index_title = _("Start")
# Their own pages show the secret of an authenticator app and the keys of open sessions, or change
# addresses behind the back of the services.
admin.site.unregister([Group, Authenticator, UserSession, EmailAddress])


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """The newest first: that is where sign-ups are looked for."""

    list_display = ("email", "is_active", "is_staff", "date_joined", "last_login")
    fields = ("email", "is_active", "is_staff", "is_superuser", "last_login", "date_joined")
    search_fields = ("email",)
    search_help_text = _("Beginning of an e-mail address")

    def find(self, term: str) -> Q:
        return Q(email__startswith=term.lower())


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    """Whether somebody has confirmed it."""

    list_display = ("email", "user", "primary", "verified")
    list_select_related = ("user",)
    search_fields = ("email",)
    search_help_text = _("Beginning of an e-mail address")

    def find(self, term: str) -> Q:
        return Q(user__email__startswith=term.lower())


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "account", "role", "created_at")
    list_select_related = ("user", "account")
    list_filter = (BY_ACCOUNT,)
    search_fields = ("user__email",)
    search_help_text = _("Beginning of an e-mail address")

    def find(self, term: str) -> Q:
        return Q(user__email__startswith=term.lower())


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was asked in. The link is in the mail alone."""

    list_display = ("email", "account", "role", "created_at", "accepted_at")
    list_select_related = ("account",)
    list_filter = (BY_ACCOUNT,)


def _take_away(factor: Authenticator, actor: Any) -> None:
    services.take_away_factor(factor=factor, actor=actor)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """For who has lost the second factor: it can be taken away, not looked into."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    list_filter = (by_choice("type"),)
    exclude = ("data",)
    search_fields = ("user__email",)
    search_help_text = _("Beginning of an e-mail address")
    actions = many(Many("take_away", _("Take away"), _take_away, final=True))

    def find(self, term: str) -> Q:
        return Q(user__email__startswith=term.lower())

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Authenticator]":
        found: QuerySet[Authenticator] = super().get_queryset(request)
        return found.defer("data")

    def actor_for(self, request: HttpRequest, row: Any) -> Any:
        return actor_of(request, None)
