"""Mail that moves in from another server, for programs."""

import csv
from collections.abc import Callable
from datetime import date, datetime
from io import StringIO
from typing import Annotated, Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from ninja import Field, Query

from accounts.api.answers import Listing, Shown
from accounts.api.bodies import Sent
from accounts.api.choices import OneOf
from accounts.api.guard import Call
from accounts.api.paging import Window, by_name, listing, newest_first, sealed
from accounts.api.problems import judged
from accounts.api.routes import Routes, V
from accounts.http import who_migrates
from accounts.models import Area
from accounts.roles import Act
from mailboxes.migration import access, cockpit, services
from mailboxes.migration.connecting import Server
from mailboxes.migration.forms import SourceForm
from mailboxes.migration.models import MigrationJob, MigrationMailbox, State, Step

routes = Routes(Area.MIGRATIONS, who_migrates)
Security = MigrationJob.Security


class MigrationOut(Shown):
    """A server that mail comes from, and how far its mailboxes are together."""

    id: UUID
    host: str
    port: int
    security: Annotated[str, OneOf(Security)]
    since: date | None
    step: Annotated[str, OneOf(Step)]
    at_work: bool
    mailboxes: int
    waiting: int
    running: int
    paused: int
    failed: int
    done: int
    messages: int
    bytes: int
    copied_messages: int
    copied_bytes: int
    created_at: datetime


OF_JOB = ("host", "port", "security", "since", "step", "created_at")


def _shown(summary: cockpit.Summary) -> MigrationOut:
    job = summary.job
    figures = [name for name in MigrationOut.model_fields if name not in (*OF_JOB, "id")]
    return MigrationOut(
        id=job.code,
        **{name: getattr(job, name) for name in OF_JOB},
        **{name: getattr(summary, name) for name in figures},
    )


def rows(migration_code: UUID) -> "QuerySet[Any]":
    return MigrationJob.objects.filter(code=migration_code)


@routes.list("/migrations", Act.MIGRATE, MigrationOut)
def list_migrations(request: Call, chosen: Query[Window]) -> Listing:
    """List migrations, the newest first."""
    page = newest_first(request.account.migrations.all(), "migration", chosen)
    return listing(
        page, lambda found: [_shown(each) for each in cockpit.summaries(found)],
        sealed("migration"),
    )  # fmt: skip


class MailboxIn(Sent):
    address: str = Field(max_length=320, description="The mailbox here.")
    remote_user: str = Field(max_length=320)
    remote_password: str = Field("", max_length=1000, description="Not needed with a master user.")


class NewMigration(Sent):
    host: str = Field(max_length=253, examples=["imap.example.com"])
    port: int | None = Field(None, description="null: 993 with TLS, else 143.")
    security: Annotated[str, OneOf(Security)] = Security.TLS.value
    any_certificate: bool = False
    since: date | None = Field(None, description="Only mail since; null: all.")
    master_user: str = Field("", max_length=320)
    master_password: str = Field("", max_length=1000)
    mailboxes: list[MailboxIn] = Field(max_length=1000)


@routes.create("/migrations", Act.MIGRATE, MigrationOut)
def add_migration(request: Call, new: NewMigration) -> MigrationOut:
    """Name a server and the mailboxes to fetch.

    A test sign-in to each begins; nothing is copied yet.
    """
    sent = new.model_dump(exclude={"mailboxes"})
    file = SimpleUploadedFile("mailboxes.csv", _sheet(new))
    files: MultiValueDict[str, UploadedFile[Any]] = MultiValueDict({"file": [file]})
    data = judged(SourceForm(sent, files), {"file": "mailboxes"})
    server = Server(data["host"], data["port"], data["security"], not data["any_certificate"])
    wanted = {name: data[name] for name in ("rows", "since", "master_user", "master_password")}
    job = services.add_migration(
        account=request.account, server=server, **wanted, actor=request.actor
    )
    return show_migration(request, job.code)


