"""Where mail of a domain may be led: aliases and the catch-all pass it on, to anywhere."""

from django.utils.translation import gettext as _

from accounts.audit import Actor
from accounts.models import Suspendable
from accounts.suspension import hand_of
from domains.models import Domain
from kuploy.errors import Refused


def claim_new_way(domain: Domain, actor: Actor) -> None:
    """Refused while the domain may not send; it is locked, so none slips in beside a suspension.

    Ways that are there go on: they pass on what comes in to where it always went. A new one would
    be the way out for what can no longer be sent.
    """
    held = Domain.objects.select_for_update(no_key=True).filter(pk=domain.pk).first()
    if held:
        check_new_way(held, actor)


def check_new_way(row: Suspendable, actor: Actor) -> None:
    """For a caller that has locked the domain, or the account of one that is to come."""
    if row.suspension and hand_of(actor) is None:
        raise Refused(
            _("%(name)s is suspended: until that ends, its mail cannot be led to new addresses.")
            % {"name": row}
        )
