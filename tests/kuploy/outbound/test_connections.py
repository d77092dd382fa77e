"""Several messages to one receiver share a connection."""

from types import SimpleNamespace

import pytest

from kuploy import outbound
from kuploy.errors import Unreachable
from tests.kuploy.outbound.conftest import HEADERS, MESSAGE, PUBLIC
from tests.kuploy.receivers import (
    answer,
    polite,
    receiver,
)


@pytest.fixture
def open_to(world, certificate):
    """A connection to a receiver that behaves in some way."""

    def open_to(server):
        return outbound.connection(f"https://hooks.example:{server.port}/")

    world.records(f"hooks.example A {PUBLIC}")
    return open_to


def test_several_messages_share_a_connection(open_to, certificate, dialled):
    with receiver(polite(answer(200), answer(500), answer(204)), certificate) as server:
        with open_to(server) as send:
            assert [send(MESSAGE, HEADERS).status for _ in range(3)] == [200, 500, 204]
        assert (server.connections, len(server.requests), dialled) == (1, 3, [PUBLIC])


def test_each_message_has_its_own_deadline(open_to, certificate, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(outbound, "time", SimpleNamespace(monotonic=lambda: now[0]))
    with receiver(polite(answer(200)), certificate) as server, open_to(server) as send:
        for _ in range(3):
            assert send(MESSAGE, HEADERS).status == 200
            now[0] += 3


def test_a_new_connection_looks_the_name_up_again(open_to, world, certificate, dialled):
    closing = answer(200, b"", "Connection: close")

    def once(conversation):
        conversation.hear()
        conversation.say(closing)

    with receiver(once, certificate) as server, open_to(server) as send:
        assert send(MESSAGE, HEADERS).status == 200
        world.data["hooks.example", "A"] = ["10.0.0.5"]
        with pytest.raises(Unreachable, match=r"10\.0\.0\.5 is not on the public internet"):
            send(MESSAGE, HEADERS)
    assert dialled == [PUBLIC]


def test_a_kept_connection_that_is_closed_under_us_costs_no_message(open_to, certificate):
    """It answers each message, and closes in the moment in which the next one comes."""

    def behave(conversation):
        conversation.hear()
        conversation.say(answer(200))
        conversation.hear()

    with receiver(behave, certificate) as server:
        with open_to(server) as send:
            assert [send(MESSAGE, HEADERS).status for _ in range(3)] == [200, 200, 200]
        assert server.connections == 3


def test_a_message_is_repeated_only_where_nothing_of_an_answer_came(open_to, certificate):
    def behave(conversation):
        conversation.hear()
        conversation.say(answer(200))
        conversation.hear()
        conversation.say(b"HTTP/1.1 2")

    with receiver(behave, certificate) as server:
        with open_to(server) as send:
            send(MESSAGE, HEADERS)
            with pytest.raises(Unreachable, match="closed the connection"):
                send(MESSAGE, HEADERS)
        assert server.connections == 1


def test_after_a_failure_the_next_message_gets_a_new_connection(open_to, certificate, settings):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.4
    silent = iter([True, False])

    def behave(conversation):
        while conversation.hear():
            conversation.hang() if next(silent, False) else conversation.say(answer(200))

    with receiver(behave, certificate) as server, open_to(server) as send:
        with pytest.raises(Unreachable, match="did not answer"):
            send(MESSAGE, HEADERS)
        settings.WEBHOOK_TIMEOUT_SECONDS = 5
        assert send(MESSAGE, HEADERS).status == 200
        assert server.connections == 2
