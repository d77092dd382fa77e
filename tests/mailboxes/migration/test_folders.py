"""Folders there and here: what each is for decides, then its name."""

import pytest

from mailboxes.migration import folders, syntax
from mailboxes.migration.folders import Listed, places


def listed(*names: str, separator: bytes = b"/", **attributes: bytes) -> list[Listed]:
    marks = {name: frozenset({mark}) for name, mark in attributes.items()}
    return [
        Listed(syntax.encode_name(name), separator, marks.get(name, frozenset())) for name in names
    ]


def here(
    found: list[Listed], prefix: bytes = b"", others: tuple[bytes, ...] = ()
) -> dict[str, str]:
    return {place.there: place.here for place in places(found, prefix, others)}


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("Gesendet", "Sent"), ("Sent Items", "Sent"), ("Posta inviata", "Sent"),
        ("Éléments envoyés", "Sent"), ("Entwürfe", "Drafts"), ("Papierkorb", "Trash"),
        ("Deleted Items", "Trash"), ("Корзина", "Trash"), ("Spam", "Junk"), ("Archiv", "Archive"),
        ("Projects", "Projects"),
    ],
)  # fmt: skip
def test_a_name_in_any_language_leads_to_our_folder(name, ours):
    assert here(listed("INBOX", name)) == {"INBOX": "INBOX", name: ours}


def test_what_the_server_says_wins_over_the_name():
    found = listed("Sent", "Verschickt", Verschickt=b"\\sent")
    assert here(found) == {"Verschickt": "Sent", "Sent": "Sent 2"}


def test_two_of_a_kind_are_kept_apart():
    assert here(listed("Sent", "Gesendet")) == {"Sent": "Sent", "Gesendet": "Gesendet"}


def test_what_lies_below_goes_along():
    assert here(listed("Gesendet", "Gesendet/2020"))["Gesendet/2020"] == "Sent/2020"


def test_views_and_folders_without_mail_are_left_out():
    found = listed("INBOX", "All", "Starred", "Box", All=b"\\all", Starred=b"\\flagged")
    found += listed("Container", Container=b"\\noselect")
    assert set(here(found)) == {"INBOX", "Box"}


def test_the_wrapper_of_gmail_is_taken_off():
    assert here(listed("[Gmail]/Sent Mail", "[Gmail]/Odd")) == {
        "[Gmail]/Sent Mail": "Sent", "[Gmail]/Odd": "Odd"
    }  # fmt: skip


def test_prefix_and_separator_are_the_other_servers_affair():
    found = listed("INBOX", "INBOX.Trash", "INBOX.Work.2023", separator=b".")
    assert here(found, b"INBOX.") == {
        "INBOX": "INBOX", "INBOX.Trash": "Trash", "INBOX.Work.2023": "Work/2023"
    }  # fmt: skip


def test_other_peoples_folders_stay_there():
    assert here(listed("INBOX", "user/bob/Plan"), others=(b"user/",)) == {"INBOX": "INBOX"}


@pytest.mark.parametrize(
    ("name", "ours"),
    [("v1.2", "v1_2"), ("~me", "_me"), ("a%b*c", "a_b_c"), ("&", "&"), ("日本", "日本")],
)
def test_what_cannot_stand_in_a_name_here_is_written_another_way(name, ours):
    assert here(listed(name)) == {name: ours}


def test_names_that_become_the_same_are_numbered():
    assert set(here(listed("a.b", "a*b", "A_B")).values()) == {"a_b", "a_b 2", "A_B 3"}


@pytest.mark.parametrize("name", ["Entwürfe", "a & b", "日本語", "🙂", "&-", ""])
def test_names_survive_the_way_over_the_wire(name):
    assert syntax.decode_name(syntax.encode_name(name)) == name


@pytest.mark.parametrize("raw", [b"&garbage-", b"&-", b"\xff\xfe", b"&"])
def test_a_name_that_is_none_is_shown_as_it_came(raw):
    assert isinstance(syntax.decode_name(raw), str)


def test_a_list_asks_for_a_level_or_for_all():
    assert folders.matches(b"Work/2023", b"*")
    assert folders.matches(b"Work/2023", b"Work/%")
    assert not folders.matches(b"Work/2023", b"%")


@pytest.mark.parametrize(
    ("pieces", "values"),
    [
        ([b'* LIST (\\HasNoChildren \\Sent) "/" "a \\"b\\""\r\n'],
         [b"*", b"LIST", [b"\\HasNoChildren", b"\\Sent"], b"/", b'a "b"']),
        ([b'* LIST () NIL {3}\r\n', b"a(b", b"\r\n"], [b"*", b"LIST", [], None, b"a(b"]),
        ([b"* 1 FETCH (FLAGS (\\Seen) UID 7\r\n"],
         [b"*", b"1", b"FETCH", [b"FLAGS", [b"\\Seen"], b"UID", b"7"]]),
        ([b")) (\r\n"], [[]]),
    ],
)  # fmt: skip
def test_what_a_server_says_is_read(pieces, values):
    assert syntax.parse(pieces) == values
