"""What an account has, as files that make the same again."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Membership
from domains.models import Domain
from mailboxes.imports import cells, columns
from mailboxes.imports.models import Kind, Mode
from mailboxes.models import POSTMASTER, Alias, Mailbox, MailRules

Rows = Iterator[list[str]]


def header(kind: str) -> list[str]:
    mode = Mode.EXPERT if columns.has_expert(kind) else Mode.DEFAULT
    return [*columns.expected(kind, mode), *columns.by_name(kind, mode)]


def rows(kind: str, seat: Membership, *, with_hashes: bool = False) -> Rows:
    """Those that the seat may see, in the order of their names."""
    names = header(kind)
    for found in SOURCES[kind](seat, with_hashes):
        yield [found.get(name, "") for name in names]


def _domains(seat: Membership, with_hashes: bool) -> Iterator[dict[str, str]]:
    postmasters = Mailbox.objects.filter(domain=OuterRef("pk"), local_part=POSTMASTER)
    found = _standing(seat).filter(alias_of=None)
    if with_hashes:
        found = found.annotate(found_hash=Subquery(postmasters.values("password_hash")))
    for domain in _in_order(found, "name"):
        yield {
            "name": domain.name,
            "postmaster_password": getattr(domain, "found_hash", "") or "",
            "max_mailboxes": "" if domain.mailbox_limit is None else str(domain.mailbox_limit),
            "default_quota_gb": _size(domain.default_size_bytes),
            "max_quota_gb": _size(domain.largest_size_bytes),
            "antispam_level": domain.spam_level,
            "catch_all_destination": domain.catch_all,
        }


def _size(size_bytes: int | None) -> str:
    return "" if size_bytes is None else cells.size_words(size_bytes)


def _alias_domains(seat: Membership, with_hashes: bool) -> Iterator[dict[str, str]]:
    found = _standing(seat).exclude(alias_of=None).select_related("alias_of")
    for domain in _in_order(found, "name"):
        yield {"alias_name": domain.name, "domain": domain.alias_of.name}


def _standing(seat: Membership) -> "QuerySet[Domain]":
    return Domain.objects.visible_to(seat).exclude(status=Domain.Status.REMOVING)


def _mailboxes(seat: Membership, with_hashes: bool) -> Iterator[dict[str, str]]:
    found = Mailbox.objects.visible_to(seat).exclude(state=Mailbox.State.DELETING)
    for box in _in_order(found.select_related("mail_rules", "recovery"), "address"):
        kept: MailRules = getattr(box, "mail_rules", None) or MailRules()
        state = box.state_before if box.state == Mailbox.State.BLOCKED else box.state
        yield {
            "address": box.address,
            "password": box.password_hash if with_hashes else "",
            "first_name": box.display_name,
            "quota_gb": cells.size_words(box.quota_bytes),
            "forward_to": ",".join(kept.forward_to),
            "keep_copy": "yes" if kept.keep_copy else "no",
            "recovery_address": getattr(getattr(box, "recovery", None), "address", ""),
            "force_new_password": "no",
            "language": box.language,
            "state": state,
        }


def _aliases(seat: Membership, with_hashes: bool) -> Iterator[dict[str, str]]:
    for alias in _in_order(Alias.objects.visible_to(seat), "address"):
        yield {"address": alias.address, "destination": ",".join(alias.targets)}


def _in_order(found: "QuerySet[Any]", column: str) -> Iterator[Any]:
    return found.order_by(column).iterator(chunk_size=1_000)


SOURCES: Mapping[str, Callable[[Membership, bool], Iterator[dict[str, str]]]] = {
    Kind.DOMAIN: _domains,
    Kind.ALIAS_DOMAIN: _alias_domains,
    Kind.MAILBOX: _mailboxes,
    Kind.ALIAS: _aliases,
}
