"""The mail servers' database roles can do what they need, and nothing more."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.mailservers.clients import STACK

TABLES = ("mailboxes_mailbox", "domains_domain", "accounts_user", "django_session")
POSTFIX_VIEWS = (
    *("domain", "mailbox", "alias", "catchall", "full", "full_alias", "sender", "sender_alias"),
)


@contextmanager
def connected(role: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(
        host=str(STACK.folder / "postgres"),
        dbname=STACK.database,
        user=f"kuploy_{role}",
        password=STACK.secrets[f"{role}_database"],
        autocommit=True,
    ) as connection:
        yield connection


@pytest.fixture(params=["dovecot", "postfix"])
def role(request, account):
    with connected(request.param) as connection:
        yield connection


@pytest.fixture
def dovecot(account):
    with connected("dovecot") as connection:
        yield connection


@pytest.fixture
def postfix(account):
    with connected("postfix") as connection:
        yield connection


def refuses(connection, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize("table", TABLES)
def test_neither_reads_the_panels_tables(role, table):
    refuses(role, f"SELECT * FROM {table}")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (x int)",
        "CREATE TABLE mail.mine (x int)",
        "CREATE TEMP TABLE mine (x int)",
        "DELETE FROM mail.usage",
        "TRUNCATE mail.usage",
        "UPDATE mail.dovecot_user SET host = 'elsewhere'",
        "DELETE FROM mail.postfix_domain",
        "SELECT lo_create(0)",
    ],
)
def test_neither_changes_anything_else(role, statement):
    refuses(role, statement)


def test_dovecot_reads_its_views_and_writes_usage(dovecot):
    for view in ("login", "user", "sieve"):
        dovecot.execute(f"SELECT * FROM mail.dovecot_{view} LIMIT 1")
    with dovecot.transaction(force_rollback=True):
        dovecot.execute("INSERT INTO mail.usage (username, bytes) VALUES ('a@b.test', 1)")
        dovecot.execute("UPDATE mail.usage SET bytes = 2 WHERE username = 'a@b.test'")


def test_dovecot_reads_nothing_of_postfix(dovecot):
    for view in POSTFIX_VIEWS:
        refuses(dovecot, f"SELECT * FROM mail.postfix_{view}")


def test_postfix_reads_its_views_only(postfix):
    for view in POSTFIX_VIEWS:
        postfix.execute(f"SELECT * FROM mail.postfix_{view} LIMIT 1")
    for view in ("dovecot_login", "dovecot_user", "dovecot_sieve", "usage"):
        refuses(postfix, f"SELECT * FROM mail.{view}")
    refuses(postfix, "INSERT INTO mail.usage (username) VALUES ('a@b.test')")
