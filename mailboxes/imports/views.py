from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import MemberRequest, importing
from accounts.models import Membership
from accounts.roles import Act
from kuploy.errors import Refused
from kuploy.paging import paginate
from mailboxes import hashes
from mailboxes.imports import access, columns, export, progress, repair, services
from mailboxes.imports.forms import HashesForm, UploadForm, kinds_for
from mailboxes.imports.models import ImportJob, ImportRow, Kind, Mode, Numbers
from mailboxes.imports.samples import ROWS as SAMPLES
from mailboxes.imports.writing import respond


@importing(Act.IMPORT)
def index(request: MemberRequest) -> HttpResponse:
    return render(request, "imports/index.html", _list(request, HashesForm()))


def _list(request: MemberRequest, form: HashesForm) -> dict[str, object]:
    found = ImportJob.objects.visible_to(request.membership).select_related("user")
    return {
        "page": paginate(found, "-created_at", request.GET),
        "kinds": kinds_for(request.membership),
        "hashes_form": form,
    }


@importing(Act.IMPORT)
def add(request: MemberRequest) -> HttpResponse:
    seat = request.membership
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        initial={"kind": request.GET.get("kind", Kind.MAILBOX)},
        seat=seat,
        sent=int(request.META.get("CONTENT_LENGTH") or 0),
    )
    if request.method == "POST" and form.is_valid():
        try:
            job = services.upload(
                account=request.account,
                **form.cleaned_data,
                domain_ids=seat.only_domain_ids,
                actor=request.actor,
            )
        except Refused as error:
            form.add_error("file", str(error))
        else:
            return redirect(job)
    context = {"form": form, "guides": _guides(seat), "schemes": list(hashes.SCHEMES)}
    return render(request, "imports/add.html", context, status=422 if form.errors else 200)


def _guides(seat: Membership) -> list[tuple[str, str, list[tuple[str, str, list[str]]]]]:
    """For each kind its modes with their columns."""
    return [
        (kind, name, [
            (str(mode), str(label), list(columns.expected(kind, mode)))
            for mode, label in Mode.choices if (kind, mode) in SAMPLES
        ])
        for kind, name in kinds_for(seat)
    ]  # fmt: skip


@importing(Act.IMPORT)
def sample(request: MemberRequest) -> StreamingHttpResponse:
    kind, mode = _kind(request), request.GET.get("mode", Mode.DEFAULT)
    if (kind, mode) not in SAMPLES:
        mode = Mode.DEFAULT
    return respond(f"{kind}-{mode}", columns.expected(kind, mode), SAMPLES[kind, mode])


def _kind(request: MemberRequest) -> str:
    """Of those that the seat may import; what is none counts as not typed."""
    typed = request.POST.get("kind") or request.GET.get("kind")
    kind = typed if typed in Kind else Kind.MAILBOX
    if kind not in dict(kinds_for(request.membership)):
        raise PermissionDenied(_("Your role in this account does not allow this."))
    return kind


@importing(Act.IMPORT)
def download(request: MemberRequest) -> StreamingHttpResponse:
    """Without passwords: imported again, all that is there stays as it is."""
    kind = _kind(request)
    return respond(
        _file_name(request, kind), export.header(kind), export.rows(kind, request.membership)
    )


@importing(Act.EXPORT_HASHES)
@require_POST
def download_hashes(request: MemberRequest) -> HttpResponse | StreamingHttpResponse:
    kind, form = _kind(request), HashesForm(request.POST)
    if not form.is_valid():
        return render(request, "imports/index.html", _list(request, form), status=422)
    services.note_export(account=request.account, kind=kind, actor=request.actor)
    rows = export.rows(kind, request.membership, with_hashes=True)
    response = respond(_file_name(request, kind), export.header(kind), rows)
    response["Cache-Control"] = "no-store"
    return response


def _file_name(request: MemberRequest, kind: str) -> str:
    return f"{request.account.slug}-{kind}"


@importing(Act.IMPORT)
def detail(request: MemberRequest, import_id: UUID) -> HttpResponse:
    job = access.get_import(request.membership, import_id)
    return render(request, "imports/detail.html", _page_of(request, job))


@importing(Act.IMPORT)
def status(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """The part of the page that follows the workers."""
    job = access.get_import(request.membership, import_id)
    return render(request, "imports/detail.html#status", _page_of(request, job))


def _page_of(request: MemberRequest, job: ImportJob) -> dict[str, object]:
    numbers = job.numbers()
    chosen = request.GET.get("state", "")
    found = job.rows.filter(state=chosen) if chosen in ImportRow.State else job.rows.all()
    return {
        "job": job,
        "numbers": numbers,
        "progress": progress.of(job, numbers),
        "late": progress.is_late(job),
        "page": None if job.working else paginate(found, "line", request.GET),
        "tabs": _tabs(job, numbers),
        "shown": f"{job.get_absolute_url()}?state={chosen}" if chosen else job.get_absolute_url(),
        "waits": job.kind == Kind.MAILBOX,
    }


def _tabs(job: ImportJob, numbers: Numbers) -> list[tuple[str, str]]:
    """All rows, and those in each state that occurs."""
    address = job.get_absolute_url()
    found = [(address, _("All %(count)s") % {"count": f"{numbers.all:,}"})]
    return found + [
        (f"{address}?state={state}", f"{label} {numbers.of(state):,}")
        for state, label in ImportRow.State.choices if numbers.of(state)
    ]  # fmt: skip


@importing(Act.IMPORT)
@require_POST
def apply(request: MemberRequest, import_id: UUID) -> HttpResponse:
    job, seat = access.get_import(request.membership, import_id), request.membership
    services.apply(job=job, domain_ids=seat.only_domain_ids, actor=request.actor)
    return redirect(job)


@importing(Act.IMPORT)
@require_POST
def discard(request: MemberRequest, import_id: UUID) -> HttpResponse:
    job = access.get_import(request.membership, import_id)
    services.discard(job=job, actor=request.actor)
    messages.success(request, _("%(file)s is discarded.") % {"file": job})
    return redirect("imports:list", request.account.slug)


@importing(Act.IMPORT)
def faulty(request: MemberRequest, import_id: UUID) -> StreamingHttpResponse:
    """Only the rows that were not taken, each with its reason."""
    job = access.get_import(request.membership, import_id)
    response = respond(f"faulty-{job.kind}", repair.header(job), repair.rows(job))
    response["Cache-Control"] = "no-store"
    return response
