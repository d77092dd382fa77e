"""Is there room in the plan? Asked under a row lock, so two clicks cannot share the last place."""

from enum import StrEnum

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.features import Feature, includes, left_out
from accounts.models import Account
from kuploy.errors import Refused
from quotas.limits import Room


class Countable(StrEnum):
    DOMAIN = "domain"
    MAILBOX = "mailbox"
    ALIAS = "alias"


def claim_room(account: Account, what: Countable, wanted: int = 1) -> None:
    """Hold the account's row until commit, and refuse what the plan has no room for."""
    # The pool first, always: two clients of one reseller then queue up instead of deadlocking.
    for pk in filter(None, [account.reseller_id, account.pk]):
        # Only against others who hold it: an alert that refers to the account need not wait.
        locked = Account.objects.select_for_update(of=("self",), no_key=True)
        holder = locked.select_related("plan").get(pk=pk)
        if pk == account.pk and holder.reseller_id != account.reseller_id:
            # Its pool is another one since it was read, and was not asked.
            raise Refused(_("%(name)s was moved just now. Try again.") % {"name": holder})
        if pk == account.pk and not includes(holder.plan, Feature.HOSTING):
            raise Refused(left_out(holder, Feature.HOSTING))
        if holder.removed_at:
            raise Refused(_("%(name)s is being removed.") % {"name": holder})
        room = room_for(holder, what)
        if not room.fits(wanted):
            raise Refused(_full(what, room.limit or 0, own=pk == account.pk))


def check_pool_takes(reseller: Account, account: Account) -> None:
    """Refuse a client that holds more than the reseller's plan has room for."""
    rooms = rooms_for(reseller, *Countable)
    full = [what for what in Countable if not rooms[what].fits(getattr(account, f"{what}_count"))]
    if full:
        raise Refused(
            _("The plan of %(reseller)s has no room for what %(account)s holds: %(what)s.")
            % {"reseller": reseller, "account": account, "what": ", ".join(map(_names, full))}
        )


def _names(what: Countable) -> str:
    names = {
        Countable.DOMAIN: _("domains"), Countable.MAILBOX: _("mailboxes"),
        Countable.ALIAS: _("aliases"),
    }  # fmt: skip
    return names[what]


def room_for(account: Account, what: Countable) -> Room:
    return rooms_for(account, what)[what]


def rooms_for(account: Account, *wanted: Countable) -> dict[Countable, Room]:
    """What the account uses of its plan; for a reseller with all that its clients use."""
    used = {what: getattr(account, f"{what}_count") for what in wanted}
    if account.is_reseller:
        sums = account.clients.aggregate(**{what: Sum(f"{what}_count") for what in wanted})
        used = {what: own + (sums[what] or 0) for what, own in used.items()}
    return {what: Room(used[what], getattr(account.plan, f"{what}_limit")) for what in wanted}


def _full(what: Countable, limit: int, *, own: bool) -> str:
    if not own:
        return _("Your reseller's own plan is full. Ask them for room, or remove what is unused.")
    sentence = {
        Countable.DOMAIN: ngettext(
            "Your plan holds %(limit)d domain, and it is in use.",
            "Your plan holds %(limit)d domains, and all are in use.",
            limit,
        ),
        Countable.MAILBOX: ngettext(
            "Your plan holds %(limit)d mailbox, and it is in use.",
            "Your plan holds %(limit)d mailboxes, and all are in use.",
            limit,
        ),
        Countable.ALIAS: ngettext(
            "Your plan holds %(limit)d alias, and it is in use.",
            "Your plan holds %(limit)d aliases, and all are in use.",
            limit,
        ),
    }[what]
    return " ".join([sentence % {"limit": limit}, _("Upgrade the plan or remove one first.")])
