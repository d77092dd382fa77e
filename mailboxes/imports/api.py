"""Files that list what is to be made, for programs: sent, judged, then applied."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from ninja import Field, FileEx, Form, P, Query
from ninja.files import UploadedFile

from accounts.api.answers import Listing, Shown
from accounts.api.bodies import Sent
from accounts.api.choices import OneOf
from accounts.api.guard import Call
from accounts.api.paging import Window, by_name, listing
from accounts.api.problems import judged
from accounts.api.routes import Routes
from accounts.http import who_imports
from accounts.models import Area
from accounts.roles import Act
from mailboxes.imports import access, services
from mailboxes.imports.forms import UploadForm
from mailboxes.imports.models import ImportJob, ImportRow, Kind, Mode

routes = Routes(Area.IMPORTS, who_imports)
FILE = f"CSV in any usual encoding, or xlsx. Up to {settings.IMPORT_BYTES // 2**20} MB."


class ImportOut(Shown):
    id: UUID
    kind: Annotated[str, OneOf(Kind)]
    mode: Annotated[str, OneOf(Mode)]
    file_name: str
    status: Annotated[str, OneOf(ImportJob.Status)]
    problem: str = Field(description="What is wrong with the file as a whole.")
    created_at: datetime
    began_at: datetime | None
    ended_at: datetime | None


class ImportDetail(ImportOut):
    rows: dict[str, int] = Field(description="How many rows are in which state.")


def _short(job: ImportJob) -> ImportOut:
    return ImportOut(**{name: getattr(job, name) for name in ImportOut.model_fields})


def rows(import_id: UUID) -> "QuerySet[Any]":
    return ImportJob.objects.filter(pk=import_id)


@routes.list("/imports", Act.IMPORT, ImportOut)
def list_imports(request: Call, chosen: Query[Window]) -> Listing:
    """List imports, the newest first."""
    found = ImportJob.objects.visible_to(request.membership)
    page = by_name(found, "-created_at", chosen)
    return listing(
        page, lambda found: [_short(each) for each in found], lambda row: str(row.created_at)
    )


class NewFile(Sent):
    kind: Annotated[str, OneOf(Kind)]
    mode: Annotated[str, OneOf(Mode)] = Mode.DEFAULT.value


class NewImport(NewFile):
    file_name: str = Field("import.csv", max_length=200)
    content: str = Field(
        description="CSV, with the columns that the panel shows. Up to 900 KB: see /imports/files."
    )


@routes.start("POST", "/imports", Act.IMPORT, ImportDetail, at="imports", creates=True)
def upload_import(request: Call, new: NewImport) -> ImportDetail:
    """Send a list and have it checked.

    Nothing is made before it is applied.
    """
    file = SimpleUploadedFile(new.file_name, new.content.encode())
    return _uploaded(request, new, file, "content")


@routes.start("POST", "/imports/files", Act.IMPORT, ImportDetail, at="imports", creates=True)
def upload_import_file(
    request: Call, new: Form[NewFile], file: FileEx[UploadedFile | None, P(description=FILE)] = None
) -> ImportDetail:
    """Send a file and have it checked.

    As it is. Nothing is made before it is applied.
    """
    return _uploaded(request, new, file, "file")


def _uploaded(
    request: Call, new: NewFile, file: "UploadedFile | SimpleUploadedFile | None", sent_as: str
) -> ImportDetail:
    """As on the page; one that is larger than all that is taken was not even kept."""
    files = MultiValueDict({"file": [file]} if file else {})
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    form = UploadForm(new.model_dump(), files, seat=request.membership, sent=size)
    typed = judged(form, {"file": sent_as})
    job = services.upload(
        account=request.account, **typed, domain_ids=request.membership.only_domain_ids,
        actor=request.actor,
    )  # fmt: skip
    return show_import(request, job.pk)


@routes.show("/imports/{uuid:import_id}", Act.IMPORT, ImportDetail)
def show_import(request: Call, import_id: UUID) -> ImportDetail:
    """Show an import, and how far it is."""
    job = access.get_import(request.membership, import_id)
    return ImportDetail(rows=dict(job.numbers().by_state), **_short(job).model_dump())


class Fault(Shown):
    column: str = Field(description="Empty: the row as a whole.")
    sentence: str


class RowOut(Shown):
    line: int
    key: str = Field(description="The address or name.")
    state: Annotated[str, OneOf(ImportRow.State)]
    faults: list[Fault]


class RowFilter(Window):
    state: Annotated[str, OneOf(ImportRow.State)] | None = None


@routes.list("/imports/{uuid:import_id}/rows", Act.IMPORT, RowOut)
def list_import_rows(request: Call, import_id: UUID, chosen: Query[RowFilter]) -> Listing:
    """List the rows of an import, and what is wrong with them."""
    found = access.get_import(request.membership, import_id).rows.all()
    if chosen.state:
        found = found.filter(state=chosen.state)
    page = by_name(found, "line", chosen)
    return listing(page, lambda found: [_row(each) for each in found], lambda row: str(row.line))


def _row(row: ImportRow) -> RowOut:
    faults = [Fault(column=column or "", sentence=sentence) for column, sentence in row.faults]
    return RowOut(line=row.line, key=row.key, state=row.state, faults=faults)


@routes.start(
    "POST", "/imports/{uuid:import_id}/apply", Act.IMPORT, ImportDetail, at="imports"
)  # fmt: skip
def apply_import(request: Call, import_id: UUID) -> ImportDetail:
    """Have all good rows made."""
    job = access.get_import(request.membership, import_id)
    domain_ids = request.membership.only_domain_ids
    services.apply(job=job, domain_ids=domain_ids, actor=request.actor)
    return show_import(request, import_id)


@routes.remove("/imports/{uuid:import_id}", Act.IMPORT, shown=show_import, rows=rows)
def discard_import(request: Call, import_id: UUID) -> None:
    """Discard an import that was not applied."""
    job = access.get_import(request.membership, import_id)
    services.discard(job=job, actor=request.actor)
