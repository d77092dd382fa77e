"""Proof by a code that is mailed to a role address of the domain, wherever its mail is today."""

import secrets
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts import brands
from accounts.audit import Actor, audit
from domains.activation import activate
from domains.models import Domain, OwnershipCode
from kuploy import mail
from kuploy.errors import Refused, Unavailable
from kuploy.throttle import throttle

PAUSE_BETWEEN_CODES = timedelta(minutes=1)
CODES_PER_NAME_AND_DAY = 10
CODES_PER_ACCOUNT_AND_DAY = 40
DAY = 86_400


class WrongCode(Refused):
    """Not the code that counts; another try or another code may do."""


def send_code(*, domain: Domain, local_part: str, actor: Actor) -> None:
    """Mail a new code; the one before it stops counting."""
    _refuse_settled(domain)
    _refuse_haste(domain)
    code = f"{secrets.randbelow(10**8):08d}"
    address = f"{local_part}@{domain.name}"
    OwnershipCode.objects.update_or_create(
        domain=domain,
        defaults={
            "address": address,
            "code_hash": _hash(domain, code),
            "sent_at": timezone.now(),
            "tries": 0,
        },
    )
    audit(actor, "domain.code_sent", domain, address=address)
    try:
        mail.send(
            "ownership_code",
            address,
            {"domain": domain, "code": f"{code[:4]} {code[4:]}"},
            brand=brands.of_account(domain.account),
        )
    except Unavailable:
        # Nobody has it: the next try need not wait.
        OwnershipCode.objects.filter(domain=domain).delete()
        raise


def _refuse_settled(domain: Domain) -> None:
    if not domain.may_prove:
        raise Refused(_("The ownership of this domain is settled."))


def _refuse_haste(domain: Domain) -> None:
    last = OwnershipCode.objects.filter(domain=domain).first()
    if last and last.sent_at > timezone.now() - PAUSE_BETWEEN_CODES:
        raise Refused(_("A code was sent moments ago. Look for it, or wait a minute."))
    # By name as well: many accounts together must not flood one postmaster.
    throttle(f"code-name:{domain.name}", limit=CODES_PER_NAME_AND_DAY, seconds=DAY)
    throttle(f"code-account:{domain.account_id}", limit=CODES_PER_ACCOUNT_AND_DAY, seconds=DAY)


def enter_code(*, domain: Domain, code: str, actor: Actor) -> None:
    """Prove the domain with the code. A try counts also when it is wrong."""
    _refuse_settled(domain)
    fresh = OwnershipCode.objects.filter(
        domain=domain,
        sent_at__gt=timezone.now() - OwnershipCode.LASTS,
        tries__lt=OwnershipCode.MOST_TRIES,
    )
    if not fresh.update(tries=F("tries") + 1):
        raise WrongCode(_("This code is no longer good. Have a new one sent."))
    stored = OwnershipCode.objects.get(domain=domain)
    if not constant_time_compare(stored.code_hash, _hash(domain, code)):
        audit(actor, "domain.code_wrong", domain)
        raise WrongCode(_("This is not the code that was sent. Look again, then retype it."))
    won = activate(domain=domain, method="code", actor=actor)
    stored.delete()
    if not won:
        raise Refused(_("Another account has proved this domain already. Contact support."))


def _hash(domain: Domain, code: str) -> str:
    return salted_hmac("ownership-code", f"{domain.pk}:{code}", algorithm="sha256").hexdigest()
