import pytest

from domains.reports import reading
from tests.domains.reports.reports import mailed


@pytest.fixture
def receive(domain):
    """`receive(rows …)`: a report about acme.test comes in and is counted."""
    return lambda *rows, **options: reading.count(mailed(*rows, **options))
