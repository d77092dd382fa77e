"""The record of who did what."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models.people import User
from accounts.models.tenants import Account
from accounts.sentences import sentence


class AuditEvent(models.Model):
    """Who did what to which object, when and from where. Written once, never changed.

    Only its account does: with a client that is removed, its trail moves to its reseller.
    """

    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, related_name="audit_events", db_index=False
    )
    actor = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=254)
    # In a client's account: the reseller whose person did it.
    reseller_name = models.CharField(max_length=120, db_default="", blank=True)
    # Of what moved: the client that it was done in.
    client_name = models.CharField(max_length=120, db_default="", blank=True)
    # Of the program that did it, by what its maker may do.
    token_name = models.CharField(max_length=80, db_default="", blank=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    object_name = models.CharField(max_length=320)
    details = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (
            models.Index(fields=["account", "-id"], name="audit_of_account"),
            # What was done to an address, whoever's it was: 50 bytes an event.
            models.Index(
                fields=["object_name"], opclasses=["varchar_pattern_ops"], name="audit_of_object"
            ),
        )

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.object_name}"

    @property
    def who(self) -> str:
        if not self.reseller_name:
            return self._person
        return _("%(person)s of %(reseller)s") % {
            "person": self._person, "reseller": self.reseller_name,
        }  # fmt: skip

    @property
    def _person(self) -> str:
        if not self.token_name:
            return self.actor_name
        return _("%(token)s (token of %(person)s)") % {
            "token": self.token_name, "person": self.actor_name,
        }  # fmt: skip

    @property
    def sentence(self) -> str:
        return sentence(self.action, self.object_name, self.details)
