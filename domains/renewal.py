"""A new signing key without a gap: published first, seen in the DNS, only then in use.

What the old key has signed is still on its way for days, so its record stays for a while.
"""

from dataclasses import replace
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from domains import key_zone, keys, records
from domains.dns.check import Findings
from domains.dns.findings import Kind, State
from domains.models import DkimKey, Domain, new_selector
from kuploy.errors import Refused
from notifications.models import Alert
from notifications.services import raise_alert

# M3AAWG advises to change keys from time to time; most people do so once a year.
OLD_AFTER = timedelta(days=365)
# Of one that should have been renewed by itself: so long its CNAMEs may be on holiday.
OVERDUE_AFTER = OLD_AFTER + timedelta(days=14)
FORGOTTEN_AFTER = timedelta(days=90)
OFFERS = 500  # in one step of the sweep


@transaction.atomic
def begin(*, domain: Domain, actor: Actor) -> DkimKey:
    """Have the next key sign as soon as a check finds its record."""
    hold(domain)
    if domain.dkim_keys.in_use().get().target:
        key = _step_forward(domain)
    else:
        key = add_waiting(domain, free_selector(domain))
    audit(actor, "domain.key_renewal_begun", domain, selector=key.selector)
    return key


def hold(domain: Domain) -> None:
    """A check that finds the next key does the same before it lets that take over."""
    Domain.objects.select_for_update(no_key=True).get(pk=domain.pk)
    forget_checks(domain)


def forget_checks(domain: Domain) -> None:
    """What was found of keys that have another place now."""
    domain.record_checks.filter(kind__in=(Kind.DKIM_NEXT, Kind.DKIM_SPARE)).delete()


def add_waiting(
    domain: Domain, selector: str, target: str = "", *, stands_by: bool = False
) -> DkimKey:
    """A key whose record is to be found. Refused while another one waits."""
    key = keys.new_key()
    key.domain, key.selector, key.target = domain, selector, target
    key.signs_since, key.stands_by = None, stands_by
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            _("The next key waits already: publish its record, or keep the present key.")
        ) from None
    return key


def _step_forward(domain: Domain) -> DkimKey:
    """The key that stands by, published long since: it signs after the next check."""
    if domain.dkim_keys.waiting().exists():
        raise Refused(_("The next key waits already: a check has to find its record."))
    key = domain.dkim_keys.filter(stands_by=True).first()
    if key is None and not key_zone.is_there():
        raise Refused(_("We renew no keys any more: have this one renewed by hand again."))
    if key is None:
        raise Refused(
            _("The key was renewed lately, and mail is on its way with the one before. Renew it "
              "again when that is over: the page of the domain says when.")
        )  # fmt: skip
    domain.dkim_keys.filter(pk=key.pk).update(stands_by=False)
    Domain.objects.filter(pk=domain.pk).update(next_check_at=timezone.now())
    return key


def free_selector(domain: Domain) -> str:
    """One that no key of the domain has had lately: caches may still hold its record."""
    used = set(domain.dkim_keys.values_list("selector", flat=True))
    month = new_selector()
    names = [month, *(f"{month}-{number}" for number in range(2, len(used) + 3))]
    return next(name for name in names if name not in used)


@transaction.atomic
def give_up(*, domain: Domain, actor: Actor) -> None:
    """Sign on with the present key. The other one has never signed anything."""
    hold(domain)
    key = domain.dkim_keys.waiting().first()
    if key is None:
        raise Refused(_("No key waits any more. Look again."))
    if key.target and domain.dkim_keys.in_use().get().target:
        domain.dkim_keys.waiting().update(stands_by=True)
    else:
        # With CNAMEs that were to begin goes the key of the second one as well.
        unwanted = Q(pk=key.pk) | (Q(stands_by=True) if key.target else Q())
        domain.dkim_keys.filter(unwanted).delete()
    audit(actor, "domain.key_renewal_given_up", domain, selector=key.selector)


def judged(domain: Domain, findings: Findings) -> Findings:
    """Where the next key may sign its record is the one that counts, whatever the old one is."""
    if _ready(domain, findings) is None:
        return findings
    return {**findings, Kind.DKIM: replace(findings[Kind.DKIM_NEXT], kind=Kind.DKIM)}


def _ready(domain: Domain, findings: Findings) -> DkimKey | None:
    """The next key, as it was looked up, if mail may be signed with it from now on."""
    key, spare = records.next_key(domain), records.spare_key(domain)
    if key is None or not _is_found(findings, Kind.DKIM_NEXT):
        return None
    if not key.target:
        return key
    # Who begins with CNAMEs needs both: a year later nobody is there to publish the other one.
    if spare and spare.stands_by and not _is_found(findings, Kind.DKIM_SPARE):
        return None
    return key if key_zone.has_settled(key) else None


def _is_found(findings: Findings, kind: Kind) -> bool:
    return kind in findings and findings[kind].state is State.OK


def take_over(domain: Domain, findings: Findings) -> None:
    """Sign with the next key where its record was found; call it with the domain locked."""
    key = _ready(domain, findings)
    if key is None:
        return
    # By now another one may wait, or none.
    waiting = DkimKey.objects.waiting().filter(pk=key.pk)
    if not waiting.exists():
        return
    now = timezone.now()
    keys_of_domain = DkimKey.objects.filter(domain=domain)
    # Nobody signs with it any more, so nobody needs the private half.
    keys_of_domain.in_use().update(replaced_at=now, private_key_encrypted=b"")
    waiting.update(signs_since=now)
    if not key.target:
        keys_of_domain.filter(stands_by=True).delete()
    forget_checks(domain)
    audit(Actor.system(domain.account), "domain.key_renewed", domain, selector=key.selector)


def offer() -> None:
    """Tell once of each key that has signed for a year, and longer where it renews by itself."""
    now = timezone.now()
    old = Q(target="", signs_since__lt=now - OLD_AFTER) | Q(signs_since__lt=now - OVERDUE_AFTER)
    untold = DkimKey.objects.in_use().filter(old, offered_at=None)
    active = untold.filter(domain__status=Domain.Status.ACTIVE)
    for key in active.select_related("domain__account")[:OFFERS]:
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
    signing, following = records.current_key(domain), records.next_key(domain)
    return {
        "signing": signing,
        "old": is_old(signing),
        "next": following,
        "changes_way": bool(following and bool(following.target) != bool(signing.target)),
        "cnames_offered": key_zone.is_there(),
        "replaced": [key for key in newest_first(domain) if key.replaced_at],
    }


def newest_first(domain: Domain) -> list[DkimKey]:
    return sorted(domain.dkim_keys.all(), key=lambda key: key.created_at, reverse=True)


def is_old(key: DkimKey) -> bool:
    """It has signed for a year."""
    return bool(key.signs_since and key.signs_since < timezone.now() - OLD_AFTER)
