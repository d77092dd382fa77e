"""Redis: Celery's broker and the rate limiter."""

from deploy.local import machine
from deploy.local.ports import is_listening
from deploy.local.processes import Server
from deploy.local.stack import CHECKOUT, Stack
from deploy.templates import render_file

USER = "redis"


def prepare(stack: Stack) -> None:
    home = stack.folder / "redis"
    machine.own_folder(home / "data", USER, 0o700)
    values = {
        "REDIS_BIND": "127.0.0.1",
        "REDIS_PORT": str(stack.ports["redis"]),
        "REDIS_PASSWORD": stack.secrets["redis"],
        "REDIS_DATA": str(home / "data"),
    }
    render_file(
        CHECKOUT / "deploy" / "redis.conf", home / "redis.conf", values, group=USER, mode=0o640
    )


def server(stack: Stack) -> Server:
    home = stack.folder / "redis"
    return Server(
        "redis",
        ["/usr/bin/redis-server", str(home / "redis.conf")],
        USER,
        stack.folder,
        home,
        ready=lambda: is_listening(stack.ports["redis"]),
    )
