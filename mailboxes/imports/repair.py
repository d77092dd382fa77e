"""The rows that were not taken, with the reasons: put right, the file is uploaded as it is."""

from collections.abc import Iterator

from mailboxes.imports import columns, secrets
from mailboxes.imports.models import ImportJob, ImportRow

TO_REPAIR = (*ImportRow.FAULTY, ImportRow.State.LEFT)


def header(job: ImportJob) -> list[str]:
    return [*columns.expected(job.kind, job.mode), *columns.by_name(job.kind, job.mode),
            columns.REASON]  # fmt: skip


def rows(job: ImportJob) -> Iterator[list[str]]:
    """Passwords come sealed, as long as the import is open: nobody reads them, and we take them."""
    names = header(job)[:-1]
    secret = columns.SECRET.get(job.kind)
    for row in job.rows.filter(state__in=TO_REPAIR).order_by("line").iterator(chunk_size=1_000):
        cells = {**row.cells}
        if secret:
            cells[secret] = secrets.cell_of(row.secret_encrypted)
        yield [*(cells.get(name, "") for name in names), _reason(row)]


def _reason(row: ImportRow) -> str:
    found = [f"{column}: {words}" if column else str(words) for column, words in row.faults]
    return " ".join(found) or str(row.get_state_display())
