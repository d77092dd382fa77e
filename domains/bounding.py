"""Setting what a domain allows: by the account's owner, and above that by its reseller."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import Actor, audit
from domains import limits
from domains.models import Domain
from kuploy.errors import Refused
from quotas.limits import tightest

TOO_LARGE = gettext_lazy("The size of a new mailbox must not exceed the largest size.")
OWN = ("default_size_bytes", "largest_size_bytes", "mailbox_limit")
OF_RESELLER = ("reseller_largest_size_bytes", "reseller_mailbox_limit")


@transaction.atomic
def limit_domain(
    *,
    domain: Domain,
    default_size_bytes: int | None,
    largest_size_bytes: int | None,
    mailbox_limit: int | None,
    actor: Actor,
) -> None:
    """What the account allows; None: as its plan says. What is there already stays."""
    held = _hold(domain)
    offered = limits.offered_by_reseller(held)
    _check_offered(largest_size_bytes, held.largest_size_bytes, offered)
    _check_offered(default_size_bytes, held.default_size_bytes, offered)
    if (default_size_bytes or 0) > (largest_size_bytes or offered[-1]):
        raise Refused(str(TOO_LARGE))
    _check_number(mailbox_limit, held.mailbox_limit, most_mailboxes(held))
    _save(held, OWN, (default_size_bytes, largest_size_bytes, mailbox_limit))
    audit(
        actor, "domain.limited", held, default_size=default_size_bytes,
        largest_size=largest_size_bytes, mailboxes=mailbox_limit,
    )  # fmt: skip


@transaction.atomic
def limit_domain_as_reseller(
    *,
    domain: Domain,
    reseller_largest_size_bytes: int | None,
    reseller_mailbox_limit: int | None,
    actor: Actor,
) -> None:
    """What nobody in a client's account goes beyond, its owner included."""
    if not actor.reseller:
        raise Refused(_("Only the reseller of the account can set this."))
    held = _hold(domain)
    plan, before = held.account.plan, held.reseller_largest_size_bytes
    _check_offered(reseller_largest_size_bytes, before, plan.sizes)
    _check_number(reseller_mailbox_limit, held.reseller_mailbox_limit, plan.mailbox_limit)
    _save(held, OF_RESELLER, (reseller_largest_size_bytes, reseller_mailbox_limit))
    audit(
        actor, "domain.limited_by_reseller", held,
        largest_size=reseller_largest_size_bytes, mailboxes=reseller_mailbox_limit,
    )  # fmt: skip


def most_mailboxes(domain: Domain) -> int | None:
    """The most that the account may allow there."""
    return tightest(domain.account.plan.mailbox_limit, domain.reseller_mailbox_limit)


def _hold(domain: Domain) -> Domain:
    if domain.alias_of_id:
        raise Refused(_("An alias domain has no mailboxes of its own to limit."))
    locked = Domain.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("account__plan").get(pk=domain.pk)


def _check_offered(size: int | None, before: int | None, offered: list[int]) -> None:
    if size not in (None, before, *offered):
        words = ", ".join(map(limits.in_words, offered))
        raise Refused(_("Choose one of these sizes: %(sizes)s.") % {"sizes": words})


def _check_number(number: int | None, before: int | None, most: int | None) -> None:
    if number not in (None, before) and most is not None and number > most:
        raise Refused(_("At most %(most)d mailboxes can be allowed here.") % {"most": most})


def _save(domain: Domain, names: tuple[str, ...], values: tuple[int | None, ...]) -> None:
    for name, value in zip(names, values, strict=True):
        setattr(domain, name, value)
    domain.save(update_fields=names)
