"""The records by which mail programs find their servers: to recommend, not to insist on."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One record. `host` is the name inside the zone, `value` as a zone file has it."""

    type: str
    host: str
    value: str


def for_mail_programs() -> list[Suggestion]:
    """SRV for IMAP and submission (RFC 6186), and the names that Thunderbird and Outlook ask.

    A target of "." says that a service is not offered, so that no program tries it.
    """
    panel = urlsplit(settings.BASE_URL).hostname or ""
    return [
        _service("_imaps", settings.IMAP_PORT, settings.IMAP_HOST),
        _service("_submission", settings.SUBMISSION_PORT, settings.SMTP_HOST),
        *(Suggestion("SRV", f"{name}._tcp", "0 0 0 .") for name in ("_imap", "_pop3", "_pop3s")),
        Suggestion("CNAME", "autoconfig", f"{panel}."),
        Suggestion("CNAME", "autodiscover", f"{panel}."),
    ]


def _service(name: str, port: int, host: str) -> Suggestion:
    return Suggestion("SRV", f"{name}._tcp", f"0 1 {port} {host}.")
