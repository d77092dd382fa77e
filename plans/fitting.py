"""Does an account fit into a plan? What does not, by how much, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from django.db.models import Count, F, Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account, Plan
from accounts.room import Countable, rooms_for
from domains.models import Domain
from mailboxes import blocking
from mailboxes.models import Mailbox, MailRules
from notifications.models import Channel
from quotas.limits import Room
from quotas.models import Usage


class Kind(Enum):
    FIRST = "first"  # has to be put right before the move
    BLOCK = "block"  # or else is blocked with it
    KEPT = "kept"  # stays as it is; good to know


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit: what was found, what the plan holds, the next step."""

    kind: Kind
    sentence: str
    advice: str


def findings(account: Account, plan: Plan) -> list[Finding]:
    if not plan.email_hosting:
        return list(_hosting(account))
    return [
        *_mailboxes(account, plan),
        *_counts(account, plan),
        *_sizes(account, plan),
        *_messages(account, plan),
        *_aliases_per_mailbox(account, plan),
        *_features(account, plan),
        *_programs(account, plan),
    ]


def rooms_in(account: Account, plan: Plan) -> dict[Countable, Room]:
    """What the account would use of that plan; a reseller's with all that its clients use."""
    used = rooms_for(account, *Countable)
    return {what: Room(room.used, getattr(plan, f"{what}_limit")) for what, room in used.items()}


def _hosting(account: Account) -> Iterator[Finding]:
    if account.domain_count or account.mailbox_count:
        yield Finding(
            Kind.FIRST,
            _("The plan has no e-mail hosting. In use: domains %(domains)d, mailboxes %(boxes)d.")
            % {"domains": account.domain_count, "boxes": account.mailbox_count},
            _("Remove the domains first; their mailboxes go with them."),
        )


def _mailboxes(account: Account, plan: Plan) -> Iterator[Finding]:
    room = rooms_in(account, plan)[Countable.MAILBOX]
    if newest := blocking.excess(account, room.limit):
        yield Finding(
            Kind.BLOCK,
            _too_many(Countable.MAILBOX, room),
            ngettext(
                "Delete %(number)d first, or block the newest one: it keeps its mail, refuses "
                "sign-in and new mail, and comes back when there is room.",
                "Delete %(number)d first, or block the %(number)d newest: they keep their mail, "
                "refuse sign-in and new mail, and come back when there is room.",
                newest,
            ) % {"number": newest},
        )  # fmt: skip


def _counts(account: Account, plan: Plan) -> Iterator[Finding]:
    rooms = rooms_in(account, plan)
    advice = {
        Countable.DOMAIN: _("Remove domains first."),
        Countable.ALIAS: _("Delete aliases first."),
    }
    for what, step in advice.items():
        if not rooms[what].fits(0):
            yield Finding(Kind.FIRST, _too_many(what, rooms[what]), step)


def _too_many(what: Countable, room: Room) -> str:
    sentence = {
        Countable.DOMAIN: ngettext(
            "%(used)d domain, the plan holds %(limit)d: %(over)d too many.",
            "%(used)d domains, the plan holds %(limit)d: %(over)d too many.",
            room.used,
        ),
        Countable.MAILBOX: ngettext(
            "%(used)d mailbox, the plan holds %(limit)d: %(over)d too many.",
            "%(used)d mailboxes, the plan holds %(limit)d: %(over)d too many.",
            room.used,
        ),
        Countable.ALIAS: ngettext(
            "%(used)d alias, the plan holds %(limit)d: %(over)d too many.",
            "%(used)d aliases, the plan holds %(limit)d: %(over)d too many.",
            room.used,
        ),
    }[what]
    limit = room.limit or 0
    return sentence % {"used": room.used, "limit": limit, "over": room.used - limit}


