"""What may be typed as the URL of a receiver."""

import pytest

from kuploy import outbound
from kuploy.errors import Unreachable
from tests.kuploy.outbound.conftest import HEADERS, MESSAGE, refused
from tests.kuploy.receivers import (
    answer,
    polite,
    receiver,
)


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("https://example.com", "https://example.com/"),
        ("  HTTPS://Example.COM./In?a=1&b=/ \n", "https://example.com/In?a=1&b=/"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ('https://example.com/"<{%7B', "https://example.com/%22%3C%7B%7B"),
        ("https://example.com/a%0d%0aX:y", "https://example.com/a%0d%0aX:y"),
        ("https://example.com/@me;v=1", "https://example.com/@me;v=1"),
        ("https://8.8.8.8:1/", "https://8.8.8.8:1/"),
    ],
)
def test_a_url_is_kept_as_it_will_be_called(typed, called):
    assert outbound.check_url(typed) == called
    assert outbound.check_url(called) == called


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "not a web address"),
        ("example.com/hook", "not a web address"),
        ("//example.com/", "not a web address"),
        ("ftp://example.com/", "not a web address"),
        ("javascript://example.com/", "not a web address"),
        ("http://example.com/", "must begin with https://"),
        ("https://", "not a web address"),
        ("https:///x", "not a web address"),
        ("https://:443/", "not a web address"),
        ("https://example.com:/", "not a web address"),
        ("https://example.com:0/", "from 1 to 65535"),
        ("https://example.com:65536/", "from 1 to 65535"),
        ("https://example.com:٤٤٣/", "not a web address"),
        ("https://example.com:80:80/", "not a web address"),
        ("https://me:secret@example.com/", "Leave out the user name"),
        ("https://example.com@10.0.0.5/", "Leave out the user name"),
        ("https://example.com\\@10.0.0.5/", "not a web address"),
        ("https://example.com/#top", "Leave out the #"),
        ("https://example.com#@10.0.0.5/", "Leave out the #"),
        ("https://example.com/#", "Leave out the #"),
        ("https://example.com/a\r\nX-Injected: y", "not a web address"),
        ("https://exam\tple.com/", "not a web address"),
        ("https://example.com/a b", "not a web address"),
        ("https://example.com/\x00", "not a web address"),
        ("https://example.com/\u2028x", "not a web address"),
        ("https://exa mple.com/", "not a web address"),
        ("https://exa_mple.com/", "not a host name"),
        ("https://example..com/", "not a host name"),
        ("https://./", "not a host name"),
        ("https://-a.example.com/", "not a host name"),
        (f"https://{'a' * 64}.example/", "not a host name"),
        (f"https://{'a.' * 130}example/", "not a host name"),
        ("https://example.com%2f@x/", "Leave out the user name"),
        ("https://127.0.0.1%2f.example.com/", "not a web address"),
        (f"https://example.com/{'a' * 2000}", "at most 2000 characters"),
        (f"https://example.com/{'ä' * 700}", "at most 2000 characters"),
    ],
)
def test_a_url_that_cannot_be_called_is_refused(typed, sentence, dialled):
    assert sentence in refused(typed)
    with pytest.raises(Unreachable, match=sentence):
        outbound.post(typed, MESSAGE, HEADERS)
    assert dialled == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "127.0.0.01",
        "127.0.0.0x1",
        "example.0x",
        "127.0.0.1.",
        "127.0.0.1..",
        "1.2.3.4.5",
        "①②⑦.⓪.⓪.①",
        "１２７。０。０。１",
        "127。0。0。1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "[127.0.0.1]",
        "[::1].example.com",
        "example.com[::1]",
        "[[::1]]",
        "[::1",
        "::1",
        "[v1.x]",
    ],
)
def test_no_odd_way_to_write_an_address_slips_through(host, dialled):
    refused(f"https://{host}/")
    with pytest.raises(Unreachable):
        outbound.post(f"https://{host}/", MESSAGE, HEADERS)
    assert dialled == []


# Demonstrations


def test_a_demonstration_may_call_plain_http_at_private_addresses(settings, world):
    settings.INSECURE_RECEIVERS = True
    world.records("hooks.example A 127.0.0.1")
    with receiver(polite(answer(200))) as server:
        for host in ("127.0.0.1", "hooks.example", "localhost"):
            url = outbound.check_url(f"http://{host}:{server.port}")
            assert outbound.post(url, MESSAGE, HEADERS).status == 200


# Several messages over one connection
