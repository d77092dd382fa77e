"""A zone of our own at its primary name server: dynamic updates (RFC 2136), signed (RFC 8945)."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.update
from django.utils.translation import gettext as _
from dns.rdatatype import RdataType
from dns.rdtypes.txtbase import TXTBase

TTL_SECONDS = 3600
# For one conversation: as many questions as there are names, and one change.
PATIENCE_SECONDS = 30
STRING_BYTES = 255


class NotUpdated(Exception):
    """The zone was left as it is; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Primary:
    """The server that takes changes of a zone, and the key that it knows us by."""

    zone: str
    host: str
    port: int
    key_name: str
    secret: str = field(repr=False)
    algorithm: str

    def hold(self, wanted: Mapping[str, str]) -> None:
        """Make each name hold this text and no other; an empty one: none. All of it, or nothing.

        What is there already is left alone, so the zone gets no new serial for it.
        """
        try:
            self._hold(wanted)
        except (dns.tsig.PeerError, dns.exception.FormError):  # an error, or no signature at all
            raise NotUpdated(self._says(_("it does not accept our key"))) from None
        except OSError as error:
            raise NotUpdated(self._says(error.strerror or str(error))) from None
        except (dns.exception.DNSException, EOFError) as error:
            raise NotUpdated(self._says(str(error) or _("it broke off"))) from None

    def _hold(self, wanted: Mapping[str, str]) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        with socket.create_connection((self.host, self.port), PATIENCE_SECONDS) as stream:
            stream.setblocking(False)  # as dnspython wants it, which waits by itself
            changes = {
                name: text for name, text in wanted.items()
                if self._found(name, stream, ends) != ([text.encode()] if text else [])
            }  # fmt: skip
            if changes:
                self._ask(self._update(changes), stream, ends)

    def _found(self, name: str, stream: socket.socket, ends: float) -> list[bytes]:
        question = dns.message.make_query(name, RdataType.TXT)
        answer = self._ask(question, stream, ends)
        records = answer.get_rrset(
            answer.answer, dns.name.from_text(name), question.question[0].rdclass, RdataType.TXT
        )
        return [b"".join(each.strings) for each in records or () if isinstance(each, TXTBase)]

    def _update(self, changes: Mapping[str, str]) -> dns.update.UpdateMessage:
        update = dns.update.UpdateMessage(self.zone)
        for text_name, text in changes.items():
            name = dns.name.from_text(text_name)
            update.delete(name, RdataType.TXT)
            if text:
                update.add(name, TTL_SECONDS, RdataType.TXT, _strings(text))
        return update

    def _ask(
        self, message: dns.message.Message, stream: socket.socket, ends: float
    ) -> dns.message.Message:
        message.use_tsig(
            dns.tsigkeyring.from_text({self.key_name: self.secret}), algorithm=self.algorithm
        )
        left = max(ends - time.monotonic(), 0)
        answer = dns.query.tcp(message, self.host, timeout=left, sock=stream)
        rcode = answer.rcode()
        if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise NotUpdated(self._says(dns.rcode.to_text(rcode)))
        return answer

    def _says(self, reason: str) -> str:
        words = _("The name server %(host)s did not change the zone %(zone)s: %(reason)s.")
        return words % {"host": self.host, "zone": self.zone, "reason": reason.rstrip(".")}


def _strings(text: str) -> str:
    """As a zone file has it: strings of at most 255 bytes."""
    parts = [text[start : start + STRING_BYTES] for start in range(0, len(text), STRING_BYTES)]
    return " ".join(f'"{part}"' for part in parts)
