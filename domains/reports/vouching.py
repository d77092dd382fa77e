"""Who a report's own mail was proved to come from, as the server that took it says (RFC 8601).

Only the topmost Authentication-Results counts. That server must take away those that came along:
rspamd does, as it is set up here.
"""

import re
from email.message import Message
from email.utils import parseaddr

from domains.dns.suffixes import organizational_domain
from domains.reports.parsing import name_in

LONGEST = 10_000
# Free text of the other side.
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
COMMENT = re.compile(r"\([^()]*\)")
DEEPEST = 5
RESULT = re.compile(r"\s*(dmarc|dkim)\s*=\s*([a-z]+)\b(.*)", re.I | re.S)
OF = {
    "dmarc": re.compile(r"\bheader\.from\s*=\s*(\S+)", re.I),
    "dkim": re.compile(r"\bheader\.(?:d|i)\s*=\s*@?(\S+)", re.I),
}


def vouched_by(message: Message) -> str:
    """The organization in whose name the mail was sent; empty when nothing proves it."""
    sender = name_in(parseaddr(str(message.get("From", "")))[1].rpartition("@")[2])
    if not sender:
        return ""
    organization = organizational_domain(sender)
    results = _results(str(message.get("Authentication-Results", ""))[:LONGEST])
    policies = [(result, name) for kind, result, name in results if kind == "dmarc"]
    if any(result not in ("pass", "none") for result, _name in policies):
        return ""
    passed = (name for _kind, result, name in results if result == "pass")
    return organization if organization in map(organizational_domain, passed) else ""


def _results(header: str) -> list[tuple[str, str, str]]:
    """What it says by DMARC and DKIM, and of which domain."""
    text = QUOTED.sub("", header)
    for _level in range(DEEPEST):
        text = COMMENT.sub("", text)
    found = []
    for part in text.split(";"):
        if match := RESULT.match(part):
            kind = match[1].lower()
            name = OF[kind].search(match[3])
            found.append((kind, match[2].lower(), name_in(name[1]) if name else ""))
    return found
