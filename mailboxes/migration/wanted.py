"""Which mailboxes shall move: the lines of a file, or one of a form."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import StringIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from domains import addresses
from mailboxes.migration.models import MAILBOXES_PER_JOB

MOST_BYTES = 2**20
FAULTS_SHOWN = 10
SEPARATORS = ";\t,"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose mail on the other server goes to which mailbox here."""

    remote_user: str
    password: str = field(repr=False)
    address: str


def read(data: bytes, *, with_master: bool) -> list[Wanted]:
    """The lines of a file; ValidationError names those that cannot be used, with the reason."""
    rows, faults = [], []
    for line, cells in _lines(data):
        try:
            rows.append(_wanted(cells, with_master))
        except ValidationError as error:
            if line > 1 or any("@" in cell for cell in cells):  # not the head
                faults.append(_at(line, error.messages[0]))
    faults += _repeated(rows)
    if not rows and not faults:
        faults = [_("There is no mailbox in this file.")]
    if len(rows) > MAILBOXES_PER_JOB:
        faults = [
            _("A migration has at most %(most)d mailboxes: split the file.")
            % {"most": MAILBOXES_PER_JOB}
        ]
    if faults:
        raise ValidationError(_shown(faults))
    return rows


def _lines(data: bytes) -> Iterable[tuple[int, list[str]]]:
    text = _text(data)
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error:
        raise ValidationError(_at(reader.line_num, _("The quotes do not come in pairs."))) from None


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise ValidationError(_("This file is larger than 1 MB."))
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ValidationError(_("This is not a text file: save the table as CSV."))


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
