"""What each role may do: the one table. Guards, templates and docs/roles.md follow it."""

from collections.abc import Callable
from enum import Enum

from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _


class Role(models.IntegerChoices):
    """What a member may do; each role may do all that the lower ones may."""

    VIEWER = 10, _("Viewer")
    POSTMASTER = 20, _("Postmaster")
    MANAGER = 30, _("Manager")
    OWNER = 40, _("Owner")


class Act(Enum):
    """The smallest role that may do it. A postmaster does it in the chosen domains only."""

    LOOK = Role.VIEWER, gettext_noop("See domains, DNS records, mailboxes, aliases and usage")
    CHOOSE_NOTICES = Role.VIEWER, gettext_noop("Choose what to be told of, and where")
    CHECK_DNS = Role.POSTMASTER, gettext_noop("Ask for a check of DNS records")
    EDIT_MAILBOXES = (
        Role.POSTMASTER,
        gettext_noop("Create, change, disable and delete mailboxes; forwarding and auto-reply"),
    )
    EDIT_ALIASES = Role.POSTMASTER, gettext_noop("Create, change and delete aliases; the catch-all")
    IMPORT = (
        Role.POSTMASTER,
        gettext_noop("Import mailboxes and aliases from a file, and export them"),
    )
    EDIT_DOMAINS = Role.MANAGER, gettext_noop("Add, prove and remove domains")
    BRING_BACK = Role.MANAGER, gettext_noop("Bring blocked mailboxes back when there is room")
    MIGRATE = Role.MANAGER, gettext_noop("Move mail in from another server")
    EDIT_WEBHOOKS = Role.MANAGER, gettext_noop("Webhooks, and what was delivered to them")
    EDIT_TOKENS = Role.MANAGER, gettext_noop("Make and revoke tokens for the API")
    SEE_ACTIVITY = Role.MANAGER, gettext_noop("See who did what")
    EXPORT_HASHES = Role.OWNER, gettext_noop("Export mailboxes with the hashes of their passwords")
    LIMIT_DOMAINS = Role.OWNER, gettext_noop("Limit mailboxes and their sizes for a domain")
    EDIT_TEAM = Role.OWNER, gettext_noop("Invite people, change their roles, remove them")
    EDIT_ACCOUNT = Role.OWNER, gettext_noop("Rename the account and choose how it works")
    SEE_BILLING = Role.OWNER, gettext_noop("See prices and what will be invoiced")
    EDIT_CLIENTS = (
        Role.MANAGER,
        gettext_noop("A reseller's: create, enter, suspend and resume clients, choose their plans"),
    )
    REMOVE_CLIENTS = Role.OWNER, gettext_noop("A reseller's: remove clients with all their mail")
    EDIT_PLANS = Role.OWNER, gettext_noop("A reseller's: make and change plans for clients")
    EDIT_BRAND = Role.OWNER, gettext_noop("A reseller's: name, logo and colours for clients")

    def __init__(self, role: Role, words: str) -> None:
        self.role = role
        self.words = words

    def __str__(self) -> str:
        return gettext(self.words)


# A service account has a role, but nobody behind it who could be told of anything.
FOR_PEOPLE = frozenset({Act.CHOOSE_NOTICES})


class Permissions:
    """What a seat may do, for templates: {% if seat.may.edit_team %}."""

    def __init__(self, allows: Callable[[Act], bool]) -> None:
        self._allows = allows

    def __getitem__(self, name: str) -> bool:
        return self._allows(Act[name.upper()])
