"""What programs sign in with."""

import hashlib
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.models.tenants import Account, Membership, MembershipQuerySet
from accounts.roles import Act, Role

# For scanners that look for secrets in what people publish.
PREFIX = "kuploy_"
# A reseller's, beside the areas: to work in the accounts of its clients.
ENTER_CLIENTS = "clients:enter"
USE_IS_NOTED_AFTER = timedelta(minutes=1)


class Area(models.TextChoices):
    """The parts of the API, each open to a token for reading, for both, or not at all."""

    DOMAINS = "domains", _("Domains and DNS")
    MAILBOXES = "mailboxes", _("Mailboxes")
    ALIASES = "aliases", _("Aliases")
    IMPORTS = "imports", _("Imports")
    MIGRATIONS = "migrations", _("Migrations")
    USAGE = "usage", _("Usage")
    NOTIFICATIONS = "notifications", _("Notifications")
    AUDIT = "audit", _("Activity")
    TEAM = "team", _("Team")
    BILLING = "billing", _("Billing")
    PLANS = "plans", _("Plans for clients")
    CLIENTS = "clients", _("Clients")


def digest_of(secret: str) -> bytes:
    """One pass is enough: 256 random bits cannot be guessed from it, and each call pays for it."""
    return hashlib.sha256(secret.encode()).digest()


class TokenQuerySet(models.QuerySet["Token"]):
    def with_maker_role(self) -> Self:
        """With the role that its maker has in the account now, as member or as its reseller."""
        seats = Membership.objects.filter(user=models.OuterRef("user"))
        own = seats.filter(account=models.OuterRef("account"))
        as_reseller = seats.filter(
            account=models.OuterRef("account__reseller"),
            account__kind=Account.Kind.RESELLER,
            role__gte=Act.EDIT_CLIENTS.role,
        )
        return self.annotate(
            own_role=models.Subquery(own.values("role")[:1]),
            reseller_role=models.Subquery(as_reseller.values("role")[:1]),
            maker_role=Coalesce("own_role", "reseller_role"),
        )

    def lasting(self) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()))

    def behind(self, secret: str) -> "Token | None":
        """The token that a program shows, as long as it opens the account."""
        shown = self.lasting().filter(
            digest=digest_of(secret), user__is_active=True, account__removed_at=None
        )
        found = shown.select_related("user", "account__plan").first()
        if found:
            # Asked apart: in one statement it takes Django longer to write than both to answer.
            found.find_maker_role()
        return None if found is None or found.ended else found


class Token(models.Model):
    """Opens some areas of one account to a program. The secret itself is stored nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens")
    # Who made it, and answers for it: it can do no more than they, and ends with their seat.
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    digest = models.BinaryField(unique=True, max_length=32)
    # The last characters, by which people recognise it.
    hint = models.CharField(max_length=4)
    # "mailboxes:read", "mailboxes:write"; who may write may read. And ENTER_CLIENTS.
    scopes = ArrayField(models.CharField(max_length=30))
    # None named: all of the account.
    domain_ids = ArrayField(models.UUIDField(), default=list)
    # From where it may be used; none named: from everywhere.
    networks = ArrayField(models.CharField(max_length=43), default=list)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_ip = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TokenQuerySet.as_manager()

    maker_role: int | None
    own_role: int | None

    def __str__(self) -> str:
        return self.name

    def opens(self, area: Area, *, to_write: bool) -> bool:
        if to_write:
            return f"{area}:write" in self.scopes
        return bool({f"{area}:read", f"{area}:write"} & set(self.scopes))

    @property
    def enters_clients(self) -> bool:
        return ENTER_CLIENTS in self.scopes

    def admits(self, ip: str | None) -> bool:
        """Whether it may be used from that address."""
        if not self.networks:
            return True
        return ip is not None and any(
            ip_address(ip) in ip_network(network) for network in self.networks
        )

    def find_maker_role(self) -> None:
        """As with_maker_role(), for this token alone."""
        seats = Membership.objects.filter(user=self.user_id)
        self.own_role = _role(seats.filter(account=self.account_id))
        self.maker_role = self.own_role
        if self.own_role is None and self.account.reseller_id:
            self.maker_role = _role(
                seats.filter(
                    account=self.account.reseller_id, account__kind=Account.Kind.RESELLER,
                    role__gte=Act.EDIT_CLIENTS.role,
                )
            )  # fmt: skip

    def seat(self) -> Membership:
        """What it may do in the account: its maker's role, or a postmaster's of its domains."""
        role = Role.POSTMASTER if self.domain_ids else self.maker_role or 0
        return Membership.lent(
            self.user, self.account, role, self.domain_ids, as_reseller=self.own_role is None
        )

    @property
    def written(self) -> list[str]:
        """The areas that it opens for reading and writing."""
        return [str(area.label) for area in Area if self.opens(area, to_write=True)]

    @property
    def only_read(self) -> list[str]:
        return [
            str(area.label) for area in Area
            if self.opens(area, to_write=False) and not self.opens(area, to_write=True)
        ]  # fmt: skip

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def ended(self) -> bool:
        """Who made it may no longer make any."""
        return (self.maker_role or 0) < Act.EDIT_TOKENS.role

    def note_use(self, ip: str | None) -> None:
        """Once a minute at most, so that calls do not wait for the disk."""
        now = timezone.now()
        if self.last_used_at and now - USE_IS_NOTED_AFTER < self.last_used_at <= now:
            return
        Token.objects.filter(pk=self.pk).update(last_used_at=now, last_used_ip=ip)


def _role(seats: MembershipQuerySet) -> int | None:
    return seats.values_list("role", flat=True).first()


class Answer(models.Model):
    """What a creation answered, kept for a day: sent again, it is not done again."""

    token = models.ForeignKey(Token, models.CASCADE, related_name="answers", db_index=False)
    key = models.CharField(max_length=255)
    # Of what was sent, keyed, since a request may hold a password.
    fingerprint = models.CharField(max_length=64)
    # Encrypted: an answer may hold the secret of a webhook.
    content_encrypted = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_key"),)

    def __str__(self) -> str:
        return f"{self.key} of {self.token_id}"
