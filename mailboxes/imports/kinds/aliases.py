"""Rows of aliases."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.room import Countable
from domains import limits
from domains.leading import check_new_way
from kuploy.among import among
from mailboxes import rules
from mailboxes.forms import TargetsField, to_itself
from mailboxes.imports.copying import copy_in
from mailboxes.imports.kinds import addresses
from mailboxes.imports.kinds.base import DomainRoom, Place, Row, State, as_in_form, to_do
from mailboxes.models import Alias, Mailbox
from mailboxes.services import free_from_deleted, new_alias

COUNTS = Countable.ALIAS
ROOM: DomainRoom | None = (limits.alias_room, limits.check_alias_room)

_targets = TargetsField(max_length=8000)


def clean(row: Row, place: Place) -> None:
    addresses.clean(row)
    targets = row.take("destination", as_in_form(_targets))
    row.values["targets"] = targets
    if targets and row.key in targets:
        row.fault("destination", to_itself())


def compare(rows: Sequence[Row], place: Place) -> None:
    addresses.find_domains(rows, place)
    addresses.refuse_taken(rows, Mailbox)
    there = Alias.objects.filter(address__in=among(row.key for row in to_do(rows)))
    found = {alias.address: alias for alias in there}
    for row in to_do(rows):
        if alias := found.get(row.key):
            _compare_with(row, alias)
        else:
            _check_new(row, place)


def _check_new(row: Row, place: Place) -> None:
    row.take("destination", lambda _cell: check_new_way(row.values["domain"], place.actor))


def _compare_with(row: Row, alias: Alias) -> None:
    row.state = State.SAME
    if set(alias.targets) != set(row.values["targets"]):
        found = ", ".join(alias.targets)
        row.fault(
            "destination", _("There already, with %(found)s.") % {"found": found}, State.CONFLICT
        )


def prepare(rows: Sequence[Row]) -> None:
    pass


def make(rows: Sequence[Row], place: Place, fits: int | None) -> None:
    """Those beyond what fits are left out: an alias has no state in which it waits."""
    within = addresses.within_domains(rows, limits.check_alias_room)
    for row in within[fits:] if fits is not None else ():
        row.state = State.LEFT
    _make(within[:fits])


def _make(rows: Sequence[Row]) -> None:
    free_from_deleted([row.key for row in rows])
    made = []
    for row in rows:
        values = row.values
        alias = new_alias(
            domain=values["domain"], local_part=values["local_part"], targets=values["targets"]
        )
        row.state, row.made_id = State.MADE, alias.pk
        made.append(alias)
    copy_in(made)
    rules.alias_changed(*(alias.targets for alias in made))
