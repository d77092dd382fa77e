"""What a message may hold, and that nothing but Unreadable ever comes of it."""

import gzip
import tracemalloc
import zlib
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from domains.reports import parsing, reading, unpacking
from domains.reports.errors import Unreadable
from tests.domains.reports.reports import (
    NAMESPACES,
    STRANGER,
    forged,
    mail,
    report,
    row,
    zipped,
)

PACKINGS = {
    "gzip": gzip.compress,
    "zip": zipped,
    "xml": lambda xml: xml,
    "octet-stream": gzip.compress,
    "x-zip-compressed": gzip.compress,
}


def rows_of(xml):
    return parsing.parse(xml).rows


@pytest.mark.parametrize("subtype", PACKINGS)
def test_a_report_is_found_however_it_is_packed(subtype):
    xml = report()
    raw = mail(PACKINGS[subtype](xml), subtype=subtype)
    assert unpacking.reports_in(message_from_bytes(raw)) == [xml]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_row_says_who_sent_how_much_and_how_it_fared(namespace):
    text = report(
        row(signed="news.Service.test.", mailed="BÜCHER.test", spf="fail", count=7),
        forged(disposition="reject"),
        namespace=namespace,
    )
    first, second = rows_of(text)
    assert (first.messages, first.dkim, first.spf) == (7, True, False)
    assert (first.dkim_domains, first.spf_domain) == (("news.service.test",), "xn--bcher-kva.test")
    assert (second.ip, second.dkim, second.disposition) == (STRANGER, False, "reject")


def test_the_day_of_a_report_is_the_one_it_is_mostly_about():
    day = timezone.now().date() - timedelta(days=3)
    assert parsing.parse(report(days_ago=3)).day == day
    midnight = int(timezone.now().timestamp()) // 86_400 * 86_400
    # A day in California.
    found = parsing.parse(
        report(begin=midnight - 3 * 86_400 + 28_800, end=midnight - 2 * 86_400 + 28_799)
    )
    assert found.day == day


@pytest.mark.parametrize(
    "odd",
    [
        row("not an address"), row("fe80::1%eth0"), row(count="-3"), row(count="1e9"),
        row(count=10**12), row(count=0), row(count=""), "<record/>", "<record><row/></record>",
        "<record><auth_results><dkim/></auth_results></record>",
    ],
)  # fmt: skip
def test_a_row_without_sense_is_left_out_and_the_others_count(odd):
    assert [each.messages for each in rows_of(report(odd, row(count=3)))] == [3]


def test_what_is_missing_is_made_up_for():
    text = report(report_id="", reporter="")
    found = parsing.parse(text)
    assert len(found.report_id) == 64
    assert found.reporter == "noreply@"
    assert parsing.parse(text).report_id == found.report_id


