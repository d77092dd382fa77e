"""TXT records of which there must be one, beginning with its version: MTA-STS and TLS-RPT."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from . import tags
from .answers import Answer, unanswered
from .findings import Finding, Kind, State, plain, shown

Verdict = tuple[State, str]


@dataclass(frozen=True, slots=True)
class Statement:
    kind: Kind
    title: str
    version: str

    def judge(
        self, answer: Answer, advice: str, verdict: Callable[[dict[str, str]], Verdict]
    ) -> Finding:
        """The VERDICT on the fields of the only record, or what is wrong before that."""
        if not answer.found:
            return unanswered(self.kind, answer, advice)
        texts = answer.texts()
        records = [text for text in texts if self._begins(text)]
        state, sentence = self._verdict(answer, records, verdict)
        return Finding(
            kind=self.kind,
            state=state,
            sentence=sentence,
            advice="" if state is State.OK else advice,
            found=shown(records or texts),
            source=answer.source,
        )

    def _begins(self, text: bytes) -> bool:
        """Exactly so, or servers pass over it."""
        return bool(re.match(rb"v=%s[ \t]*;" % self.version.encode(), text))

    def _verdict(
        self, answer: Answer, records: list[bytes], verdict: Callable[[dict[str, str]], Verdict]
    ) -> Verdict:
        words = {"title": self.title, "version": self.version, "name": answer.name}
        if not records:
            return State.MISSING, _(
                "There is a TXT record at %(name)s, but none that begins with v=%(version)s."
            ) % words
        if len(records) > 1:
            return State.WRONG, _(
                "There are %(count)s %(title)s records, so that servers ignore them all. Keep one."
            ) % {**words, "count": len(records)}
        try:
            return verdict(tags.parse(records[0]))
        except tags.MalformedError as error:
            return State.WRONG, _(
                "The %(title)s record cannot be read: “%(part)s” is no field."
            ) % {**words, "part": plain(str(error), 80)}
