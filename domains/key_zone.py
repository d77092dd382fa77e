"""Our own zone, with the records of the keys that customers' CNAMEs lead to.

Rows say what it should hold. Whatever happens to a worker, the next one finds what the zone does
not hold yet; and a key signs only after its record was there for SETTLES.
"""

import base64
import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from domains.dns import dkim
from domains.dns.updates import TTL_SECONDS, NotUpdated, Primary
from domains.models import RECORD_STAYS, DkimKey, Domain, ZoneRecord
from kuploy.addresses import host_and_port

# Resolvers may remember for as long what was at the name before.
SETTLES = timedelta(seconds=TTL_SECONDS)


def is_there() -> bool:
    """Whether customers can leave the renewal to us."""
    return bool(settings.DKIM_ZONE)


def target_of(domain: Domain, number: int) -> str:
    """The name that one of a domain's two CNAMEs leads to."""
    return f"{label_of(domain)}.k{number}.{settings.DKIM_ZONE}"


def label_of(domain: Domain) -> str:
    """The domain's own part of it.

    It tells nobody whose it is, and no other domain ever gets it: a CNAME that its owner forgot
    leads to nothing.
    """
    digest = hashlib.sha256(b"dkim" + domain.pk.bytes).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def publish(key: DkimKey) -> None:
    ZoneRecord.objects.update_or_create(
        name=key.target,
        defaults={
            "text": dkim.record(key.public_key), "due_at": Now(), "published_at": None,
        },
    )  # fmt: skip


def has_settled(key: DkimKey) -> bool:
    """Its record is in the zone, for so long that nobody remembers another one."""
    here = ZoneRecord.objects.filter(name=key.target, text=dkim.record(key.public_key))
    return here.filter(published_at__lte=Now() - SETTLES).exists()


@transaction.atomic
def withdraw_unneeded() -> None:
    """What no key needs: those of removed domains, of keys given up, and of those long replaced."""
    recent = Q(replaced_at=None) | Q(replaced_at__gt=Now() - RECORD_STAYS)
    needed = DkimKey.objects.filter(recent, target=OuterRef("name"))
    rows = ZoneRecord.objects.exclude(text="").filter(~Exists(needed))
    # Looked at again once they are held: whoever published one meanwhile has brought the key along.
    held = [each.pk for each in rows.order_by("pk").select_for_update()]
    rows.filter(pk__in=held).update(text="", due_at=Now(), published_at=None)


def tell() -> None:
    """Make the zone hold what is due. Safe twice, and beside another one."""
    if not is_there():
        return
    while claimed := ZoneRecord.objects.claim(settings.DKIM_ZONE):
        try:
            _primary().hold({each.name: each.text for each in claimed})
        except NotUpdated as error:
            ZoneRecord.objects.not_told(claimed, str(error))
            return
        ZoneRecord.objects.told(claimed)


def _primary() -> Primary:
    host, port = host_and_port(settings.DNS_UPDATE_SERVER)
    return Primary(
        settings.DKIM_ZONE, host, port, settings.DNS_UPDATE_KEY_NAME,
        settings.DNS_UPDATE_SECRET, settings.DNS_UPDATE_ALGORITHM,
    )  # fmt: skip
