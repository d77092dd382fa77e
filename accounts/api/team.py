"""Who is in the account, and who is asked in, for programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from ninja import Field, Query

from accounts import access, services
from accounts.api.answers import Listing, Shown
from accounts.api.bodies import Sent
from accounts.api.guard import Call
from accounts.api.paging import Window, by_name, by_number, listing, sealed
from accounts.api.problems import judged
from accounts.api.routes import Routes
from accounts.forms import InvitationForm, SeatForm
from accounts.models import Account, Area, Invitation, Membership, Role
from accounts.roles import Act
from kuploy.codes import seal, unseal

routes = Routes(Area.TEAM)
Word = Literal["viewer", "postmaster", "manager", "owner"]
DOMAINS = "The names of the domains that a postmaster looks after."


class MemberOut(Shown):
    id: UUID
    email: str
    role: Word
    domains: list[str] = Field(description=DOMAINS)
    created_at: datetime


class InvitationOut(MemberOut):
    ends_at: datetime = Field(description="So long its link is good.")
    sent_at: datetime | None = Field(description="null: it waits for the mail server.")


def _members(account: Account, seats: Sequence[Membership]) -> list[MemberOut]:
    names = _names(account, seats)
    return [
        MemberOut(
            id=seal("seat", seat.pk), email=seat.user.email, created_at=seat.created_at,
            role=_word(seat.role), domains=_chosen(seat, names),
        )
        for seat in seats
    ]  # fmt: skip


def _invited(account: Account, found: Sequence[Invitation]) -> list[InvitationOut]:
    names = _names(account, found)
    return [
        InvitationOut(
            id=each.pk, email=each.email, created_at=each.created_at, ends_at=each.ends_at,
            sent_at=each.sent_at, role=_word(each.role), domains=_chosen(each, names),
        )
        for each in found
    ]  # fmt: skip


def _names(account: Account, seats: Sequence[Membership | Invitation]) -> dict[UUID, str]:
    ids = {pk for seat in seats for pk in seat.domain_ids}
    return dict(account.domains.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _chosen(seat: Membership | Invitation, names: dict[UUID, str]) -> list[str]:
    return sorted(names[pk] for pk in seat.domain_ids if pk in names)


def _word(role: int) -> Any:
    return Role(role).name.lower()


def rows(seat_id: UUID) -> "QuerySet[Any]":
    return Membership.objects.filter(pk=unseal("seat", seat_id) or 0)


def _get(request: Call, seat_id: UUID) -> Membership:
    return access.get_seat(request.account, unseal("seat", seat_id) or 0)


@routes.list("/members", Act.EDIT_TEAM, MemberOut)
def list_members(request: Call, chosen: Query[Window]) -> Listing:
    """List who is in the account, those who came first at the top."""
    page = by_number(request.account.memberships.select_related("user"), "seat", chosen)
    return listing(page, lambda found: _members(request.account, found), sealed("seat"))


@routes.show("/members/{uuid:seat_id}", Act.EDIT_TEAM, MemberOut)
def show_member(request: Call, seat_id: UUID) -> MemberOut:
    """Show a member."""
    (shown,) = _members(request.account, [_get(request, seat_id)])
    return shown


class RoleIn(Sent):
    role: Word
    domains: list[str] = Field([], description=f"{DOMAINS} At least one.")


def _typed(sent: RoleIn) -> dict[str, Any]:
    """As the forms take it."""
    role = Role[sent.role.upper()].value
    return {**sent.model_dump(), "role": role, "domains": "\n".join(sent.domains)}


@routes.change(
    "PUT", "/members/{uuid:seat_id}/role", Act.EDIT_TEAM, MemberOut, shown=show_member, rows=rows
)  # fmt: skip
def change_role(request: Call, seat_id: UUID, wanted: RoleIn) -> MemberOut:
    """Give a member another role.

    An account keeps at least one owner.
    """
    seat = _get(request, seat_id)
    typed = judged(SeatForm(_typed(wanted), account=request.account))
    services.change_role(
        membership=seat, role=typed["role"], domain_ids=typed["domains"], actor=request.actor
    )
    return show_member(request, seat_id)


@routes.remove("/members/{uuid:seat_id}", Act.EDIT_TEAM, shown=show_member, rows=rows)
def remove_member(request: Call, seat_id: UUID) -> None:
    """Remove a member.

    The tokens that they made end too.
    """
    services.remove_member(membership=_get(request, seat_id), actor=request.actor)


def rows_of_invitation(invitation_id: UUID) -> "QuerySet[Any]":
    return Invitation.objects.filter(pk=invitation_id)


@routes.list("/invitations", Act.EDIT_TEAM, InvitationOut)
def list_invitations(request: Call, chosen: Query[Window]) -> Listing:
    """List who is asked in and has not accepted, by address."""
    page = by_name(request.account.invitations.open(), "email", chosen)
    return listing(
        page, lambda found: _invited(request.account, found), lambda row: str(row.email)
    )  # fmt: skip


class InvitationIn(RoleIn):
    email: str = Field(max_length=254)


@routes.create("/invitations", Act.EDIT_TEAM, InvitationOut)
def invite(request: Call, new: InvitationIn) -> InvitationOut:
    """Ask somebody in by mail.

    Asked again, the first invitation is no longer good.
    """
    typed = judged(InvitationForm(_typed(new), account=request.account))
    made = services.invite(
        account=request.account, email=typed["email"], role=typed["role"],
        domain_ids=typed["domains"], actor=request.actor,
    )  # fmt: skip
    return show_invitation(request, made.pk)


@routes.show("/invitations/{uuid:invitation_id}", Act.EDIT_TEAM, InvitationOut)
def show_invitation(request: Call, invitation_id: UUID) -> InvitationOut:
    """Show an invitation."""
    found = access.get_invitation(request.account, invitation_id)
    (shown,) = _invited(request.account, [found])
    return shown


@routes.remove(
    "/invitations/{uuid:invitation_id}", Act.EDIT_TEAM, shown=show_invitation,
    rows=rows_of_invitation,
)  # fmt: skip
def withdraw_invitation(request: Call, invitation_id: UUID) -> None:
    """Withdraw an invitation: its link leads nowhere."""
    found = access.get_invitation(request.account, invitation_id)
    services.withdraw_invitation(invitation=found, actor=request.actor)
