"""Why a source could not be used, in one sentence for the person who moves mail."""

from django.utils.translation import gettext as _

from mailboxes.migration.syntax import Answer


class SourceError(Exception):
    """The source could not be used. The message is one sentence for the person who moves mail.

    LASTING: trying again by itself changes nothing; somebody has to correct something first.
    """

    def __init__(self, sentence: str, *, lasting: bool = False) -> None:
        super().__init__(sentence)
        self.lasting = lasting


def silent(seconds: int) -> SourceError:
    return SourceError(_("It did not answer within %(seconds)d seconds.") % {"seconds": seconds})


def too_slow(seconds: int) -> SourceError:
    return SourceError(
        _("It did not say within %(minutes)d minutes what it holds.") % {"minutes": seconds // 60}
    )


def not_imap() -> SourceError:
    return SourceError(_("It does not speak IMAP at this port."), lasting=True)


def too_much() -> SourceError:
    return SourceError(_("It answers more than any mail server would."), lasting=True)


def hung_up(last_words: bytes = b"") -> SourceError:
    words = Answer(b"BYE", last_words.strip()).words
    if words:
        return SourceError(_("It closed the connection: “%(words)s”") % {"words": words})
    return SourceError(_("It closed the connection without an answer."))


def refused_sign_in(done: Answer) -> SourceError:
    # RFC 5530: these pass by themselves.
    passing = done.code in (b"UNAVAILABLE", b"INUSE", b"LIMIT", b"SERVERBUG")
    return SourceError(
        _("It refused the sign-in: “%(words)s”") % {"words": done.words}, lasting=not passing
    )
