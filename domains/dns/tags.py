"""The tag=value lists of DKIM and DMARC (RFC 6376, section 3.2)."""

import re

MAX_BYTES = 8192
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class MalformedError(ValueError):
    """The part of the record that is no tag."""


def parse(record: bytes) -> dict[str, str]:
    """The tags in their order; MalformedError names the first part that is none."""
    if len(record) > MAX_BYTES:
        raise MalformedError(f"{len(record)} bytes")
    tags: dict[str, str] = {}
    for part in record.decode("latin-1").rstrip("; \t\r\n").split(";"):
        name, equals, value = (each.strip() for each in part.partition("="))
        if not equals or not NAME.fullmatch(name) or name in tags:
            raise MalformedError(part.strip())
        tags[name] = value
    return tags


def looks_like(version: str, record: bytes) -> bool:
    """Whether the record begins with v=VERSION, as far as white space goes."""
    start = record[:100].decode("latin-1").partition(";")[0]
    name, _, value = (each.strip() for each in start.partition("="))
    return name == "v" and value == version
