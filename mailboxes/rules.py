"""Forwarding and auto-reply: what is wanted is a row, and Dovecot obeys the script made of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import Actor, audit
from accounts.features import Feature, claim_feature
from accounts.models import Plan
from domains.models import Domain
from kuploy.errors import Refused
from mailboxes import sieve
from mailboxes.models import Alias, Mailbox, MailRules

ANSWERED = 100  # further addresses for which one auto-reply speaks

# Two that forward to each other at one moment would not see it.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('mailboxes.forwarding'))"
# From which of the targets mail comes to that address, over whatever is set up here: forwarding,
# aliases, alias domains and catch-alls.
COMING_BACK = """
    WITH RECURSIVE way (start, address) AS (
        SELECT target, target FROM unnest(%s::text[] COLLATE "C") AS target
     UNION
        SELECT way.start, next.address
          FROM way CROSS JOIN LATERAL (
              SELECT unnest(rules.forward_to)
                FROM mailboxes_mailrules AS rules
                JOIN mailboxes_mailbox AS box ON box.id = rules.mailbox_id
               WHERE box.address = way.address
           UNION ALL
              SELECT unnest(targets) FROM mailboxes_alias WHERE address = way.address
           UNION ALL
              SELECT split_part(way.address, '@', 1) || '@' || real.name
                FROM domains_domain AS mirror
                JOIN domains_domain AS real ON real.id = mirror.alias_of_id
               WHERE mirror.name = split_part(way.address, '@', 2)
                 AND mirror.proved_at IS NOT NULL
           UNION ALL
              SELECT catch_all FROM domains_domain
               WHERE name = split_part(way.address, '@', 2)
                 AND proved_at IS NOT NULL AND catch_all <> ''
                 AND NOT EXISTS (SELECT FROM mailboxes_mailbox WHERE address = way.address)
                 AND NOT EXISTS (SELECT FROM mailboxes_alias WHERE address = way.address)
          ) AS next (address)
    )
    SELECT start FROM way WHERE address = %s
"""


def rules_of(mailbox: Mailbox) -> MailRules:
    """Those that were never chosen do nothing."""
    return MailRules.objects.filter(mailbox=mailbox).first() or MailRules(mailbox=mailbox)


@transaction.atomic
def set_forwarding(
    *, mailbox: Mailbox, forward_to: list[str], keep_copy: bool, actor: Actor
) -> None:
    """Mail goes on to these addresses from the next one on; to none ends it."""
    _check_plan(mailbox, forward_to, actor)
    with _changing(mailbox) as rules:
        _check_targets(mailbox, forward_to)
        before, rules.forward_to, rules.keep_copy = rules.forward_to, forward_to, keep_copy
        audit(
            actor, "mailbox.forwarding_changed", mailbox,
            before=before, targets=forward_to, keep_copy=keep_copy,
        )  # fmt: skip


def set_auto_reply(
    *,
    mailbox: Mailbox,
    on: bool,
    subject: str,
    text: str,
    first_day: date | None,
    last_day: date | None,
    actor: Actor,
) -> None:
    """Whoever writes is answered, once in a while; switched off, the words are kept."""
    with _changing(mailbox) as rules:
        rules.reply_on, rules.reply_subject, rules.reply_text = on, subject, text
        rules.reply_first_day, rules.reply_last_day = first_day, last_day
        audit(actor, "mailbox.auto_reply_changed", mailbox, on=on)


def set_by_admins(mailbox: Mailbox, actor: Actor) -> bool:
    """The plan leaves forwarding to whoever manages mailboxes, and this is the mailbox's user."""
    of_admins = mailbox.account.plan.forwarding == Plan.Forwarding.ADMINS
    # postmaster@ is among those who manage, also at its own mailbox.
    return of_admins and actor.mailbox == mailbox.address and not mailbox.is_postmaster


