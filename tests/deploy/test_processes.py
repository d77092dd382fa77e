"""Only what was started is stopped, and all of it."""

import subprocess

import pytest

from deploy.local import interruption, processes, supervisor
from deploy.local.errors import CannotRun, Interrupted
from deploy.local.processes import Server


@pytest.fixture
def new_server(tmp_path):
    for name in ("log", "pids"):
        (tmp_path / name).mkdir()
    started = []

    def make(*command, **options):
        server = Server("thing", list(command), "root", tmp_path, tmp_path, **options)
        started.append(server)
        return server

    yield make
    for server in started:
        server.stop()


def test_it_starts_and_stops(new_server):
    server = new_server("sleep", "60")
    server.start()
    assert server.is_alive()
    server.stop()
    assert not server.is_alive()
    assert not server.pid_file.exists()


def test_children_that_outlive_their_parent_are_stopped_too(new_server, tmp_path):
    note = tmp_path / "child"
    script = f"sh -c 'trap : TERM; echo $$ >{note}; while :; do sleep 0.1; done' & wait"
    server = new_server("sh", "-c", script, ready=lambda: note.exists() and note.read_text() != "")
    server.start()
    server.stop()
    assert processes._status(int(note.read_text())) == []


def test_an_id_that_is_used_again_is_left_alone(new_server):
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        server = new_server("true")
        server.pid_file.write_text(f"{stranger.pid} 1 {processes._boot()}")
        assert not server.is_alive()
        server.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_a_note_from_before_a_reboot_means_nothing(new_server):
    server = new_server("sleep", "60")
    server.start()
    note = server.pid_file.read_text()
    server.pid_file.write_text(note.rsplit(" ", 1)[0] + " another-boot")
    assert not server.is_alive()
    server.pid_file.write_text(note)


def test_one_that_ends_at_once_is_told_with_its_last_words(new_server):
    server = new_server("sh", "-c", "echo no such luck; exit 1", ready=lambda: False)
    with pytest.raises(CannotRun, match=r"thing did not start(.|\n)*no such luck"):
        server.start()


def test_an_interruption_waits_until_a_start_is_noted(monkeypatch):
    monkeypatch.setattr(interruption, "_state", {"held": False, "pending": False, "done": False})
    steps = []

    def start():
        with interruption.held():
            interruption._interrupt(2, None)
            steps.append("noted")
        steps.append("never reached")

    with pytest.raises(Interrupted):
        start()
    assert steps == ["noted"]
    interruption._interrupt(2, None)  # asked again while everything stops: nothing happens


def test_a_server_that_ends_by_itself_is_named(new_server, monkeypatch):
    server = new_server("sh", "-c", "echo out of memory; sleep 0.2")
    server.start()
    monkeypatch.setattr(supervisor, "servers", lambda stack: [server])
    with pytest.raises(CannotRun, match=r"thing ended by itself(.|\n)*out of memory"):
        supervisor.watch(None, interruption.Make())
