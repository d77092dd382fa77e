"""Tenants and the seats in them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.models.plans import Plan
from accounts.models.suspension import Suspendable, highest
from accounts.roles import FOR_PEOPLE, Act, Permissions, Role
from kuploy.outgoing import OutgoingQuerySet


def branded(path: str = "") -> tuple[str, str]:
    """For select_related: what tells whose name an account at that path goes by."""
    prefix = f"{path}__" if path else ""
    return f"{prefix}branding", f"{prefix}reseller__branding"


class AccountQuerySet(models.QuerySet["Account"]):
    def standing(self) -> Self:
        """Not those that are being removed."""
        return self.filter(removed_at=None)

    def named(self, name: str) -> Self:
        """Standing ones of that name, however it is written."""
        return self.standing().filter(listed_as__startswith=f"{name.lower()}\t")

    def joined_by(self, user: Any) -> Self:
        """Those that the user is a member of."""
        seats = Membership.objects.filter(user=user)
        return self.standing().filter(pk__in=seats.values("account")).order_by("listed_as")

    def looked_after_by(self, user: Any) -> Self:
        """Those that the user may enter as their reseller: thousands, maybe."""
        seats = Membership.objects.filter(
            user=user, account__kind=Account.Kind.RESELLER, role__gte=Act.EDIT_CLIENTS.role
        )
        clients = self.standing().filter(reseller__in=seats.values("account"))
        return clients.order_by("listed_as")


class Account(Suspendable):
    """A tenant. The counts are kept by triggers, so they are never read stale."""

    class Kind(models.TextChoices):
        PROVIDER = "provider", _("Provider")
        RESELLER = "reseller", _("Reseller")
        CUSTOMER = "customer", _("Customer")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CUSTOMER)
    reseller = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="clients"
    )
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="accounts")
    # Mailboxes that are blocked come back as soon as there is room, without a click.
    blocked_return = models.BooleanField(
        _("blocked mailboxes come back by themselves"), default=True, db_default=True
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    domain_count = models.PositiveIntegerField(default=0, editable=False)
    mailbox_count = models.PositiveIntegerField(default=0, editable=False)
    alias_count = models.PositiveIntegerField(default=0, editable=False)
    suspension = highest("provider_step", "reseller_step")
    # Closed to everybody from then on. The row goes when all that the account held is gone.
    removed_at = models.DateTimeField(null=True, editable=False)
    # The order of lists: no two accounts stand in one place.
    listed_as = models.GeneratedField(
        expression=Concat(
            Lower("name"),
            Value("\t"),
            Cast("id", models.TextField()),
            output_field=models.TextField(),
        ),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects = AccountQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["reseller", "listed_as"], name="clients_by_name"),
            # Few among many: their lists must not walk past all the others.
            models.Index(
                fields=["suspension", "slug"], condition=Q(suspension__gt=0),
                name="accounts_by_step",
            ),
            models.Index(
                fields=["removed_at"], condition=Q(removed_at__isnull=False),
                name="accounts_being_removed",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accounts:overview", args=[self.slug])

    @property
    def is_reseller(self) -> bool:
        return self.kind == self.Kind.RESELLER


class MembershipQuerySet(models.QuerySet["Membership"]):
    def admitting(self, user: User, slug: str) -> "Membership | None":
        """The user's seat in that account, own or as its reseller; None for a stranger."""
        seats = self.select_related("account__plan", *branded("account"))
        seats = seats.filter(account__removed_at=None)
        own = seats.filter(user=user, account__slug=slug).first()
        return own or self._as_reseller(user, slug)

    def _as_reseller(self, user: User, slug: str) -> "Membership | None":
        standing = Account.objects.standing().select_related("plan", *branded())
        account = standing.filter(slug=slug).first()
        if account is None or account.reseller_id is None:
            return None
        seat = self.filter(
            user=user, account=account.reseller_id, role__gte=Act.EDIT_CLIENTS.role,
            account__kind=Account.Kind.RESELLER,
        ).first()  # fmt: skip
        return seat and Membership.lent(user, account, seat.role, as_reseller=True)


class Membership(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships")
    role = models.PositiveSmallIntegerField(_("role"), choices=Role)
    # For a postmaster: the domains to look after. An id of a removed domain does no harm.
    domain_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "account"], name="one_seat_per_account"),
        )

    # No columns: the address of a service account, which has a seat without being a person; and
    # whether it is what a reseller's own membership gives in a client's account.
    service = ""
    as_reseller = False

    def __str__(self) -> str:
        return f"{self.user} in {self.account}"

    @classmethod
    def of_postmaster(cls, address: str, account: Account, domain_id: UUID) -> Self:
        """The seat of postmaster@ of that domain, while it is signed in. Never saved."""
        seat = cls(account=account, role=Role.POSTMASTER, domain_ids=[domain_id])
        seat.service = address
        return seat

    @classmethod
    def lent(
        cls, user: User, account: Account, role: int, domain_ids: Sequence[UUID] = (), *,
        as_reseller: bool,
    ) -> Self:  # fmt: skip
        """A seat that rests on another one: a token's, or a reseller's person's. Never saved."""
        seat = cls(user=user, account=account, role=role, domain_ids=list(domain_ids))
        seat.as_reseller = as_reseller
        return seat

    @property
    def only_domain_ids(self) -> list[UUID] | None:
        """The domains that the seat is confined to; None for all of the account."""
        return self.domain_ids if self.role == Role.POSTMASTER else None

    @property
    def may(self) -> Permissions:
        return Permissions(self.allows)

    def allows(self, act: Act) -> bool:
        return self.role >= act.role and not (self.service and act in FOR_PEOPLE)


INVITATION_LASTS = timedelta(days=7)


class InvitationQuerySet(OutgoingQuerySet["Invitation"]):
    def open(self) -> Self:
        """Neither accepted nor too old, and into an account that stands."""
        recent = self.filter(created_at__gt=timezone.now() - INVITATION_LASTS)
        return recent.filter(accepted_at=None, account__removed_at=None)

    def due(self) -> Self:
        return super().due().open()


class Invitation(models.Model):
    """A colleague is asked in by mail. The link is signed, good once, and for a week."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.PositiveSmallIntegerField(_("role"), choices=Role)
    domain_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # None: it waits to be handed over, the next time at due_at.
    sent_at = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    accepted_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "account", Lower("email"), condition=Q(accepted_at=None),
                name="one_open_invitation_per_address",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.email} to {self.account}"

    @property
    def ends_at(self) -> datetime:
        return self.created_at + INVITATION_LASTS

    @property
    def expired(self) -> bool:
        return self.ends_at <= timezone.now()
