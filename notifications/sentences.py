"""Alerts in plain words, made from their facts in the reader's language."""

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Words = tuple[Any, Any]

WORDS: dict[str, Words] = {
    "quota_80": (
        gettext_lazy("%(address)s has passed 80 %%"),
        gettext_lazy("%(used)s of %(limit)s are in use. Enlarge the mailbox or delete mail soon."),
    ),
    "quota_95": (
        gettext_lazy("%(address)s has passed 95 %%"),
        gettext_lazy("%(used)s of %(limit)s are in use. Enlarge the mailbox or delete mail now."),
    ),
    "quota_100": (
        gettext_lazy("%(address)s is full"),
        gettext_lazy(
            "%(used)s of %(limit)s are in use, and new mail is refused. Enlarge the mailbox or "
            "delete mail."
        ),
    ),
    "quota_normal": (
        gettext_lazy("%(address)s is back under 75 %%"),
        gettext_lazy("%(used)s of %(limit)s are in use."),
    ),
    "sending_limit": (
        gettext_lazy("%(address)s has reached its sending limit"),
        gettext_lazy(
            "It has sent %(sent)s messages in a day, and no more are taken for now. If that is a "
            "surprise, somebody else may know its password: set a new one."
        ),
    ),
    "mailboxes_blocked": (
        gettext_lazy("Mailboxes blocked: %(blocked)s"),
        gettext_lazy(
            "The plan holds fewer mailboxes than there are. The newest keep their mail, but nobody "
            "can sign in and new mail is refused. Delete what is unused, or ask for a larger plan."
        ),
    ),
    "resumed": (
        gettext_lazy("%(name)s is no longer suspended"),
        gettext_lazy("It works again as before."),
    ),
    "domain_active": (
        gettext_lazy("%(domain)s is active"),
        gettext_lazy("The ownership of %(domain)s is proved. You can create mailboxes now."),
    ),
    "dns_broken": (
        gettext_lazy("The DNS of %(domain)s is no longer right"),
        gettext_lazy(
            "Look at %(records)s: the page of the domain says what was found and what to publish."
        ),
    ),
    "mx_moved": (
        gettext_lazy("The mail of %(domain)s goes elsewhere"),
        gettext_lazy(
            "Its MX records no longer point to us, so new mail arrives somewhere else. If you "
            "moved it there, all is well; if not, somebody has changed your DNS."
        ),
    ),
    "domain_gone": (
        gettext_lazy("%(domain)s is no longer in the DNS"),
        gettext_lazy(
            "Its registration has ended, or its registrar knows no name servers for it. Nobody can "
            "write to it. Renew it at your registrar, or correct the name servers there."
        ),
    ),
    "dns_cured": (
        gettext_lazy("The DNS records of %(domain)s are right again"),
        gettext_lazy("All four were found as they should be."),
    ),
    "dkim_old": (
        gettext_lazy("The signing key of %(domain)s is a year old"),
        gettext_lazy(
            "A new one keeps your signature safe. The page of the domain makes it, or says "
            "what it waits for; mail is signed with the present one until the record of the new "
            "one is found."
        ),
    ),
    "claim_lost": (
        gettext_lazy("%(domain)s was proved by another account"),
        gettext_lazy(
            "Another account has proved that %(domain)s is theirs, so it cannot be activated "
            "in yours. If the domain is yours, contact support."
        ),
    ),
    "deliver_here_ended": (
        gettext_lazy("%(domain)s follows its MX records again"),
        gettext_lazy(
            "Mail for %(domain)s was taken here before its MX records point to us. That ends "
            "after two weeks: mail goes where the MX records point. Change them to move here."
        ),
    ),
    "host_left": (
        gettext_lazy("%(host)s no longer leads here"),
        gettext_lazy(
            "Links in mail to your clients lead to our own name from now on. After a day nothing "
            "answers under yours. Put right what the page of your brand shows; it counts again "
            "by itself."
        ),
    ),
    "import_ended": (
        gettext_lazy("The import of %(file)s has ended"),
        gettext_lazy("Created: %(created)s, of these blocked: %(blocked)s. Left out: %(skipped)s."),
    ),
    "channel_stopped": (
        gettext_lazy("The webhook %(url)s gets nothing any more"),
        gettext_lazy("%(reason)s Mend the receiver, then resume it on its page."),
    ),
    "migration_ended": (
        gettext_lazy("The migration from %(host)s has ended"),
        gettext_lazy("Mailboxes done: %(done)s. Failed: %(failed)s. Its page says more of each."),
    ),
    "test": (
        gettext_lazy("A test"),
        gettext_lazy("Somebody asked for this message to see that it arrives."),
    ),
}

