"""Pages of an account with a long list, through one gunicorn worker, against a bare page."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from benchmarks.data import OWNER, database_of, use
from benchmarks.gunicorn import Site, running
from benchmarks.report import Figure, in_turn
from benchmarks.sizes import Size, domain_name, slug
from domains.models import Domain
from mailboxes.models import Mailbox

ROUNDS = 15
REQUESTS = 4
HOST = urlsplit(settings.BASE_URL).netloc
# Each finds as many rows at every size, or a full page.
LISTS = {
    "domains": {
        "first page": {},
        "deep page": {"after": "company3"},
        "search by prefix": {"q": "company"},
        "search by whole name": {"q": "company18.example"},
        "search by rare part": {"q": "y18."},
        "search by common part": {"q": "pany"},
        "filter by rare state": {"status": "suspended"},
    },
    "mailboxes": {
        "first page": {},
        "deep page": {"after": "greta"},
        "search by prefix": {"q": "clara1"},
        "search by whole name": {"q": "clara18@company18.example"},
        "search by rare part": {"q": "a18@"},
        "search by common part": {"q": "company"},
        "filter by rare state": {"state": "blocked"},
        "filter by what is full": {"over": "100"},
        # The worst that can be typed: frequent, but not before the end of the list.
        "search by late part": {"q": "onas1"},
    },
    "notifications": {
        "first page": {},
        "filter by unread of a kind": {"show": "unread", "kind": "quota_95"},
    },
    "notifications/deliveries": {"first page": {}, "filter by failed": {"state": "failed"}},
}


@dataclass(frozen=True)
class Panel:
    """The panel on the database of one size, and the bare page beside it."""

    size: Size
    site: Site
    bare: Site
    pages: dict[str, str]
    queries: dict[str, int]
    headers: dict[str, str]

    def milliseconds(self, page: str) -> float:
        return self.site.milliseconds(self.pages[page], self.headers, REQUESTS)

    def bare_milliseconds(self, page: str) -> float:
        return self.bare.milliseconds(f"/{page.split(',')[0]}/?", {}, REQUESTS)


def measure(sizes: list[Size]) -> Iterator[Figure]:
    """All sizes in turn, so that they can be compared with each other."""
    call_command("collectstatic", interactive=False, verbosity=0)
    with ExitStack() as stack:
        panels = [stack.enter_context(_panel(size)) for size in sizes]
        for page in panels[0].pages:
            yield from _measure(page, panels)


def _measure(page: str, panels: list[Panel]) -> Iterator[Figure]:
    name = f"page: {page}"
    runs = [run for p in panels for run in (p.milliseconds, p.bare_milliseconds)]
    times = in_turn(ROUNDS, *(partial(run, page) for run in runs))
    for panel, ours, floor in zip(panels, times[::2], times[1::2], strict=True):
        yield Figure(name, panel.size.name, ours, floor, "ms")
        yield Figure(name, panel.size.name, panel.queries[page], 1, "queries")
    if len(panels) > 1:
        ends = f"{panels[-1].size.name}:{panels[0].size.name}"
        yield Figure(name, ends, times[-2], times[0], "ms")


@contextmanager
def _panel(size: Size) -> Iterator[Panel]:
    database = database_of(size)
    use(database)
    pages = _pages()
    client = Client(headers={"host": HOST})
    client.force_login(User.objects.get(email=OWNER))
    queries = {page: _count_queries(client, path) for page, path in pages.items()}
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    headers = {"Host": HOST, "Cookie": f"{cookie.key}={cookie.value}"}
    with (
        running("kuploy.wsgi", database) as site,
        running("benchmarks.bare:application", database) as bare,
    ):
        yield Panel(size, site, bare, pages, queries, headers)


def _pages() -> dict[str, str]:
    """Path by name."""
    pages = {
        f"{kind}, {name}": f"/{slug(0)}/{kind}/?{urlencode(query)}"
        for kind, lists in LISTS.items()
        for name, query in lists.items()
    }
    domain = Domain.objects.get(name=domain_name(18))
    mailbox = Mailbox.objects.get(address=f"anna18@{domain.name}")
    pages["domains, detail"] = domain.get_absolute_url()
    pages["mailboxes, detail"] = mailbox.get_absolute_url()
    return pages


def _count_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return len(queries)
