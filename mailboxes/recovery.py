"""The address to which the user of a mailbox is written when the password is lost."""

from datetime import timedelta
from hashlib import sha256

from django.core import signing
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.audit import Actor, audit
from accounts.models import branded
from kuploy.errors import Refused
from kuploy.throttle import throttle
from mailboxes import credentials, letters, passwords, rules
from mailboxes.models import Letter, Mailbox, Recovery

LINK_LASTS = timedelta(days=3)
HOUR, DAY = 3600, 86_400


def check_elsewhere(mailbox_address: str, address: str) -> None:
    """Mail that ends up in the locked mailbox itself would open nothing."""
    if rules.coming_back([address], mailbox_address):
        raise Refused(
            _("Mail to %(address)s ends up in this very mailbox. Choose an address elsewhere.")
            % {"address": address}
        )


def check_room(mailbox: Mailbox, address: str) -> None:
    """Nobody can flood a stranger with mail of ours."""
    throttle(f"mailbox-link:{mailbox.pk}", limit=10, seconds=DAY)
    # Of each account alone too: a stranger must not use up what the address's owner needs.
    throttle(f"mailbox-link-to:{mailbox.account_id}:{address}", limit=10, seconds=DAY)
    throttle(f"mailbox-link-to:{address}", limit=30, seconds=DAY)


def choose_address(*, mailbox: Mailbox, address: str, actor: Actor) -> None:
    """It counts once it is confirmed by the link that goes there; the same again: it goes again."""
    if Recovery.objects.filter(mailbox=mailbox, address=address, confirmed_at__isnull=False):
        raise Refused(_("%(address)s is confirmed already.") % {"address": address})
    check_elsewhere(mailbox.address, address)
    check_room(mailbox, address)
    with transaction.atomic():
        keep(mailbox, address, confirmed=False)
        audit(actor, "mailbox.recovery_chosen", mailbox)
        credentials.owe_letter(mailbox, Letter.Kind.RECOVERY, address)


def keep(mailbox: Mailbox, address: str, *, confirmed: bool) -> None:
    """The old one is told, or whoever takes over a screen could take the mailbox with it."""
    _give_up(mailbox, but=address)
    Recovery.objects.update_or_create(
        mailbox=mailbox,
        defaults={"address": address, **({"confirmed_at": Now()} if confirmed else {})},
    )


def _give_up(mailbox: Mailbox, but: str = "") -> None:
    Mailbox.objects.select_for_update(no_key=True).get(pk=mailbox.pk)
    old = Recovery.objects.filter(mailbox=mailbox).exclude(address=but).first()
    if old is None:
        return
    if old.confirmed_at:
        credentials.owe_letter(mailbox, Letter.Kind.MOVED, old.address)
    old.delete()


@transaction.atomic
def remove_address(*, mailbox: Mailbox, actor: Actor) -> None:
    _give_up(mailbox)
    audit(actor, "mailbox.recovery_removed", mailbox)


def find(token: str) -> Recovery:
    """The address behind a mailed link; Refused when it is false, too old or another one by now."""
    try:
        pk, address = signing.loads(token, salt=letters.CONFIRM_SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        pk, address = None, ""
    known = Recovery.objects.exclude(mailbox__state=Mailbox.State.DELETING)
    known = known.select_related("mailbox__account", *branded("mailbox__account"))
    if found := known.filter(mailbox=pk, address=address).first():
        return found
    raise Refused(_("This link is no longer good. A new one can be sent from the mailbox's page."))


@transaction.atomic
def confirm(*, recovery: Recovery, ip: str | None) -> None:
    """Whoever has the link reads the mail of that address; once more changes nothing."""
    waiting = Recovery.objects.filter(pk=recovery.pk, address=recovery.address, confirmed_at=None)
    if waiting.update(confirmed_at=Now()):
        box = recovery.mailbox
        audit(Actor(box.account, ip=ip, mailbox=box.address), "mailbox.recovery_confirmed", box)


@transaction.atomic
def ask_for_reset(*, address: str, ip: str | None) -> None:
    """A link goes to the recovery address, if there is one: nobody learns from here whether."""
    name = sha256(address.encode()).hexdigest()  # what was typed may be long
    throttle(f"mailbox-forgot:{name}", limit=3, seconds=HOUR)
    throttle(f"mailbox-forgot-from:{ip}", limit=20, seconds=HOUR)
    known = Recovery.objects.usable().filter(mailbox__address=address).select_related("mailbox")
    if found := known.first():
        credentials.owe_letter(found.mailbox, Letter.Kind.RESET, found.address)
    else:
        credentials.nudge()  # for nothing, so that the answer takes as long


def find_mailbox(token: str) -> Mailbox:
    if found := letters.mailbox_of(token):
        return found
    raise Refused(_("This link is used or too old. Ask for a new one where you sign in."))


def reset_password(*, mailbox: Mailbox, password: str, actor: Actor) -> None:
    """By the link that went to the recovery address: it works once."""
    password_hash = passwords.hash_password(password)  # slow on purpose: in no transaction
    same = Mailbox.objects.signing_in().filter(pk=mailbox.pk, password_hash=mailbox.password_hash)
    with transaction.atomic():
        if not same.update(password_hash=password_hash):
            raise Refused(_("This link is used or too old. Ask for a new one where you sign in."))
        audit(actor, "mailbox.password_reset", mailbox)
        credentials.password_changed(mailbox)
