"""Messages about a mailbox to another address of its user, in the language of the mailbox."""

from datetime import timedelta

from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from accounts import brands
from accounts.models import branded
from kuploy import mail
from kuploy.errors import Unavailable, Undeliverable
from mailboxes import rules
from mailboxes.models import Letter, Mailbox, MailboxInvitation, Recovery
from mailboxes.models.contacts import INVITATION_LASTS

RESET_SALT = "mailbox-reset"
CONFIRM_SALT = "mailbox-recovery"
INVITATION_SALT = "mailbox-invitation"
RESET_LASTS = timedelta(hours=1)
# A link that comes when nobody waits for it any more would only frighten.
GIVEN_UP_AFTER = {
    Letter.Kind.RESET: timedelta(hours=1),
    Letter.Kind.CHANGED: timedelta(days=2),
    Letter.Kind.MOVED: timedelta(days=2),
    Letter.Kind.RECOVERY: timedelta(days=2),
    Letter.Kind.INVITATION: INVITATION_LASTS,
}


def send_due() -> None:
    """Hand over what is due. Safe twice: each letter is held by one run."""
    while letter := Letter.objects.claim_next():
        try:
            _send(letter)
        except Undeliverable:
            continue  # tried again after its pause, and meanwhile it holds up nobody
        except Unavailable:
            return  # it is due again after its pause, and so are the others
        letter.delete()


def _send(letter: Letter) -> None:
    """One that is too late, or must not be sent any more, goes without being sent."""
    kind = Letter.Kind(letter.kind)
    box = Mailbox.objects.select_related("account", *branded("account")).get(pk=letter.mailbox_id)
    if letter.created_at < timezone.now() - GIVEN_UP_AFTER[kind]:
        return
    if kind is Letter.Kind.RESET:
        if _may_get_link(box, letter.address):
            write(box, kind, letter.address, path=reverse("own:reset", args=[reset_token(box)]))
    elif kind is Letter.Kind.RECOVERY:
        if Recovery.objects.filter(mailbox=box, address=letter.address, confirmed_at=None):
            path = reverse("own:confirm", args=[confirm_token(box, letter.address)])
            write(box, kind, letter.address, path=path)
    elif kind is Letter.Kind.INVITATION:
        _invite(box, letter.address)
    else:
        write(box, kind, letter.address)


def _invite(mailbox: Mailbox, address: str) -> None:
    """The link is good for a week from the moment in which it goes out."""
    found = MailboxInvitation.objects.filter(mailbox=mailbox, address=address)
    if invitation := found.first():
        token = signing.dumps(str(invitation.key), salt=INVITATION_SALT)
        write(mailbox, "invitation", address, path=reverse("own:invitation", args=[token]))
        found.filter(key=invitation.key).update(sent_at=timezone.now())


def _may_get_link(mailbox: Mailbox, address: str) -> bool:
    """Asked at the last moment: an alias may have been turned since the address was chosen."""
    known = Recovery.objects.usable().filter(mailbox=mailbox, address=address)
    return known.exists() and not rules.coming_back([address], mailbox.address)


def write(mailbox: Mailbox, name: str, address: str, **context: object) -> None:
    """Hand it over now, or say that the mail server is away."""
    brand = brands.of_account(mailbox.account)
    with translation.override(mailbox.language):
        mail.send(
            f"mailbox_{name}/{mailbox.language}",
            address,
            {"address": mailbox.unicode_address, **context},
            brand=brand,
            headers={"Auto-Submitted": "auto-generated"},
        )


def reset_token(mailbox: Mailbox) -> str:
    """Good for an hour, and until there is another password."""
    return signing.dumps([str(mailbox.pk), _mark(mailbox)], salt=RESET_SALT)


def confirm_token(mailbox: Mailbox, address: str) -> str:
    return signing.dumps([str(mailbox.pk), address], salt=CONFIRM_SALT)


def mailbox_of(token: str) -> Mailbox | None:
    """The one behind such a link; none when it is false, used or too old."""
    try:
        pk, mark = signing.loads(token, salt=RESET_SALT, max_age=RESET_LASTS)
    except signing.BadSignature:
        return None
    open_ones = Mailbox.objects.signing_in().select_related("account", *branded("account"))
    box: Mailbox | None = open_ones.filter(pk=pk).first()
    return box if box and mark == _mark(box) else None


def _mark(mailbox: Mailbox) -> str:
    """The hash cannot be read from it."""
    return salted_hmac(RESET_SALT, mailbox.password_hash, algorithm="sha256").hexdigest()
