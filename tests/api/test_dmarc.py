"""What programs are told of DMARC reports."""

from domains.reports import reading
from tests.domains.reports.reports import SERVICE, forged, mailed, row


def test_a_program_reads_the_sums_and_the_advice(api, domain):
    rows = (row(count=7), row(SERVICE, 2, mailed="service.test"), forged(count=1))
    reading.count(mailed(*rows, days_ago=2))
    found = api.get(f"/domains/{domain.pk}/dmarc").json()
    assert [(each["sender"], each["messages"]) for each in found["by_sender"]] == [
        ("ours", 7), ("service.test", 2), ("", 1),
    ]  # fmt: skip
    (day,) = found["by_day"]
    assert (day["messages"], day["passed"]) == (10, 9)
    assert found["advice"]["policy"] == ""


def test_the_time_is_one_of_three(api, domain):
    reading.count(mailed(days_ago=60))
    assert api.get(f"/domains/{domain.pk}/dmarc").json()["by_day"] == []
    assert len(api.get(f"/domains/{domain.pk}/dmarc?days=90").json()["by_day"]) == 1
    assert api.get(f"/domains/{domain.pk}/dmarc?days=31").status_code == 422


def test_without_an_address_there_is_nothing_to_read(api, domain, settings):
    settings.REPORTS_ADDRESS = ""
    assert api.get(f"/domains/{domain.pk}/dmarc").status_code == 404
