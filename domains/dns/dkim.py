"""DKIM: is our public key at SELECTOR._domainkey, in a form that receivers accept?"""

import base64
import binascii
from dataclasses import replace

from django.utils.translation import gettext as _
from dns.rdatatype import RdataType

from . import tags
from .answers import Answer, unanswered
from .findings import Finding, Kind, State, Wanted, WantedKey, plain, shown
from .resolver import Lookups


def record(public_key: str) -> str:
    """The TXT record that publishes this key."""
    return f"v=DKIM1; k=rsa; p={public_key}"


async def check(wanted: Wanted, lookups: Lookups, kind: Kind = Kind.DKIM) -> Finding:
    key = wanted.keys[kind]
    answer = await lookups.find(wanted.name, RdataType.TXT, f"{key.selector}._domainkey")
    return replace(judge(key, answer), kind=kind)


def judge(key: WantedKey, answer: Answer) -> Finding:
    advice = key.target or record(key.public_key)
    if answer.state is not State.UNREACHABLE and key.target:
        if key.target in answer.aliases and not answer.found:
            return _not_there_yet(answer)
        if answer.aliases and key.target not in answer.aliases and not _is_ours(key, answer):
            return _led_astray(key, answer)
    if not answer.found:
        return unanswered(Kind.DKIM, answer, advice)
    texts = answer.texts()
    keys = [text for text in texts if _is_key(text)]
    state, sentence = _verdict(key, answer, keys)
    return Finding(
        kind=Kind.DKIM,
        state=state,
        sentence=sentence,
        advice="" if state is State.OK else advice,
        found=shown(keys or texts),
        source=answer.source,
    )


def _is_ours(key: WantedKey, answer: Answer) -> bool:
    """The right key by another way, as where a provider puts TXT records in place of a CNAME."""
    keys = [text for text in answer.texts() if _is_key(text)]
    return _verdict(key, answer, keys)[0] is State.OK


def _not_there_yet(answer: Answer) -> Finding:
    words = _("The CNAME is right. Our record behind it cannot be found yet: that is for us to do.")
    return Finding(Kind.DKIM, State.MISSING, words, found=answer.aliases[:1], source=answer.source)


def _led_astray(key: WantedKey, answer: Answer) -> Finding:
    words = _("%(name)s is an alias (CNAME) of %(found)s instead of %(target)s.") % {
        "name": plain(answer.name), "found": plain(answer.aliases[0]), "target": key.target,
    }  # fmt: skip
    found = shown(answer.aliases[:1])
    return Finding(Kind.DKIM, State.WRONG, words, key.target, found, answer.source)


def _verdict(wanted: WantedKey, answer: Answer, keys: list[bytes]) -> tuple[State, str]:
    if not keys:
        return State.MISSING, _("There is a TXT record at %(name)s, but it is no DKIM key.") % {
            "name": answer.name
        }
    if len(keys) > 1:
        return State.WRONG, _(
            "There are %(count)s DKIM keys at %(name)s. Receivers may pick any of them: keep "
            "only ours."
        ) % {"count": len(keys), "name": answer.name}
    try:
        found = tags.parse(keys[0])
    except tags.MalformedError as error:
        return State.WRONG, _("The DKIM record cannot be read: “%(part)s” is no tag.") % {
            "part": plain(str(error), 80)
        }
    wrong = _fault(wanted, found)
    if wrong:
        return State.WRONG, wrong
    if "y" in _values(found.get("t", "")):
        return State.OK, _(
            "Our key is published. The tag t=y says that you are only testing: remove it, or "
            "receivers may treat signed mail like unsigned mail."
        )
    return State.OK, _("Our key is published.")


def _fault(wanted: WantedKey, found: dict[str, str]) -> str:
    if found.get("v", "DKIM1") != "DKIM1" or ("v" in found and next(iter(found)) != "v"):
        return _("The DKIM record must begin with v=DKIM1.")
    if not found.get("p", "-"):
        return _("The key is revoked: p= is empty.")
    if found.get("k", "rsa") != "rsa":
        return _("The record says that the key is of type %(type)s, but ours is RSA (k=rsa).") % {
            "type": plain(found["k"], 80)
        }
    if not {"*", "email"} & _values(found.get("s", "*")):
        return _("The tag s=%(value)s says that the key is not for e-mail.") % {
            "value": plain(found["s"], 80)
        }
    if "sha256" not in _values(found.get("h", "sha256")):
        return _("The tag h=%(value)s forbids SHA-256, with which we sign.") % {
            "value": plain(found["h"], 80)
        }
    return _key_fault("".join(found.get("p", "").split()), wanted.public_key)


def _key_fault(found: str, ours: str) -> str:
    try:
        key = base64.b64decode(found, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if key and key == base64.b64decode(ours):
        return ""
    if len(found) < len(ours) and ours.startswith(found.rstrip("=")):
        return _(
            "The key is cut off: %(found)s of %(wanted)s characters are there. Publish the whole "
            "key, split into strings of at most 255 characters if your provider asks for that."
        ) % {"found": len(found), "wanted": len(ours)}
    if not key:
        return _("The key in p= is not valid base64: copy it again, without quotation marks.")
    return _("The key is not ours. Replace it, or mail we sign fails the check.")


def _is_key(text: bytes) -> bool:
    """A wildcard may answer with other TXT records, such as SPF."""
    return tags.looks_like("DKIM1", text) or b"p=" in text.replace(b" ", b"")[: tags.MAX_BYTES]


def _values(text: str) -> set[str]:
    return {each.strip() for each in text.split(":")}
