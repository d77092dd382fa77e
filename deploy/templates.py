"""Configuration templates: @NAME@ stands for a value.

On a mail host, with the values in the environment:
`python3 -m deploy.templates deploy/postfix /etc/kuploy/postfix`
"""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

# What few hosts set differently. The last two slow down who guesses passwords.
DEFAULTS = {
    "RELAYHOST": "",
    "SENDING_RECIPIENTS": "150",
    "AUTH_PENALTY_MODE": "0600",
    "AUTH_FAILURE_DELAY": "2s",
}
PLACEHOLDER = re.compile(r"@([A-Z][A-Z0-9_]*)@")


def render(text: str, values: Mapping[str, str]) -> str:
    """Fill in the placeholders; a KeyError names the first value that is missing."""
    return PLACEHOLDER.sub(lambda match: values[match[1]], text)


def replace_file(
    path: Path, text: str, *, owner: str = "", group: str = "", mode: int = 0o644
) -> None:
    """Write a file whole or not at all; nobody can read it before its rights are set."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    with open(partial, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    if owner or group:
        shutil.chown(partial, owner or None, group or None)
    partial.chmod(mode)
    partial.replace(path)


def render_file(
    source: Path, target: Path, values: Mapping[str, str], *, group: str = "", mode: int = 0o644
) -> None:
    replace_file(target, render(source.read_text(), values), group=group, mode=mode)


def render_folder(
    source: Path, target: Path, values: Mapping[str, str], *, group: str = "", mode: int = 0o644
) -> None:
    for path in sorted(source.rglob("*")):
        if path.suffix in (".conf", ".cf", ".inc", ".lua"):
            render_file(path, target / path.relative_to(source), values, group=group, mode=mode)


if __name__ == "__main__":
    try:
        render_folder(Path(sys.argv[1]), Path(sys.argv[2]), DEFAULTS | os.environ, mode=0o640)
    except KeyError as missing:
        sys.exit(
            f"Set {missing.args[0]} in the environment: the templates in {sys.argv[1]} need it."
        )
