"""Rows of domains. Each is claimed like one that is typed: its ownership is proved afterwards."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.features import Feature, includes, left_out
from accounts.room import Countable
from domains import addresses, names
from domains.models import Domain
from domains.services import add_domains, claimed_words
from mailboxes import hashes, passwords
from mailboxes.imports import hashing
from mailboxes.imports.kinds.base import DomainRoom, Place, Row, State, to_do
from mailboxes.models import POSTMASTER

COUNTS = Countable.DOMAIN
ROOM: DomainRoom | None = None
# Of other systems; here they belong to the account's plan.
NOT_HERE = ("plan", "max_mailboxes_25gb", "antispam_level")


def clean(row: Row, place: Place) -> None:
    if name := row.take("name", names.parse):
        row.key = name
    _clean_password(row)
    row.values["catch_all"] = row.take("catch_all_destination", _catch_all) or ""
    for column in NOT_HERE:
        row.take(column, _only_empty)


def _clean_password(row: Row) -> None:
    """Of the postmaster's mailbox, which comes with the proof."""
    try:
        if hashes.is_hash(row.secret):
            row.values["postmaster_hash"] = hashes.parse(row.secret)
        elif row.secret:
            passwords.check(row.secret, f"{POSTMASTER}@{row.key}")
    except ValidationError as error:
        for sentence in error.messages:
            row.fault("postmaster_password", sentence)


def _catch_all(cell: str) -> str:
    return addresses.parse(cell.strip()) if cell.strip() else ""


def _only_empty(cell: str) -> None:
    if cell.strip():
        raise ValidationError(_("A domain has none of its own here. Leave it empty."))


def compare(rows: Sequence[Row], place: Place) -> None:
    found = existing([row.key for row in to_do(rows)], place)
    for row in to_do(rows):
        if domain := found.get(row.key):
            _compare_with(row, domain)
        elif row.values.get("catch_all") and not includes(place.account.plan, Feature.CATCH_ALL):
            row.fault("catch_all_destination", left_out(place.account, Feature.CATCH_ALL))


def existing(wanted: Sequence[str], place: Place) -> dict[str, Domain]:
    there = Domain.objects.filter(account=place.account, name__in=wanted)
    return {domain.name: domain for domain in there.select_related("alias_of")}


def _compare_with(row: Row, domain: Domain) -> None:
    """The password of a postmaster that is there already stays as it is."""
    row.state = State.SAME
    if domain.status == Domain.Status.REMOVING:
        row.fault("name", claimed_words(domain), State.CONFLICT)
    elif domain.alias_of:
        words = _("There already, as an alias of %(name)s.") % {"name": domain.alias_of}
        row.fault("name", words, State.CONFLICT)
    elif row.values["catch_all"] and row.values["catch_all"] != domain.catch_all:
        words = domain.catch_all or _("no catch-all")
        words = _("There already, with %(found)s.") % {"found": words}
        row.fault("catch_all_destination", words, State.CONFLICT)


def prepare(rows: Sequence[Row]) -> None:
    """What takes long, before anything is locked: a key pair each, and the hashes."""
    plain = [row for row in rows if row.secret and "postmaster_hash" not in row.values]
    for row, stored in zip(plain, hashing.hash_all([row.secret for row in plain]), strict=True):
        row.values["postmaster_hash"] = stored
    for row, key in zip(rows, hashing.key_pairs(len(rows)), strict=True):
        row.values["key"] = key


def make(rows: Sequence[Row], place: Place, fits: int | None) -> None:
    """Those beyond what fits are left out: a domain has no state in which it waits."""
    within = rows if fits is None else rows[:fits]
    for row in rows[len(within) :]:
        row.state = State.LEFT
    claimed = []
    for row in within:
        values = row.values
        domain = Domain(
            account=place.account,
            name=row.key,
            alias_of=values.get("alias_of"),
            catch_all=values.get("catch_all", ""),
            postmaster_hash=values.get("postmaster_hash", ""),
        )
        row.state, row.made_id = State.MADE, domain.pk
        claimed.append(domain)
    add_domains(claimed, [row.values["key"] for row in within])