def test_foreign_text_is_made_plain_and_bounded():
    found = parsing.parse(
        report(reporter="Ev\u0456l &lt;b&gt;" + "x" * 5000, report_id="\u202e" + "y" * 999)
    )
    assert found.reporter.rstrip("…").isascii()
    assert len(found.reporter) <= 100
    assert found.report_id.isascii()
    assert len(found.report_id) <= 255


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE f [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>
<feedback>&b;</feedback>"""
NOW = int(timezone.now().timestamp())


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (ENTITIES, "declares"),
        (b"<!DOCTYPE feedback SYSTEM 'http://evil.test/x.dtd'><feedback/>", "declares"),
        (b"<feedback>", "broken"),
        (b"<?xml version='1.0' encoding='no-such'?><feedback/>", "broken"),
        (b"<?xml version='1.0' encoding='utf-7'?><feedback/>", "broken"),
        (b"<html><feedback/></html>", "no DMARC report"),
        (b"<feedback>" + b"<a>" * 50, "too large"),
        (b"<feedback " + b"x='" + b"y" * 10**6 + b"'/>", "without end"),
        (b"<feedback/>", "range of time is missing"),
        (report(begin="yesterday"), "range of time is missing"),
        (report(begin=NOW, end=NOW - 9), "makes no sense"),
        (report(begin=NOW - 80 * 86_400, end=NOW), "makes no sense"),
        (report(begin=NOW + 5 * 86_400, end=NOW + 6 * 86_400), "future"),
        (report(begin=99_999_999_999, end=99_999_999_999), "future"),
        (report(days_ago=100), "too old"),
        (report(domain="no name"), "names no domain"),
    ],
)
def test_what_is_no_report_says_why(xml, why):
    with pytest.raises(Unreadable, match=why):
        parsing.parse(xml)


def test_what_is_in_a_message_is_bounded_together(monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_BYTES", 3000)
    message = message_from_bytes(mail(gzip.compress(report())))
    assert len(unpacking.reports_in(message)) == 1
    for _again in range(3):
        message.attach(message.get_payload()[1])
    with pytest.raises(Unreadable, match="too large once unpacked"):
        unpacking.reports_in(message)


@pytest.mark.parametrize(
    "parameter",
    [
        b"boundary*=idna''%FF", b"boundary*=punycode''%FF", b"boundary*=a\0b''x",
        b"boundary*=us-ascii''x; boundary*0=y", b"boundary*" + b"9" * 5000 + b"=x",
    ],
)  # fmt: skip
def test_parameters_of_a_part_that_make_no_sense_are_said(parameter):
    # Newer Pythons read some of them, and find no part at all.
    with pytest.raises(Unreadable, match=r"cannot be told apart|holds no report"):
        reading.count(b"Content-Type: multipart/mixed; " + parameter + b"\r\n\r\n--x\r\n")


def test_a_million_elements_cost_no_memory():
    with pytest.raises(Unreadable, match="too large"):
        parsing.parse(b"<feedback>" + b"<a/>" * 700_000 + b"</feedback>")


def bomb():
    return gzip.compress(b"<feedback>" + b" " * (unpacking.MOST_BYTES + 1))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (mail(), "holds no report"),
        (mail(b"\x89PNG"), "holds no report"),
        (mail(bomb()), "too large once unpacked"),
        (mail(zipped(b" " * (unpacking.MOST_BYTES + 1))), "too large once unpacked"),
        (mail(gzip.compress(report())[:-40]), "cannot be unpacked"),
        (mail(zipped(report())[:-40]), "cannot be unpacked"),
        (mail(b"\x1f\x8b" + b"\0" * 20), "cannot be unpacked"),
        (mail(gzip.compress(b'{"organization-name": "x", "policies": []}')), "about TLS"),
        (b"", "holds no report"),
        (b"\xff" * 1000, "holds no report"),
        (b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhi\n" * 50, "too many parts"),
    ],
)
def test_a_message_without_a_report_says_why(raw, why):
    with pytest.raises(Unreadable, match=why):
        reading.count(raw)


def test_a_message_nested_without_end_is_only_unreadable():
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)
    )
    with pytest.raises(Unreadable):
        reading.count(nested)


@settings(deadline=None)  # a busy machine
@given(st.binary(max_size=2000), st.integers(0, 2000), st.sampled_from(["xml", "gzip", "zip"]))
def test_whatever_is_broken_about_a_report_is_only_unreadable(noise, place, packing):
    """Noise over a good report, in the packing and inside it."""
    good = PACKINGS[packing](report())
    for broken in (
        good[:place] + noise + good[place + len(noise) :],
        PACKINGS[packing](report()[:place] + noise),
    ):
        try:
            for xml in unpacking.reports_in(message_from_bytes(mail(broken))):
                parsing.parse(xml)
        except Unreadable:
            pass


@settings(deadline=None)  # a busy machine
@given(st.binary(max_size=3000))
def test_whatever_comes_as_a_message_is_only_unreadable(raw):
    with pytest.raises(Unreadable):
        reading.count(raw)


def test_a_compressed_bomb_is_not_unpacked():
    """It stops at the limit: all of it would be a gigabyte."""
    packer = zlib.compressobj(wbits=31)
    packed = b"".join(packer.compress(b"\0" * 2**20) for _ in range(1024)) + packer.flush()
    raw = mail(packed)
    tracemalloc.start()
    with pytest.raises(Unreadable, match="too large once unpacked"):
        reading.count(raw)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5 * unpacking.MOST_BYTES
