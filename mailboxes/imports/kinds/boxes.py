"""Rows of mailboxes."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.features import Feature, includes, left_out
from accounts.forms import NameField
from accounts.room import Countable
from domains import limits
from domains.addresses import parse as parse_address
from domains.models import Domain
from kuploy.among import among
from kuploy.errors import Refused
from mailboxes import hashes, passwords, recovery, rules
from mailboxes.forms import AddressesField, LanguageField
from mailboxes.imports import cells, hashing
from mailboxes.imports.copying import copy_in
from mailboxes.imports.kinds import addresses
from mailboxes.imports.kinds.base import DomainRoom, Place, Row, State, as_in_form, to_do
from mailboxes.models import Alias, Mailbox, MailRules
from mailboxes.services import free_from_deleted, new_mailbox

COUNTS = Countable.MAILBOX
ROOM: DomainRoom | None = (limits.mailbox_room, limits.check_mailbox_room)

_display_name = NameField(max_length=120, required=False)
_forward_to = AddressesField(max_length=8000, required=False)
_language = LanguageField()
STATES = {"": Mailbox.State.ACTIVE, "active": Mailbox.State.ACTIVE}
STATES |= {"disabled": Mailbox.State.DISABLED, "blocked": Mailbox.State.ACTIVE}


def clean(row: Row, place: Place) -> None:
    addresses.clean(row)
    _clean_password(row)
    if not place.expert:
        return
    values = row.values
    full_name = f"{row.cells.get('first_name', '')} {row.cells.get('last_name', '')}"
    values["display_name"] = row.take("first_name", lambda _cell: _display_name.clean(full_name))
    values["quota_bytes"] = row.take("quota_gb", cells.size_or_none)
    values["forward_to"] = row.take("forward_to", as_in_form(_forward_to))
    values["keep_copy"] = row.take("keep_copy", lambda cell: cells.yes(cell, default=True))
    values["language"] = row.take("language", lambda cell: _language.clean(cell.strip().lower()))
    values["state"] = row.take("state", _state)
    values["named_state"] = row.cells.get("state", "").strip()
    values["recovery"] = row.take("recovery_address", _recovery)
    row.take("force_new_password", _only_no)


def _clean_password(row: Row) -> None:
    if not row.secret:
        return
    try:
        if hashes.is_hash(row.secret):
            row.values["password_hash"] = hashes.parse(row.secret)
        else:
            passwords.check(row.secret, row.key)
    except ValidationError as error:
        for sentence in error.messages:
            row.fault("password", sentence)


def _state(cell: str) -> str:
    if cell.strip().lower() not in STATES:
        raise ValidationError(_("Write active or disabled."))
    return STATES[cell.strip().lower()]


def _recovery(cell: str) -> str:
    return parse_address(cell.strip()) if cell.strip() else ""


def _only_no(cell: str) -> None:
    if cells.yes(cell, default=False):
        raise ValidationError(_("Nobody is made to choose a new password here. Write no."))


def compare(rows: Sequence[Row], place: Place) -> None:
    """What is there already is the same or a conflict; the rest obeys the rules of a new one."""
    addresses.find_domains(rows, place)
    addresses.refuse_taken(rows, Alias)
    there = Mailbox.objects.filter(address__in=among(row.key for row in to_do(rows)))
    there = there.exclude(state=Mailbox.State.DELETING).select_related("mail_rules", "recovery")
    found = {box.address: box for box in there}
    for row in to_do(rows):
        if row.key in found:
            _compare_with(row, found[row.key])
        else:
            _check_new(row)


def _compare_with(row: Row, box: Mailbox) -> None:
    """Passwords are not compared: those that are there stay."""
    row.state = State.SAME
    for column, found in _differences(row.values, box):
        row.fault(column, _("There already, with %(found)s.") % {"found": found}, State.CONFLICT)


def _differences(values: dict[str, Any], box: Mailbox) -> Iterable[tuple[str, str]]:
    if "display_name" not in values:
        return
    kept: MailRules = getattr(box, "mail_rules", None) or MailRules()
    if values["display_name"] != box.display_name:
        yield "first_name", box.display_name or _("no name")
    if values["quota_bytes"] not in (None, box.quota_bytes):
        yield "quota_gb", limits.in_words(box.quota_bytes)
    if set(values["forward_to"]) != set(kept.forward_to):
        yield "forward_to", ", ".join(kept.forward_to) or _("no forwarding")
    elif kept.forward_to and values["keep_copy"] != kept.keep_copy:
        yield "keep_copy", _("a copy") if kept.keep_copy else _("no copy")
    known: str = getattr(getattr(box, "recovery", None), "address", "")
    if values["recovery"] not in ("", known):
        yield "recovery_address", known or _("no recovery address")
    if values["named_state"] and values["state"] != _state_of(box):
        yield "state", str(box.get_state_display())


def _state_of(box: Mailbox) -> str:
    """Of a blocked one what it is again when there is room."""
    return box.state_before if box.state == Mailbox.State.BLOCKED else box.state


def _check_new(row: Row) -> None:
    values, domain = row.values, row.values["domain"]
    if not row.secret:
        row.fault("password", _("This field is required."))
    values["quota_bytes"] = values.get("quota_bytes") or limits.default_size(domain) or 0
    row.take("quota_gb", lambda _cell: limits.size_for(domain, values["quota_bytes"]))
    if targets := values.get("forward_to"):
        row.take("forward_to", lambda _cell: _check_forwarding(row.key, domain, targets))


def _check_forwarding(address: str, domain: Domain, targets: list[str]) -> None:
    if not includes(domain.account.plan, Feature.FORWARDING):
        raise Refused(left_out(domain.account, Feature.FORWARDING))
    rules.check_wanted(address, targets)


def prepare(rows: Sequence[Row]) -> None:
    """What takes long, before anything is locked: the hashes of plain passwords."""
    plain = [row for row in rows if "password_hash" not in row.values]
    for row, stored in zip(plain, hashing.hash_all([row.secret for row in plain]), strict=True):
        row.values["password_hash"] = stored


def make(rows: Sequence[Row], place: Place, fits: int | None) -> None:
    """Those beyond what fits are made all the same, blocked: they come back when there is room.

    What is beyond the limit of a domain would not: it is left out.
    """
    now, rows = timezone.now(), addresses.within_domains(rows, limits.check_mailbox_room)
    free_from_deleted([row.key for row in rows])
    boxes = []
    for number, row in enumerate(rows):
        box = _new(row)
        # The oldest of the blocked come back first: in the order of the file.
        box.created_at = now + timedelta(microseconds=number)
        beyond = fits is not None and number >= fits
        if beyond:
            box.state_before, box.state = box.state, Mailbox.State.BLOCKED
        row.state, row.made_id = State.BLOCKED if beyond else State.MADE, box.pk
        boxes.append(box)
    copy_in(boxes)
    for row, box in zip(rows, boxes, strict=True):
        if row.values.get("forward_to"):
            _forward(row, box, place)
        if row.values.get("recovery"):
            _recover(row, box, place)


def _new(row: Row) -> Mailbox:
    values = row.values
    box = new_mailbox(
        domain=values["domain"],
        local_part=values["local_part"],
        display_name=values.get("display_name", ""),
        password_hash=values["password_hash"],
        quota_bytes=values["quota_bytes"],
        language=values.get("language", "en"),
    )
    box.state = values.get("state", Mailbox.State.ACTIVE)
    return box


def _forward(row: Row, box: Mailbox, place: Place) -> None:
    """Only now it shows where all of it leads; a circle is said, and the mailbox stays."""
    try:
        rules.set_forwarding(
            mailbox=box,
            forward_to=row.values["forward_to"],
            keep_copy=row.values["keep_copy"],
            actor=place.actor,
        )
    except Refused as error:
        row.faults.append(("forward_to", _("Created without it. %(why)s") % {"why": error}))


def _recover(row: Row, box: Mailbox, place: Place) -> None:
    """It is asked by mail, and counts once it says yes."""
    try:
        recovery.choose_address(mailbox=box, address=row.values["recovery"], actor=place.actor)
    except Refused as error:
        row.faults.append(("recovery_address", _("Created without it. %(why)s") % {"why": error}))
