"""What leaves is signed with the key that the panel asks to publish (RFC 6376), by rspamd."""

import re
import smtplib
from email.message import EmailMessage

import dkim
import dns.message
import dns.query
import pytest
from django.db.models.functions import Now
from dns.rdatatype import TXT

from accounts.audit import Actor
from deploy.dns.publish import publish
from domains import cnames, key_zone, records
from domains.dns.findings import Kind
from domains.models import DkimKey, ZoneRecord
from domains.tasks import check_domain, renew_keys, tell_key_zone
from tests.conftest import make_mailbox
from tests.domains.test_cnames import YEAR
from tests.mailservers.clients import (
    HOST,
    OUTSIDER,
    STACK,
    TIMEOUT_SECONDS,
    control,
    imap,
    message,
    send,
    submit,
    trust,
    wait_for,
)
from tests.mailservers.test_rules import answer, elsewhere, forward


def left_for(recipient):
    """The last message to an address elsewhere, as its server gets it."""
    files = sorted(STACK.outbox.glob(f"*-{recipient}.eml"))
    lines = files[-1].read_bytes().split(b"\r\n") if files else []
    return b"\r\n".join(line for line in lines if not line.startswith(b"X-Envelope-"))


def is_signed_by(domain, content):
    """As the receiver finds out, with only the records of the page at hand."""
    published = {
        f"{row.name}.".encode(): row.value.encode()
        for row in records.to_publish(domain) if row.kind == Kind.DKIM
    }  # fmt: skip
    return dkim.verify(content, dnsfunc=lambda name, timeout=5: published.get(name))


def is_unsigned(content):
    return b"DKIM-Signature" not in content


def submit_as(login, header_from):
    mail = message(login, OUTSIDER)
    mail.replace_header("From", header_from)
    with smtplib.SMTP(HOST, STACK.ports["submission"], timeout=TIMEOUT_SECONDS) as client:
        client.starttls(context=trust())
        client.login(login, "correct horse battery")
        try:
            client.send_message(mail, login, [OUTSIDER])
        except smtplib.SMTPDataError as refusal:
            return refusal.smtp_code, refusal.smtp_error.decode()
    return 250, ""


def test_what_a_mailbox_sends_passes_with_the_published_record(domain, new_mailbox):
    mailbox = new_mailbox()
    friend = elsewhere(mailbox)
    assert submit(mailbox.address, friend) == 250
    content = wait_for(lambda: left_for(friend), "the message")
    assert is_signed_by(domain, content)
    assert not is_signed_by(domain, content.replace(b"Subject: Hello", b"Subject: Money"))


def test_an_alias_domain_signs_with_its_own_key(domain, new_domain, new_mailbox):
    mailbox, mirror = new_mailbox(), new_domain(alias_of=domain)
    friend = elsewhere(mailbox)
    assert submit(mailbox.address, friend, sender=f"{mailbox.local_part}@{mirror.name}") == 250
    content = wait_for(lambda: left_for(friend), "the message")
    assert f"d={mirror.name};".encode() in content
    assert is_signed_by(mirror, content)


@pytest.mark.parametrize(
    "header", ["Boss <boss@elsewhere.test>", "{own}, boss@elsewhere.test", "{neighbour}"]
)
def test_a_from_header_that_names_somebody_else_is_refused(new_mailbox, header):
    own, neighbour = new_mailbox().address, new_mailbox().address
    code, words = submit_as(own, header.format(own=own, neighbour=neighbour))
    assert code in (550, 554)
    assert "the address that you send as" in words


def test_a_name_and_capitals_in_the_from_header_are_fine(new_mailbox):
    own = new_mailbox().address
    assert submit_as(own, f"Ännchen <{own.upper()}>") == (250, "")


def test_without_the_keys_mail_waits_instead_of_leaving_unsigned(new_mailbox):
    mailbox = new_mailbox()
    friend = elsewhere(mailbox)
    control("stop", "keys")
    try:
        assert submit(mailbox.address, friend) == 451
    finally:
        control("start", "keys")
    wait_for(lambda: submit(mailbox.address, friend) == 250, "a signature")
    assert b"DKIM-Signature" in wait_for(lambda: left_for(friend), "the message")


def test_while_rspamd_is_away_mail_waits_and_then_goes_on(new_mailbox):
    mailbox = new_mailbox()
    control("stop", "rspamd")
    try:
        assert 400 <= answer_to(submit, mailbox.address, OUTSIDER) < 500
        assert 400 <= answer_to(send, mailbox.address) < 500
    finally:
        control("start", "rspamd")
    wait_for(lambda: submit(mailbox.address, elsewhere(mailbox)) == 250, "rspamd")


