"""Forwarding and auto-reply of a mailbox."""

from datetime import date
from uuid import UUID

from ninja import Field

from accounts.api.bodies import Sent
from accounts.api.guard import Call
from accounts.api.problems import judged
from accounts.roles import Act
from mailboxes import access
from mailboxes.api.mailboxes import routes, rows
from mailboxes.rule_forms import AutoReplyForm, ForwardingForm
from mailboxes.rules import rules_of, set_auto_reply, set_forwarding


class Forwarding(Sent):
    forward_to: list[str] = Field(max_length=100, description="Addresses; none: nothing.")
    keep_copy: bool = Field(True, description="Whether forwarded mail also stays in the mailbox.")


@routes.show("/mailboxes/{uuid:mailbox_id}/forwarding", Act.EDIT_MAILBOXES, Forwarding)
def show_forwarding(request: Call, mailbox_id: UUID) -> Forwarding:
    """Show where a mailbox forwards to."""
    rules = rules_of(access.get_mailbox(request.membership, mailbox_id))
    return Forwarding(forward_to=rules.forward_to, keep_copy=rules.keep_copy)


@routes.change(
    "PUT", "/mailboxes/{uuid:mailbox_id}/forwarding", Act.EDIT_MAILBOXES, Forwarding,
    shown=show_forwarding, rows=rows,
)  # fmt: skip
def change_forwarding(request: Call, mailbox_id: UUID, wanted: Forwarding) -> Forwarding:
    """Choose where a mailbox forwards to."""
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    sent = {"forward_to": "\n".join(wanted.forward_to), "keep_copy": wanted.keep_copy}
    typed = judged(ForwardingForm(sent, rules=rules_of(mailbox)))
    set_forwarding(mailbox=mailbox, **typed, actor=request.actor)
    return show_forwarding(request, mailbox_id)


class AutoReply(Sent):
    on: bool
    subject: str = Field(max_length=120)
    text: str = Field(max_length=4000)
    first_day: date | None = Field(None, description="In UTC; none: from now on.")
    last_day: date | None = Field(None, description="In UTC, included; none: until switched off.")


@routes.show("/mailboxes/{uuid:mailbox_id}/auto-reply", Act.EDIT_MAILBOXES, AutoReply)
def show_auto_reply(request: Call, mailbox_id: UUID) -> AutoReply:
    """Show the auto-reply of a mailbox."""
    rules = rules_of(access.get_mailbox(request.membership, mailbox_id))
    return AutoReply(**{name: getattr(rules, f"reply_{name}") for name in AutoReply.model_fields})


@routes.change(
    "PUT", "/mailboxes/{uuid:mailbox_id}/auto-reply", Act.EDIT_MAILBOXES, AutoReply,
    shown=show_auto_reply, rows=rows,
)  # fmt: skip
def change_auto_reply(request: Call, mailbox_id: UUID, wanted: AutoReply) -> AutoReply:
    """Choose the auto-reply of a mailbox.

    Each sender gets it once in a few days; mailing lists and machines get none.
    """
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    typed = judged(AutoReplyForm(wanted.model_dump(), rules=rules_of(mailbox)))
    set_auto_reply(mailbox=mailbox, **typed, actor=request.actor)
    return show_auto_reply(request, mailbox_id)
