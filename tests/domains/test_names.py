import pytest
from django.core.exceptions import ValidationError

from domains import names

LABEL = "a" * 63
LONGEST = ".".join([LABEL, LABEL, LABEL, "a" * 57, "com"])


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("example.com", "example.com"),
        ("  Example.COM\n", "example.com"),
        ("example.com.", "example.com"),
        ("https://www.example.com:8080/path?x=1#y", "www.example.com"),
        ("http://ann:secret@example.com/", "example.com"),
        ("example.com/path", "example.com"),
        ("example.com:443", "example.com"),
        ("//example.com/", "example.com"),
        ("ann@example.com", "example.com"),
        ("Ann <ann@example.com>", "example.com"),
        ("mailto:ann@example.com", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("example。com", "example.com"),
        ("example.com。", "example.com"),
        ("https://www.co.uk/../", "www.co.uk"),
        ("ｅｘａｍｐｌｅ.com", "example.com"),
        ("straße.de", "xn--strae-oqa.de"),
        ("deep.sub.example.co.uk", "deep.sub.example.co.uk"),
        ("1und1.de", "1und1.de"),
        ("a-b.com", "a-b.com"),
        (LONGEST, LONGEST),
    ],
)  # fmt: skip
def test_what_people_type_is_understood(typed, name):
    assert names.parse(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", ".", "..", "com.", "localhost", "example", "@", "http://", "https:///path",
        "exa mple.com", "exam\tple.com", "exa\nmple.com", "example.com\0", "ex\0ample.com",
        "example..com", ".example.com", "example.com..", "-example.com", "example-.com",
        "_dmarc.example.com", "exam%ple.com", "exam_ple.com", "*.example.com", "'example.com",
        '"example.com"', "example.com;drop table", "exa\\mple.com", "(example.com)",
        "🙂.example", "☃.example", "exam\u200bple.com\u202e", "example.com, example.org",
        f"{LABEL}a.com", "a" + LONGEST, "a" * 5000, "xn--a.example", "xn--\0.example",
        "ab--cd.com", "١٢٣.example\u0000", "example.com.\u0000",
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(typed):
    with pytest.raises(ValidationError):
        names.parse(typed)


@pytest.mark.parametrize(
    "typed",
    ["192.0.2.1", "http://192.0.2.1/", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]",
     "https://[2001:db8::1]:8080/x", "ann@[192.0.2.1]", "192.0.2.1."],
)  # fmt: skip
def test_an_ip_address_is_refused_as_one(typed):
    with pytest.raises(ValidationError, match="This is an IP address"):
        names.parse(typed)


@pytest.mark.parametrize(
    "typed", ["0x7f.1", "127.1", "192.0.2.256", "1.2.3.4.5", "0300.0.0.1", "a.0x"]
)
def test_what_programs_read_as_an_ip_address_is_refused(typed):
    with pytest.raises(ValidationError):
        names.parse(typed)


@pytest.mark.parametrize("typed", ["co.uk", "CO.UK.", "github.io", "com.au", "公司.cn"])
def test_a_public_suffix_is_refused(typed):
    with pytest.raises(ValidationError, match="public suffix"):
        names.parse(typed)


@pytest.mark.parametrize(
    "typed",
    ["panel.kuploy.test", "mx1.kuploy.test", "SPF.kuploy.test.", "kuploy.test", "imap.kuploy.test"],
)
def test_our_own_host_names_and_what_is_above_them_are_refused(settings, typed):
    settings.OWN_HOST_NAMES = [
        "panel.kuploy.test", "mx1.kuploy.test", "spf.kuploy.test", "imap.kuploy.test",
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="one of our own host names"):
        names.parse(typed)


@pytest.mark.parametrize(
    "typed", ["notkuploy.test", "customer.kuploy.test", "x.mx1.kuploy.test.example.com"]
)
def test_names_that_only_look_like_ours_are_not_ours(settings, typed):
    settings.OWN_HOST_NAMES = ["mx1.kuploy.test"]
    assert names.parse(typed) == typed


def test_a_look_alike_is_another_name():
    cyrillic = names.parse("аррӏе.com")
    assert cyrillic.startswith("xn--")
    assert cyrillic != names.parse("apple.com")


def test_a_name_is_shown_as_it_is_read():
    assert names.to_unicode("xn--bcher-kva.example") == "bücher.example"
    assert names.to_unicode("xn--a.example") == "xn--a.example"


def test_the_names_above_end_at_the_public_suffix():
    assert names.parents("a.b.example.co.uk") == ["b.example.co.uk", "example.co.uk"]
    assert names.parents("example.com") == []


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Acme.TEST ", "acme.test"),
        ("bücher", "xn--bcher-kva"),
        ("Info@Bücher.de", "info@xn--bcher-kva.de"),
        ("%_\\", "%_\\"),
        ("🙂", "🙂"),
        ("", ""),
    ],
)
def test_a_search_is_made_in_the_stored_form(typed, stored):
    assert names.searchable(typed) == stored
