"""The snapshot of the day, and a month of them, against reading the rows that they are made of."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from time import perf_counter

from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Account, BandPrice, Membership, Role, User
from benchmarks.data import OWNER
from benchmarks.pages import HOST
from benchmarks.report import Figure, in_turn
from benchmarks.sizes import Size, slug
from domains.models import Domain
from plans.billing import snapshots
from plans.billing.counting import counts

ROUNDS = 5
MONTH = date(2026, 6, 1)
# Every mailbox belongs to the account of its domain, every twentieth is in the second band.
SPREAD = (
    "ALTER TABLE mailboxes_mailbox DISABLE TRIGGER USER",
    """UPDATE mailboxes_mailbox SET account_id = domain_id,
           quota_bytes = CASE hashtext(address) % 20 WHEN 0 THEN 16 ELSE 1 END * 2::bigint ^ 30""",
    "ALTER TABLE mailboxes_mailbox ENABLE TRIGGER USER",
    "VACUUM ANALYZE",
)
EMPTY = "TRUNCATE plans_snapshot"
# Thirty days like today.
FILL = """
    ALTER TABLE plans_snapshot DISABLE TRIGGER USER;
    INSERT INTO plans_snapshot (day, month, account_id, account_name, account_slug, reseller_id,
           reseller_name, payer_slug, plan_name, band_gb, mailboxes, empty_domains, price,
           reseller_price, currency)
    SELECT %s::date + passed, %s, account_id, account_name, account_slug, reseller_id,
           reseller_name, payer_slug, plan_name, band_gb, mailboxes, empty_domains, price,
           reseller_price, currency
      FROM plans_snapshot, generate_series(0, 29) AS passed;
    ALTER TABLE plans_snapshot ENABLE TRIGGER USER
"""
# The floors: the rows that ours is made of, counted.
OF_ONE = "SELECT count(*) FROM mailboxes_mailbox WHERE counted AND account_id = %s"
OF_ALL = "SELECT account_id, count(*) FROM mailboxes_mailbox WHERE counted GROUP BY 1"
OF_MONTH = "SELECT account_id, sum(mailboxes) FROM plans_snapshot WHERE month = %s GROUP BY 1"


def measure(size: Size) -> Iterator[Figure]:
    """Of one account, of all of them today, and of all of them in a month."""
    big = Account.objects.select_related("plan", "reseller").get(slug=slug(0))
    yield _figure("what an account has in each band", size, partial(counts, big), OF_ONE, big.pk)
    _spread(big)
    ours, floor = in_turn(ROUNDS, _take, partial(_ms, partial(_run, OF_ALL)))
    yield Figure("the snapshot of a day", size.name, ours, floor, "ms")
    _run(FILL, MONTH, MONTH)
    _run("VACUUM ANALYZE plans_snapshot")
    client = _signed_in(Account.objects.get(slug="reseller"))
    page = f"{reverse('plans:billing_of_clients', args=['reseller'])}?month=2026-06"
    yield _figure("page of all clients", size, partial(_get, client, page), OF_MONTH, MONTH)
    sheet = page.replace("clients/", "clients.csv")
    yield _figure("CSV of all clients", size, partial(_get, client, sheet), OF_MONTH, MONTH)


def _figure(
    name: str, size: Size, work: Callable[[], object], floor: str, *parameters: object
) -> Figure:
    ours, bare = in_turn(
        ROUNDS, partial(_ms, work), partial(_ms, partial(_run, floor, *parameters))
    )
    return Figure(name, size.name, ours, bare, "ms")


def _spread(big: Account) -> None:
    """An account for each domain, at prices."""
    BandPrice.objects.bulk_create(
        BandPrice(plan=big.plan, band_gb=band, monthly=Decimal(band) / 4) for band in (8, 25)
    )
    Account.objects.bulk_create(
        (
            Account(
                id=domain.pk, name=f"Company {domain.name}", slug=f"of-{number}", plan=big.plan,
                reseller=big.reseller,
            )
            for number, domain in enumerate(Domain.objects.only("name"))
        ),
        batch_size=5_000,
    )  # fmt: skip
    for statement in SPREAD:
        _run(statement)


def _take() -> float:
    _run(EMPTY)
    return _ms(snapshots.take)


def _signed_in(account: Account) -> Client:
    user = User.objects.get(email=OWNER)
    Membership.objects.create(account=account, user=user, role=Role.OWNER)
    client = Client(headers={"host": HOST})
    client.force_login(user)
    return client


def _get(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    # A sheet is read to its end.
    assert sum(map(len, response))


def _run(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)


def _ms(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000
