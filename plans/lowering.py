"""A plan that is edited: how many accounts use more than it holds from then on."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext, ngettext_lazy

from accounts.features import Feature, includes
from accounts.models import Plan, Token
from accounts.room import Countable
from domains.models import Domain
from mailboxes.models import Mailbox, MailRules
from notifications.models import Channel


def no_longer_fitting(plan: Plan, new: Mapping[str, Any]) -> list[str]:
    """How many accounts on the plan have more than is left of it, where it is lowered."""
    above = {
        what: _using_more(plan, what, new[f"{what}_limit"])
        for what in Countable
        if _lowered(getattr(plan, f"{what}_limit"), new[f"{what}_limit"])
    }
    found = [_have_more(what, number) % {"number": number} for what, number in above.items()]
    said = [sentence for sentence, number in zip(found, above.values(), strict=True) if number]
    return [*said, *_with_larger_mailboxes(plan, new), *_using_what_ends(plan, new)]


def _using_more(plan: Plan, what: Countable, limit: int) -> int:
    """Accounts, those of resellers with all that their clients have."""
    of_clients = Coalesce(Sum(f"clients__{what}_count"), 0)
    used = plan.accounts.annotate(used=F(f"{what}_count") + of_clients)
    return used.filter(used__gt=limit).count()


def _lowered(before: int | None, after: int | None) -> bool:
    return after is not None and (before is None or after < before)


def _have_more(what: Countable, number: int) -> str:
    return {
        Countable.DOMAIN: ngettext(
            "%(number)d account has more domains.", "%(number)d accounts have more domains.", number
        ),
        Countable.MAILBOX: ngettext(
            "%(number)d account has more mailboxes.",
            "%(number)d accounts have more mailboxes.",
            number,
        ),
        Countable.ALIAS: ngettext(
            "%(number)d account has more aliases.", "%(number)d accounts have more aliases.", number
        ),
    }[what]


def _with_larger_mailboxes(plan: Plan, new: Mapping[str, Any]) -> Iterator[str]:
    if new["largest_size_bytes"] < plan.largest_size_bytes:
        boxes = Mailbox.objects.filter(account__plan=plan, counted=True)
        larger = boxes.filter(quota_bytes__gt=new["largest_size_bytes"])
        yield from _said(
            larger.values("account").distinct().count(),
            ngettext_lazy(
                "%(number)d account has larger mailboxes.",
                "%(number)d accounts have larger mailboxes.",
                "number",
            ),
        )


def _using_what_ends(plan: Plan, new: Mapping[str, Any]) -> Iterator[str]:
    """What is in use goes on, and is only to be ended; programs alone are refused at once."""
    for feature, (number_of, words) in IN_USE.items():
        ended = new.get(feature) in (False, Plan.Forwarding.OFF)
        if ended and includes(plan, feature):
            yield from _said(number_of(plan), words)


def _domains(plan: Plan) -> int:
    return plan.accounts.filter(domain_count__gt=0).count()


def _catch_alls(plan: Plan) -> int:
    found = Domain.objects.filter(account__plan=plan).exclude(catch_all="")
    return found.values("account").distinct().count()


def _forwarding(plan: Plan) -> int:
    found = MailRules.objects.filter(mailbox__account__plan=plan).exclude(forward_to=[])
    return found.values("mailbox__account").distinct().count()


def _webhooks(plan: Plan) -> int:
    found = Channel.objects.filter(account__plan=plan, transport=Channel.Transport.WEBHOOK)
    return found.values("account").distinct().count()


def _with_programs(plan: Plan) -> int:
    found = Token.objects.lasting().filter(account__plan=plan)
    return found.values("account").distinct().count()


def _said(number: int, words: Any) -> Iterator[str]:
    if number:
        yield words % {"number": number}


IN_USE: dict[Feature, tuple[Callable[[Plan], int], Any]] = {
    Feature.HOSTING: (
        _domains,
        ngettext_lazy(
            "%(number)d account has domains: their mail goes on, their pages are closed.",
            "%(number)d accounts have domains: their mail goes on, their pages are closed.",
            "number",
        ),
    ),
    Feature.CATCH_ALL: (
        _catch_alls,
        ngettext_lazy(
            "%(number)d account has a catch-all.", "%(number)d accounts have a catch-all.", "number"
        ),
    ),
    Feature.FORWARDING: (
        _forwarding,
        ngettext_lazy(
            "%(number)d account forwards mail.", "%(number)d accounts forward mail.", "number"
        ),
    ),
    Feature.WEBHOOKS: (
        _webhooks,
        ngettext_lazy(
            "%(number)d account has webhooks.", "%(number)d accounts have webhooks.", "number"
        ),
    ),
    Feature.API: (
        _with_programs,
        ngettext_lazy(
            "%(number)d account has tokens for the API: programs are refused from then on.",
            "%(number)d accounts have tokens for the API: programs are refused from then on.",
            "number",
        ),
    ),
}
