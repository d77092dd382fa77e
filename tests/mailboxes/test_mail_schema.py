"""The contract with the mail servers, asked with the very queries of their configuration."""

import hashlib
import re
from pathlib import Path

import pytest
from django.db import connection

from domains.models import Domain, SpamLevel
from mailboxes.models import Mailbox
from tests.conftest import GB, PASSWORD, make_alias, make_domain, make_mailbox

POSTFIX = Path(__file__).parents[2] / "deploy" / "postfix"
DOVECOT = POSTFIX.parent / "dovecot" / "2.3" / "sql.conf"


def rows(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def maps_of(setting: str) -> list[str]:
    """The queries of a setting, in the order in which Postfix asks them."""
    line = re.search(rf"^{setting} = (.+)$", (POSTFIX / "main.cf").read_text(), re.M)[1]
    names = re.findall(r"\$maps/(\w+)\.cf", line)
    texts = [(POSTFIX / "maps" / f"{name}.cf").read_text() for name in names]
    return [re.search(r"^query = (.+)$", text, re.M)[1] for text in texts]


def ask(setting: str, key: str) -> str | None:
    """Postfix's answer: that of the first map that has one."""
    local_part, _at, domain = key.rpartition("@")
    for query in maps_of(setting):
        if not local_part and "%u" in query:
            continue
        found = rows(query.replace("%s", key).replace("%u", local_part).replace("%d", domain))
        if found:
            return ",".join(value for (value,) in found)
    return None


def recipients(address: str) -> set[str]:
    """Where mail to the address ends up, by virtual_alias_maps; with @domain asked last."""
    goto = ask("virtual_alias_maps", address)
    goto = goto or ask("virtual_alias_maps", "@" + address.rpartition("@")[2])
    if goto is None or goto == address:
        return {address} if goto else set()
    return {end for each in goto.split(",") for end in (recipients(each) or {each})}


def dovecot(kind: str, address: str) -> list[tuple]:
    query = re.search(rf"^{kind}_query = (.+)$", DOVECOT.read_text(), re.M)[1]
    return rows(query.replace("%u", address).replace("@MAIL_ROOT@", "/mail"))


def sender_logins(address: str) -> set[str]:
    return set((ask("smtpd_sender_login_maps", address) or "").split(",")) - {""}


@pytest.fixture
def box(domain):
    return make_mailbox(domain, "info")


SERVED = [
    ({"status": "active", "mx_here": True}, True, True),
    ({"status": "active", "mx_here": False}, True, False),
    ({"status": "active", "mx_here": False, "deliver_here": True}, True, True),
    ({"status": "pending", "proved_at": None}, False, False),
    ({"status": "pending", "proved_at": None, "deliver_here": True}, False, False),
    ({"status": "removing", "proved_at": None}, False, False),
]


@pytest.mark.parametrize(("change", "served", "local"), SERVED)
def test_what_the_domain_is_decides(domain, box, change, served, local):
    make_alias(domain, "team", "info@acme.test", "x@example.com")
    Domain.objects.update(**change)
    assert bool(dovecot("password", "info@acme.test")) is served
    assert dovecot("user", "info@acme.test")
    assert sender_logins("info@acme.test") == ({"info@acme.test"} if served else set())
    assert bool(sender_logins("team@acme.test")) is served
    assert bool(ask("virtual_mailbox_domains", "acme.test")) is local
    assert bool(ask("virtual_mailbox_maps", "info@acme.test")) is local
    assert recipients("team@acme.test") == ({"info@acme.test", "x@example.com"} if local else set())


@pytest.mark.parametrize(
    ("state", "served"),
    [("active", True), ("disabled", False), ("blocked", False), ("deleting", False)],
)
def test_what_the_mailbox_is_decides(box, state, served):
    Mailbox.objects.filter(pk=box.pk).update(state=state)
    assert bool(dovecot("password", "info@acme.test")) is served
    assert dovecot("user", "info@acme.test")
    assert bool(ask("virtual_mailbox_maps", "info@acme.test")) is served
    assert bool(recipients("info@acme.test")) is served
    assert bool(sender_logins("info@acme.test")) is served


def test_a_pending_claim_says_nothing_about_a_proved_domain(box, charlie):
    make_domain(charlie.memberships.get().account, "acme.test", proved=False)
    assert ask("virtual_mailbox_domains", "acme.test") == "acme.test"
    assert rows("SELECT count(*) FROM mail.postfix_domain") == [(1,)]


def test_what_dovecot_learns_at_a_sign_in(box):
    user, password, home, quota = dovecot("password", "info@acme.test")[0]
    assert (user, password) == ("info@acme.test", box.password_hash)
    assert home == f"/mail/{box.home}"
    assert quota == f"*:bytes={GB}:messages=32768"
    sizes = "SELECT quota_storage_size, quota_message_count, host FROM mail.dovecot_login"
    assert rows(f"{sizes} WHERE username = 'info@acme.test'") == [(f"{GB}B", 32768, box.host)]


def test_a_changed_password_and_size_count_at_once(box):
    Mailbox.objects.filter(pk=box.pk).update(password_hash="{X}new", quota_bytes=2 * GB)
    _user, password, _home, quota = dovecot("password", "info@acme.test")[0]
    assert password == "{X}new"
    assert f"bytes={2 * GB}" in quota


def test_every_mailbox_has_one_sieve_row_whose_id_follows_its_body(box):
    def sieve():
        return rows(
            "SELECT name, id, body FROM mail.dovecot_sieve"
            " WHERE username = 'info@acme.test' AND name = 'managed'"
        )

    ((name, empty_id, body),) = sieve()
    assert (name, body) == ("managed", "# none\n")
    script = 'redirect "x@example.com";'
    Mailbox.objects.filter(pk=box.pk).update(sieve_script=script)
    assert sieve() == [("managed", hashlib.md5(script.encode()).hexdigest(), script)]
    assert empty_id != sieve()[0][1]


@pytest.mark.parametrize("level", SpamLevel.values)
def test_every_mailbox_has_one_junk_row_whose_id_follows_the_level(box, level):
    Domain.objects.update(spam_level=level)
    points = {"permissive": 10, "standard": 6, "aggressive": 4}.get(level, 0)
    ((id_, body),) = rows(
        "SELECT id, body FROM mail.dovecot_sieve"
        " WHERE username = 'info@acme.test' AND name = 'junk'"
    )
    assert id_ == f"junk-{points}"
    assert (f'"{"*" * points}"' in body) == bool(points)


def test_dovecot_can_list_all(box):
    names = {name for (name,) in rows("SELECT username FROM mail.dovecot_user")}
    assert names == {"info@acme.test", "postmaster@acme.test"}


@pytest.fixture
def mirror(acme, domain, box):
    make_alias(domain, "team", "info@acme.test", "x@example.com")
    return make_domain(acme, "mirror.test", alias_of=domain)


def test_an_alias_domain_mirrors_mailboxes_and_aliases(mirror):
    assert ask("virtual_mailbox_domains", "mirror.test")
    assert recipients("info@mirror.test") == {"info@acme.test"}
    assert recipients("team@mirror.test") == {"info@acme.test", "x@example.com"}
    assert recipients("nobody@mirror.test") == set()
    assert sender_logins("info@mirror.test") == {"info@acme.test"}


def test_an_alias_domain_takes_mail_on_its_own_account(mirror):
    Domain.objects.filter(pk=mirror.pk).update(mx_here=False)
    assert not ask("virtual_mailbox_domains", "mirror.test")
    assert recipients("info@mirror.test") == set()
    assert recipients("info@acme.test") == {"info@acme.test"}


def test_an_alias_domain_of_one_that_is_removed_mirrors_nothing(mirror, domain):
    Domain.objects.filter(pk=domain.pk).update(status="removing", proved_at=None)
    assert recipients("info@mirror.test") == set()
    assert recipients("team@mirror.test") == set()
    assert sender_logins("info@mirror.test") == set()


def test_a_disabled_mailbox_is_not_mirrored(mirror, box):
    Mailbox.objects.filter(pk=box.pk).update(state="disabled")
    assert recipients("info@mirror.test") == set()
    assert sender_logins("info@mirror.test") == set()


def test_a_catch_all_takes_what_nobody_else_does(mirror, domain):
    Domain.objects.filter(pk=domain.pk).update(catch_all="rest@example.com")
    assert recipients("nobody@acme.test") == {"rest@example.com"}
    assert recipients("nobody@mirror.test") == {"rest@example.com"}
    assert recipients("info@acme.test") == {"info@acme.test"}
    assert recipients("team@acme.test") == {"info@acme.test", "x@example.com"}
    assert recipients("info@mirror.test") == {"info@acme.test"}
    assert recipients("nobody@elsewhere.test") == set()


def test_a_catch_all_of_a_domain_without_mx_here_takes_nothing(domain):
    Domain.objects.update(catch_all="rest@example.com", mx_here=False)
    assert recipients("nobody@acme.test") == set()


def test_a_sign_in_may_send_as_itself_and_as_aliases_it_receives(domain, box):
    make_alias(domain, "team", "info@acme.test")
    assert sender_logins("team@acme.test") == {"info@acme.test"}
    assert sender_logins("postmaster@acme.test") == {"postmaster@acme.test"}
    assert sender_logins("nobody@acme.test") == set()


def fill(box, size=0, messages=0):
    with connection.cursor() as cursor:
        # As Dovecot's dict does it.
        for column, value in (("bytes", size), ("messages", messages)):
            cursor.execute(
                f"INSERT INTO mail.usage ({column}, username) VALUES (%s, %s)"
                f" ON CONFLICT (username) DO UPDATE SET {column} = excluded.{column}",
                [value, box.address],
            )


@pytest.mark.parametrize(
    ("usage", "full"),
    [
        ((0, 0), False), ((GB - 1, 32767), False), ((GB, 1), True), ((0, 32768), True),
        ((5 * GB, 1), True),
    ],
)  # fmt: skip
def test_a_full_mailbox_refuses_at_the_door_and_its_aliases_too(domain, box, usage, full):
    make_alias(domain, "sole", "info@acme.test")
    make_alias(domain, "many", "info@acme.test", "postmaster@acme.test")
    fill(box, *usage)
    reply = "452 4.2.2 Mailbox is full" if full else None
    assert full_reply("info@acme.test") == reply
    assert full_reply("sole@acme.test") == reply
    assert full_reply("many@acme.test") is None
    assert full_reply("postmaster@acme.test") is None


def full_reply(address: str) -> str | None:
    """What Postfix says at RCPT, after all its other questions."""
    settings = re.findall(r"check_recipient_access \$(full_\w+)", (POSTFIX / "main.cf").read_text())
    replies = (ask(setting, address) for setting in dict.fromkeys(settings))
    return next(filter(None, replies), None)


def test_a_full_mailbox_refuses_through_an_alias_domain_too(mirror, box):
    fill(box, GB)
    assert full_reply("info@mirror.test") == "452 4.2.2 Mailbox is full"
    assert full_reply("postmaster@mirror.test") is None
    assert full_reply("info@acme.test") == "452 4.2.2 Mailbox is full"


def test_a_bigger_size_opens_the_door_again(box):
    fill(box, GB)
    Mailbox.objects.filter(pk=box.pk).update(quota_bytes=2 * GB)
    assert full_reply("info@acme.test") is None


def test_usage_notes_when_it_was_written(box):
    fill(box, 1)
    first = rows("SELECT updated_at FROM mail.usage")
    fill(box, 2)
    assert rows("SELECT bytes, messages FROM mail.usage") == [(2, 0)]
    assert rows("SELECT updated_at FROM mail.usage") >= first


NASTY = [
    "' OR '1'='1",
    "%",
    "_nfo@acme.test",
    "info@acme.test'",
    "INFO@ACME.TEST",
    "info@acme.test ",
]


@pytest.mark.parametrize("address", NASTY)
def test_only_the_exact_address_is_found(box, address):
    quoted = address.replace("'", "''")
    assert ask("virtual_mailbox_maps", quoted) is None
    assert dovecot("password", quoted) == []


def grants(role: str) -> dict[str, set[str]]:
    """All that a role may do with any table, view or sequence of the database."""
    found = rows(
        f"""
        SELECT n.nspname, c.relname, p.privilege
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
               unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES',
                            'TRIGGER']) AS p (privilege)
         WHERE n.nspname !~ '^pg_|^information_schema$' AND c.relkind IN ('r', 'v', 'm', 'p')
           AND has_table_privilege('{role}', c.oid, p.privilege)
        """
    )
    allowed: dict[str, set[str]] = {}
    for schema, name, privilege in found:
        assert schema == "mail"
        allowed.setdefault(name, set()).add(privilege)
    return allowed


def test_dovecot_may_read_its_views_and_write_usage_and_nothing_else(db):
    assert grants("kuploy_dovecot") == {
        "dovecot_login": {"SELECT"},
        "dovecot_move": {"SELECT"},
        "dovecot_user": {"SELECT"},
        "dovecot_sieve": {"SELECT"},
        "usage": {"SELECT", "INSERT", "UPDATE"},
    }


@pytest.mark.parametrize(
    ("role", "functions"),
    [
        ("kuploy_dovecot", {"note_sign_in"}),
        (
            "kuploy_postfix",
            {"count_sending", "mirrored", "sender_by_mirror", "refused_by_mirror"},
        ),
    ],
)
def test_what_each_mail_server_may_call(db, role, functions):
    """Functions of triggers do not count: nobody can call them."""
    found = rows(
        f"""
        SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = 'mail' AND p.prorettype <> 'trigger'::regtype
           AND has_function_privilege('{role}', p.oid, 'EXECUTE')
        """
    )
    assert {name for (name,) in found} == functions


def test_postfix_may_read_its_views_and_nothing_else(db):
    allowed = grants("kuploy_postfix")
    assert {name for name in allowed if not name.startswith("postfix_")} == set()
    assert set().union(*allowed.values()) == {"SELECT"}
    asked = {
        found
        for path in (POSTFIX / "maps").glob("*.cf")
        for found in re.findall(r"FROM mail\.(\w+)", path.read_text())
    }
    assert set(allowed) == asked


@pytest.mark.parametrize("role", ["kuploy_dovecot", "kuploy_postfix"])
def test_the_mail_servers_make_nothing_of_their_own(db, role):
    creates = f"SELECT 1 FROM pg_namespace WHERE has_schema_privilege('{role}', oid, 'CREATE')"
    assert rows(creates) == []
    powers = "rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls"
    assert rows(f"SELECT {powers} FROM pg_roles WHERE rolname = '{role}'") == [(False,)]


def test_the_password_of_the_test_is_in_no_view(box):
    assert PASSWORD not in str(rows("SELECT * FROM mail.dovecot_login"))
