"""Audit events in plain words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "account.opened": _("Opened the account %(name)s"),
    "account.renamed": _("Renamed the account to %(name)s"),
    "account.changed": _("Changed the account %(name)s"),
    "account.created": _("Created the account %(name)s"),
    "account.kind_changed": _("Changed %(name)s from %(before)s to %(after)s"),
    "account.reseller_changed": _("Changed the reseller of %(name)s from %(before)s to %(after)s"),
    "account.plan_changed": _("Moved %(name)s from the plan %(before)s to %(after)s"),
    "account.removed": _("Removed the account %(name)s with all its mail"),
    "client.created": _("Created the client %(name)s"),
    "suspension.no_sending": _("Suspended sending for %(name)s: %(reason)s"),
    "suspension.no_sign_in": _("Suspended sign-in and sending for %(name)s: %(reason)s"),
    "suspension.no_mail": _("Suspended %(name)s, also for mail that comes in: %(reason)s"),
    "suspension.lifted": _("Ended the suspension of %(name)s"),
    "plan.created": _("Made the plan %(name)s"),
    "plan.chosen_for_sign_up": _("Chose the plan %(name)s for new accounts"),
    "plan.changed": _("Changed the plan %(name)s"),
    "account.blocked_return": _("Chose how blocked mailboxes of %(name)s come back"),
    "mailboxes.blocked": _("Blocked mailboxes of %(name)s beyond its plan: %(number)s"),
    "mailboxes.brought_back": _("Brought blocked mailboxes of %(name)s back: %(number)s"),
    "plan.retired": _("Retired the plan %(name)s"),
    "plan.offered_again": _("Offered the plan %(name)s again"),
    "plan.deleted": _("Deleted the plan %(name)s"),
    "brand.changed": _("Changed the brand of %(name)s"),
    "brand.logo_set": _("Chose a logo for %(name)s"),
    "brand.logo_removed": _("Removed the logo of %(name)s"),
    "brand.host_wanted": _("Chose the host name %(host)s for the clients of %(name)s"),
    "brand.host_check_requested": _("Asked for a DNS check of the host name of %(name)s"),
    "brand.host_counts": _("Clients of %(name)s sign in at %(host)s from now on"),
    "brand.host_lost": _("Clients of %(name)s sign in at %(host)s no more: see its DNS"),
    "brand.host_given_up": _("Gave up the host name %(host)s of %(name)s"),
    "brand.cleared": _("Took away the brand of %(name)s"),
    "invitation.sent": _("Invited %(name)s"),
    "invitation.accepted": _("Accepted the invitation of %(name)s"),
    "invitation.withdrawn": _("Withdrew the invitation of %(name)s"),
    "member.role_changed": _("Changed the role of %(name)s from %(before)s to %(after)s"),
    "member.removed": _("Removed %(name)s"),
    "token.made": _("Made the API token %(name)s"),
    "token.revoked": _("Revoked the API token %(name)s"),
    "factor.taken_away": _("Took away a second factor of %(name)s"),
    "domain.added": _("Added the domain %(name)s"),
    "domain.proved": _("Proved the ownership of %(name)s"),
    "domain.check_requested": _("Asked for a DNS check of %(name)s"),
    "domain.code_sent": _("Had a code for %(name)s mailed to %(address)s"),
    "domain.code_wrong": _("Typed a wrong code for %(name)s"),
    "domain.deliver_here": _("Switched early delivery of %(name)s on or off"),
    "domain.key_renewal_begun": _("Made the next signing key of %(name)s"),
    "domain.key_renewal_given_up": _("Kept the present signing key of %(name)s"),
    "domain.key_renewed": _("%(name)s is signed with its next key"),
    "domain.spam_level": _("Changed the spam filter of %(name)s"),
    "domain.catch_all": _("Changed the catch-all of %(name)s"),
    "domain.limited": _("Changed what %(name)s allows"),
    "domain.limited_by_reseller": _("Changed what the reseller allows in %(name)s"),
    # Of the time before there were steps.
    "domain.suspended": _("Suspended %(name)s"),
    "domain.resumed": _("Resumed %(name)s"),
    "domain.removed": _("Removed the domain %(name)s and its mail"),
    "domain.changed": _("Changed the domain %(name)s"),
    "mailbox.created": _("Created the mailbox %(name)s"),
    "mailbox.changed": _("Changed name, size or language of %(name)s"),
    "mailbox.auto_reply_changed": _("Changed the auto-reply of %(name)s"),
    "mailbox.forwarding_changed": _("Changed the forwarding of %(name)s"),
    "mailbox.language_changed": _("Changed the language of notices of %(name)s"),
    "mailbox.password_changed": _("Changed the password of %(name)s"),
    "mailbox.password_reset": _("Set a new password of %(name)s by a link to its recovery address"),
    "mailbox.invited": _("Had a link sent with which the user of %(name)s chooses the password"),
    "mailbox.invitation_accepted": _("Chose the password of %(name)s by the link"),
    "mailbox.invitation_withdrawn": _("Withdrew the link to the password of %(name)s"),
    "mailbox.recovery_chosen": _("Chose a recovery address of %(name)s"),
    "mailbox.recovery_confirmed": _("Confirmed the recovery address of %(name)s"),
    "mailbox.recovery_removed": _("Removed the recovery address of %(name)s"),
    "mailbox.sessions_ended": _("Ended the open sessions of %(name)s"),
    "mailbox.disabled": _("Disabled %(name)s"),
    "mailbox.enabled": _("Enabled %(name)s"),
    "mailbox.deleted": _("Deleted the mailbox %(name)s and its mail"),
    "alias.created": _("Created the alias %(name)s"),
    "alias.changed": _("Changed the targets of %(name)s"),
    "alias.deleted": _("Deleted the alias %(name)s"),
    "import.uploaded": _("Uploaded %(name)s to import it"),
    "import.applied": _("Applied the import %(name)s"),
    "import.discarded": _("Discarded the import %(name)s"),
    "import.ended": _(
        "The import %(name)s ended. Created: %(created)s, of these blocked: %(blocked)s. "
        "Left out: %(skipped)s"
    ),
    "import.exported": _("Exported addresses of %(name)s with the hashes of their passwords"),
    "notifications.changed": _("Changed what %(name)s is told of"),
    "address.added": _("Added an address for what %(name)s is told of"),
    "address.asked_again": _("Had a new link sent to an address of %(name)s"),
    "address.confirmed": _("Confirmed an address for what %(name)s is told of"),
    "address.stopped": _("Ended the mail to an address of %(name)s by the link in it"),
    "address.removed": _("Removed an address for what %(name)s is told of"),
    "channel.added": _("Added the webhook at %(name)s"),
    "channel.changed": _("Changed the webhook at %(name)s"),
    "channel.secret_rotated": _("Renewed the secret of the webhook at %(name)s"),
    "channel.tested": _("Sent a test to the webhook at %(name)s"),
    "channel.resumed": _("Resumed the webhook at %(name)s"),
    "channel.removed": _("Removed the webhook at %(name)s"),
    "migration.added": _("Began a migration from %(name)s: %(mailboxes)s mailboxes to test"),
    "migration.tested": _("Had mailboxes at %(name)s tested again: %(mailboxes)s"),
    "migration.corrected": _("Corrected how the mail of %(name)s is fetched"),
    "migration.copy": _("Had mail copied from %(name)s: %(mailboxes)s mailboxes"),
    "migration.final": _(
        "Had mail copied from %(name)s for the last time: %(mailboxes)s mailboxes"
    ),
    "migration.paused": _("Paused the migration from %(name)s"),
    "migration.resumed": _("Resumed the migration from %(name)s"),
    "migration.removed": _("Removed the migration from %(name)s"),
    "host_job.tried_now": _("Had a mail host try again: %(name)s"),
    "delivery.sent_again": _("Sent again: %(name)s"),
}


def sentence(action: str, name: str, details: dict[str, Any]) -> str:
    """What was done; an action without words of its own stands as it is stored."""
    words = SENTENCES.get(action)
    if words is None:
        return f"{action} {name}"
    try:
        return str(words % {**details, "name": name})
    except KeyError:  # a row from before the detail was written down
        return f"{action} {name}"
