"""What was sent where: the list over all receivers, each try, and sending again."""

from datetime import timedelta
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership, Role, User
from notifications.models import Alert, Attempt, Channel, Delivery

PAGE = "/acme/notifications/deliveries/"


def url(name, *args):
    return reverse(f"notifications:{name}", args=["acme", *args])


@pytest.fixture
def hook(webhook):
    return webhook("https://one.example.test/in?token=s3cr3t")


@pytest.fixture
def other(webhook):
    return webhook("https://two.example.test/")


def settle(delivery, *, sent):
    Delivery.objects.filter(pk=delivery.pk).update(
        due_at=None, sent_at=timezone.now() if sent else None, attempt_count=1, outcome="So so."
    )


def shown(client, **query):
    return [delivery.pk for delivery in client.get(PAGE, query).context["page"].rows]


def test_the_newest_of_all_receivers_come_first(as_alice, hook, other, due):
    rows = [*due(hook), *due(other), *due(hook)]
    assert shown(as_alice) == [row.pk for row in reversed(rows)]


def test_they_are_filtered_by_state_and_receiver(as_alice, hook, other, due):
    waiting, sent, failed = due(hook, 3)
    elsewhere = due(other)[0]
    settle(sent, sent=True)
    settle(failed, sent=False)
    assert shown(as_alice, state="waiting") == [elsewhere.pk, waiting.pk]
    assert shown(as_alice, state="sent") == [sent.pk]
    assert shown(as_alice, state="failed") == [failed.pk]
    assert shown(as_alice, channel=other.pk) == [elsewhere.pk]
    assert shown(as_alice, channel=other.pk, state="sent") == []
    assert len(shown(as_alice, state="nonsense", channel="nonsense")) == 4


def test_no_page_misses_or_repeats_one(as_alice, hook, other):
    for number in range(130):
        alert = Alert(account=hook.account, kind="test", dedup_key=f"n{number}")
        alert.save()
        channel = other if number % 13 == 0 else hook
        Delivery.objects.create(alert=alert, channel=channel)
    pages, query = [], ""
    for _page in range(3):
        page = as_alice.get(f"{PAGE}?{query}").context["page"]
        pages.append([row.pk for row in page.rows])
        query = page.next
    everything = list(Delivery.objects.order_by("-pk").values_list("pk", flat=True))
    assert (list(chain.from_iterable(pages)), query) == (everything, "")
    back = as_alice.get(f"{PAGE}?{page.previous}").context["page"]
    assert [row.pk for row in back.rows] == pages[1]


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("place", ["x", "-5", "9" * 40, "9" * 5000, "٣", "0"])
def test_any_place_gets_an_answer(as_alice, hook, due, place, name):
    due(hook)
    assert as_alice.get(PAGE, {name: place}).status_code == 200


MANY = """
    WITH alert AS (
        INSERT INTO notifications_alert (account_id, kind, facts, dedup_key)
        SELECT %s, 'test', '{}', 'many' || n FROM generate_series(1, 30000) AS n
        RETURNING id
    )
    INSERT INTO notifications_delivery (channel_id, alert_id, due_at, sent_at)
    SELECT %s, id, CASE id %% 3 WHEN 0 THEN now() END, CASE id %% 3 WHEN 1 THEN now() END
      FROM alert;
    -- The alerts too: the check of each reference would go on with a plan for an empty table.
    ANALYZE notifications_delivery, notifications_alert
"""


@pytest.fixture
def many(acme, hook):
    """A busy webhook whose deliveries are in all states; the id of one in the middle."""
    with connection.cursor() as cursor:
        cursor.execute(MANY, [acme.pk, hook.pk])
    return Delivery.objects.latest("pk").pk - 15_000


@pytest.mark.parametrize(
    ("state", "index"),
    [
        ("", "deliveries_by_age"),
        ("sent", "deliveries_sent_by_age"),
        ("failed", "deliveries_failed_by_age"),
        ("waiting", "deliveries_due"),
    ],
)
def test_the_list_walks_past_no_other_rows(as_alice, hook, many, state, index):
    """The place is where an index is entered, not what is filtered afterwards."""
    for place in ({}, {"after": many}, {"before": many}):
        with CaptureQueriesContext(connection) as queries:
            as_alice.get(PAGE, {"state": state, **place})
        [statement] = [query["sql"] for query in queries if "unnest" in query["sql"]]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert f" using {index} on" in plan
        assert "Index Cond: ((ROW(channel_id, id) > ROW" in plan
        assert "Sort" not in plan


@pytest.fixture
def private(acme):
    """An address of another manager's own."""
    user = User.objects.create_user("dora@example.test")
    seat = Membership.objects.create(user=user, account=acme, role=Role.MANAGER)
    return Channel.objects.create(
        account=acme, membership=seat, transport="email", address="phone@dora.example",
        confirmed_at=timezone.now(),
    )  # fmt: skip


