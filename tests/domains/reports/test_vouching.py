"""Whom the mail of a report was proved to come from."""

from email import message_from_string
from email.message import Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domains.reports.parsing import name_in
from domains.reports.vouching import vouched_by

PROOF = (
    "mx.host.test; dkim=pass header.d=google.com; dmarc=pass (policy=reject) header.from=google.com"
)


def who(*results, sender="DMARC <noreply@mail.google.com>"):
    headers = "".join(f"Authentication-Results: {each}\n" for each in results)
    return vouched_by(message_from_string(f"{headers}From: {sender}\n\nHello\n"))


@pytest.mark.parametrize(
    "results",
    [
        PROOF,
        "mx.host.test;\n\tdmarc=pass (p=none (really)) header.from=Google.COM",
        "mx.host.test; dkim=fail header.d=x.test; dkim=pass header.i=@google.com; dmarc=none",
        "mx.host.test; dkim=pass header.d=google.com header.s=s1",
    ],
)
def test_its_organization_when_dmarc_or_a_signature_passed(results):
    assert who(results) == "google.com"


@pytest.mark.parametrize(
    "results",
    [
        "mx.host.test; none",
        "mx.host.test; dkim=fail header.d=google.com; dmarc=fail header.from=google.com",
        "mx.host.test; dkim=pass header.d=evil.test; dmarc=none header.from=google.com",
        "mx.host.test; spf=pass smtp.mailfrom=google.com",
        # Whoever writes a signature of google.com into other places.
        'mx.host.test; spf=pass smtp.mailfrom="x; dkim=pass header.d=google.com"@evil.test',
        'mx.host.test; spf=pass smtp.mailfrom="x; dkim=pass header.d=google.com x"@evil.test',
        "mx.host.test; spf=pass (x; dkim=pass header.d=google.com) smtp.mailfrom=a@evil.test",
        "mx.host.test; dkim=pass header.d=google.com; dmarc=fail header.from=google.com",
        "",
    ],
)
def test_nobody_without_a_proof(results):
    assert who(results) == ""
    assert who() == ""


@settings(deadline=None)  # a busy machine
@given(st.text(), st.text())
def test_whatever_is_written_there_proves_nothing_and_breaks_nothing(results, sender):
    message = Message()
    message._headers = [("Authentication-Results", results), ("From", sender)]
    assert vouched_by(message) == ""
    assert name_in(sender) == name_in(name_in(sender))


def test_only_what_our_own_server_wrote_on_top_counts():
    assert who("mx.host.test; none", PROOF) == ""


@pytest.mark.parametrize(
    "sender", ["", "nobody", "@", "Google <a@b", "a@b@", "\udcff@x\udcff.test"]
)
def test_nobody_without_a_sender(sender):
    assert who(PROOF, sender=sender) == ""