def _sheet(new: NewMigration) -> bytes:
    """As the form takes them."""
    sheet = StringIO()
    lines = csv.writer(sheet, delimiter=";", quoting=csv.QUOTE_ALL)
    for box in new.mailboxes:
        password = [] if new.master_user else [box.remote_password]
        lines.writerow([box.remote_user, *password, box.address])
    return sheet.getvalue().encode()


@routes.show("/migrations/{uuid:migration_code}", Act.MIGRATE, MigrationOut)
def show_migration(request: Call, migration_code: UUID) -> MigrationOut:
    """Show how far a migration is."""
    return _shown(cockpit.summary(access.get_job(request.membership, migration_code)))


class MoveOut(Shown):
    """One mailbox of a migration."""

    id: UUID
    address: str
    remote_user: str
    step: Annotated[str, OneOf(Step)]
    state: Annotated[str, OneOf(State)]
    last_error: str
    messages: int
    bytes: int
    copied_messages: int
    copied_bytes: int
    copied_at: datetime | None = Field(description="When the first copy was complete.")


def _move(row: MigrationMailbox) -> MoveOut:
    own = {name: getattr(row, name) for name in MoveOut.model_fields if name != "id"}
    return MoveOut(id=row.code, **own)


class MoveFilter(Window):
    state: Annotated[str, OneOf(State)] | None = None


@routes.list("/migrations/{uuid:migration_code}/mailboxes", Act.MIGRATE, MoveOut)
def list_moves(request: Call, migration_code: UUID, chosen: Query[MoveFilter]) -> Listing:
    """List the mailboxes of a migration."""
    found = access.get_job(request.membership, migration_code).mailboxes.all()
    if chosen.state:
        found = found.filter(state=chosen.state)
    page = by_name(found, "address", chosen)
    return listing(page, lambda found: [_move(each) for each in found], lambda row: row.address)


def _begins(path: str) -> Callable[[V], V]:
    address = f"/migrations/{{uuid:migration_code}}/{path}"
    return routes.start("POST", address, Act.MIGRATE, MigrationOut, at="migrations")


@_begins("test")
def test_migration(request: Call, migration_code: UUID) -> MigrationOut:
    """Test again what has failed."""
    job = access.get_job(request.membership, migration_code)
    services.test_again(job=job, actor=request.actor)
    return show_migration(request, migration_code)


@_begins("copy")
def copy_migration(request: Call, migration_code: UUID) -> MigrationOut:
    """Copy what is not here yet. It can be repeated."""
    job = access.get_job(request.membership, migration_code)
    services.begin(job=job, step=Step.COPY, actor=request.actor)
    return show_migration(request, migration_code)


@_begins("final")
def finish_migration(request: Call, migration_code: UUID) -> MigrationOut:
    """Copy for the last time, once the MX records point here."""
    job = access.get_job(request.membership, migration_code)
    services.begin(job=job, step=Step.FINAL, actor=request.actor)
    return show_migration(request, migration_code)


@routes.do("/migrations/{uuid:migration_code}/pause", Act.MIGRATE, MigrationOut)
def pause_migration(request: Call, migration_code: UUID) -> MigrationOut:
    """Pause a migration."""
    job = access.get_job(request.membership, migration_code)
    services.pause(job=job, actor=request.actor)
    return show_migration(request, migration_code)


@_begins("resume")
def resume_migration(request: Call, migration_code: UUID) -> MigrationOut:
    """Go on with what was paused, and try again what failed."""
    job = access.get_job(request.membership, migration_code)
    services.resume(job=job, actor=request.actor)
    return show_migration(request, migration_code)


@routes.remove("/migrations/{uuid:migration_code}", Act.MIGRATE, shown=show_migration, rows=rows)
def remove_migration(request: Call, migration_code: UUID) -> None:
    """Remove a migration with its passwords. The mail that was copied stays."""
    job = access.get_job(request.membership, migration_code)
    services.remove_migration(job=job, actor=request.actor)
