"""Rows of alias domains: domains that mirror another one of the account."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.room import Countable
from domains import names
from domains.forms import target_of
from domains.models import Domain
from domains.services import claimed_words
from mailboxes.imports.kinds import domains
from mailboxes.imports.kinds.base import DomainRoom, Place, Row, State, to_do

COUNTS = Countable.DOMAIN
ROOM: DomainRoom | None = None
prepare, make = domains.prepare, domains.make


def clean(row: Row, place: Place) -> None:
    if name := row.take("alias_name", names.parse):
        row.key = name
    row.values["target_name"] = row.take("domain", names.parse)


def compare(rows: Sequence[Row], place: Place) -> None:
    names_used = {row.key for row in rows} | {row.values["target_name"] for row in to_do(rows)}
    found = domains.existing(sorted(names_used), place)
    for row in to_do(rows):
        row.values["alias_of"] = row.take(
            "domain", lambda cell: target_of(found, names.parse(cell))
        )
        if row.to_do and (domain := found.get(row.key)):
            _compare_with(row, domain)


def _compare_with(row: Row, domain: Domain) -> None:
    row.state = State.SAME
    if domain.status == Domain.Status.REMOVING:
        row.fault("alias_name", claimed_words(domain), State.CONFLICT)
    elif domain.alias_of_id != row.values["alias_of"].pk:
        now = domain.alias_of or _("no other")
        words = _("There already, as an alias of %(name)s.") % {"name": now}
        row.fault("alias_name", words, State.CONFLICT)
