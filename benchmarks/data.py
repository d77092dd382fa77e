"""A database for each size, filled with COPY into the real tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import chain
from random import Random
from uuid import UUID

from django.core.management import call_command
from django.db import connection
from psycopg import sql

from accounts.models import Account, Membership, Plan, Role, User
from benchmarks.sizes import Size, domain_name, mirror_name, slug
from domains import keys
from domains.dns.findings import RECOMMENDED, RECORDS
from notifications.models import Channel
from notifications.secrets import encrypted, new_secret
from quotas.settlement import sum_up

Row = dict[str, object]
NOW = datetime.now(UTC)
SELECTOR = "bench"
OWNER = "owner@example.test"
# Never signed in with; as long as a real one.
PASSWORD_HASH = "{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$" + "s" * 22 + "$" + "h" * 43
_random = Random(1)


def database_of(size: Size) -> str:
    return f"kuploy_bench_{size.name}"


def use(database: str) -> None:
    """Let Django speak to this database from now on."""
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = database


@contextmanager
def loaded(size: Size) -> Iterator[None]:
    """A fresh database, filled; it is dropped in the end."""
    home = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {database_of(size)} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {database_of(size)}")
    try:
        use(database_of(size))
        call_command("migrate", verbosity=0)
        _fill(size)
        call_command("check_derived", stdout=StringIO())
        use(home)
        yield
    finally:
        use(home)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {database_of(size)} WITH (FORCE)")


def _fill(size: Size) -> None:
    accounts = _accounts(size)
    domains = [_uuid() for _ in range(size.domains)]
    _copy("domains_domain", _domains(size, accounts, domains))
    _copy("domains_dkimkey", _dkim_keys(domains))
    _copy("domains_recordcheck", _record_checks(domains))
    _copy("mailboxes_mailbox", _mailboxes(size, accounts, domains))
    _copy("mailboxes_alias", _aliases(size, accounts, domains))
    _copy('mail"."usage', _usage(size))
    _announce(accounts[0])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _accounts(size: Size) -> list[UUID]:
    plan = Plan.objects.create(name="All you can eat")
    reseller = Account.objects.create(
        name="Reseller", slug="reseller", kind=Account.Kind.RESELLER, plan=plan
    )
    accounts = [
        Account(
            id=_uuid(), name=f"Account {number}", slug=slug(number), plan=plan, reseller=reseller
        )
        for number in range(size.accounts)
    ]
    Account.objects.bulk_create(accounts)
    owner = User.objects.create_user(OWNER)
    Membership.objects.create(user=owner, account=accounts[0], role=Role.OWNER)
    return [account.id for account in accounts]


def _domains(size: Size, accounts: list[UUID], ids: list[UUID]) -> Iterator[Row]:
    for number in size.primaries:
        catch_all = f"anna{number}@{domain_name(number)}" if number % 2 else ""
        yield _domain(
            ids[number], accounts[size.account_of(number)], domain_name(number), None, catch_all
        )
    for number in size.mirrors:
        yield _domain(
            ids[len(size.primaries) + number], accounts[size.account_of(number)],
            mirror_name(number), ids[number], "",
        )  # fmt: skip


def _domain(pk: UUID, account: UUID, name: str, alias_of: UUID | None, catch_all: str) -> Row:
    return {
        "id": pk, "account_id": account, "name": name, "alias_of_id": alias_of,
        "status": "active", "created_at": NOW, "proof_label": "d123456789",
        "proof_text": "kuploy-verification=bench", "proved_at": NOW,
        "mx_here": True, "deliver_here": False, "catch_all": catch_all,
        "checked_at": NOW, "next_check_at": NOW + timedelta(days=1), "healthy": True,
        "mailbox_count": 0, "alias_count": 0,
    }  # fmt: skip


def _dkim_keys(domains: list[UUID]) -> Iterator[Row]:
    key = keys.new_key()
    for domain in domains:
        yield {
            "domain_id": domain, "selector": SELECTOR, "public_key": key.public_key,
            "private_key_encrypted": key.private_key_encrypted, "created_at": NOW,
            "signs_since": NOW,
        }  # fmt: skip


def _record_checks(domains: list[UUID]) -> Iterator[Row]:
    for domain in domains:
        for kind in sorted(RECORDS | RECOMMENDED):
            yield {
                "domain_id": domain, "kind": kind, "state": "ok", "found": "[]",
                "source": "ns.example (authoritative)", "sentence": "As it should be.",
                "advice": "", "checked_at": NOW, "failure": "", "good_found": "[]",
            }  # fmt: skip


def _mailboxes(size: Size, accounts: list[UUID], domains: list[UUID]) -> Iterator[Row]:
    for place, (local_part, domain) in enumerate(size.addresses()):
        yield _address(size, accounts, domains, local_part, domain) | {
            "display_name": local_part.title(), "password_hash": PASSWORD_HASH,
            "state": "active" if place % 50 else "disabled",
            "quota_bytes": 2**30, "quota_messages": 32_768, "host": "mail1", "sieve_script": "",
        }  # fmt: skip


def _aliases(size: Size, accounts: list[UUID], domains: list[UUID]) -> Iterator[Row]:
    for domain in size.primaries:
        people = [f"{first}{domain}@{domain_name(domain)}" for first in ("anna", "bruno", "clara")]
        for local_part, targets in (("info", people[:1]), ("team", people)):
            row = _address(size, accounts, domains, local_part, domain)
            yield row | {"targets": targets}


def _address(
    size: Size, accounts: list[UUID], domains: list[UUID], local_part: str, domain: int
) -> Row:
    """What mailboxes and aliases share; the last two are set right by a trigger."""
    return {
        "id": _uuid(), "account_id": accounts[size.account_of(domain)],
        "domain_id": domains[domain], "local_part": local_part,
        "address": f"{local_part}@{domain_name(domain)}", "created_at": NOW,
        "domain_served": False, "domain_local": False,
    }  # fmt: skip


def _usage(size: Size) -> Iterator[Row]:
    """One mailbox in a hundred is full."""
    for place, (local_part, domain) in enumerate(size.addresses()):
        used = 2**30 if place % 100 == 7 else _random.randrange(2**30)
        yield {
            "username": f"{local_part}@{domain_name(domain)}", "bytes": used,
            "messages": used // 2**16,
        }  # fmt: skip


def _announce(account: UUID) -> None:
    """Alerts about all that is too full, under the owner's bell and waiting for a webhook."""
    Channel.objects.create(
        account_id=account, transport="webhook", address="https://hooks.example/",
        secret_encrypted=encrypted(new_secret()),
    )  # fmt: skip
    sum_up()


def _copy(table: str, rows: Iterator[Row]) -> None:
    first = next(rows)
    columns = sql.SQL(", ").join(map(sql.Identifier, first))
    command = sql.SQL('COPY "{}" ({}) FROM STDIN').format(sql.SQL(table), columns)
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in chain([first], rows):
            copy.write_row(tuple(row.values()))


def _uuid() -> UUID:
    return UUID(int=_random.getrandbits(128), version=4)
