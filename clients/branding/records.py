"""The two DNS records of a host name, as rows to show and copy, with what was found."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Branding
from domains.dns.proof import TXT_LABEL


@dataclass(frozen=True, slots=True)
class Record:
    type: str
    name: str
    value: str
    purpose: str
    finding: dict[str, Any]

    @property
    def level(self) -> str:
        state = self.finding.get("state")
        return {None: "empty", "ok": "ok", "unreachable": "warning"}.get(state, "error")

    @property
    def status(self) -> str:
        words = {
            None: _("Not checked yet"), "ok": _("Verified"), "missing": _("Not found"),
            "unreachable": _("Could not check"),
        }  # fmt: skip
        return words.get(self.finding.get("state"), _("Wrong"))


def records_of(branding: Branding) -> list[Record]:
    name, found = branding.wanted_host, branding.host_findings
    if not name:
        return []
    return [
        Record(
            "TXT", f"{TXT_LABEL}.{name}", branding.host_proof, _("proof"), found.get("proof", {})
        ),
        Record("CNAME", name, settings.PANEL_HOST, _("address"), found.get("way", {})),
    ]