def test_addresses_of_others_are_not_shown(as_alice, client, private, hook, due):
    theirs, ours = due(private)[0], due(hook)[0]
    page = as_alice.get(PAGE)
    assert [row.pk for row in page.context["page"].rows] == [ours.pk]
    assert "dora" not in page.text
    assert as_alice.get(url("delivery", theirs.code)).status_code == 404
    assert as_alice.post(url("send_again", theirs.code)).status_code == 404
    assert shown(as_alice, channel=private.pk) == [ours.pk]
    client.force_login(private.membership.user)
    assert shown(client) == [ours.pk, theirs.pk]


def test_the_url_of_a_webhook_stands_on_the_page_of_one_delivery_only(as_alice, hook, due):
    delivery = due(hook)[0]
    assert "s3cr3t" not in as_alice.get(PAGE).text
    assert "s3cr3t" in as_alice.get(url("delivery", delivery.code)).text


def test_each_try_is_shown_with_its_answer_as_text(as_alice, hook, due):
    delivery = due(hook)[0]
    Attempt.objects.create(
        delivery=delivery, status=500, milliseconds=1234, answer="<script>alert(1)</script>"
    )
    Attempt.objects.create(delivery=delivery, milliseconds=10_000, error="It did not answer.")
    page = as_alice.get(url("delivery", delivery.code)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    for text in ("500", "1,234 ms", "It did not answer.", str(delivery.code)):
        assert text in page


def test_the_page_follows_a_delivery_until_it_is_settled(as_alice, hook, due):
    delivery = due(hook)[0]
    live = url("delivery_live", delivery.code)
    assert f'hx-get="{live}"' in as_alice.get(live).text
    assert "delay:1s" in as_alice.get(live).text
    Delivery.objects.update(due_at=timezone.now() + timedelta(hours=3), attempt_count=4)
    assert "delay:30s" in as_alice.get(live).text
    settle(delivery, sent=True)
    answer = as_alice.get(live).text
    assert "hx-get" not in answer
    assert "<html" not in answer


@pytest.mark.parametrize("sent", [True, False])
def test_sending_again_keeps_the_id_and_begins_anew(as_alice, hook, due, queued, sent):
    delivery = due(hook)[0]
    settle(delivery, sent=sent)
    with queued() as jobs:
        answer = as_alice.post(url("send_again", delivery.code))
    assert answer.url == url("delivery", delivery.code)
    assert jobs == [("notifications.tasks.send", str(hook.pk))]
    again = Delivery.objects.get()
    assert (again.code, again.attempt_count, again.sent_at) == (delivery.code, 0, None)
    assert Delivery.objects.due().exists()


def test_a_second_click_changes_nothing(as_alice, hook, due, queued):
    delivery = due(hook)[0]
    settle(delivery, sent=True)
    with queued() as jobs:
        for _twice in range(2):
            as_alice.post(url("send_again", delivery.code))
    assert len(jobs) == 1
    assert AuditEvent.objects.filter(action="delivery.sent_again").count() == 1


def test_one_that_waits_long_is_tried_now(as_alice, webhook, due):
    hook = webhook("https://x.example.test/", quiet_until=timezone.now() + timedelta(minutes=50))
    delivery = due(hook)[0]
    Delivery.objects.update(due_at=timezone.now() + timedelta(hours=12), attempt_count=9)
    assert "Try now" in as_alice.get(url("delivery", delivery.code)).text
    as_alice.post(url("send_again", delivery.code))
    assert Delivery.objects.due().exists()
    assert Channel.objects.ready().filter(pk=hook.pk).exists()


def test_a_stopped_webhook_is_resumed_first(as_alice, webhook, due):
    delivery = due(webhook("https://x.example.test/", state="paused"))[0]
    assert "Try now" not in as_alice.get(url("delivery", delivery.code)).text
    assert as_alice.post(url("send_again", delivery.code)).status_code == 422


def test_mail_keeps_its_pause(as_alice, acme, alice, due):
    """So many messages an hour, whoever clicks."""
    mail = acme.channels.get(membership__user=alice, transport="email")
    until = timezone.now() + timedelta(minutes=5)
    Channel.objects.filter(pk=mail.pk).update(quiet_until=until)
    delivery = due(mail)[0]
    settle(delivery, sent=True)
    as_alice.post(url("send_again", delivery.code))
    mail.refresh_from_db()
    assert mail.quiet_until == until


def test_an_empty_list_says_what_will_be_there(as_alice):
    assert "Nothing was sent yet" in as_alice.get(PAGE).text
    assert "No delivery matches" in as_alice.get(PAGE, {"state": "failed"}).text
