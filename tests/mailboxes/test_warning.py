"""What the user of a mailbox reads when it fills up."""

import pytest
from django.conf import settings

from mailboxes.models import MAIL_LANGUAGES, HostJob
from mailboxes.warning import notice

GB, MB = 2**30, 2**20
LANGUAGES = [code for code, _name in MAIL_LANGUAGES]


@pytest.fixture
def read(mailbox):
    """The notice about a crossing, in a language."""

    def read(language="en", *, metric="space", crossed=80, used=7 * GB, limit=8 * GB):
        facts = {"metric": metric, "crossed": crossed, "used": used, "limit": limit}
        mailbox.language = language
        return notice(HostJob(pk=7, facts=facts), mailbox)

    return read


@pytest.mark.parametrize(
    ("used", "limit", "words"),
    [
        (7 * GB, 8 * GB, "7 of 8 GB"),
        (8 * GB - 1, 8 * GB, "7.9 of 8 GB"),
        (8 * GB, 8 * GB, "8 of 8 GB"),
        (5 * GB + GB // 2, GB, "5.5 of 1 GB"),
        (42 * MB, 50 * MB, "42 of 50 MB"),
        (90 * 2**10, 100 * 2**10, "90 of 100 KB"),
        (3 * GB // 2, 3 * GB // 2, "1.5 of 1.5 GB"),
    ],
)
def test_sizes_are_rounded_down_and_have_a_unit(read, used, limit, words):
    assert f"holds {words}." in read(used=used, limit=limit).get_content()


@pytest.mark.parametrize(
    ("language", "space", "messages"),
    [
        ("en", "7.5 of 8 GB", "262,100 of at most 262,144 messages"),
        ("de", "7,5 von 8 GB", "262.100 von höchstens 262.144 Nachrichten"),
        ("it", "7,5 di 8 GB", "262.100 messaggi su un massimo di 262.144"),
        ("es", "7,5 de 8 GB", "262 100 mensajes, de un máximo de 262 144"),
        ("fr", "7,5 sur 8 Go", "262 100 messages sur 262 144 au plus"),
    ],
)
def test_numbers_are_written_as_the_language_does(read, language, space, messages):
    assert space in read(language, used=15 * GB // 2).get_content()
    text = read(language, metric="messages", used=262_100, limit=262_144).get_content()
    assert messages in " ".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("metric", ["space", "messages"])
def test_each_level_has_words_of_its_own(read, language, metric, mailbox):
    found = [read(language, metric=metric, crossed=crossed) for crossed in (80, 95, 100)]
    assert len({mail["Subject"] for mail in found}) == 3
    for mail in found:
        text = mail.get_content()
        assert mailbox.address in text
        assert settings.BRAND in text
        assert not {"{", "}", "None"} & set(text.split())


def test_the_languages_differ(read):
    assert len({read(language).get_content() for language in LANGUAGES}) == len(LANGUAGES)


def test_it_is_marked_as_written_by_a_machine(read):
    mail = read()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"]


def test_each_try_sends_the_same(read):
    assert read()["Message-ID"] == read()["Message-ID"]
    assert read()["Date"].datetime


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_server_on_the_way_needs_to_know_more_than_ascii(read, language):
    assert read(language).as_bytes().isascii()
