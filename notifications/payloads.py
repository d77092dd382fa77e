"""What a webhook says of an alert: see docs/webhooks.md. The same at every attempt."""

from typing import Any

import idna

from notifications.models import Alert

# Names that customers know from elsewhere; every other kind has its own.
ACTIONS = {
    **dict.fromkeys(("quota_80", "quota_95", "quota_100", "quota_normal"), "email_overquota"),
    "domain_active": "domain_create",
}
EXCEEDED, BACK = "exceeded", "back_to_normal"


def message(alert: Alert) -> dict[str, Any]:
    action = ACTIONS.get(alert.kind, alert.kind)
    return {"action_type": action, "account": alert.account.slug} | _about(alert.kind, alert.facts)


def _about(kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    if kind in ("quota_80", "quota_95", "quota_100", "quota_normal"):
        return _mailbox(facts)
    if kind == Alert.Kind.PLAN_LIMIT:
        return _plan(facts)
    if "domain" in facts:
        rest = {name: value for name, value in facts.items() if name != "domain"}
        return {"domain_name": _ascii(facts["domain"]), "payload": rest}
    return {"payload": facts}


def _mailbox(facts: dict[str, Any]) -> dict[str, Any]:
    return _level(facts) | {
        "domain_name": _ascii(facts["domain"]),
        "payload": {
            "email_address": facts["address"],
            "email_code": facts["mailbox_code"],
            "assigned_size": facts.get("limit"),
            "used_size": facts["used"],
            "crossed": facts["crossed"],
        },
    }


def _plan(facts: dict[str, Any]) -> dict[str, Any]:
    payload = {"limit": facts.get("limit"), "used": facts["used"], "crossed": facts["crossed"]}
    return _level(facts) | {"payload": payload}


def _level(facts: dict[str, Any]) -> dict[str, Any]:
    return {"event": BACK if facts["crossed"] == 75 else EXCEEDED, "metric": facts["metric"]}


def _ascii(domain: str) -> str:
    """Programs compare names: always the form that stands in addresses and in the DNS."""
    return idna.encode(domain, uts46=True).decode()
