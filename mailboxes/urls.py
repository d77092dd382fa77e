from django.urls import path

from mailboxes.views import (
    aliases,
    blocked,
    limits,
    links,
    mailboxes,
    removal,
    rules,
    suspension,
)

app_name = "mailboxes"
urlpatterns = [
    path("mailboxes/", mailboxes.index, name="list"),
    path("mailboxes/add/", mailboxes.add, name="add"),
    path("mailboxes/password-strength/", mailboxes.strength, name="strength"),
    path("mailboxes/bring-back/", blocked.bring_back, name="bring_back"),
    path("mailboxes/<uuid:mailbox_id>/", mailboxes.detail, name="detail"),
    path(
        "mailboxes/<uuid:mailbox_id>/mail.mobileconfig",
        mailboxes.apple_profile,
        name="apple_profile",
    ),
    path("mailboxes/<uuid:mailbox_id>/edit/", mailboxes.edit, name="edit"),
    path("mailboxes/<uuid:mailbox_id>/password/", mailboxes.password, name="password"),
    path("mailboxes/<uuid:mailbox_id>/disable/", mailboxes.disable, name="disable"),
    path("mailboxes/<uuid:mailbox_id>/enable/", mailboxes.enable, name="enable"),
    path("mailboxes/<uuid:mailbox_id>/suspend/", suspension.suspend, name="suspend"),
    path("mailboxes/<uuid:mailbox_id>/resume/", suspension.resume, name="resume"),
    path("mailboxes/<uuid:mailbox_id>/usage/", mailboxes.usage, name="usage"),
    path("mailboxes/<uuid:mailbox_id>/measure/", mailboxes.measure, name="measure"),
    path("mailboxes/<uuid:mailbox_id>/rules/", rules.show, name="rules"),
    path("mailboxes/<uuid:mailbox_id>/forwarding/", rules.forwarding, name="forwarding"),
    path("mailboxes/<uuid:mailbox_id>/auto-reply/", rules.auto_reply, name="auto_reply"),
    path("mailboxes/<uuid:mailbox_id>/invite/", links.invite, name="invite"),
    path("mailboxes/<uuid:mailbox_id>/withdraw/", links.withdraw, name="withdraw"),
    path("mailboxes/<uuid:mailbox_id>/recovery/", links.choose_recovery, name="choose_recovery"),
    path(
        "mailboxes/<uuid:mailbox_id>/recovery/remove/",
        links.remove_recovery,
        name="remove_recovery",
    ),
    path("mailboxes/<uuid:mailbox_id>/delete/", removal.delete_mailbox, name="delete"),
    path("domains/<uuid:domain_id>/remove/", removal.remove_domain, name="remove_domain"),
    path("domains/<uuid:domain_id>/limits/", limits.limit_domain, name="limit_domain"),
    path(
        "domains/<uuid:domain_id>/limits/reseller/",
        limits.limit_domain_as_reseller,
        name="limit_domain_as_reseller",
    ),
    path("aliases/", aliases.index, name="aliases"),
    path("aliases/add/", aliases.add, name="add_alias"),
    path("aliases/<uuid:alias_id>/", aliases.edit, name="edit_alias"),
    path("aliases/<uuid:alias_id>/delete/", aliases.delete, name="delete_alias"),
]
