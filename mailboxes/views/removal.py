"""The two dangerous acts: what goes with them is said, and the name has to be typed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.http import MemberRequest, hosting
from accounts.roles import Act
from domains import access as domain_access
from domains.forms import RemovalForm
from mailboxes import access, removal


@hosting(Act.EDIT_MAILBOXES)
def delete_mailbox(request: MemberRequest, mailbox_id: UUID) -> HttpResponse:
    mailbox = access.get_mailbox_for_work(request.membership, mailbox_id)
    form = RemovalForm(request.POST or None, expected=mailbox.address)
    if request.method == "POST" and form.is_valid():
        removal.delete_mailbox(mailbox=mailbox, actor=request.actor)
        messages.success(
            request, _("%(address)s is gone; its mail is being deleted.") % {"address": mailbox}
        )
        return redirect("mailboxes:list", request.account.slug)
    context = {"form": form, "mailbox": mailbox, "usage": mailbox.usage}
    return render(request, "mailboxes/delete.html", context, status=422 if form.errors else 200)


@hosting(Act.EDIT_DOMAINS)
def remove_domain(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    domain = domain_access.get_domain_for_work(request.membership, domain_id)
    form = RemovalForm(request.POST or None, expected=domain.name)
    if request.method == "POST" and form.is_valid():
        removal.remove_domain(domain=domain, actor=request.actor)
        messages.success(
            request, _("%(domain)s is gone; its mail is being deleted.") % {"domain": domain}
        )
        return redirect("domains:list", request.account.slug)
    context = {
        "form": form,
        "domain": domain,
        "mail_bytes": removal.mail_of(domain),
        "alias_domains": domain.alias_domains.count(),
    }
    return render(request, "domains/remove.html", context, status=422 if form.errors else 200)