def _check_plan(mailbox: Mailbox, targets: list[str], actor: Actor) -> None:
    """Targets from before may stay and be ended, whatever the plan says now."""
    if set_by_admins(mailbox, actor):
        raise Refused(_("Forwarding is set up by whoever manages your mailbox. Ask them."))
    # The account's row is locked before the mailbox's, as everywhere.
    if not set(targets) <= set(rules_of(mailbox).forward_to):
        claim_feature(mailbox.account, Feature.FORWARDING)


@contextmanager
def _changing(mailbox: Mailbox) -> Iterator[MailRules]:
    """What is set inside is stored with its script, in one transaction with the record of it."""
    with transaction.atomic():
        Mailbox.objects.select_for_update().get(pk=mailbox.pk)
        rules = rules_of(mailbox)
        yield rules
        rules.save()
        _write_script(rules)


def _write_script(rules: MailRules) -> None:
    Mailbox.objects.filter(pk=rules.mailbox_id).update(sieve_script=script_of(rules))


def script_of(rules: MailRules) -> str:
    reply = _reply_of(rules) if rules.reply_on else None
    return sieve.script(rules.forward_to, keep_copy=rules.keep_copy, reply=reply)


def _reply_of(rules: MailRules) -> sieve.Reply:
    return sieve.Reply(
        rules.reply_subject,
        rules.reply_text,
        rules.reply_first_day,
        rules.reply_last_day,
        _further_addresses(rules.mailbox),
    )


def _further_addresses(mailbox: Mailbox) -> list[str]:
    """Those whose mail comes to that mailbox alone; what several people get is not answered."""
    mirrors = Domain.objects.filter(alias_of=mailbox.domain_id, proved_at__isnull=False)
    mirrored = [f"{mailbox.local_part}@{mirror.name}" for mirror in mirrors.order_by("name")]
    aliases = Alias.objects.filter(account=mailbox.account_id, targets=[mailbox.address])
    found = [*mirrored, *aliases.order_by("address").values_list("address", flat=True)[:ANSWERED]]
    return found[:ANSWERED]


def alias_changed(*targets: list[str]) -> None:
    """An auto-reply speaks for the aliases that lead to it alone; these are old and new targets."""
    sole = {only for only, *others in filter(None, targets) if not others}
    _rewrite(Mailbox.objects.filter(address__in=sole))


def mirror_activated(domain: Domain) -> None:
    """An auto-reply speaks for its address in the alias domains too."""
    if domain.alias_of_id:
        _rewrite(Mailbox.objects.filter(domain=domain.alias_of_id))


def _rewrite(mailboxes: QuerySet[Mailbox]) -> None:
    # Locked, as by who changes the rules: of two at once, the second sees what the first did.
    locked = list(mailboxes.select_for_update().order_by("address"))
    answering = MailRules.objects.filter(mailbox__in=locked, reply_on=True)
    for rules in answering.select_related("mailbox"):
        _write_script(rules)


def check_wanted(address: str, targets: list[str]) -> None:
    """Whatever can be said before it is known where the targets lead."""
    most = settings.FORWARDING_TARGETS
    if len(targets) > most:
        raise Refused(
            ngettext(
                "Mail can be forwarded to %(most)d address.",
                "Mail can be forwarded to at most %(most)d addresses.",
                most,
            ) % {"most": most}
        )  # fmt: skip
    if address in targets:
        raise Refused(_("A mailbox cannot forward to itself. Tick “keep a copy” instead."))


def _check_targets(mailbox: Mailbox, targets: list[str]) -> None:
    """Everything that says to whom mail must not be sent on."""
    check_wanted(mailbox.address, targets)
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    if found := coming_back(targets, mailbox.address):
        raise Refused(
            _("Mail to %(target)s comes back to %(address)s: it would go round in circles.")
            % {"target": found, "address": mailbox}
        )


def coming_back(targets: list[str], address: str) -> str | None:
    """Of the targets one whose mail ends up, over whatever is set up here, at that address."""
    with connection.cursor() as cursor:
        cursor.execute(COMING_BACK, [targets, address])
        found = cursor.fetchone()
    return str(found[0]) if found else None
