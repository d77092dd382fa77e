"""What the user of a mailbox reads when it fills up."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from django.utils import translation
from django.utils.formats import number_format

from accounts import brands
from accounts.models import branded
from kuploy.brand import Brand
from kuploy.mail import compose
from mailboxes import lmtp
from mailboxes.models import HostJob, Mailbox

FULL = 100
UNITS = {"fr": "Ko Mo Go"}


@dataclass(frozen=True, slots=True)
class Crossing:
    """The facts of a warning, as the settlement writes them down."""

    metric: str  # space or messages
    crossed: int  # 80, 95 or 100 %
    used: int
    limit: int


def warn(job: HostJob) -> None:
    """Put the warning into the mailbox, as long as somebody can read it."""
    known = Mailbox.objects.signing_in().select_related("account", *branded("account"))
    if mailbox := known.filter(pk=job.mailbox_id).first():
        lmtp.deliver(notice(job, mailbox), mailbox.address)
    job.delete()


def notice(job: HostJob, mailbox: Mailbox) -> EmailMessage:
    """The same at every try, so that a mail program knows a repeated one by its Message-ID."""
    brand = brands.of_account(mailbox.account)
    panel = parseaddr(brand.from_email)[1].rpartition("@")[2]
    subject, body = _text(Crossing(**job.facts), mailbox, brand)
    message = EmailMessage()
    message["From"], message["To"] = brand.from_email, mailbox.address
    message["Subject"] = subject
    message["Date"] = format_datetime(job.created_at)
    message["Message-ID"] = f"<quota-{job.pk}-{mailbox.pk.hex}@{panel}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nothing answers it by itself
    message.set_content(body, cte="quoted-printable")
    message["Content-Language"] = mailbox.language
    return message


def _text(crossing: Crossing, mailbox: Mailbox, brand: Brand) -> tuple[str, str]:
    with translation.override(mailbox.language):
        facts = {
            "address": mailbox.unicode_address,
            "crossed": crossing.crossed,
            "full": crossing.crossed == FULL,
            "by_space": crossing.metric == "space",
            **_words(crossing),
        }
        return compose(f"quota_warning/{mailbox.language}", facts, brand)


def _words(crossing: Crossing) -> dict[str, object]:
    """What the templates say, in the language that is active."""
    used, limit = crossing.used, crossing.limit
    if crossing.metric == "space":
        power, unit = _unit(limit)
        return {"used": _in(power, used), "limit": f"{_in(power, limit)} {unit}"}
    return {
        "used": number_format(used, force_grouping=True),
        "limit": number_format(limit, force_grouping=True),
    }


def _unit(size: int) -> tuple[int, str]:
    power = 3 if size >= 2**30 else 2 if size >= 2**20 else 1
    return 2 ** (10 * power), UNITS.get(translation.get_language(), "KB MB GB").split()[power - 1]


def _in(unit: int, size: int) -> str:
    """With one decimal, rounded down: what is not quite all of it must not read as all of it."""
    tenths = size * 10 // unit
    return number_format(tenths / 10, decimal_pos=1 if tenths % 10 else 0, force_grouping=True)
