"""The whole file is read and each row judged, before anything is made."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from time import monotonic

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from domains.models import Domain
from mailboxes.imports import cells, columns, reading, rows, secrets, uploads
from mailboxes.imports.errors import Unreadable
from mailboxes.imports.kinds import MAKERS, Place, Row, State, to_do
from mailboxes.imports.kinds.addresses import refusal
from mailboxes.imports.models import ImportJob
from mailboxes.imports.reading import Line
from mailboxes.imports.steps import close, holding
from quotas.limits import Room

ROWS_AT_ONCE = 1_000


def advance(job: ImportJob, until: float) -> bool:
    """Judge further rows until that time; False when the whole file is judged."""
    try:
        return _advance(job, until)
    except Unreadable as error:
        _refuse(job, str(error))
    except InvalidToken:
        _refuse(job, _("The key that the file was encrypted with is gone. Upload the file again."))
    return False


def _refuse(job: ImportJob, sentence: str) -> None:
    with holding(job):
        close(job, ImportJob.Status.INVALID, sentence)


def _advance(job: ImportJob, until: float) -> bool:
    def pieces() -> Iterator[bytes]:
        return uploads.pieces(job)

    found = reading.lines(pieces)
    first = next(found, None)
    if first is None:
        raise Unreadable(_("The file is empty. Look at the sample file for what belongs in it."))
    layout = columns.layout_of(job.kind, job.mode, first[1], pads=reading.is_sheet(pieces))
    rest = _counted(found if layout.has_header else chain([first], found))
    unread = (line for line in rest if line[0] > job.read_lines)
    while batch := list(islice(unread, ROWS_AT_ONCE)):
        _keep(job, layout, _judge(job, layout, batch))
        if monotonic() > until:
            return True
    if not job.read_lines:
        raise Unreadable(_("The file has a header and no rows."))
    _finish(job)
    return False


def _keep(job: ImportJob, layout: columns.Layout, judged: Sequence[Row]) -> None:
    with holding(job):
        rows.insert(job, judged)
        job.read_lines, job.has_header = judged[-1].line, layout.has_header
        job.save(update_fields=["read_lines", "has_header"])


def _finish(job: ImportJob) -> None:
    """The file is not needed any more: the rows hold all of it."""
    with holding(job):
        _say_what_has_no_room(job)
        job.pieces.all().delete()
        numbers = job.numbers()
        if numbers.to_do or numbers.faulty:
            status = ImportJob.Status.READY if numbers.to_do else ImportJob.Status.INVALID
            ImportJob.objects.filter(pk=job.pk).update(status=status)
        else:
            close(job, ImportJob.Status.DONE)


def _say_what_has_no_room(job: ImportJob) -> None:
    """As things stand: the places are counted again when rows are made."""
    maker = MAKERS[job.kind]
    if maker.ROOM:
        _mark_left(job, *maker.ROOM)
    fits = rows.places(job.account, maker.COUNTS)
    if fits is not None:
        rows.mark_beyond(job, fits)


def _mark_left(
    job: ImportJob, room: Callable[[Domain], Room], check: Callable[[Domain, int], None]
) -> None:
    """What is beyond a limit of its domain will not be made."""
    for domain in Domain.objects.filter(account=job.account, name__in=rows.domains_of(job)):
        domain.account = job.account
        left = room(domain).left
        if left is not None:
            rows.mark_left(job, domain.name, left, refusal(check, domain, left + 1))


def _counted(lines: Iterator[Line]) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        if number > settings.IMPORT_ROWS:
            raise Unreadable(
                _("The file has more than %(most)s rows. Split it into several.")
                % {"most": f"{settings.IMPORT_ROWS:,}"}
            )
        yield line


def _judge(job: ImportJob, layout: columns.Layout, batch: Sequence[Line]) -> list[Row]:
    maker, place = MAKERS[job.kind], Place(job, job.account)
    judged = [_row(job, layout, number, typed) for number, typed in batch]
    for row in to_do(judged):
        maker.clean(row, place)
    _refuse_duplicates(job, judged)
    maker.compare(judged, place)
    return judged


def _row(job: ImportJob, layout: columns.Layout, number: int, typed: Sequence[str]) -> Row:
    row, named = Row(number), layout.named(typed)
    if isinstance(named, str):
        row.fault("", named)
        return row
    secret = columns.SECRET.get(job.kind, "")
    try:
        row.secret = secrets.typed_in(job.account_id, named.pop(secret, ""))
    except ValidationError as error:
        row.fault(secret, str(error.message))
    named.pop(columns.REASON, None)
    row.cells = {name: cells.plain(cell.strip()) for name, cell in named.items() if cell.strip()}
    return row


def _refuse_duplicates(job: ImportJob, judged: Sequence[Row]) -> None:
    """Of two rows about one address or name the first counts."""
    first = rows.lines_of(job, {row.key for row in judged if row.key})
    for row in judged:
        line = first.setdefault(row.key, row.line) if row.key else row.line
        if line != row.line and row.to_do:
            words = _("Line %(line)d is about %(key)s too.") % {"line": line, "key": row.key}
            row.fault("", words, State.CONFLICT)
