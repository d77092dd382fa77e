"""Keys that we renew by ourselves, where the customer published two CNAMEs to names of ours.

Behind one of them is the key that signs, behind the other one that stands by. Once a year they
change places; a week later, when no mail of the old key is on its way, a new one stands by.
"""

from contextlib import suppress

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from domains import key_zone, renewal
from domains.models import RECORD_STAYS, DkimKey, DkimKeyQuerySet, Domain
from kuploy.errors import Refused

SELECTORS = {1: "kuploy1", 2: "kuploy2"}
AT_ONCE = 500  # in one step of the sweep: each needs a new key


@transaction.atomic
def choose(*, domain: Domain, actor: Actor) -> None:
    """Ask for two CNAMEs. Mail is signed by way of them once both are found to be right."""
    renewal.hold(domain)
    if not key_zone.is_there() or not domain.served:
        raise Refused(_("The keys of %(name)s cannot be renewed by us.") % {"name": domain})
    if domain.dkim_keys.in_use().get().target:
        raise Refused(_("The keys of %(name)s are renewed by us already.") % {"name": domain})
    _free_names(domain)
    _add(domain, 1, stands_by=False)
    _add(domain, 2, stands_by=True)
    audit(actor, "domain.key_cnames_chosen", domain)


def _free_names(domain: Domain) -> None:
    """Both names for new keys; refused while mail is on its way that was signed by them."""
    before = domain.dkim_keys.exclude(target="").exclude(replaced_at=None)
    last = before.order_by("-replaced_at").first()
    until = last and last.needed_until
    if until and until > timezone.now():
        raise Refused(
            _("Mail is still on its way that was signed by way of the CNAMEs. Choose them again "
              "after %(day)s.") % {"day": date_format(until, "Y-m-d")}
        )  # fmt: skip
    before.delete()


def _add(domain: Domain, number: int, *, stands_by: bool) -> None:
    target = key_zone.target_of(domain, number)
    key_zone.publish(renewal.add_waiting(domain, SELECTORS[number], target, stands_by=stands_by))


@transaction.atomic
def leave(*, domain: Domain, actor: Actor) -> DkimKey:
    """Ask for a TXT record again. Mail is signed by way of the CNAMEs until that is found."""
    renewal.hold(domain)
    if not domain.dkim_keys.in_use().get().target:
        raise Refused(_("The keys of %(name)s are not renewed by us.") % {"name": domain})
    key = renewal.add_waiting(domain, renewal.free_selector(domain))
    audit(actor, "domain.key_cnames_left", domain, selector=key.selector)
    return key


def renew_old() -> None:
    """Have those that stand by take over where the other one has signed for a year."""
    due = timezone.now() - renewal.OLD_AFTER
    old = _in_use().filter(Exists(_others(stands_by=True)), signs_since__lt=due)
    for key in old.exclude(Exists(_others(signs_since=None, stands_by=False)))[:AT_ONCE]:
        with suppress(Refused):  # somebody was faster
            renewal.begin(domain=key.domain, actor=Actor.system(key.domain.account))


def make_spares() -> None:
    """A new key that stands by, where no mail of the one before is on its way any more."""
    if not key_zone.is_there():
        return
    lately = Q(replaced_at__gt=timezone.now() - RECORD_STAYS) & ~Q(target="")
    alone = _in_use().exclude(Exists(_others(signs_since=None))).exclude(Exists(_others(lately)))
    for key in alone[:AT_ONCE]:
        with suppress(Refused):  # it was renewed in between
            _make_spare(key.domain)


@transaction.atomic
def _make_spare(domain: Domain) -> None:
    renewal.hold(domain)
    signing = domain.dkim_keys.in_use().get()
    if signing.target and not domain.dkim_keys.filter(signs_since=None).exists():
        _free_names(domain)
        number = next(each for each, name in SELECTORS.items() if name != signing.selector)
        _add(domain, number, stands_by=True)


def _in_use() -> "DkimKeyQuerySet":
    """By which mail is signed by way of CNAMEs."""
    found = DkimKey.objects.in_use().exclude(target="").filter(domain__status=Domain.Status.ACTIVE)
    return found.select_related("domain__account").order_by("signs_since")


def _others(*wanted: Q, **fields: object) -> "DkimKeyQuerySet":
    return DkimKey.objects.filter(*wanted, domain=OuterRef("domain"), **fields)