def _sizes(account: Account, plan: Plan) -> Iterator[Finding]:
    largest = plan.largest_size_bytes
    odd = ~Q(quota_bytes__in=plan.sizes)
    found = Mailbox.objects.filter(account=account, counted=True).aggregate(
        larger=Count("pk", filter=Q(quota_bytes__gt=largest)),
        odd=Count("pk", filter=odd & Q(quota_bytes__lte=largest)),
    )
    if found["larger"]:
        yield Finding(
            Kind.FIRST,
            ngettext(
                "%(number)d mailbox is larger than %(largest)s, the largest size of the plan.",
                "%(number)d mailboxes are larger than %(largest)s, the largest size of the plan.",
                found["larger"],
            ) % {"number": found["larger"], "largest": filesizeformat(largest)},
            _("Make them smaller or delete them first."),
        )  # fmt: skip
    if found["odd"]:
        yield Finding(
            Kind.KEPT,
            ngettext(
                "%(number)d mailbox has a size that the plan does not offer.",
                "%(number)d mailboxes have a size that the plan does not offer.",
                found["odd"],
            ) % {"number": found["odd"]},
            _("They keep it. Once changed, only a size on offer can be chosen."),
        )  # fmt: skip


def _messages(account: Account, plan: Plan) -> Iterator[Finding]:
    if plan.message_cap is None:
        return
    addresses = Mailbox.objects.filter(account=account, counted=True).values("address")
    full = Usage.objects.filter(username__in=addresses, messages__gte=plan.message_cap)
    if number := full.count():
        yield Finding(
            Kind.KEPT,
            ngettext(
                "%(number)d mailbox holds %(most)s messages or more, the most of the plan.",
                "%(number)d mailboxes hold %(most)s messages or more, the most of the plan.",
                number,
            ) % {"number": number, "most": f"{plan.message_cap:,}"},
            _("They keep them, and refuse new mail until some are deleted."),
        )  # fmt: skip


def _aliases_per_mailbox(account: Account, plan: Plan) -> Iterator[Finding]:
    most = plan.aliases_per_mailbox
    if most is None:
        return
    # The postmaster counts here, and not among the mailboxes.
    over = account.domains.filter(alias_count__gt=(F("mailbox_count") + 1) * most)
    if number := over.exclude(status=Domain.Status.REMOVING).count():
        yield Finding(
            Kind.FIRST,
            ngettext(
                "%(number)d domain has more aliases than %(most)d for each of its mailboxes.",
                "%(number)d domains have more aliases than %(most)d for each of their mailboxes.",
                number,
            ) % {"number": number, "most": most},
            _("Delete aliases there first."),
        )  # fmt: skip


def _features(account: Account, plan: Plan) -> Iterator[Finding]:
    """What is in use and would go."""
    if not plan.catch_all:
        number = account.domains.exclude(catch_all="").count()
        sentence = ngettext(
            "%(number)d domain has a catch-all, which is not in the plan.",
            "%(number)d domains have a catch-all, which is not in the plan.",
            number,
        )
        yield from _in_use(number, sentence, _("Switch it off there first."))
    if plan.forwarding == Plan.Forwarding.OFF:
        number = MailRules.objects.filter(mailbox__account=account).exclude(forward_to=[]).count()
        sentence = ngettext(
            "%(number)d mailbox forwards its mail, which is not in the plan.",
            "%(number)d mailboxes forward their mail, which is not in the plan.",
            number,
        )
        yield from _in_use(number, sentence, _("End the forwarding there first."))
    if not plan.webhooks:
        number = Channel.objects.filter(account=account, transport="webhook").count()
        sentence = ngettext(
            "%(number)d webhook is set up, which is not in the plan.",
            "%(number)d webhooks are set up, which are not in the plan.",
            number,
        )
        yield from _in_use(number, sentence, _("Remove them first."))


def _programs(account: Account, plan: Plan) -> Iterator[Finding]:
    number = account.tokens.lasting().count()
    if number and account.plan.api and not plan.api:
        yield Finding(
            Kind.KEPT,
            ngettext(
                "%(number)d token opens the API, which is not in the plan.",
                "%(number)d tokens open the API, which is not in the plan.",
                number,
            ) % {"number": number},
            _("Programs that use it are refused until a plan has the API again."),
        )  # fmt: skip


def _in_use(number: int, sentence: str, advice: str) -> Iterator[Finding]:
    if number:
        yield Finding(Kind.FIRST, sentence % {"number": number}, advice)
