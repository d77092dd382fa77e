"""The script that Dovecot gets, to the letter."""

from datetime import date

import pytest

from mailboxes.sieve import Reply, script

ELSEWHERE = "x@elsewhere.test"
AWAY = Reply("Away", "Back on Monday.")


def written(*targets, copy=False, reply=None):
    return script(targets, keep_copy=copy, reply=reply)


@pytest.mark.parametrize("copy", [True, False])
def test_nothing_to_do_is_no_script(copy):
    assert written(copy=copy) == ""


def test_forwarding_without_a_copy():
    assert written(ELSEWHERE) == 'redirect "x@elsewhere.test";\n'


def test_forwarding_with_a_copy():
    assert written(ELSEWHERE, "y@elsewhere.test", copy=True) == (
        'require ["copy"];\n'
        'redirect :copy "x@elsewhere.test";\n'
        'redirect :copy "y@elsewhere.test";\n'
    )


def test_an_auto_reply():
    assert written(reply=AWAY, copy=True) == (
        'require ["vacation"];\nvacation :days 7 :subject "Away" "Back on Monday.";\n'
    )


FIRST, LAST = date(2026, 12, 1), date(2027, 1, 7)
SINCE = 'currentdate :zone "+0000" :value "ge" "date" "2026-12-01"'
UNTIL = 'currentdate :zone "+0000" :value "le" "date" "2027-01-07"'


@pytest.mark.parametrize(
    ("first", "last", "tests"),
    [(FIRST, LAST, f"{SINCE}, {UNTIL}"), (FIRST, None, SINCE), (None, LAST, UNTIL)],
)
def test_an_auto_reply_between_days(first, last, tests):
    assert written(reply=Reply("Away", "Soon", first, last)) == (
        'require ["vacation", "date", "relational"];\n'
        f'if allof ({tests}) {{ vacation :days 7 :subject "Away" "Soon"; }}\n'
    )


def test_an_auto_reply_for_further_addresses():
    own = ["sales@acme.test", "anna@mirror.test"]
    assert written(reply=Reply("Away", "Soon", addresses=own)).splitlines()[1] == (
        'vacation :days 7 :addresses ["sales@acme.test", "anna@mirror.test"] '
        ':subject "Away" "Soon";'
    )


def test_both_at_once():
    assert written(ELSEWHERE, copy=True, reply=AWAY).splitlines() == [
        'require ["copy", "vacation"];',
        'vacation :days 7 :subject "Away" "Back on Monday.";',
        'redirect :copy "x@elsewhere.test";',
    ]


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ('say "hi"', '"say \\"hi\\""'),
        ("back\\slash\\", '"back\\\\slash\\\\"'),
        ('\\"; discard; #', '"\\\\\\"; discard; #"'),
        ("one\ntwo\r\nthree\rfour", '"one\r\ntwo\r\nthree\r\nfour"'),
        ("${hex:40} grüße 🙂", '"${hex:40} grüße 🙂"'),
    ],
)
def test_no_text_ends_its_string(typed, stands):
    assert written(reply=Reply("S", typed)).endswith(f':subject "S" {stands};\n')
    assert f":subject {stands} " in written(reply=Reply(typed, "T"))
