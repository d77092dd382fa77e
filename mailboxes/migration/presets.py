"""Servers that many come from, so that nobody has to look them up."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class Preset(NamedTuple):
    name: str
    host: str


# All of them speak TLS at port 993.
PRESETS = {
    "aruba": Preset("Aruba", "imaps.aruba.it"),
    "fastmail": Preset("Fastmail", "imap.fastmail.com"),
    "gmail": Preset("Gmail, Google Workspace", "imap.gmail.com"),
    "gmx": Preset("GMX", "imap.gmx.net"),
    "icloud": Preset("iCloud Mail", "imap.mail.me.com"),
    "ionos_com": Preset("IONOS (.com)", "imap.ionos.com"),
    "ionos_de": Preset("IONOS (.de)", "imap.ionos.de"),
    "ovh": Preset("OVHcloud", "ssl0.ovh.net"),
    "qboxmail": Preset("Qboxmail", "imap.qboxmail.com"),
    "register": Preset("Register.it", "imap.register.it"),
    "strato": Preset("STRATO", "imap.strato.de"),
    "web_de": Preset("WEB.DE", "imap.web.de"),
    "yahoo": Preset("Yahoo", "imap.mail.yahoo.com"),
    "zoho": Preset("Zoho", "imap.zoho.com"),
}
TLS_PORT, PLAIN_PORT = 993, 143
CHOICES = [("", _("Another server")), *((key, each.name) for key, each in PRESETS.items())]
