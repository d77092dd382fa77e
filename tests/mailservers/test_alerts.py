"""From a delivery that fills a mailbox to everybody who is told, by real workers."""

import json
import random
from collections import defaultdict
from contextlib import suppress
from email.utils import parseaddr

import pytest
from django.conf import settings
from django.db import connection
from redis import Redis

from deploy.local.servers import panel
from mailboxes.models import HostJob
from notifications.models import Alert, Channel, Delivery
from notifications.secrets import encrypted, new_secret
from tests.kuploy.receivers import answer, polite, receiver
from tests.mailservers.clients import control, flush_queue, imap, send, wait_for
from tests.mailservers.workers import CHAIN, kill, running, server

KB = 2**10
# A worker that was killed holds its claims for a minute.
PATIENCE = 150


class Hook:
    """A customer's receiver: which alerts came in, and with which delivery ids."""

    def __init__(self, requests):
        self.requests = requests

    def heard(self):
        """Delivery ids by mailbox and event."""
        heard = defaultdict(set)
        for head, body in list(self.requests):
            payload = json.loads(body)
            if payload["action_type"] != "email_overquota":
                continue
            delivery = head.lower().partition("webhook-id: ")[2].splitlines()[0]
            heard[payload["payload"]["email_address"], payload["payload"]["crossed"]].add(delivery)
        return heard


@pytest.fixture(scope="module")
def hook(account):
    with receiver(polite(answer(200))) as server:
        url = f"http://127.0.0.1:{server.port}/"
        channel = Channel.objects.create(
            account=account,
            transport="webhook",
            address=url,
            secret_encrypted=encrypted(new_secret()),
        )
        yield Hook(server.requests)
        channel.delete()


@pytest.fixture
def small(new_mailbox):
    """A mailbox that a mail of 85 KB fills to more than 80 %."""
    return lambda: new_mailbox(quota_bytes=100 * KB)


def fill(mailbox):
    # Postfix puts senders off while PostgreSQL is away.
    wait_for(lambda: send(mailbox.address, "Much", size=85 * KB) == 250, "the mail to be taken")


def warnings(mailbox):
    """Message-IDs of what the user was sent about the size."""
    with imap(mailbox.address) as session:
        session.select("INBOX", readonly=True)
        _, found = session.search(None, "FROM", parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
        wanted = "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
        answers = [session.fetch(number, wanted) for number in found[0].split()]
    return [parts[0][1].strip() for _status, parts in answers]


def told_once(hook, mailboxes):
    """Exactly one alert each; one delivery id each; one message each, whatever was repeated."""
    heard = hook.heard()
    for box in mailboxes:
        alerts = Alert.objects.filter(facts__address=box.address)
        assert [alert.kind for alert in alerts] == ["quota_80"]
        assert len(heard[box.address, 80]) == 1
        assert len(set(warnings(box))) == 1


def missing(hook, mailboxes):
    """Who has not been told yet."""
    heard = hook.heard()
    silent = [f"hook about {box}" for box in mailboxes if (box.address, 80) not in heard]
    jobs = HostJob.objects.filter(kind="warn", mailbox_id__in=[box.pk for box in mailboxes])
    owed = [f"{job}: {job.claimed_at} {job.last_error}" for job in jobs]
    due = Delivery.objects.filter(due_at__isnull=False).select_related("channel", "alert")
    waiting = [f"{each}: {each.outcome}, held {each.channel.claimed_at}" for each in due]
    return silent + owed + waiting


def wait_until_told(hook, mailboxes):
    with suppress(AssertionError):  # to say what is missing instead
        wait_for(lambda: not missing(hook, mailboxes), "everybody to be told", PATIENCE)
    assert missing(hook, mailboxes) == []


def test_a_delivery_that_crosses_80_is_told_to_all(hook, small):
    mailbox = small()
    with running(*map(server, CHAIN)):
        fill(mailbox)
        wait_until_told(hook, [mailbox])
    told_once(hook, [mailbox])


def test_two_beats_and_many_workers_tell_it_once(hook, small):
    mailboxes = [small() for _ in range(15)]
    twice = [server(make, number) for make in CHAIN for number in (1, 2)]
    with running(*twice):
        for mailbox in mailboxes:
            fill(mailbox)
        wait_until_told(hook, mailboxes)
    told_once(hook, mailboxes)


def test_nudges_that_redis_lost_are_made_up_for(hook, small):
    mailbox = small()
    with running(server(panel.beat), server(panel.worker)):
        fill(mailbox)
        sent = Delivery.objects.filter(alert__facts__address=mailbox.address)
        wait_for(sent.exists, "the delivery to be put down", PATIENCE)
    Redis.from_url(settings.REDIS_URL).flushall()
    with running(*map(server, CHAIN)):
        wait_until_told(hook, [mailbox])
    told_once(hook, [mailbox])


def test_it_survives_kills_a_flushed_redis_and_a_restarted_postgres(hook, small):
    mailboxes = [small() for _ in range(20)]
    chain = [server(make) for make in CHAIN]
    disasters = [
        *(lambda victim=victim: kill(victim) for victim in chain * 2),
        lambda: Redis.from_url(settings.REDIS_URL).flushall(),
        lambda: control("restart", "redis"),
        lambda: (connection.close(), control("restart", "postgres")),
    ]
    random.Random(4).shuffle(disasters)
    with running(*chain):
        for number, mailbox in enumerate(mailboxes):
            fill(mailbox)
            if number < len(disasters):
                disasters[number]()
        # Dovecot put off what came while PostgreSQL was away; Postfix would wait for minutes.
        flush_queue()
        wait_until_told(hook, mailboxes)
    told_once(hook, mailboxes)
