"""The policy that has other servers deliver to our hosts encrypted, or not at all (RFC 8461).

They keep it for as long as it says, so it has to be taken back long before the mail moves away.
"""

import hashlib

from django.conf import settings
from django.utils.translation import gettext as _

from domains.checks import Checks
from domains.dns.findings import Kind, State
from domains.models import Domain, MtaSts
from kuploy.errors import Refused

DAY = 86_400
KEPT_DAYS = {MtaSts.OFF: 1, MtaSts.TESTING: 1, MtaSts.ENFORCE: 7}
PATH = ".well-known/mta-sts.txt"


def policy(mode: str) -> str:
    """Where it is off, there is one that takes an earlier one back (section 8.3)."""
    lines = ["version: STSv1", f"mode: {'none' if mode == MtaSts.OFF else mode}"]
    if mode != MtaSts.OFF:
        lines += [f"mx: {host}" for host in settings.MX_HOSTS]
    lines.append(f"max_age: {KEPT_DAYS[MtaSts(mode)] * DAY}")
    return "".join(f"{line}\r\n" for line in lines)


def policy_id(mode: str) -> str:
    """Changes when the policy does, and only then."""
    return hashlib.sha256(policy(mode).encode()).hexdigest()[:20]


def modes() -> list[MtaSts]:
    """Those that the provider offers."""
    return [mode for mode in MtaSts if mode != MtaSts.ENFORCE or settings.MTA_STS_ENFORCE]


def claim_mode(domain: Domain, mode: str) -> None:
    """Refused where other servers would be kept from delivering."""
    if mode == MtaSts.OFF:
        return
    if not domain.served:
        raise Refused(_("Prove the ownership of %(domain)s first.") % {"domain": domain})
    if mode == MtaSts.ENFORCE and not settings.MTA_STS_ENFORCE:
        raise Refused(
            _("Choose testing: our mail servers do not have the certificates for more yet.")
        )
    if mode == MtaSts.ENFORCE and not comes_to_us_alone(domain):
        raise Refused(
            _(
                "Other servers would deliver to our hosts alone, and the last check did not find "
                "the MX records of %(domain)s right. Publish them as shown, press Verify, and "
                "choose it then."
            )
            % {"domain": domain}
        )


def comes_to_us_alone(domain: Domain) -> bool:
    """As the last look-up of MX found it."""
    check = _checks(domain).get(Kind.MX)
    right = check is not None and check.state == State.OK and not check.failure_is_newer
    return right and domain.mx_here and domain.mx_left_at is None


def misleads(domain: Domain) -> bool:
    """It names our hosts alone, while MX records name others: these get no mail."""
    check = _checks(domain).get(Kind.MX)
    if domain.mta_sts != MtaSts.ENFORCE or check is None:
        return False
    # As they were found: "10 mx.example.com".
    return not {line.rpartition(" ")[2] for line in check.found} <= set(settings.MX_HOSTS)


def is_known(domain: Domain) -> bool:
    """Other servers find a policy of ours, so they have to be told of its end, too."""
    checks = _checks(domain)
    record, host = checks.get(Kind.MTA_STS), checks.get(Kind.MTA_STS_HOST)
    if record is None or host is None:
        return False
    return record.state in (State.OK, State.WRONG) and host.state == State.OK


def ends(domain: Domain) -> bool:
    """Switched off, but servers have to see that first."""
    return domain.mta_sts == MtaSts.OFF and is_known(domain)


def _checks(domain: Domain) -> Checks:
    return {check.kind: check for check in domain.record_checks.all()}
