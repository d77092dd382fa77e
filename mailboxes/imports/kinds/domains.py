"""Rows of domains. Each is claimed like one that is typed: its ownership is proved afterwards."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.features import Feature, includes, left_out
from accounts.room import Countable
from domains import addresses, limits, names
from domains.bounding import limit_domain
from domains.leading import check_new_way
from domains.models import Domain, SpamLevel
from domains.services import add_domains, claimed_words
from kuploy.among import among
from kuploy.errors import Refused
from mailboxes import hashes, passwords
from mailboxes.imports import cells, hashing
from mailboxes.imports.kinds.base import DomainRoom, Place, Row, State, to_do
from mailboxes.models import POSTMASTER

COUNTS = Countable.DOMAIN
ROOM: DomainRoom | None = None
# Of other systems; here they belong to the account's plan.
NOT_HERE = ("plan", "max_mailboxes_25gb")
# What an owner sets for a domain, by the columns.
LIMITS: Mapping[str, tuple[str, Callable[[str], int | None]]] = {
    "default_quota_gb": ("default_size_bytes", cells.size_or_none),
    "max_quota_gb": ("largest_size_bytes", cells.size_or_none),
    "max_mailboxes": ("mailbox_limit", cells.whole_number),
}


def clean(row: Row, place: Place) -> None:
    if name := row.take("name", names.parse):
        row.key = name
    _clean_password(row)
    row.values["catch_all"] = row.take("catch_all_destination", _catch_all) or ""
    row.values["spam_level"] = row.take("antispam_level", _spam_level)
    _clean_limits(row, place)
    for column in NOT_HERE:
        row.take(column, _only_empty)


def _clean_limits(row: Row, place: Place) -> None:
    for column, (name, read) in LIMITS.items():
        row.values[name] = row.take(column, read)
        if row.values[name] is not None and not place.may_limit:
            row.fault(column, _("Only an owner of the account limits domains. Leave it empty."))


def _spam_level(cell: str) -> str:
    level = cell.strip().lower()
    if level and level not in SpamLevel:
        raise ValidationError(
            _("Write one of these, or nothing: %(levels)s.")
            % {"levels": ", ".join(SpamLevel.values)}
        )
    return level


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
        elif row.values.get("catch_all"):
            row.take("catch_all_destination", lambda _cell: _check_catch_all(place))


def _check_catch_all(place: Place) -> None:
    if not includes(place.account.plan, Feature.CATCH_ALL):
        raise Refused(left_out(place.account, Feature.CATCH_ALL))
    check_new_way(place.account, place.actor)


def existing(wanted: Sequence[str], place: Place) -> dict[str, Domain]:
    there = Domain.objects.filter(account=place.account, name__in=among(wanted))
    return {domain.name: domain for domain in there.select_related("alias_of")}


def _compare_with(row: Row, domain: Domain) -> None:
    """The password of a postmaster that is there already stays as it is."""
    row.state = State.SAME
    if domain.status == Domain.Status.REMOVING:
        row.fault("name", claimed_words(domain), State.CONFLICT)
    elif domain.alias_of:
        words = _("There already, as an alias of %(name)s.") % {"name": domain.alias_of}
        row.fault("name", words, State.CONFLICT)
    else:
        for column, found in _differences(row, domain):
            words = _("There already, with %(found)s.") % {"found": found}
            row.fault(column, words, State.CONFLICT)


def _differences(row: Row, domain: Domain) -> Iterator[tuple[str, str]]:
    """Of what the row names; an empty cell leaves open what is there."""
    names = {"catch_all_destination": "catch_all", "antispam_level": "spam_level"}
    names |= {column: name for column, (name, _read) in LIMITS.items()}
    for column, name in names.items():
        wanted, found = row.values.get(name), getattr(domain, name)
        if wanted not in (None, "", found):
            yield column, _words(name, found)


def _words(name: str, found: str | int | None) -> str:
    if isinstance(found, int) and name.endswith("_bytes"):
        return limits.in_words(found)
    return str(found or _("nothing"))


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
        if values.get("spam_level"):
            domain.spam_level = values["spam_level"]
        row.state, row.made_id = State.MADE, domain.pk
        claimed.append(domain)
    add_domains(claimed, [row.values["key"] for row in within])
    for row, domain in zip(within, claimed, strict=True):
        _limit(row, domain, place)


def _limit(row: Row, domain: Domain, place: Place) -> None:
    wanted = {name: row.values.get(name) for name, _read in LIMITS.values()}
    if any(value is not None for value in wanted.values()):
        try:
            limit_domain(domain=domain, **wanted, actor=place.actor)
        except Refused as error:
            row.faults.append(("", _("Created without its limits. %(why)s") % {"why": error}))
