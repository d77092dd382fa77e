"""What a domain allows: the plan, and below that what its reseller and its account set for it.

Of several limits the tightest counts, so nobody lifts what another one set. Asked again under
the account's lock, with the domain as it is then.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from domains.models import Domain
from kuploy.errors import Refused
from quotas.limits import GB, Room, nearest_size, tightest


def in_words(size_bytes: int) -> str:
    return f"{size_bytes / GB:g} GB" if size_bytes >= GB else f"{size_bytes / 2**20:g} MB"


def offered_by_reseller(domain: Domain) -> list[int]:
    """The sizes of the plan, up to the largest that the reseller allows."""
    most = tightest(domain.account.plan.largest_size_bytes, domain.reseller_largest_size_bytes)
    return [size for size in domain.account.plan.sizes if size <= (most or 0)]


def sizes(domain: Domain) -> list[int]:
    """What a mailbox there may be made, rising."""
    offered, most = offered_by_reseller(domain), domain.largest_size_bytes
    return offered if most is None else [size for size in offered if size <= most]


def default_size(domain: Domain) -> int | None:
    """Of a new mailbox; None where no size of the plan is small enough."""
    wanted = domain.default_size_bytes or domain.account.plan.default_size_bytes
    return nearest_size(wanted, sizes(domain))


def mailbox_room(domain: Domain) -> Room:
    limit = tightest(domain.mailbox_limit, domain.reseller_mailbox_limit)
    return Room(domain.mailbox_count, limit)


def alias_room(domain: Domain) -> Room:
    """So many aliases as the plan allows for each mailbox; the postmaster's is one of them."""
    each = domain.account.plan.aliases_per_mailbox
    limit = None if each is None else (domain.mailbox_count + 1) * each
    return Room(domain.alias_count, limit)


def size_for(domain: Domain, size_bytes: int | None) -> int:
    """The size, once it is one that a mailbox there may have; the domain's own for none."""
    offered = sizes(domain)
    if size_bytes is None:
        size_bytes = default_size(domain) or 0
    if size_bytes in offered:
        return size_bytes
    if not offered:
        raise Refused(
            _("%(domain)s allows no size that the plan offers. Its owner can change that.")
            % {"domain": domain}
        )
    if size_bytes < offered[-1]:
        sentence = _("A mailbox in %(domain)s can have one of these sizes: %(sizes)s.")
    elif offered == domain.account.plan.sizes:
        sentence = _("The largest mailbox of your plan has %(size)s.")
    else:
        sentence = _("The largest mailbox in %(domain)s has %(size)s.")
    words = {"domain": domain, "size": in_words(offered[-1])}
    raise Refused(sentence % {**words, "sizes": ", ".join(map(in_words, offered))})


def check_mailbox_room(domain: Domain, wanted: int = 1) -> None:
    room = mailbox_room(domain)
    if room.fits(wanted):
        return
    sentence = ngettext(
        "%(domain)s holds %(limit)d mailbox at most, and it is in use.",
        "%(domain)s holds %(limit)d mailboxes at most, and all are in use.",
        room.limit or 0,
    )
    advice = _("Delete one first, or ask %(whom)s to allow more.")
    reseller = domain.account.reseller if domain.reseller_mailbox_limit == room.limit else None
    whom = reseller.name if reseller else _("the owner of the account")
    found = sentence % {"domain": domain, "limit": room.limit}
    raise Refused(f"{found} {advice % {'whom': whom}}")


def check_alias_room(domain: Domain, wanted: int = 1) -> None:
    room = alias_room(domain)
    if room.fits(wanted):
        return
    sentence = ngettext(
        "%(domain)s holds %(limit)d alias: %(each)d for each of its mailboxes.",
        "%(domain)s holds %(limit)d aliases: %(each)d for each of its mailboxes.",
        room.limit or 0,
    )
    each = domain.account.plan.aliases_per_mailbox
    found = sentence % {"domain": domain, "limit": room.limit, "each": each}
    raise Refused(f"{found} {_('Delete one or upgrade the plan first.')}")
