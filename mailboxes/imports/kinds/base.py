"""A row on its way from the file to what it makes, and where it is to be made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.forms import Field

from accounts.audit import Actor
from accounts.models import Account, Membership
from accounts.roles import Act
from domains.models import Domain
from kuploy.errors import Refused
from mailboxes.imports.models import ImportJob, ImportRow, Mode
from quotas.limits import Room

State = ImportRow.State
T = TypeVar("T")
# What a domain has left of its own, and what refuses more than that.
DomainRoom = tuple[Callable[[Domain], Room], Callable[[Domain, int], None]]


@dataclass(slots=True)
class Row:
    line: int
    cells: dict[str, str] = field(default_factory=dict)
    secret: str = ""
    key: str = ""
    # What the cells mean; filled by the kind's clean().
    values: dict[str, Any] = field(default_factory=dict)
    state: str = State.CREATE
    faults: list[tuple[str, str]] = field(default_factory=list)
    made_id: UUID | None = None

    @property
    def to_do(self) -> bool:
        return self.state in ImportRow.TO_DO

    def fault(self, column: str, sentence: str, state: str = State.INVALID) -> None:
        self.faults.append((column, sentence))
        self.state = state

    def take(self, column: str, read: Callable[[str], T]) -> T | None:
        """What the cell means; what is wrong with it is noted, and None is returned."""
        try:
            return read(self.cells.get(column, ""))
        except (ValidationError, Refused) as error:
            for sentence in getattr(error, "messages", [str(error)]):
                self.fault(column, sentence)
        return None


@dataclass
class Place:
    """The account that the rows are for, as it is now, and who brings them."""

    job: ImportJob
    account: Account

    @cached_property
    def actor(self) -> Actor:
        return self.job.actor

    @cached_property
    def may_limit(self) -> bool:
        """Whoever brings the rows may set what a domain allows."""
        user = self.job.user
        seat = user and Membership.objects.admitting(user, self.account.slug)
        return bool(seat and seat.allows(Act.LIMIT_DOMAINS))

    @property
    def expert(self) -> bool:
        return self.job.mode == Mode.EXPERT

    @property
    def domain_ids(self) -> Sequence[UUID] | None:
        return self.job.domain_ids


def as_in_form(form_field: Field) -> Callable[[str], Any]:
    """Read by a field of a form: the same rules in the same words."""
    return form_field.clean


def to_do(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.to_do]
