"""Which columns each kind and mode of file has, and the header that may name them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mailboxes.imports.errors import Unreadable
from mailboxes.imports.models import Kind, Mode

# In each mode all of them stand in each row; in Expert the further ones may be empty.
MANDATORY: Mapping[str, tuple[str, ...]] = {
    Kind.DOMAIN: ("name", "postmaster_password"),
    Kind.ALIAS_DOMAIN: ("alias_name", "domain"),
    Kind.MAILBOX: ("address", "password"),
    Kind.ALIAS: ("address", "destination"),
}
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    Kind.DOMAIN: (
        "plan", "max_mailboxes", "max_mailboxes_25gb", "default_quota_gb", "max_quota_gb",
        "antispam_level", "catch_all_destination",
    ),
    Kind.MAILBOX: (
        "first_name", "last_name", "quota_gb", "forward_to", "keep_copy", "recovery_address",
        "force_new_password",
    ),
}  # fmt: skip
# Only by their names in a header: an export has them.
BY_NAME: Mapping[str, tuple[str, ...]] = {Kind.MAILBOX: ("language", "state")}
SECRET: Mapping[str, str] = {Kind.DOMAIN: "postmaster_password", Kind.MAILBOX: "password"}
# What a download of faulty rows says beside them; read and forgotten when it comes back.
REASON = "reason"


def has_expert(kind: str) -> bool:
    return kind in OPTIONAL


def by_name(kind: str, mode: str) -> tuple[str, ...]:
    return BY_NAME.get(kind, ()) if mode == Mode.EXPERT else ()


def expected(kind: str, mode: str) -> tuple[str, ...]:
    return MANDATORY[kind] + (OPTIONAL.get(kind, ()) if mode == Mode.EXPERT else ())


@dataclass(frozen=True, slots=True)
class Layout:
    """What the cells of a row are, from left to right."""

    kind: str
    mode: str
    names: Sequence[str]
    has_header: bool = False
    # A spreadsheet does not store the empty cells at the end of a row.
    pads: bool = False

    def named(self, cells: Sequence[str]) -> dict[str, str] | str:
        """The cells by the names of their columns, or a sentence that says why there are none."""
        if self.kind == Kind.ALIAS and len(cells) > len(self.names) and not self.has_header:
            # Destinations, parted by what parts the columns.
            cells = [cells[0], ",".join(cells[1:])]
        if self.pads:
            cells = [*cells, *[""] * (len(self.names) - len(cells))]
        if len(cells) != len(self.names):
            return self._wrong_number(len(cells))
        return dict(zip(self.names, cells, strict=True))

    def _wrong_number(self, found: int) -> str:
        sentence = _("This row has %(found)d columns instead of %(expected)d: %(names)s.") % {
            "found": found, "expected": len(self.names), "names": "; ".join(self.names),
        }  # fmt: skip
        if self.mode == Mode.DEFAULT and has_expert(self.kind) and found > len(self.names):
            sentence += " " + _("For the optional columns choose the mode Expert.")
        return sentence


def layout_of(kind: str, mode: str, first_row: Sequence[str], *, pads: bool) -> Layout:
    """As the header says, if the first row is one; Unreadable when a header lacks a column."""
    names = [cell.strip().lower().replace(" ", "_") for cell in first_row]
    if not set(names) & set(MANDATORY[kind]):
        return Layout(kind, mode, expected(kind, mode), pads=pads)
    _check_header(names, kind, mode)
    return Layout(kind, mode, names, has_header=True, pads=pads)


def _check_header(names: list[str], kind: str, mode: str) -> None:
    wanted = expected(kind, mode)
    known = {*MANDATORY[kind], *OPTIONAL.get(kind, ()), *BY_NAME.get(kind, ()), REASON}
    if unknown := [name for name in names if name not in known]:
        raise Unreadable(
            _("The header names a column that is not known here: “%(name)s”.")
            % {"name": unknown[0][:80]}
        )
    if len(set(names)) < len(names):
        raise Unreadable(_("The header names a column twice."))
    if missing := [name for name in wanted if name not in names]:
        raise Unreadable(
            _("The header lacks %(names)s. In this mode all of these have to be there.")
            % {"names": ", ".join(missing)}
        )
    if mode == Mode.DEFAULT and (further := set(names) - set(wanted) - {REASON}):
        raise Unreadable(
            _("The mode Default takes the mandatory columns only, and the header has %(names)s "
              "too. Choose Expert.") % {"names": ", ".join(sorted(further))}
        )  # fmt: skip
