"""Who may move what up and down the ladder of suspension."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import Hand, Suspendable, Suspension
from kuploy.errors import Refused

ACTIONS = {
    Suspension.NO_SENDING: "suspension.no_sending",
    Suspension.NO_SIGN_IN: "suspension.no_sign_in",
    Suspension.NO_MAIL: "suspension.no_mail",
}


def hand_of(actor: Actor) -> Hand | None:
    """As whom somebody suspends; people of the account itself and mailbox users do not."""
    if actor.reseller:
        return Hand.RESELLER
    return Hand.PROVIDER if actor.user and actor.user.is_staff else None


def place(row: Suspendable, level: int, reason: str, actor: Actor) -> None:
    """Set the step of the actor's hand on a row that the caller has locked."""
    if level not in ACTIONS:
        raise Refused(_("Choose what is suspended."))
    if not reason.strip():
        raise Refused(_("Say why: the customer reads it."))
    hand = _hand(actor)
    if _placed(row, hand) == (level, reason):
        raise Refused(_("%(name)s is suspended like that already.") % {"name": row})
    _set(row, hand, level, reason)
    audit(actor, ACTIONS[Suspension(level)], row, reason=reason)


def lift(row: Suspendable, actor: Actor) -> None:
    """Take away the step of the actor's hand from a row that the caller has locked.

    The provider, where it has placed none itself, takes away the reseller's.
    """
    hand = _hand(actor)
    if not row.own_suspension:
        raise Refused(_("%(name)s is not suspended itself.") % {"name": row})
    if hand is Hand.RESELLER and not row.reseller_step:
        raise Refused(
            _("The provider has suspended %(name)s, and only the provider ends that.")
            % {"name": row}
        )
    whose = hand if _placed(row, hand)[0] else Hand.RESELLER
    _set(row, whose, Suspension.NONE, "")
    audit(actor, "suspension.lifted", row)


def _hand(actor: Actor) -> Hand:
    hand = hand_of(actor)
    if hand is None:
        raise Refused(_("Only your provider can do this."))
    return hand


def _placed(row: Suspendable, hand: Hand) -> tuple[int, str]:
    return getattr(row, f"{hand}_step"), getattr(row, f"{hand}_reason")


def _set(row: Suspendable, hand: Hand, step: int, reason: str) -> None:
    setattr(row, f"{hand}_step", step)
    setattr(row, f"{hand}_reason", reason)
    row.save(update_fields=[f"{hand}_step", f"{hand}_reason"])
    # The step that counts is worked out by the database.
    row.refresh_from_db(fields=["suspension"])


def check_may_delete(row: Suspendable, actor: Actor, *parts: "QuerySet[Any]") -> None:
    """While something is suspended its own people delete nothing of it: it may be evidence.

    PARTS are rows that go with it. Its reseller deletes what the provider has not suspended.
    """
    hand = hand_of(actor)
    if hand is Hand.PROVIDER or not (actor.user or actor.mailbox):
        return
    step = "provider_step" if hand else "suspension"
    inside = (part.filter(**{f"{step}__gt": 0}).first() for part in parts)
    for each in (*row.and_above, *inside):
        if each and getattr(each, step):
            raise Refused(
                _("%(name)s is suspended: until that ends, it cannot be deleted.") % {"name": each}
            )
