"""A reseller's clients, for programs. What is in a client's account is reached with a header."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from ninja import Field, Query

from accounts.api.answers import Listing, Shown
from accounts.api.bodies import Sent
from accounts.api.choices import SUSPENSION
from accounts.api.guard import Call
from accounts.api.paging import Window, by_name, listing
from accounts.api.problems import judged
from accounts.api.routes import Routes
from accounts.http import who_sells
from accounts.models import Account, Area
from accounts.roles import Act
from clients import services
from clients.forms import ClientForm, OwnerForm
from kuploy.codes import unseal
from mailboxes.suspension import resume_account, suspend_account
from plans import access, moving
from plans.api import code_of
from plans.forms import MoveForm

routes = Routes(Area.CLIENTS, who_sells)
SENT_AS = {"plan": "plan_id"}


class ClientOut(Shown):
    id: UUID = Field(description="For the header Kuploy-Account, to work in its account.")
    name: str
    plan_id: UUID | None = Field(description="None: a plan of the provider's.")
    plan: str
    suspension: int = Field(description=SUSPENSION)
    domains: int
    mailboxes: int
    aliases: int
    created_at: datetime


def shown(client: Account) -> ClientOut:
    plan = client.plan
    return ClientOut(
        id=client.pk, name=client.name, plan=plan.name, created_at=client.created_at,
        plan_id=code_of(plan) if plan.owner_id == client.reseller_id else None,
        suspension=client.suspension, domains=client.domain_count,
        mailboxes=client.mailbox_count, aliases=client.alias_count,
    )  # fmt: skip


def rows(client_id: UUID) -> "QuerySet[Any]":
    return Account.objects.filter(pk=client_id)


class ClientFilter(Window):
    q: str = Field("", max_length=120, description="A part of the name.")


@routes.list("/clients", Act.EDIT_CLIENTS, ClientOut)
def list_clients(request: Call, chosen: Query[ClientFilter]) -> Listing:
    """List clients, by name."""
    found = request.account.clients.standing().select_related("plan")
    page = by_name(found, "listed_as", chosen, chosen.q.strip().lower())
    return listing(page, lambda found: [shown(each) for each in found], lambda row: row.listed_as)


class NewClient(Sent):
    name: str = Field(max_length=120)
    email: str = Field(max_length=254, description="Its owner gets an invitation there.")
    plan_id: UUID = Field(description="One of your plans on offer.")


@routes.create("/clients", Act.EDIT_CLIENTS, ClientOut)
def create_client(request: Call, new: NewClient) -> ClientOut:
    """Create a client, and ask its owner in."""
    sent = {"name": new.name, "email": new.email, "plan": unseal("plan", new.plan_id) or 0}
    typed = judged(ClientForm(sent, reseller=request.account), SENT_AS)
    client = services.create_client(reseller=request.account, **typed, actor=request.actor)
    return show_client(request, client.pk)


@routes.show("/clients/{uuid:client_id}", Act.EDIT_CLIENTS, ClientOut)
def show_client(request: Call, client_id: UUID) -> ClientOut:
    """Show a client."""
    return shown(access.get_client(request.account, client_id))


class OwnerIn(Sent):
    email: str = Field(max_length=254)


@routes.do("/clients/{uuid:client_id}/invitation", Act.EDIT_CLIENTS, ClientOut)
def invite_owner(request: Call, client_id: UUID, wanted: OwnerIn) -> ClientOut:
    """Ask the owner in again, at the same address or another one."""
    client = access.get_client(request.account, client_id)
    typed = judged(OwnerForm(wanted.model_dump()))
    inside = services.inside_of(request.actor, request.account, client)
    services.invite_owner(client=client, **typed, actor=inside)
    return shown(client)


class Move(Sent):
    plan_id: UUID
    block_excess: bool = Field(False, description="Block the newest mailboxes beyond the plan.")


@routes.change(
    "PUT", "/clients/{uuid:client_id}/plan", Act.EDIT_CLIENTS, ClientOut,
    shown=show_client, rows=rows,
)  # fmt: skip
def move_client(request: Call, client_id: UUID, wanted: Move) -> ClientOut:
    """Give a client another plan.

    Refused, with the list of it, when the client holds more than fits.
    """
    client = access.get_client(request.account, client_id)
    sent = {"plan": unseal("plan", wanted.plan_id) or 0, "block_excess": wanted.block_excess}
    typed = judged(MoveForm(sent, account=client), SENT_AS)
    inside = replace(request.actor, account=client, reseller=request.account.name)
    moving.move(account=client, **typed, actor=inside)
    return show_client(request, client_id)


class SuspensionIn(Sent):
    step: int = Field(description=SUSPENSION)
    reason: str = Field(max_length=300, description="The client reads it.")


@routes.change(
    "PUT", "/clients/{uuid:client_id}/suspension", Act.EDIT_CLIENTS, ClientOut,
    shown=show_client, rows=rows,
)  # fmt: skip
def suspend_client(request: Call, client_id: UUID, wanted: SuspensionIn) -> ClientOut:
    """Suspend a client."""
    client = access.get_client(request.account, client_id)
    inside = services.inside_of(request.actor, request.account, client)
    suspend_account(account=client, level=wanted.step, reason=wanted.reason, actor=inside)
    return show_client(request, client_id)


@routes.do("/clients/{uuid:client_id}/resume", Act.EDIT_CLIENTS, ClientOut)
def resume_client(request: Call, client_id: UUID) -> ClientOut:
    """End the suspension of a client."""
    client = access.get_client(request.account, client_id)
    inside = services.inside_of(request.actor, request.account, client)
    resume_account(account=client, actor=inside)
    return show_client(request, client_id)
