"""What mailboxes and aliases share: an address in a domain of the account that nobody has."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from domains import names
from domains.models import Domain
from kuploy.among import among
from kuploy.errors import Refused
from kuploy.mail import LONGEST_ADDRESS
from mailboxes.forms import LocalPartField, no_active_domain, usable_domains
from mailboxes.holding import hold_domains
from mailboxes.imports.kinds.base import Place, Row, State, to_do
from mailboxes.models import Alias, Mailbox
from mailboxes.services import taken_words

_local_part = LocalPartField()
# The same few names in thousands of rows.
_domain_name = lru_cache(maxsize=1_000)(names.parse)


def read(typed: str) -> tuple[str, str]:
    """The local part and the domain in its IDNA form."""
    local_part, at, domain = typed.strip().rpartition("@")
    if not at:
        raise ValidationError(_("Write a whole address, such as info@example.com."))
    found = str(_local_part.clean(local_part)), _domain_name(domain)
    if len("@".join(found)) > LONGEST_ADDRESS:
        raise ValidationError(_("An address has at most 254 characters."))
    return found


def clean(row: Row) -> None:
    if parts := row.take("address", read):
        row.key = "@".join(parts)
        row.values["local_part"], row.values["domain_name"] = parts


def find_domains(rows: Sequence[Row], place: Place) -> None:
    """Each row gets its domain, as it is now; one without is at fault."""
    wanted = {row.values["domain_name"] for row in to_do(rows)}
    domains = usable_domains(Domain.objects.filter(account=place.account, name__in=among(wanted)))
    if place.domain_ids is not None:
        domains = domains.filter(pk__in=place.domain_ids)
    found = {domain.name: domain for domain in domains}
    for domain in found.values():
        domain.account = place.account
    for row in to_do(rows):
        row.values["domain"] = found.get(row.values["domain_name"])
        if row.values["domain"] is None:
            row.fault("address", no_active_domain(row.values["domain_name"]))


def refuse_taken(rows: Sequence[Row], kind: type[Mailbox | Alias]) -> None:
    """Those whose address the other kind has."""
    there = kind.objects.filter(address__in=among(row.key for row in to_do(rows)))
    if kind is Mailbox:
        there = there.exclude(state=Mailbox.State.DELETING)
    found = {each.address: each for each in there}
    for row in to_do(rows):
        if row.key in found:
            row.fault("address", taken_words(found[row.key]), State.CONFLICT)


def within_domains(rows: Sequence[Row], check: Callable[[Domain, int], None]) -> list[Row]:
    """Those that their domain has room for, beside the rows before them; others are left out.

    The domains are held from here on.
    """
    hold_domains(row.values["domain"].pk for row in rows)
    taken: Counter[UUID] = Counter()
    return [row for row in rows if _fits_into(row, taken, check)]


def _fits_into(row: Row, taken: Counter[UUID], check: Callable[[Domain, int], None]) -> bool:
    domain = row.values["domain"]
    if why := refusal(check, domain, taken[domain.pk] + 1):
        row.fault("", why, State.LEFT)
        return False
    taken[domain.pk] += 1
    return True


def refusal(check: Callable[[Domain, int], None], domain: Domain, wanted: int) -> str:
    """Why so many more do not fit into the domain; empty when they do."""
    try:
        check(domain, wanted)
    except Refused as error:
        return str(error)
    return ""