def answer_to(way, *addresses):
    """The code, also of a refusal before the message is handed over."""
    try:
        return way(*addresses)
    except smtplib.SMTPResponseException as refusal:
        return refusal.smtp_code


def test_what_comes_in_is_not_signed(new_mailbox):
    """Anybody can write anything into a From header."""
    mailbox = new_mailbox()
    assert send(mailbox.address, sender=mailbox.address) == 250
    assert is_unsigned(wait_for(lambda: first_in(mailbox), "the message"))


def first_in(mailbox):
    with imap(mailbox.address) as session:
        _, (number,) = session.select("INBOX", readonly=True)
        return session.fetch(number, "(BODY.PEEK[])")[1][0][1] if int(number) else b""


def test_an_auto_reply_is_signed(domain, new_mailbox):
    mailbox = new_mailbox()
    friend = elsewhere(mailbox)
    answer(mailbox)
    assert send(mailbox.address, sender=friend) == 250
    assert is_signed_by(domain, wait_for(lambda: left_for(friend), "the reply"))


@pytest.mark.parametrize("sender", [OUTSIDER, ""])
def test_forged_mail_that_is_forwarded_gets_no_signature_of_ours(new_mailbox, sender):
    mailbox = new_mailbox()
    friend = elsewhere(mailbox)
    forward(mailbox, friend)
    forged = EmailMessage()
    forged["From"], forged["To"], forged["Subject"] = mailbox.address, mailbox.address, "Pay"
    forged["Message-ID"] = f"<{friend}>"
    forged.set_content("Please pay.")
    with smtplib.SMTP(HOST, STACK.ports["smtp"], timeout=TIMEOUT_SECONDS) as client:
        client.sendmail(sender, [mailbox.address], forged.as_bytes())
    content = wait_for(lambda: left_for(friend), "the forwarded message")
    assert re.search(rb"^X-Sieve-Redirected-From:", content, re.M)
    assert is_unsigned(content)


def test_a_domain_whose_key_is_gone_sends_nothing_unsigned(new_domain, new_mailbox):
    mailbox = new_mailbox()
    key = DkimKey.objects.get(domain=mailbox.domain)
    DkimKey.objects.filter(pk=key.pk).delete()
    try:
        assert submit(mailbox.address, elsewhere(mailbox)) == 451
    finally:
        key.save(force_insert=True)


def publish_cnames(domain):
    """What the page of the domain asks for, as a customer types it into the own zone."""
    zone = (
        f"$ORIGIN {domain.name}.\n"
        "@ SOA ns.kuploy.test. hostmaster.kuploy.test. 1 3600 600 86400 60\n@ NS ns.kuploy.test.\n"
    )
    rows = [row for row in records.to_publish(domain) if row.type == "CNAME"]
    publish(STACK.zone_file, zone + records.zone_file(rows))


def is_signed(content):
    """As a receiver finds out, with the DNS alone."""

    def look_up(name, timeout=5):
        query = dns.message.make_query(name.decode(), "TXT")
        reply = dns.query.udp_with_fallback(query, HOST, port=STACK.ports["dns"], timeout=5)[0]
        found = [each for rrset in reply.answer if rrset.rdtype == TXT for each in rrset]
        return b"".join(found[0].strings) if found else None

    return dkim.verify(content, dnsfunc=look_up)


def test_by_way_of_cnames_mail_is_verified_before_and_after_each_renewal(new_domain):
    domain = new_domain()
    mailbox = make_mailbox(domain)
    cnames.choose(domain=domain, actor=Actor.system(domain.account))
    publish_cnames(domain)
    sent = []
    for selector in ("kuploy1", "kuploy2"):
        tell_key_zone()
        ZoneRecord.objects.update(published_at=Now() - key_zone.SETTLES)
        check_domain(str(domain.pk))
        friend = f"{selector}-{elsewhere(mailbox)}"
        assert submit(mailbox.address, friend) == 250
        sent.append(wait_for(lambda to=friend: left_for(to), "the message"))
        assert f"s={selector};".encode() in sent[-1]
        assert all(map(is_signed, sent))
        DkimKey.objects.in_use().filter(domain=domain).update(signs_since=Now() - YEAR)
        renew_keys()
