"""A file to start from, for each kind and mode."""

from collections.abc import Mapping, Sequence

from mailboxes.imports.models import Kind, Mode

PASSWORDS = ("a long password", "{SHA512-CRYPT}$6$rounds=5000$salt$hash of the old server")
ROWS: Mapping[tuple[str, str], Sequence[Sequence[str]]] = {
    (Kind.DOMAIN, Mode.DEFAULT): [("example.com", PASSWORDS[0]), ("example.org", "")],
    (Kind.DOMAIN, Mode.EXPERT): [
        ("example.com", PASSWORDS[0], "", "50", "", "8", "25", "standard", "office@example.com"),
        ("example.org", "", "", "", "", "", "", "", ""),
    ],
    (Kind.ALIAS_DOMAIN, Mode.DEFAULT): [("example.net", "example.com")],
    (Kind.MAILBOX, Mode.DEFAULT): [
        ("ann@example.com", PASSWORDS[0]),
        ("bob@example.com", PASSWORDS[1]),
    ],
    (Kind.MAILBOX, Mode.EXPERT): [
        (
            "ann@example.com",
            PASSWORDS[0],
            "Ann",
            "Example",
            "8",
            "",
            "yes",
            "ann@example.org",
            "no",
        ),
        ("bob@example.com", PASSWORDS[1], "Bob", "", "2 GB", "bob@example.org", "no", "", "no"),
    ],
    (Kind.ALIAS, Mode.DEFAULT): [
        ("office@example.com", "ann@example.com,bob@example.com"),
        ("sales@example.com", "someone@example.org"),
    ],
}
