"""A new signing key without a gap: published first, seen in the DNS, only then in use.

What the old key has signed is still on its way for days, so its record stays for a while.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from domains import keys, records
from domains.dns.check import Findings
from domains.dns.findings import Kind, State
from domains.models import DkimKey, Domain, new_selector
from kuploy.errors import Refused
from notifications.models import Alert
from notifications.services import raise_alert

# M3AAWG advises to change keys from time to time; most people do so once a year.
OLD_AFTER = timedelta(days=365)
# A message that could not be delivered is tried for five days; caches and delays come on top.
RECORD_STAYS = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(days=90)
OFFERS = 500  # in one step of the sweep


@transaction.atomic
def begin(*, domain: Domain, actor: Actor) -> DkimKey:
    """Make the next key. It signs as soon as a check finds its record."""
    key = keys.new_key()
    key.domain, key.signs_since, key.selector = domain, None, _free_selector(domain)
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("The next key waits already: publish its record.")) from None
    audit(actor, "domain.key_renewal_begun", domain, selector=key.selector)
    return key


def _free_selector(domain: Domain) -> str:
    """One that no key of the domain has had lately: caches may still hold its record."""
    used = set(domain.dkim_keys.values_list("selector", flat=True))
    month = new_selector()
    names = [month, *(f"{month}-{number}" for number in range(2, len(used) + 3))]
    return next(name for name in names if name not in used)


@transaction.atomic
def give_up(*, domain: Domain, actor: Actor) -> None:
    """Sign on with the present key. The other one has never signed anything."""
    waiting = domain.dkim_keys.filter(signs_since=None)
    selector = waiting.values_list("selector", flat=True).first()
    if selector is None:
        raise Refused(_("No key waits any more. Look again."))
    waiting.delete()
    audit(actor, "domain.key_renewal_given_up", domain, selector=selector)


def judged(findings: Findings) -> Findings:
    """Where the next key's record is found it is the one that counts, whatever the old one is."""
    following = findings.get(Kind.DKIM_NEXT)
    if following is None or following.state is not State.OK:
        return findings
    return {**findings, Kind.DKIM: replace(following, kind=Kind.DKIM)}


def take_over(domain: Domain, findings: Findings) -> None:
    """Sign with the next key where its record was found; call it with the domain locked."""
    following = findings.get(Kind.DKIM_NEXT)
    if following is None or following.state is not State.OK:
        return
    # As it was looked up: by now another one may wait, or none.
    looked_up = next(key for key in domain.dkim_keys.all() if not key.signs_since)
    waiting = DkimKey.objects.filter(pk=looked_up.pk, signs_since=None)
    if not waiting.exists():
        return
    now = timezone.now()
    signing = DkimKey.objects.filter(domain=domain, replaced_at=None, signs_since__isnull=False)
    # Nobody signs with it any more, so nobody needs the private half.
    signing.update(replaced_at=now, private_key_encrypted=b"")
    waiting.update(signs_since=now)
    domain.record_checks.filter(kind=Kind.DKIM_NEXT).delete()
    audit(Actor.system(domain.account), "domain.key_renewed", domain, selector=looked_up.selector)


def offer() -> None:
    """Tell once of each key that has signed for a year."""
    now = timezone.now()
    signing = DkimKey.objects.filter(replaced_at=None, signs_since__lt=now - OLD_AFTER)
    old = signing.filter(offered_at=None, domain__status=Domain.Status.ACTIVE)
    for key in old.select_related("domain__account")[:OFFERS]:
        with transaction.atomic():
            if DkimKey.objects.filter(pk=key.pk, offered_at=None).update(offered_at=now):
                _offer(key)


def _offer(key: DkimKey) -> None:
    domain = key.domain
    raise_alert(
        account=domain.account,
        kind=Alert.Kind.DKIM_OLD,
        facts={"domain": domain.unicode_name, "domain_code": str(domain.pk)},
        domain_id=domain.pk,
        dedup_key=f"dkim_old:{key.pk}",
    )


def forget_replaced() -> None:
    DkimKey.objects.filter(replaced_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


def keys_of(domain: Domain) -> dict[str, object]:
    """What the page of the domain says of its keys."""
    signing = records.current_key(domain)
    return {
        "signing": signing,
        "old": is_old(signing),
        "next": records.next_key(domain),
        "replaced": [(key, until) for key in newest_first(domain) if (until := needed_until(key))],
    }


def newest_first(domain: Domain) -> list[DkimKey]:
    return sorted(domain.dkim_keys.all(), key=lambda key: key.created_at, reverse=True)


def is_old(key: DkimKey) -> bool:
    """It has signed for a year."""
    return bool(key.signs_since and key.signs_since < timezone.now() - OLD_AFTER)


def needed_until(key: DkimKey) -> datetime | None:
    """How long the record of a replaced key has to stay."""
    return key.replaced_at and key.replaced_at + RECORD_STAYS
