"""Which mailboxes shall move: the lines of a file, or one of a form."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from domains import addresses
from mailboxes.imports import reading
from mailboxes.imports.errors import Unreadable
from mailboxes.migration.models import MAILBOXES_PER_JOB

MOST_BYTES = 2**20
FAULTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose mail on the other server goes to which mailbox here."""

    remote_user: str
    password: str = field(repr=False)
    address: str


def read(data: bytes, *, with_master: bool) -> list[Wanted]:
    """The lines of a file; ValidationError names those that cannot be used, with the reason."""
    if len(data) > MOST_BYTES:
        raise ValidationError(_("This file is larger than 1 MB."))
    rows: list[Wanted] = []
    faults: list[str] = []
    try:
        # A head, and one more than there may be: nobody waits for the rest to be judged.
        for line, cells in islice(reading.lines(lambda: iter([data])), MAILBOXES_PER_JOB + 2):
            try:
                rows.append(_wanted(cells, with_master))
            except ValidationError as error:
                if line > 1 or any("@" in cell for cell in cells):  # not the head
                    faults.append(_at(line, error.messages[0]))
    except Unreadable as error:
        raise ValidationError(str(error)) from error
    _check_number(len(rows) + len(faults))
    if faults := [*faults, *_repeated(rows)]:
        raise ValidationError(_shown(faults))
    return rows


def _check_number(number: int) -> None:
    if number > MAILBOXES_PER_JOB:
        most = _("A migration has at most %(most)d mailboxes: split the file.")
        raise ValidationError(most % {"most": MAILBOXES_PER_JOB})
    if not number:
        raise ValidationError(_("There is no mailbox in this file."))


def _wanted(cells: list[str], with_master: bool) -> Wanted:
    columns = [cell.strip() if number != 1 else cell for number, cell in enumerate(cells)]
    if with_master and len(columns) == 2:
        columns.insert(1, "")
    if len(columns) != 3:
        raise ValidationError(
            _("It needs two columns: user there; mailbox here.")
            if with_master
            else _("It needs three columns: user there; password there; mailbox here.")
        )
    user, password, address = columns
    if not user or not (password or with_master):
        raise ValidationError(_("The user or the password is missing."))
    if len(user) > 320 or len(password) > 1000:
        raise ValidationError(_("The user or the password is too long."))
    return Wanted(user, password, addresses.parse(address))


def _repeated(rows: list[Wanted]) -> list[str]:
    counted = Counter(row.address for row in rows)
    return [
        _("%(address)s is there %(number)d times: one is enough.")
        % {"address": address, "number": number}
        for address, number in counted.items()
        if number > 1
    ]


def _at(line: int, reason: str) -> str:
    return _("Line %(line)d: %(reason)s") % {"line": line, "reason": reason}


def _shown(faults: list[str]) -> list[str]:
    more = len(faults) - FAULTS_SHOWN
    if more <= 0:
        return faults
    return [*faults[:FAULTS_SHOWN], _("And %(more)d more.") % {"more": more}]
