"""The schedule goes on whatever the clock of the machine does."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from celery import Celery

from kuploy.beat import Scheduler
from kuploy.celery import app as kuploy_app

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Starts a beat; each finds what the one before has written down."""
    app = Celery("beat", broker="memory://", set_as_current=False)
    app.conf.beat_schedule = {
        "often": {"task": "often", "schedule": 10.0},
        "hourly": {"task": "hourly", "schedule": 3600.0},
    }
    started = []

    def start():
        scheduler = Scheduler(app, schedule_filename=str(tmp_path / "schedule"))
        scheduler.sent = []
        monkeypatch.setattr(
            scheduler, "apply_entry", lambda entry, producer: scheduler.sent.append(entry.name)
        )
        started.append(scheduler)
        return scheduler

    yield start
    for scheduler in started:
        scheduler.close()


def sent(scheduler):
    """What it sends now; it says when it wants to look again."""
    scheduler.sent.clear()
    while not (wait := scheduler.tick()):
        pass
    assert 0 < wait <= 300
    return scheduler.sent


def test_it_sends_what_is_due_and_nothing_else(start, clock):
    beat = start()
    assert sent(beat) == []
    clock.shift(10)
    assert sent(beat) == ["often"]
    assert sent(beat) == []
    clock.shift(3600)
    assert sorted(sent(beat)) == ["hourly", "often"]


@pytest.mark.parametrize("back", [timedelta(seconds=30), timedelta(hours=1), timedelta(days=400)])
def test_it_goes_on_at_once_when_the_clock_was_set_back(start, clock, back):
    beat = start()
    clock.shift(3600)
    sent(beat)
    clock.shift(-back)
    sent(beat)
    clock.shift(10)
    assert "often" in sent(beat)
    clock.shift(3600)
    assert sorted(sent(beat)) == ["hourly", "often"]


def test_it_goes_on_when_it_was_started_anew_after_the_clock_was_set_back(start, clock):
    beat = start()
    clock.shift(3600)
    sent(beat)
    beat.close()
    clock.shift(timedelta(days=-1))
    beat = start()
    sent(beat)
    clock.shift(10)
    assert sent(beat) == ["often"]


def test_it_is_the_one_that_runs():
    assert kuploy_app.conf.beat_scheduler == "kuploy.beat:Scheduler"
