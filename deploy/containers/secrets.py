"""Makes the secrets of an installation at its first start; later starts keep them.

python -m deploy.containers.secrets FOLDER, as root
"""

import base64
import sys
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes, token_hex

from deploy.templates import render_file, replace_file

REDIS_TEMPLATE = Path(__file__).resolve().parents[1] / "redis.conf"
# Root alone reads these: PostgreSQL's superuser, and one role each.
FOR_ROOT = ("postgres", "panel_database", "dovecot_database", "postfix_database", "redis")


def token() -> str:
    # Letters and digits only: they stand unquoted in addresses and configuration files.
    return token_hex(24)


def fernet_key() -> str:
    return base64.urlsafe_b64encode(token_bytes(32)).decode()


def keep(path: Path, new: Callable[[], str], *, group: str = "root") -> str:
    """The secret in the file, made now if there is none."""
    if not path.exists():
        replace_file(path, new(), group=group, mode=0o640)
    return path.read_text()


def main(folder: Path) -> None:
    kept = {name: keep(folder / name, token) for name in FOR_ROOT}
    keep(folder / "secret_key", token, group="kuploy")
    keep(folder / "encryption_keys", fernet_key, group="kuploy")
    keep(folder / "doveadm", token, group="vmail")
    keep(folder / "keys", token, group="kuploy")
    addresses = {
        "database_url": f"postgresql://kuploy:{kept['panel_database']}@db:5432/kuploy",
        "redis_url": f"redis://:{kept['redis']}@redis:6379/0",
    }
    for name, address in addresses.items():
        replace_file(folder / name, address, group="kuploy", mode=0o640)
    values = {"REDIS_BIND": "* -::*", "REDIS_PORT": "6379", "REDIS_DATA": "/data"}
    values["REDIS_PASSWORD"] = kept["redis"]
    render_file(REDIS_TEMPLATE, folder / "redis.conf", values, group="root", mode=0o640)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
