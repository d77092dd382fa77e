"""What is made of Dovecot's figures; they are made up."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mailboxes import doveadm, jobs, tasks
from mailboxes.measuring import begin_rounds
from mailboxes.models import HostJob, Mailbox
from quotas.models import Usage
from tests.conftest import make_mailbox


@pytest.fixture(autouse=True)
def _this_is_mail1(settings):
    settings.MAIL_HOST = "mail1"


@pytest.fixture
def asked(monkeypatch):
    """The addresses of each question; every mailbox holds one message of 5 bytes."""
    questions = []

    def measure(homes):
        questions.append(list(homes))
        return {address: doveadm.Measured(5, 1) for address in homes}

    monkeypatch.setattr(doveadm, "measure", measure)
    return questions


@pytest.fixture
def away(monkeypatch):
    sizes = []

    def measure(homes):
        sizes.append(len(homes))
        raise doveadm.HostError("Dovecot on mail1 does not answer.")

    monkeypatch.setattr(doveadm, "measure", measure)
    return sizes


def work():
    HostJob.objects.update(due_at=Now())
    tasks.do_host_jobs("mail1")


def test_a_hundred_clicks_ask_once(mailbox, asked):
    for _click in range(100):
        jobs.owe_measure(mailbox)
    assert HostJob.objects.count() == 1
    work()
    assert asked == [[mailbox.address]]
    assert not HostJob.objects.exists()


def test_a_click_does_not_wait_for_the_pause_after_a_failure(mailbox, away):
    jobs.owe_measure(mailbox)
    work()
    HostJob.objects.update(due_at=Now() + timedelta(minutes=30))
    jobs.owe_measure(mailbox)
    assert HostJob.objects.due().exists()


def test_one_being_deleted_is_not_measured(mailbox, asked):
    """It would make the directory anew that was just removed."""
    jobs.owe_measure(mailbox)
    Mailbox.objects.update(state=Mailbox.State.DELETING)
    work()
    assert asked == []
    assert not HostJob.objects.exists()


def test_each_host_with_mailboxes_has_one_round(domain):
    for number, host in enumerate(["mail1", "mail2", "mail2", "mail3"]):
        Mailbox.objects.filter(pk=make_mailbox(domain, f"n{number}").pk).update(host=host)
    for _time in range(2):
        begin_rounds()
    assert sorted(HostJob.objects.values_list("host", flat=True)) == ["mail1", "mail2", "mail3"]


def test_the_round_takes_all_in_turn_and_begins_again(domain, asked, settings):
    settings.ROUND_MAILBOXES = 2
    for number in range(4):
        make_mailbox(domain, f"n{number}")
    begin_rounds()
    for _step in range(4):
        work()
    addresses = [[address.partition("@")[0] for address in page] for page in asked]
    assert addresses == [["n0", "n1"], ["n2", "n3"], ["postmaster"], ["n0", "n1"]]
    assert Usage.objects.filter(bytes=5, messages=1).count() == 5


def test_it_rests_a_minute_between_its_steps(mailbox, asked):
    begin_rounds()
    work()
    left = HostJob.objects.annotate(pause=F("due_at") - Now()).get().pause
    assert round(left.total_seconds()) == 60


def test_it_skips_what_is_being_deleted(domain, mailbox, asked):
    Mailbox.objects.exclude(pk=mailbox.pk).update(state=Mailbox.State.DELETING)
    begin_rounds()
    work()
    assert asked == [[mailbox.address]]


def test_a_page_that_fails_is_halved_until_the_culprit_is_passed_over(domain, away, settings):
    settings.ROUND_MAILBOXES = 4
    for number in range(4):
        make_mailbox(domain, f"n{number}")
    begin_rounds()
    for _step in range(3):
        work()
    assert away == [4, 2, 1]
    job = HostJob.objects.get()
    assert (job.address, job.attempts) == ("n0@acme.test", 0)


def test_a_step_costs_the_same_for_two_as_for_twenty(domain, asked):
    def queries():
        begin_rounds()
        with CaptureQueriesContext(
            connection,
        ) as found:
            work()
        return len(found)

    make_mailbox(domain, "first")
    work()
    begin_rounds()
    work()  # from now on nothing differs
    few = queries()
    for number in range(18):
        make_mailbox(domain, f"n{number}")
    work()
    assert queries() == few


def test_the_next_page_is_one_walk_along_the_index(domain):
    rows = (
        "INSERT INTO mailboxes_mailbox (id, account_id, domain_id, local_part, address, host,"
        " display_name, password_hash, state, quota_bytes, quota_messages, sieve_script,"
        " created_at, domain_served, domain_local)"
        " SELECT gen_random_uuid(), %s, %s, 'u' || n, 'u' || n || '@acme.test', 'mail' || n %% 3,"
        " '', '', 'active', 1, 1, '', now(), true, true FROM generate_series(1, 3000) AS n"
    )
    with connection.cursor() as cursor:
        cursor.execute(rows, [domain.account_id, domain.pk])
        cursor.execute("ANALYZE mailboxes_mailbox")
    page = Mailbox.objects.filter(host="mail1", address__gt="u2").exclude(state="deleting")
    plan = page.order_by("address")[:10].explain()
    assert "mailboxes_of_host" in plan
    assert "Sort" not in plan


@pytest.fixture
def url(acme, mailbox):
    return reverse("mailboxes:measure", args=[acme.slug, mailbox.pk])


def test_a_person_may_ask(as_alice, url, mailbox, queued):
    with queued() as sent:
        response = as_alice.post(url)
    assert response.url == mailbox.get_absolute_url()
    assert HostJob.objects.get().kind == HostJob.Kind.MEASURE
    assert sent == [("mailboxes.tasks.do_host_jobs", mailbox.host)]


def test_who_asks_too_often_is_told_so(as_alice, url):
    statuses = [as_alice.post(url).status_code for _click in range(11)]
    assert statuses == [302] * 10 + [422]
    assert "was measured several times just now" in as_alice.post(url).text


def test_what_is_being_deleted_is_not_asked_about(as_alice, url):
    Mailbox.objects.update(state=Mailbox.State.DELETING)
    assert as_alice.post(url).status_code == 403
    assert not HostJob.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("charlie", 404)])
def test_it_turns_others_away(client, request, who, status, url):
    client.force_login(request.getfixturevalue(who))
    assert client.post(url).status_code == status
    assert not HostJob.objects.exists()
