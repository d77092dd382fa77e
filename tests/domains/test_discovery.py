"""What is recommended so that mail programs find their servers."""

import dns.rdata
import dns.zone
from django.conf import settings

from domains.discovery import for_mail_programs


def zone():
    lines = "".join(f"{each.host} {each.type} {each.value}\n" for each in for_mail_programs())
    head = "@ SOA ns.example.net. hostmaster.example.net. 1 2 3 4 5\n@ NS ns.example.net.\n"
    return dns.zone.from_text(f"$TTL 60\n{head}{lines}", origin="acme.test", relativize=False)


def record(name, rdtype):
    [found] = zone().find_rdataset(f"{name}.acme.test.", rdtype)
    return found


def test_imap_and_submission_are_named_with_their_ports(settings):
    settings.IMAP_HOST, settings.SMTP_HOST = "imap.kuploy.test", "smtp.kuploy.test"
    imap, smtp = (record(f"{name}._tcp", "SRV") for name in ("_imaps", "_submission"))
    assert (imap.target.to_text(), imap.port) == ("imap.kuploy.test.", settings.IMAP_PORT)
    assert (smtp.target.to_text(), smtp.port) == ("smtp.kuploy.test.", settings.SUBMISSION_PORT)


def test_what_is_not_offered_is_said_to_be_so():
    for name in ("_imap", "_pop3", "_pop3s"):
        found = record(f"{name}._tcp", "SRV")
        assert (found.target.to_text(), found.port) == (".", 0)


def test_the_names_that_programs_ask_lead_to_the_panel():
    for name in ("autoconfig", "autodiscover"):
        target = record(name, "CNAME").target.to_text(omit_final_dot=True)
        assert settings.BASE_URL.partition("//")[2].partition(":")[0] == target
