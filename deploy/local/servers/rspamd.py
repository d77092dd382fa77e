"""rspamd: signs what leaves, and says of what comes in how likely it is spam."""

from deploy.local import machine
from deploy.local.ports import is_listening
from deploy.local.processes import Server
from deploy.local.servers import mail
from deploy.local.stack import CHECKOUT, Stack
from deploy.templates import render_folder

USER = "_rspamd"
TEMPLATES = CHECKOUT / "deploy" / "rspamd"
OFFLINE = CHECKOUT / "deploy" / "offline" / "rspamd"
DOORS = ("incoming_milter", "outgoing_milter")


def prepare(stack: Stack) -> None:
    conf, values = stack.folder / "rspamd" / "conf", mail.values(stack)
    machine.own_folder(stack.folder / "rspamd" / "data", USER, 0o700)
    render_folder(TEMPLATES, conf, values, group=USER, mode=0o640)
    render_folder(OFFLINE, conf / "override.d", values, group=USER, mode=0o640)


def server(stack: Stack) -> Server:
    home = stack.folder / "rspamd"
    places = {"LOCAL_CONFDIR": home / "conf"}
    places |= dict.fromkeys(("DBDIR", "RUNDIR", "LOGDIR"), home / "data")
    command = ["/usr/bin/rspamd", "-f", "-c", str(home / "conf" / "rspamd.conf")]
    command += [f"--var={name}={folder}" for name, folder in places.items()]
    return Server(
        "rspamd", command, USER, stack.folder, home,
        ready=lambda: all(is_listening(stack.ports[door]) for door in DOORS),
    )  # fmt: skip
