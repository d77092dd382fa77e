"""What a domain allows. Asked again under the account's lock, with the domain as it is then."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from domains.models import Domain
from kuploy.errors import Refused
from quotas.limits import GB, Room


def in_words(size_bytes: int) -> str:
    return f"{size_bytes / GB:g} GB" if size_bytes >= GB else f"{size_bytes / 2**20:g} MB"


def alias_room(domain: Domain) -> Room:
    """So many aliases as the plan allows for each mailbox; the postmaster's is one of them."""
    each = domain.account.plan.aliases_per_mailbox
    limit = None if each is None else (domain.mailbox_count + 1) * each
    return Room(domain.alias_count, limit)


def check_size(domain: Domain, size_bytes: int) -> None:
    """Refuse a size that a mailbox there cannot be given."""
    plan = domain.account.plan
    if size_bytes > plan.largest_size_bytes:
        raise Refused(
            _("The largest mailbox of your plan has %(size)s.")
            % {"size": in_words(plan.largest_size_bytes)}
        )
    if size_bytes not in plan.sizes:
        raise Refused(
            _("A mailbox can be made one of these sizes: %(sizes)s.")
            % {"sizes": ", ".join(map(in_words, plan.sizes))}
        )


def check_alias_room(domain: Domain) -> None:
    room = alias_room(domain)
    if not room.fits():
        sentence = ngettext(
            "%(domain)s holds %(limit)d alias: %(each)d for each of its mailboxes.",
            "%(domain)s holds %(limit)d aliases: %(each)d for each of its mailboxes.",
            room.limit or 0,
        )
        each = domain.account.plan.aliases_per_mailbox
        found = sentence % {"domain": domain, "limit": room.limit, "each": each}
        raise Refused(" ".join([found, _("Delete one or upgrade the plan first.")]))
