"""Aliases: addresses whose mail goes to others."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from ninja import Field, Query

from accounts.api.answers import Listing, Shown
from accounts.api.bodies import Sent
from accounts.api.guard import Call
from accounts.api.paging import Window, by_name, listing
from accounts.api.problems import judged
from accounts.api.routes import Routes
from accounts.http import who_hosts
from accounts.models import Area
from accounts.roles import Act
from domains import names
from domains.models import Domain
from mailboxes import access, services
from mailboxes.forms import AliasEditForm, AliasForm
from mailboxes.models import Alias

routes = Routes(Area.ALIASES, who_hosts)


class AliasOut(Shown):
    id: UUID
    address: str
    domain_id: UUID
    targets: list[str] = Field(description="Where its mail goes.")
    created_at: datetime


def shown(alias: Alias) -> AliasOut:
    return AliasOut(**{name: getattr(alias, name) for name in AliasOut.model_fields})


def rows(alias_id: UUID) -> "QuerySet[Any]":
    return Alias.objects.filter(pk=alias_id)


class AliasFilter(Window):
    q: str = Field("", max_length=320, description="A part of the address.")
    domain: UUID | None = Field(None, description="Only those of that domain.")


@routes.list("/aliases", Act.LOOK, AliasOut)
def list_aliases(request: Call, chosen: Query[AliasFilter]) -> Listing:
    """List aliases.

    By address. With q, those that begin with it come first.
    """
    found = Alias.objects.visible_to(request.membership)
    if chosen.domain:
        found = found.filter(domain=chosen.domain)
    page = by_name(found, "address", chosen, names.searchable(chosen.q))
    return listing(page, lambda found: [shown(each) for each in found], lambda row: row.address)


class NewAlias(Sent):
    local_part: str = Field(max_length=64, description="The part before the @.", examples=["team"])
    domain: str = Field(max_length=253, description="The name of an active domain.")
    targets: list[str] = Field(max_length=100, description="Up to 20 addresses.")


@routes.create("/aliases", Act.EDIT_ALIASES, AliasOut)
def create_alias(request: Call, new: NewAlias) -> AliasOut:
    """Create an alias."""
    sent = {**new.model_dump(), "targets": "\n".join(new.targets)}
    domains = Domain.objects.visible_to(request.membership)
    typed = judged(AliasForm(sent, domains=domains))
    return shown(services.create_alias(**typed, actor=request.actor))


@routes.show("/aliases/{uuid:alias_id}", Act.LOOK, AliasOut)
def show_alias(request: Call, alias_id: UUID) -> AliasOut:
    """Show an alias."""
    return shown(access.get_alias(request.membership, alias_id))


class AliasChange(Sent):
    targets: list[str] = Field(max_length=100, description="Up to 20 addresses.")


@routes.change(
    "PATCH", "/aliases/{uuid:alias_id}", Act.EDIT_ALIASES, AliasOut, shown=show_alias, rows=rows
)
def change_alias(request: Call, alias_id: UUID, change: AliasChange) -> AliasOut:
    """Choose where an alias leads."""
    alias = access.get_alias(request.membership, alias_id)
    form = AliasEditForm({"targets": "\n".join(change.targets)}, address=alias.address)
    services.edit_alias(alias=alias, **judged(form), actor=request.actor)
    return shown(alias)


@routes.remove("/aliases/{uuid:alias_id}", Act.EDIT_ALIASES, shown=show_alias, rows=rows)
def delete_alias(request: Call, alias_id: UUID) -> None:
    """Delete an alias."""
    alias = access.get_alias(request.membership, alias_id)
    services.delete_alias(alias=alias, actor=request.actor)
