"""How a reseller appears to its clients."""

import secrets
from datetime import timedelta
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import colours
from accounts.models.tenants import Account
from kuploy.brand import Brand

# Longer than the slowest look-ups take; after this the page asks less often.
HOST_CHECK_TAKES = timedelta(seconds=40)


def new_host_proof() -> str:
    return f"kuploy-verification={secrets.token_urlsafe(24)}"


class Logo(models.Model):
    """A picture as it is served. Its name is its content's, so browsers may keep it for ever."""

    digest = models.CharField(primary_key=True, max_length=64)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.digest


class Branding(models.Model):
    """What is empty is the provider's."""

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="branding"
    )
    name = models.CharField(_("name"), max_length=60, blank=True)
    accent = models.CharField(_("colour"), max_length=7, blank=True)
    dark_accent = models.CharField(_("colour in the dark"), max_length=7, blank=True)
    support_email = models.EmailField(_("support address"), blank=True)
    sender_name = models.CharField(_("sender of mail"), max_length=60, blank=True)
    # Apart, so that no page reads the picture along with the rest.
    logo = models.ForeignKey(Logo, models.PROTECT, null=True, blank=True, related_name="+")
    host = models.CharField(_("host name"), max_length=253, unique=True, null=True, blank=True)
    # Anyone may want a name; it counts once the DNS shows that it is theirs and leads here.
    wanted_host = models.CharField(max_length=253, blank=True)
    host_proof = models.CharField(max_length=60, default=new_host_proof, editable=False)
    # What the last look at the DNS said of the wanted name: see clients/branding/hosts.py.
    host_findings = models.JSONField(default=dict, db_default={}, editable=False)
    host_queued_at = models.DateTimeField(null=True, editable=False)
    host_checked_at = models.DateTimeField(null=True, editable=False)
    host_next_check_at = models.DateTimeField(null=True, editable=False)
    # Since when the DNS says that the host name is no longer theirs, or leads elsewhere.
    host_left_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name or str(self.account)

    @property
    def brand(self) -> Brand:
        name = self.name or settings.BRAND
        return Brand(
            name=name,
            support_email=self.support_email or settings.SUPPORT_EMAIL,
            base_url=self.base_url,
            from_email=self.from_email,
            white_label=True,
            style_url=self.style_url,
            logo_url=reverse("brand_logo", args=[self.logo_id]) if self.logo_id else "",
        )

    @property
    def waiting(self) -> bool:
        """A look at the DNS was asked for and has not answered yet."""
        queued, checked = self.host_queued_at, self.host_checked_at
        return bool(queued and (checked is None or checked < queued))

    @property
    def checking(self) -> bool:
        """The answer is to be expected any moment; past this, a worker is busy or away."""
        queued = self.host_queued_at
        return bool(queued and self.waiting and queued > timezone.now() - HOST_CHECK_TAKES)

    @property
    def base_url(self) -> str:
        """The panel's address, under the host name that counts.

        From the moment it leads elsewhere nothing is mailed that leads there: whoever holds the
        name by now would get the link.
        """
        if not self.host or self.host_left_at:
            return str(settings.BASE_URL)
        panel = urlsplit(settings.BASE_URL)
        port = f":{panel.port}" if panel.port else ""
        return f"{panel.scheme}://{self.host}{port}"

    @property
    def from_email(self) -> str:
        """A name of its own, at the provider's address: that is where mail may come from."""
        name = self.sender_name or self.name
        address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        return formataddr((name, address)) if name else str(settings.DEFAULT_FROM_EMAIL)

    @property
    def style_url(self) -> str:
        if not self.accent:
            return ""
        return reverse("brand_style", args=[colours.style_name(self.accent, self.dark_accent)])
