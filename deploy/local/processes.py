"""Starting, recognising and stopping processes. An id alone proves nothing: it is used again."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import interruption
from deploy.local.errors import CannotRun

START_SECONDS = 120
STOP_SECONDS = 15
LARGEST_LOG = 20_000_000

# Children of this very process: kept so that the system may forget them once they end.
_children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class Server:
    """One program of the stack: how to start it, when it is ready, how it likes to be stopped."""

    name: str
    command: list[str]
    user: str
    folder: Path
    cwd: Path
    ready: Callable[[], bool] = field(default=lambda: True)
    environment: dict[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def log(self) -> Path:
        return self.folder / "log" / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        return self.folder / "pids" / self.name

    def start(self) -> None:
        """Start it and wait until it is ready; a CannotRun shows the last lines of its log."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with interruption.held():
            self._launch()
        self._wait_until_ready()

    def _launch(self) -> None:
        owner = pwd.getpwnam(self.user)
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                self.command,
                user=owner.pw_uid,
                group=owner.pw_gid,
                extra_groups=os.getgrouplist(self.user, owner.pw_gid),
                cwd=self.cwd,
                env={
                    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                    "LANG": "C.UTF-8",
                    **self.environment,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for the supervisor, which stops its servers in order.
                start_new_session=True,
            )
        _children.append(child)
        self.pid_file.write_text(f"{child.pid} {_started_at(child.pid)} {_boot()}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.ready():
            if not self.is_alive() or time.monotonic() > deadline:
                raise CannotRun(f"{self.name} did not start.\n{self.last_lines()}")
            time.sleep(0.05)

    def is_alive(self) -> bool:
        return leader(self.pid_file) is not None

    def last_lines(self, count: int = 10) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-count:]
        return "\n".join([f"The end of {self.log}:", *(f"  {line}" for line in lines)])

    def stop(self) -> None:
        stop(self.pid_file, self.stop_signal)


def leader(pid_file: Path) -> int | None:
    """The process that the file names, if it is still that one and not another with the same id."""
    try:
        pid, started_at, boot = pid_file.read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    # One that ended before its start could be noted is gone, and so is every other one.
    same = boot == _boot() and started_at != "gone" and _started_at(int(pid)) == started_at
    return int(pid) if same else None


def stop(pid_file: Path, stop_signal: signal.Signals = signal.SIGTERM) -> None:
    """Ask politely, wait, then end the whole session of the process."""
    if (pid := leader(pid_file)) is not None:
        _send(pid, stop_signal)
        _wait(lambda: leader(pid_file) is None)
    for member in _session(pid_file):
        _send(member, signal.SIGKILL)
    _wait(lambda: not _session(pid_file))
    pid_file.unlink(missing_ok=True)


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
        for child in _children:
            child.poll()


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _session(pid_file: Path) -> set[int]:
    """Everything that the started process started in turn and that did not leave its session."""
    try:
        session, started_at, boot = pid_file.read_text().split()
    except (FileNotFoundError, ValueError):
        return set()
    # A living process with this id, but begun at another time, leads a session of somebody else.
    if boot != _boot() or _started_at(int(session)) not in (started_at, "gone"):
        return set()
    pids = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())
    return {pid for pid in pids if (status := _status(pid)) and status[3] == session}


def _status(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, none for a process that is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [] if fields[0] == "Z" else fields


def _started_at(pid: int) -> str:
    status = _status(pid)
    return status[19] if status else "gone"


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