# Of a domain whose mail goes elsewhere.
ENFORCED = gettext_lazy(
    "Its MTA-STS policy still names our hosts alone, and servers that keep to it deliver nowhere "
    "else for up to a week: if you move the mail, choose Off on the page of the domain and publish "
    "the record that it then shows."
)
SUSPENDED = gettext_lazy("%(name)s is suspended")
LEFT = {
    "no_sending": gettext_lazy(
        "Mail comes in and can be read, but nothing can be sent. The reason: %(reason)s"
    ),
    "no_sign_in": gettext_lazy(
        "Mail comes in, but nobody can sign in to read it and nothing can be sent. "
        "The reason: %(reason)s"
    ),
    "no_mail": gettext_lazy(
        "Mail to it is refused, nobody can sign in and nothing can be sent. What it holds stays. "
        "The reason: %(reason)s"
    ),
}

PLAN_TITLES = {
    "domains": {
        80: gettext_lazy("80 %% of the domains of your plan are in use"),
        100: gettext_lazy("All domains of your plan are in use"),
        75: gettext_lazy("There is room for domains again"),
    },
    "mailboxes": {
        80: gettext_lazy("80 %% of the mailboxes of your plan are in use"),
        100: gettext_lazy("All mailboxes of your plan are in use"),
        75: gettext_lazy("There is room for mailboxes again"),
    },
    "aliases": {
        80: gettext_lazy("80 %% of the aliases of your plan are in use"),
        100: gettext_lazy("All aliases of your plan are in use"),
        75: gettext_lazy("There is room for aliases again"),
    },
}


def title(kind: str, facts: dict[str, Any]) -> str:
    return str(_words(kind, facts)[0] % _readable(facts))


def body(kind: str, facts: dict[str, Any]) -> str:
    said = str(_words(kind, facts)[1] % _readable(facts))
    more = [str(ENFORCED)] if facts.get("mta_sts") == "enforce" else []
    return " ".join([said, *map(_change, facts.get("changes", ())), *more])


def _change(change: dict[str, Any]) -> str:
    """What a DNS record was, what it is, and what it should be."""
    was, now, publish = (", ".join(change[each]) for each in ("was", "now", "publish"))
    values = {"record": change["record"], "was": was, "now": now or _("nothing")}
    said = _("%(record)s was “%(was)s” and is “%(now)s”.") % values
    return f"{said} {_('Publish “%(value)s”.') % {'value': publish}}" if publish else said


def amount(metric: str, value: int) -> str:
    """A figure for reading: with its unit for space, a plain number for the rest."""
    return filesizeformat(value) if metric == "space" else f"{value:,}"


def figures(facts: dict[str, Any]) -> str:
    """What is used of what, for tables; empty for what has no figures."""
    return _("%(used)s of %(limit)s") % _readable(facts) if "limit" in facts else ""


def _words(kind: str, facts: dict[str, Any]) -> Words:
    if kind == "suspended":
        return SUSPENDED, LEFT[facts["step"]]
    if kind != "plan_limit":
        return WORDS[kind]
    return PLAN_TITLES[facts["metric"]][facts["crossed"]], _plan_body(facts["crossed"])


def _plan_body(crossed: int) -> Any:
    if crossed == 75:
        return gettext_lazy("%(used)s are in use.")
    if crossed == 100:
        return gettext_lazy(
            "%(used)s of %(limit)s are in use, so no more can be created. Upgrade the plan or "
            "remove what is unused."
        )
    return gettext_lazy("%(used)s of %(limit)s are in use.")


def _readable(facts: dict[str, Any]) -> dict[str, Any]:
    if "used" not in facts:
        return facts
    metric = facts["metric"]
    # A plan without a limit names none.
    used, limit = amount(metric, facts["used"]), amount(metric, facts.get("limit", 0))
    if metric == "messages":
        limit = _("%(count)s messages") % {"count": limit}
    return {**facts, "used": used, "limit": limit}
